// SPDX-License-Identifier: Apache-2.0
// Allocation without search: rules that place buffers one after another, quick enough for the inner
// loop of a search over mappings.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "sim/allocation/neighbours.h"
#include "sim/allocation/problem.h"

namespace memplace {

// Which rule made an allocation.
enum class AllocationRule {
  kHints,      // hinted buffers at their hints where free, then as kSize
  kSize,       // largest first, each at the lowest free place
  kSizeBest,   // largest first, each in the smallest gap that holds it, else on top
  kArea,       // largest product of size and lifetime first, lowest place
  kLength,     // longest lifetime first, lowest place
  kBegin,      // in order of time, lowest place
  kSkyline,    // from below: always the buffer that can lie lowest, longest first
  kReordered,  // orders improved round by round, lowest place
};
std::string_view name_of(AllocationRule rule);  // hints, size, size-best, ...

struct HeuristicOutcome {
  Bytes peak;
  AllocationRule rule = AllocationRule::kSize;

  bool operator==(const HeuristicOutcome&) const = default;
};

// Deterministic. Keeps its memory between calls: once it has seen a problem of as many buffers, as
// many of them live together, it allocates nothing. Not thread-safe; copies are independent.
class HeuristicAllocator {
 public:
  // Tries the rules in the order above, until an allocation fits the problem's capacity or has the
  // least peak that lower_bound() allows. `found` gets that or else the one with the least peak,
  // the earlier of equals. kHints is tried where there are hints; kReordered takes at most `rounds`
  // orders, beginning with that of the best rule and moving up what ended above the capacity. The
  // problem is one that check_problem() takes. A rule or round takes time for the pairs of buffers
  // that are live together.
  HeuristicOutcome allocate(const AllocationProblem& problem, Allocation& found,
                            std::size_t rounds = 0);

  // What one rule makes of the problem, whatever its capacity: `found`, and its peak. Not for
  // kReordered, which goes on from another rule.
  Bytes place(const AllocationProblem& problem, AllocationRule rule, Allocation& found);

  // lower_bound() of the problem of the last call, for which it is known already.
  Bytes bound() const { return Bytes(buffers_.bound()); }

 private:
  struct SortKey {
    std::uint64_t first = 0;
    std::uint64_t second = 0;
    std::uint32_t buffer = 0;
  };
  struct Span {
    std::int64_t offset = 0;
    std::int64_t end = 0;
  };
  // An entry of `placed_`.
  struct Placed {
    std::int64_t offset = 0;
    std::int64_t end = 0;
    std::int64_t lower = 0;
    std::int64_t upper = 0;
  };
  void read(const AllocationProblem& problem);
  std::int64_t run(AllocationRule rule);
  void sort_by(AllocationRule rule);
  std::int64_t place_in_order(bool best_fit, bool hints);
  template <bool kBestFit>
  std::int64_t place_among_neighbours(std::uint32_t i);
  template <bool kBestFit>
  std::int64_t place_among_all(std::uint32_t i) const;
  std::int64_t place_for(std::uint32_t i, bool best_fit);
  bool free_at_hint(std::uint32_t i) const;
  void put(std::uint32_t i, std::int64_t offset);
  std::int64_t skyline();
  void raise_floor(std::uint32_t place, std::int64_t floor);
  void move_up(std::size_t round, std::int64_t capacity);
  void write(Allocation& found) const;

  const AllocationProblem* problem_ = nullptr;  // during a call
  Neighbours buffers_;
  std::vector<std::uint32_t> order_;
  std::vector<std::uint32_t> best_order_;
  std::vector<std::int64_t> offset_;  // by buffer
  std::vector<Placed> placed_;        // by offset; where neighbours are not listed
  std::vector<Span> spans_;
  std::vector<SortKey> keys_;
  // Of skyline(), by place in `order_`: the aligned top of what is placed below, and above all
  // others once placed. A tree in an array has the lowest of two places above both.
  std::vector<std::int64_t> floor_;
  std::vector<std::uint32_t> lowest_;
  std::vector<std::uint32_t> place_of_;  // by buffer
  std::vector<std::uint32_t> moved_;
};

}  // namespace memplace
