// SPDX-License-Identifier: Apache-2.0
#include "optimizer/bound/labels.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <tuple>
#include <utility>

#include "base/stopping.h"
#include "optimizer/bound/chain_layout.h"

namespace memplace::bound {
namespace {

// How far apart the first labels may be that are merged; it doubles until few enough are left.
constexpr Time kFirstAllowance = 1000;
constexpr Time kMostAllowance = std::numeric_limits<Time>::max() / 8;

}  // namespace

void Labels::clear(std::size_t width) {
  width_ = width;
  heads_.clear();
  times_.clear();
}

void Labels::add(Time total, std::uint64_t key, std::uint32_t parent, std::uint32_t choice,
                 const Time* times) {
  heads_.push_back({total, key, parent, choice});
  times_.insert(times_.end(), times, times + width_);
}

void Labels::keep(std::uint32_t i) {
  kept_heads_.push_back(heads_[i]);
  kept_times_.insert(kept_times_.end(), times(i), times(i) + width_);
}

void Labels::finish_keeping() {
  heads_.swap(kept_heads_);
  times_.swap(kept_times_);
  kept_heads_.clear();
  kept_times_.clear();
}

void Labels::lower(std::size_t kept, const Time* times) {
  Time* const to = &kept_times_[kept * width_];
  for (std::size_t k = 0; k < width_; ++k) {
    to[k] = std::min(to[k], times[k]);
  }
}

// One label after the other, the cheaper before: it is dropped where a kept one is no worse, and
// merged with the one that is worse by the least where that is no more than `allowance`.
void Labels::merge_alike(Time allowance) {
  std::vector<std::uint32_t> order(size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::tuple(key(a), total(a), a) < std::tuple(key(b), total(b), b);
  });
  std::size_t group = 0;  // where the kept labels of this key begin
  Lookout lookout(kLabelsBetweenLooks);
  for (const std::uint32_t b : order) {
    lookout.step();
    if (!kept_heads_.empty() && kept_heads_.back().key != key(b)) {
      group = kept_heads_.size();
    }
    const Time* const tb = times(b);
    Time least = allowance + 1;  // by which a kept label is worse
    std::size_t nearest = 0;
    for (std::size_t a = group; a < kept_heads_.size() && least > 0; ++a) {
      const Time* const ta = &kept_times_[a * width_];
      const Time cheaper = total(b) - kept_heads_[a].total;
      const Time limit = cheaper + least;
      Time later = 0;
      for (std::size_t k = 0; k < width_ && later < limit; ++k) {
        later = std::max(later, ta[k] - tb[k]);
      }
      if (later < limit) {
        least = later - cheaper;
        nearest = a;
      }
    }
    if (least > allowance) {
      keep(b);
    } else if (least > 0) {
      lower(nearest, tb);
    }
  }
  finish_keeping();
}

void Labels::merge_worst(std::size_t most) {
  std::vector<std::uint32_t> order(size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::pair(total(a), a) < std::pair(total(b), b);
  });
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i < most) {
      keep(order[i]);
      continue;
    }
    lower(most - 1, times(order[i]));
    std::uint64_t& kept = kept_heads_.back().key;
    for (std::size_t place = 0; place < kDigits; ++place) {
      if (digit_of(kept, place) != digit_of(key(order[i]), place)) {
        kept |= kUnknownMemory << (4 * place);
      }
    }
  }
  finish_keeping();
}

void Labels::reduce(std::size_t most) {
  merge_alike(0);
  for (Time allowance = kFirstAllowance; size() > most && allowance < kMostAllowance;
       allowance *= 2) {
    merge_alike(allowance);
  }
  if (size() > most) {
    merge_worst(most);
  }
}

}  // namespace memplace::bound
