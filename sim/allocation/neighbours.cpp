// SPDX-License-Identifier: Apache-2.0
#include "sim/allocation/neighbours.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace memplace {
namespace {

constexpr std::size_t kMostPairs = 8'000'000;

bool is_dense(std::size_t count, std::size_t pairs) {
  constexpr std::size_t kFew = 64;
  return count > kFew && pairs > count * count / 16;
}

}  // namespace

void Neighbours::find(const AllocationProblem& problem) {
  const std::size_t count = problem.buffers.size();
  buffers_.resize(count);
  by_lower_.clear();
  std::int64_t divisor = 0;
  bool sorted = true;
  for (std::uint32_t i = 0; i < count; ++i) {
    const AllocationBuffer& buffer = problem.buffers[i];
    buffers_[i] = {buffer.lower, buffer.upper, buffer.size.count(), buffer.alignment};
    if (buffers_[i].size > 0) {
      divisor = std::gcd(divisor, buffer.alignment);
      sorted = sorted && (by_lower_.empty() || buffers_[by_lower_.back()].lower <= buffer.lower);
      by_lower_.push_back(i);
    }
  }
  if (!sorted) {
    std::sort(by_lower_.begin(), by_lower_.end(), [&](std::uint32_t a, std::uint32_t b) {
      return std::make_pair(buffers_[a].lower, a) < std::make_pair(buffers_[b].lower, b);
    });
  }
  sweep(divisor);
  if (!dense_) {
    make_lists();
  }
}

// The most live bytes are reached where a buffer begins. Every live buffer but the topmost takes
// whole multiples of the divisor, and the topmost is best the one that saves the most by not doing
// so.
void Neighbours::sweep(std::int64_t divisor) {
  bound_ = 0;
  listable_ = true;
  listed_ = false;
  live_.clear();
  pairs_.clear();
  std::int64_t bytes = 0;
  saved_.resize(buffers_.size());
  for (const std::uint32_t i : by_lower_) {
    const PlacedBuffer& buffer = buffers_[i];
    const std::int64_t padded = align_up(buffer.size, divisor);
    saved_[i] = padded - buffer.size;
    bytes += padded;
    std::int64_t saved = saved_[i];
    std::size_t kept = 0;
    for (const std::uint32_t j : live_) {
      if (buffers_[j].upper > buffer.lower) {
        live_[kept++] = j;
        saved = std::max(saved, saved_[j]);
      } else {
        bytes -= buffers_[j].size + saved_[j];
      }
    }
    bound_ = std::max(bound_, bytes - saved);
    live_.resize(kept);
    listable_ = listable_ && pairs_.size() + kept <= kMostPairs;
    if (listable_) {
      for (const std::uint32_t j : live_) {
        pairs_.push_back({i, j});
      }
    }
    live_.push_back(i);
  }
  dense_ = !listable_ || is_dense(buffers_.size(), pairs_.size());
}

void Neighbours::make_lists() {
  if (listed_ || !listable_) {
    return;
  }
  listed_ = true;
  first_.assign(buffers_.size() + 2, 0);
  for (const Pair& pair : pairs_) {
    ++first_[pair.a + 2];
    ++first_[pair.b + 2];
  }
  std::partial_sum(first_.begin(), first_.end(), first_.begin());
  lists_.resize(2 * pairs_.size());
  // Counts up each list's beginning to its end, which is the next one's beginning.
  for (const Pair& pair : pairs_) {
    lists_[first_[pair.a + 1]++] = pair.b;
    lists_[first_[pair.b + 1]++] = pair.a;
  }
  first_.pop_back();
}

}  // namespace memplace
