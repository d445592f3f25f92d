// SPDX-License-Identifier: Apache-2.0
#include "sim/allocation/heuristics.h"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <tuple>

namespace memplace {
namespace {

constexpr std::int64_t kNowhere = -1;

bool both_live(const AllocationBuffer& a, const AllocationBuffer& b) {
  return a.lower < b.upper && b.lower < a.upper;
}

}  // namespace

std::string_view name_of(AllocationRule rule) {
  static constexpr std::array<std::string_view, 8> kNames{
      "hints", "size", "size-best", "area", "length", "begin", "skyline", "reordered"};
  return kNames[static_cast<std::size_t>(rule)];
}

HeuristicOutcome HeuristicAllocator::allocate(const AllocationProblem& problem, Allocation& found,
                                              std::size_t rounds) {
  problem_ = &problem;
  const std::size_t count = problem.buffers.size();
  order_.resize(count);
  best_order_.resize(count);
  offset_.resize(count);
  key_.resize(count);
  placed_.reserve(count);
  found.offsets.resize(count);
  HeuristicOutcome best{Bytes(std::numeric_limits<std::int64_t>::max()), AllocationRule::kHints};
  const auto keep_if_better = [&](AllocationRule rule, Bytes reached) {
    if (reached < best.peak) {
      best = {reached, rule};
      std::transform(offset_.begin(), offset_.end(), found.offsets.begin(),
                     [](std::int64_t offset) { return Bytes(offset); });
      best_order_ = order_;
    }
    return best.peak <= problem.capacity;
  };
  const bool hinted =
      std::any_of(problem.buffers.begin(), problem.buffers.end(),
                  [](const AllocationBuffer& buffer) { return buffer.hint.has_value(); });
  for (const AllocationRule rule :
       {AllocationRule::kHints, AllocationRule::kSize, AllocationRule::kSizeBest,
        AllocationRule::kArea, AllocationRule::kLength, AllocationRule::kBegin,
        AllocationRule::kSkyline}) {
    if (rule == AllocationRule::kHints && !hinted) {
      continue;
    }
    if (keep_if_better(rule, run(rule))) {
      return best;
    }
  }
  order_ = best_order_;
  for (std::size_t round = 0; round < rounds; ++round) {
    const Bytes reached = place_in_order(false, false);
    if (keep_if_better(AllocationRule::kReordered, reached)) {
      return best;
    }
    move_up(round);
  }
  return best;
}

Bytes HeuristicAllocator::run(AllocationRule rule) {
  sort_by(rule);
  if (rule == AllocationRule::kSkyline) {
    return skyline();
  }
  return place_in_order(rule == AllocationRule::kSizeBest, rule == AllocationRule::kHints);
}

void HeuristicAllocator::sort_by(AllocationRule rule) {
  std::iota(order_.begin(), order_.end(), std::uint32_t{0});
  const auto length = [&](std::uint32_t i) {
    return static_cast<double>(problem_->buffers[i].upper) -
           static_cast<double>(problem_->buffers[i].lower);
  };
  const auto before = [&](std::uint32_t a, std::uint32_t b) {
    const auto size_a = static_cast<double>(problem_->buffers[a].size.count());
    const auto size_b = static_cast<double>(problem_->buffers[b].size.count());
    switch (rule) {
      case AllocationRule::kArea:
        return std::make_tuple(-length(a) * size_a, a) < std::make_tuple(-length(b) * size_b, b);
      case AllocationRule::kLength:
      case AllocationRule::kSkyline:
        return std::make_tuple(-length(a), -size_a, a) < std::make_tuple(-length(b), -size_b, b);
      case AllocationRule::kBegin:
        return std::make_tuple(problem_->buffers[a].lower, -size_a, a) <
               std::make_tuple(problem_->buffers[b].lower, -size_b, b);
      default:
        return std::make_tuple(-size_a, -length(a), a) < std::make_tuple(-size_b, -length(b), b);
    }
  };
  std::sort(order_.begin(), order_.end(), before);
}

Bytes HeuristicAllocator::place_in_order(bool best_fit, bool hints) {
  std::fill(offset_.begin(), offset_.end(), kNowhere);
  placed_.clear();
  if (hints) {
    for (const std::uint32_t i : order_) {
      if (problem_->buffers[i].hint && free_at_hint(i)) {
        put(i, problem_->buffers[i].hint->count());
      }
    }
  }
  Bytes highest;
  for (const std::uint32_t i : order_) {
    const AllocationBuffer& buffer = problem_->buffers[i];
    if (offset_[i] == kNowhere) {
      if (buffer.size == Bytes(0)) {
        offset_[i] = 0;
        continue;
      }
      put(i, place_for(i, best_fit));
    }
    highest = std::max(highest, Bytes(offset_[i]) + buffer.size);
  }
  return highest;
}

void HeuristicAllocator::put(std::uint32_t i, std::int64_t offset) {
  offset_[i] = offset;
  placed_.insert(
      std::upper_bound(placed_.begin(), placed_.end(), i,
                       [&](std::uint32_t a, std::uint32_t b) { return offset_[a] < offset_[b]; }),
      i);
}

bool HeuristicAllocator::free_at_hint(std::uint32_t i) const {
  const AllocationBuffer& buffer = problem_->buffers[i];
  if (buffer.size == Bytes(0) || buffer.hint->count() % buffer.alignment != 0) {
    return false;
  }
  return std::none_of(placed_.begin(), placed_.end(), [&](std::uint32_t j) {
    const AllocationBuffer& other = problem_->buffers[j];
    return both_live(buffer, other) && offset_[j] < (*buffer.hint + buffer.size).count() &&
           buffer.hint->count() < offset_[j] + other.size.count();
  });
}

std::int64_t HeuristicAllocator::place_for(std::uint32_t i, bool best_fit) const {
  const AllocationBuffer& buffer = problem_->buffers[i];
  std::int64_t bottom = 0;  // aligned end of what lies below
  std::int64_t best = kNowhere;
  std::int64_t least_gap = std::numeric_limits<std::int64_t>::max();
  for (const std::uint32_t j : placed_) {
    const AllocationBuffer& other = problem_->buffers[j];
    if (!both_live(buffer, other)) {
      continue;
    }
    const std::int64_t gap = offset_[j] - bottom;
    if (gap >= buffer.size.count() && gap < least_gap) {
      best = bottom;
      least_gap = gap;
      if (!best_fit) {
        return best;
      }
    }
    bottom = std::max(bottom, align_up(offset_[j] + other.size.count(), buffer.alignment));
  }
  return best == kNowhere ? bottom : best;
}

// `key_` is each buffer's floor, the aligned top of what is placed below it.
Bytes HeuristicAllocator::skyline() {
  std::fill(key_.begin(), key_.end(), 0);
  std::fill(offset_.begin(), offset_.end(), kNowhere);
  Bytes highest;
  for (std::size_t placed = 0; placed < order_.size(); ++placed) {
    std::uint32_t lowest = 0;
    bool any = false;
    for (const std::uint32_t i : order_) {
      if (offset_[i] == kNowhere && (!any || key_[i] < key_[lowest])) {
        lowest = i;
        any = true;
      }
    }
    const AllocationBuffer& buffer = problem_->buffers[lowest];
    if (buffer.size == Bytes(0)) {
      offset_[lowest] = 0;
      continue;
    }
    offset_[lowest] = key_[lowest];
    const Bytes end = Bytes(key_[lowest]) + buffer.size;
    highest = std::max(highest, end);
    for (const std::uint32_t i : order_) {
      if (offset_[i] == kNowhere && both_live(problem_->buffers[i], buffer)) {
        key_[i] = std::max(key_[i], align_up(end.count(), problem_->buffers[i].alignment));
      }
    }
  }
  return highest;
}

// What ended above the capacity moves up by a twentieth of all places or less; by how much changes
// from round to round, so that the orders do not go round in a circle.
void HeuristicAllocator::move_up(std::size_t round) {
  constexpr std::int64_t kScale = 1024;
  constexpr std::size_t kPrime = 7919;
  constexpr std::size_t kCycle = 13;
  const auto count = static_cast<std::int64_t>(order_.size());
  const auto step = static_cast<std::int64_t>(1 + round * kPrime % kCycle);
  const std::int64_t distance = count * kScale * step / 200 + kScale;
  for (std::size_t place = 0; place < order_.size(); ++place) {
    const std::uint32_t i = order_[place];
    const Bytes end = Bytes(offset_[i]) + problem_->buffers[i].size;
    key_[i] = static_cast<std::int64_t>(place) * kScale;
    key_[i] -= end > problem_->capacity ? distance : 0;
  }
  // Ties, as of two that moved to the same place, go by number: stable_sort would allocate.
  std::sort(order_.begin(), order_.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::make_pair(key_[a], a) < std::make_pair(key_[b], b);
  });
}

}  // namespace memplace
