// SPDX-License-Identifier: Apache-2.0
#include "sim/allocation/heuristics.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <numeric>
#include <string>
#include <tuple>
#include <utility>

#include "base/error.h"
#include "base/stopping.h"

namespace memplace {
namespace {

constexpr std::int64_t kNowhere = -1;
constexpr std::uint32_t kBuffersBetweenLooks = 64;
constexpr std::int64_t kPlaced = std::numeric_limits<std::int64_t>::max();

// Few are sorted by hand, for which std::sort takes longer.
template <typename Span>
void sort_spans(std::vector<Span>& spans) {
  constexpr std::size_t kFew = 32;
  if (spans.size() > kFew) {
    std::sort(spans.begin(), spans.end(),
              [](const Span& a, const Span& b) { return a.offset < b.offset; });
    return;
  }
  for (std::size_t k = 1; k < spans.size(); ++k) {
    const Span span = spans[k];
    std::size_t at = k;
    for (; at > 0 && span.offset < spans[at - 1].offset; --at) {
      spans[at] = spans[at - 1];
    }
    spans[at] = span;
  }
}

// Takes what lies in the way of one buffer by offset and says where the buffer goes.
template <bool kBestFit>
class GapFinder {
 public:
  explicit GapFinder(const PlacedBuffer& buffer)
      : size_(buffer.size), alignment_(buffer.alignment) {}

  // True where the place is known.
  bool meet(std::int64_t offset, std::int64_t end) {
    const std::int64_t gap = offset - bottom_;
    if (gap >= size_ && gap < least_gap_) {
      best_ = bottom_;
      least_gap_ = gap;
      if (!kBestFit) {
        return true;
      }
    }
    if (end > bottom_) {
      bottom_ = alignment_ == 1 ? end : align_up(end, alignment_);
    }
    return false;
  }

  std::int64_t place() const { return best_ == kNowhere ? bottom_ : best_; }

 private:
  std::int64_t size_;
  std::int64_t alignment_;
  std::int64_t bottom_ = 0;  // aligned end of what lies below
  std::int64_t best_ = kNowhere;
  std::int64_t least_gap_ = std::numeric_limits<std::int64_t>::max();
};

}  // namespace

std::string_view name_of(AllocationRule rule) {
  static constexpr std::array<std::string_view, 8> kNames{
      "hints", "size", "size-best", "area", "length", "begin", "skyline", "reordered"};
  return kNames[static_cast<std::size_t>(rule)];
}

HeuristicOutcome HeuristicAllocator::allocate(const AllocationProblem& problem, Allocation& found,
                                              std::size_t rounds) {
  read(problem);
  const std::int64_t enough = std::max(problem.capacity.count(), buffers_.bound());
  HeuristicOutcome best{Bytes(std::numeric_limits<std::int64_t>::max()), AllocationRule::kHints};
  const auto keep_if_better = [&](AllocationRule rule, std::int64_t reached) {
    if (Bytes(reached) < best.peak) {
      best = {Bytes(reached), rule};
      write(found);
      best_order_ = order_;
    }
    return best.peak.count() <= enough;
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
    if (rule != AllocationRule::kSizeBest) {  // which has the order of kSize
      sort_by(rule);
    }
    if (keep_if_better(rule, run(rule))) {
      return best;
    }
  }
  order_ = best_order_;
  for (std::size_t round = 0; round < rounds; ++round) {
    if (keep_if_better(AllocationRule::kReordered, place_in_order(false, false))) {
      return best;
    }
    move_up(round, enough);
  }
  return best;
}

Bytes HeuristicAllocator::place(const AllocationProblem& problem, AllocationRule rule,
                                Allocation& found) {
  MEMPLACE_ASSERT(rule != AllocationRule::kReordered, std::string(name_of(rule)));
  read(problem);
  sort_by(rule);
  const std::int64_t reached = run(rule);
  write(found);
  return Bytes(reached);
}

void HeuristicAllocator::read(const AllocationProblem& problem) {
  problem_ = &problem;
  buffers_.find(problem);
  const std::size_t count = buffers_.size();
  order_.resize(count);
  best_order_.resize(count);
  moved_.resize(count);
  offset_.resize(count);
  placed_.reserve(buffers_.dense() ? count : 0);
  spans_.reserve(count);
}

void HeuristicAllocator::write(Allocation& found) const {
  found.offsets.resize(offset_.size());
  std::transform(offset_.begin(), offset_.end(), found.offsets.begin(),
                 [](std::int64_t offset) { return Bytes(offset); });
}

std::int64_t HeuristicAllocator::run(AllocationRule rule) {
  if (rule == AllocationRule::kSkyline) {
    return skyline();
  }
  return place_in_order(rule == AllocationRule::kSizeBest, rule == AllocationRule::kHints);
}

void HeuristicAllocator::sort_by(AllocationRule rule) {
  keys_.resize(buffers_.size());
  for (std::uint32_t i = 0; i < keys_.size(); ++i) {
    const PlacedBuffer& buffer = buffers_[i];
    // Falling size and length as rising numbers; a double that is not negative is in the order of
    // its bits.
    const auto size = ~static_cast<std::uint64_t>(buffer.size);
    const auto length = ~static_cast<std::uint64_t>(buffer.upper - buffer.lower);
    const double area =
        static_cast<double>(buffer.size) * static_cast<double>(buffer.upper - buffer.lower);
    switch (rule) {
      case AllocationRule::kArea:
        keys_[i] = {~std::bit_cast<std::uint64_t>(area), 0, i};
        break;
      case AllocationRule::kLength:
      case AllocationRule::kSkyline:
        keys_[i] = {length, size, i};
        break;
      case AllocationRule::kBegin:
        keys_[i] = {static_cast<std::uint64_t>(buffer.lower) ^ (std::uint64_t{1} << 63U), size, i};
        break;
      default:
        keys_[i] = {size, length, i};
    }
  }
  const auto before = [](const SortKey& a, const SortKey& b) {
    return std::tie(a.first, a.second, a.buffer) < std::tie(b.first, b.second, b.buffer);
  };
  if (!std::is_sorted(keys_.begin(), keys_.end(), before)) {
    std::sort(keys_.begin(), keys_.end(), before);
  }
  std::transform(keys_.begin(), keys_.end(), order_.begin(),
                 [](const SortKey& key) { return key.buffer; });
}

std::int64_t HeuristicAllocator::place_in_order(bool best_fit, bool hints) {
  std::fill(offset_.begin(), offset_.end(), kNowhere);
  placed_.clear();
  if (hints) {
    for (const std::uint32_t i : order_) {
      if (problem_->buffers[i].hint && free_at_hint(i)) {
        put(i, problem_->buffers[i].hint->count());
      }
    }
  }
  std::int64_t highest = 0;
  Lookout lookout(kBuffersBetweenLooks);
  for (const std::uint32_t i : order_) {
    lookout.step();
    if (offset_[i] == kNowhere) {
      if (buffers_[i].size == 0) {
        offset_[i] = 0;
        continue;
      }
      put(i, place_for(i, best_fit));
    }
    highest = std::max(highest, offset_[i] + buffers_[i].size);
  }
  return highest;
}

void HeuristicAllocator::put(std::uint32_t i, std::int64_t offset) {
  offset_[i] = offset;
  if (buffers_.dense()) {
    const auto at = std::upper_bound(
        placed_.begin(), placed_.end(), offset,
        [](std::int64_t place, const Placed& placed) { return place < placed.offset; });
    placed_.insert(at, {offset, offset + buffers_[i].size, buffers_[i].lower, buffers_[i].upper});
  }
}

bool HeuristicAllocator::free_at_hint(std::uint32_t i) const {
  const std::int64_t hint = problem_->buffers[i].hint->count();
  if (buffers_[i].size == 0 || hint % buffers_[i].alignment != 0) {
    return false;
  }
  bool free = true;
  buffers_.for_each(i, [&](std::uint32_t j) {
    free = free && (offset_[j] == kNowhere || offset_[j] >= hint + buffers_[i].size ||
                    hint >= offset_[j] + buffers_[j].size);
  });
  return free;
}

std::int64_t HeuristicAllocator::place_for(std::uint32_t i, bool best_fit) {
  if (buffers_.dense()) {
    return best_fit ? place_among_all<true>(i) : place_among_all<false>(i);
  }
  return best_fit ? place_among_neighbours<true>(i) : place_among_neighbours<false>(i);
}

template <bool kBestFit>
std::int64_t HeuristicAllocator::place_among_neighbours(std::uint32_t i) {
  const auto beside = buffers_.of(i);
  spans_.resize(beside.size());
  std::size_t met = 0;  // written and then kept or not, since no processor guesses which
  for (const std::uint32_t j : beside) {
    spans_[met] = {offset_[j], offset_[j] + buffers_[j].size};
    met += offset_[j] != kNowhere ? 1U : 0U;
  }
  spans_.resize(met);
  sort_spans(spans_);
  GapFinder<kBestFit> finder(buffers_[i]);
  for (const Span& span : spans_) {
    if (finder.meet(span.offset, span.end)) {
      break;
    }
  }
  return finder.place();
}

template <bool kBestFit>
std::int64_t HeuristicAllocator::place_among_all(std::uint32_t i) const {
  const PlacedBuffer& buffer = buffers_[i];
  GapFinder<kBestFit> finder(buffer);
  for (const Placed& placed : placed_) {
    if (placed.lower < buffer.upper && buffer.lower < placed.upper &&
        finder.meet(placed.offset, placed.end)) {
      break;
    }
  }
  return finder.place();
}

// Always the buffer with the lowest floor, the earliest in the order of these.
std::int64_t HeuristicAllocator::skyline() {
  const std::size_t count = order_.size();
  if (count == 0) {
    return 0;
  }
  buffers_.make_lists();
  place_of_.resize(count);
  floor_.assign(count, 0);
  lowest_.resize(2 * count);
  for (std::uint32_t place = 0; place < count; ++place) {
    place_of_[order_[place]] = place;
    lowest_[count + place] = place;
  }
  for (std::size_t node = count - 1; node > 0; --node) {
    lowest_[node] = std::min(lowest_[2 * node], lowest_[2 * node + 1]);
  }
  std::int64_t highest = 0;
  Lookout lookout(kBuffersBetweenLooks);
  for (std::size_t placed = 0; placed < count; ++placed) {
    lookout.step();
    const std::uint32_t place = lowest_[1];
    const std::uint32_t i = order_[place];
    offset_[i] = floor_[place];
    raise_floor(place, kPlaced);
    if (buffers_[i].size == 0) {
      continue;
    }
    const std::int64_t end = offset_[i] + buffers_[i].size;
    highest = std::max(highest, end);
    buffers_.for_each(i, [&](std::uint32_t j) {
      const std::uint32_t other = place_of_[j];
      if (floor_[other] < end) {
        raise_floor(other, align_up(end, buffers_[j].alignment));
      }
    });
  }
  return highest;
}

// One that rises changes who is lowest only where it was the lowest itself.
void HeuristicAllocator::raise_floor(std::uint32_t place, std::int64_t floor) {
  floor_[place] = floor;
  for (std::size_t node = (order_.size() + place) / 2; node > 0 && lowest_[node] == place;
       node /= 2) {
    const std::uint32_t a = lowest_[2 * node];
    const std::uint32_t b = lowest_[2 * node + 1];
    const bool second = floor_[b] != floor_[a] ? floor_[b] < floor_[a] : b < a;
    lowest_[node] = second ? b : a;
  }
}

// What ended above the capacity moves up by a twentieth of all places or less; by how much changes
// from round to round, so that the orders do not go round in a circle. Those that move and those
// that stay are in order, so that merging them is enough.
void HeuristicAllocator::move_up(std::size_t round, std::int64_t capacity) {
  constexpr std::int64_t kScale = 1024;
  constexpr std::size_t kPrime = 7919;
  constexpr std::size_t kCycle = 13;
  const auto count = static_cast<std::int64_t>(order_.size());
  const auto step = static_cast<std::int64_t>(1 + round * kPrime % kCycle);
  const std::int64_t distance = count * kScale * step / 200 + kScale;
  const auto rises = [&](std::size_t place) {
    return offset_[order_[place]] + buffers_[order_[place]].size > capacity;
  };
  std::size_t next = 0;
  std::size_t riser = 0;
  std::size_t stayer = 0;
  while (next < order_.size()) {
    while (riser < order_.size() && !rises(riser)) {
      ++riser;
    }
    while (stayer < order_.size() && rises(stayer)) {
      ++stayer;
    }
    const auto rank = [&](std::size_t place) { return static_cast<std::int64_t>(place) * kScale; };
    const bool rise =
        riser < order_.size() &&
        (stayer == order_.size() || std::make_pair(rank(riser) - distance, order_[riser]) <
                                        std::make_pair(rank(stayer), order_[stayer]));
    moved_[next++] = order_[rise ? riser++ : stayer++];
  }
  order_.swap(moved_);
}

}  // namespace memplace
