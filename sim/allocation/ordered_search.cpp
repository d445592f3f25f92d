// SPDX-License-Identifier: Apache-2.0
#include "sim/allocation/ordered_search.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

#include "base/error.h"

namespace memplace {
namespace {

bool meet(const std::vector<TimeInterval>& a, const std::vector<TimeInterval>& b) {
  auto one = a.begin();
  auto other = b.begin();
  while (one != a.end() && other != b.end()) {
    if (one->lower < other->upper && other->lower < one->upper) {
      return true;
    }
    (one->upper < other->upper ? one : other)++;
  }
  return false;
}

}  // namespace

OrderedSearch::OrderedSearch(const AllocationProblem& problem) : problem_(problem) {
  for (std::size_t i = 0; i < problem.buffers.size(); ++i) {
    const AllocationBuffer& buffer = problem.buffers[i];
    if (buffer.size.count() == 0) {
      continue;
    }
    Item item{.buffer = i,
              .size = buffer.size.count(),
              .alignment = buffer.alignment,
              .fixed = buffer.fixed.has_value()};
    for (const TimeInterval& life : lives_of(buffer)) {
      item.length += life.upper - life.lower;
    }
    items_.push_back(std::move(item));
    offset_.push_back(buffer.fixed ? buffer.fixed->count() : kUnplaced);
  }
  low_.resize(items_.size());
  rank_.resize(items_.size());
  find_neighbours();
  find_twins();
}

void OrderedSearch::find_neighbours() {
  std::vector<std::vector<TimeInterval>> lives;
  std::map<std::int64_t, std::uint32_t> begins;  // and their numbers
  for (const Item& item : items_) {
    lives.push_back(lives_of(problem_.buffers[item.buffer]));
    for (const TimeInterval& life : lives.back()) {
      begins.emplace(life.lower, 0);
    }
  }
  std::uint32_t number = 0;
  for (auto& [time, its_number] : begins) {
    its_number = number++;
  }
  live_.resize(begins.size());
  for (std::uint32_t i = 0; i < items_.size(); ++i) {
    for (const TimeInterval& life : lives[i]) {
      for (auto at = begins.lower_bound(life.lower); at != begins.end() && at->first < life.upper;
           ++at) {
        items_[i].times.push_back(at->second);
        live_[at->second].push_back(i);
      }
    }
    for (std::uint32_t j = 0; j < i; ++j) {
      if (!meet(lives[i], lives[j])) {
        continue;
      }
      items_[i].beside.push_back(j);
      items_[j].beside.push_back(i);
      contradicts_itself_ = contradicts_itself_ || (items_[i].fixed && items_[j].fixed &&
                                                    offset_[i] < offset_[j] + items_[j].size &&
                                                    offset_[j] < offset_[i] + items_[i].size);
    }
  }
}

void OrderedSearch::find_twins() {
  std::map<std::tuple<std::vector<std::uint32_t>, std::int64_t, std::int64_t>, std::size_t> last;
  for (std::size_t i = 0; i < items_.size(); ++i) {
    Item& item = items_[i];
    if (item.fixed) {
      continue;
    }
    // Who lives at the same begins of lives is beside the same others.
    const auto [known, is_new] = last.emplace(std::tuple(item.times, item.size, item.alignment), i);
    if (!is_new) {
      item.twin = std::exchange(known->second, i);
    }
  }
}

void OrderedSearch::rank(PlacingOrder order) {
  const auto weight = [&](std::size_t i) {
    const auto size = static_cast<double>(items_[i].size);
    const auto length = static_cast<double>(items_[i].length);
    switch (order) {
      case PlacingOrder::kLength:
        return std::pair(length, size);
      case PlacingOrder::kSize:
        return std::pair(size, length);
      case PlacingOrder::kArea:
        return std::pair(size * length, size);
    }
    throw InternalError("no such order");
  };
  std::vector<std::size_t> by(items_.size());
  std::iota(by.begin(), by.end(), std::size_t{0});
  std::stable_sort(by.begin(), by.end(),
                   [&](std::size_t a, std::size_t b) { return weight(a) > weight(b); });
  for (std::size_t place = 0; place < by.size(); ++place) {
    rank_[by[place]] = place;
  }
}

// The lowest multiple of its alignment where none of those that are placed is in its way.
std::int64_t OrderedSearch::lowest(std::uint32_t item) const {
  std::vector<std::pair<std::int64_t, std::int64_t>> taken;
  for (const std::uint32_t other : items_[item].beside) {
    if (offset_[other] != kUnplaced) {
      taken.emplace_back(offset_[other], offset_[other] + items_[other].size);
    }
  }
  std::sort(taken.begin(), taken.end());
  std::int64_t at = 0;
  for (const auto& [begin, end] : taken) {
    if (begin >= at + items_[item].size) {
      break;
    }
    at = std::max(at, align_up(end, items_[item].alignment));
  }
  return at;
}

bool OrderedSearch::free_at_hint(std::uint32_t item) const {
  const auto& hint = problem_.buffers[items_[item].buffer].hint;
  if (!hint || hint->count() % items_[item].alignment != 0) {
    return false;
  }
  const std::vector<std::uint32_t>& beside = items_[item].beside;
  return std::none_of(beside.begin(), beside.end(), [&](std::uint32_t other) {
    return offset_[other] != kUnplaced && offset_[other] < hint->count() + items_[item].size &&
           hint->count() < offset_[other] + items_[other].size;
  });
}

Allocation OrderedSearch::place_all(PlacingOrder order) {
  rank(order);
  std::vector<std::uint32_t> by(items_.size());
  for (std::uint32_t i = 0; i < items_.size(); ++i) {
    by[rank_[i]] = i;
  }
  clear();
  for (const std::uint32_t item : by) {
    if (!items_[item].fixed && free_at_hint(item)) {
      offset_[item] = problem_.buffers[items_[item].buffer].hint->count();
    }
  }
  for (const std::uint32_t item : by) {
    if (offset_[item] == kUnplaced) {
      offset_[item] = lowest(item);
    }
  }
  return allocation();
}

std::size_t OrderedSearch::clear() {
  std::size_t free = 0;
  for (std::size_t i = 0; i < items_.size(); ++i) {
    if (!items_[i].fixed) {
      offset_[i] = kUnplaced;
      ++free;
    }
  }
  return free;
}

Allocation OrderedSearch::allocation() const {
  Allocation found;
  for (const AllocationBuffer& buffer : problem_.buffers) {
    found.offsets.push_back(buffer.fixed.value_or(Bytes(0)));
  }
  for (std::size_t i = 0; i < items_.size(); ++i) {
    found.offsets[items_[i].buffer] = Bytes(offset_[i]);
  }
  return found;
}

// Whether what lives together with `placed` and has no place yet still fits above the floor,
// wherever it would come to lie.
bool OrderedSearch::room_left(std::uint32_t placed) const {
  for (const std::uint32_t time : items_[placed].times) {
    std::int64_t needed = 0;
    std::int64_t top = floor_;  // what was placed there begins at or below the floor
    for (const std::uint32_t item : live_[time]) {
      if (offset_[item] == kUnplaced) {
        needed += items_[item].size;
      } else if (!items_[item].fixed) {
        top = std::max(top, offset_[item] + items_[item].size);
      }
    }
    for (const std::uint32_t item : live_[time]) {
      if (items_[item].fixed) {
        const std::int64_t end = offset_[item] + items_[item].size;
        needed += std::max<std::int64_t>(end - std::max(top, offset_[item]), 0);
      }
    }
    if (needed > capacity_ - top) {
      return false;
    }
  }
  return true;
}

SearchVerdict OrderedSearch::try_at(std::uint32_t item, std::size_t left) {
  const std::int64_t offset = low_[item];
  const std::int64_t end = offset + items_[item].size;
  const std::int64_t floor = std::exchange(floor_, offset);
  offset_[item] = offset;
  ++nodes_;
  std::vector<std::pair<std::uint32_t, std::int64_t>> moved;
  bool fits = room_left(item);
  for (const std::uint32_t other : items_[item].beside) {
    if (!fits) {
      break;
    }
    const bool in_its_way = offset_[other] == kUnplaced && low_[other] < end &&
                            offset < low_[other] + items_[other].size;
    if (in_its_way) {
      moved.emplace_back(other, low_[other]);
      low_[other] = lowest(other);
      fits = low_[other] + items_[other].size <= capacity_;
    }
  }
  const SearchVerdict verdict = fits ? place_rest(left - 1) : SearchVerdict::kRefuted;
  if (verdict == SearchVerdict::kPacked) {
    return verdict;
  }
  for (const auto& [other, low] : moved) {
    low_[other] = low;
  }
  offset_[item] = kUnplaced;
  floor_ = floor;
  return verdict;
}

SearchVerdict OrderedSearch::place_rest(std::size_t left) {
  if (left == 0) {
    return SearchVerdict::kPacked;
  }
  if (nodes_ >= last_node_ || (*stop_)()) {
    return SearchVerdict::kStopped;
  }
  // Nothing that follows can be in the way of what ends where the next one begins: that would never
  // rise to the floor.
  std::int64_t least_end = std::numeric_limits<std::int64_t>::max();
  for (std::size_t i = 0; i < items_.size(); ++i) {
    if (offset_[i] == kUnplaced) {
      least_end = std::min(least_end, low_[i] + items_[i].size);
    }
  }
  std::vector<std::uint32_t> ready;
  for (std::uint32_t i = 0; i < items_.size(); ++i) {
    const bool open = offset_[i] == kUnplaced && low_[i] >= floor_ && low_[i] < least_end;
    const std::size_t twin = items_[i].twin;
    if (open && (twin == kNone || offset_[twin] != kUnplaced)) {
      ready.push_back(i);
    }
  }
  std::sort(ready.begin(), ready.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::pair(low_[a], rank_[a]) < std::pair(low_[b], rank_[b]);
  });
  for (const std::uint32_t item : ready) {
    const SearchVerdict verdict = try_at(item, left);
    if (verdict != SearchVerdict::kRefuted) {
      return verdict;
    }
  }
  return SearchVerdict::kRefuted;
}

SearchVerdict OrderedSearch::run(PlacingOrder order, std::int64_t capacity, std::int64_t most_nodes,
                                 const std::function<bool()>& stop) {
  rank(order);
  capacity_ = capacity;
  floor_ = 0;
  last_node_ = nodes_ + most_nodes;
  stop_ = &stop;
  const std::size_t left = clear();
  for (std::uint32_t i = 0; i < items_.size(); ++i) {
    low_[i] = items_[i].fixed ? offset_[i] : lowest(i);
    if (low_[i] + items_[i].size > capacity) {
      return SearchVerdict::kRefuted;
    }
  }
  return contradicts_itself_ ? SearchVerdict::kRefuted : place_rest(left);
}

}  // namespace memplace
