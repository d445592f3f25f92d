// SPDX-License-Identifier: Apache-2.0
// Allocation without search: rules that place buffers one after another, quick enough for the inner
// loop of a search over mappings.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

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

// Deterministic. Keeps its memory between calls: once it has seen a problem of as many buffers, it
// allocates nothing. Not thread-safe; copies are independent.
class HeuristicAllocator {
 public:
  // Tries the rules in the order above, until an allocation fits the problem's capacity. `found`
  // gets that or else the one with the least peak, the earlier of equals. kHints is tried where
  // there are hints; kReordered takes at most `rounds` orders, beginning with that of the best rule
  // and moving up what ended above the capacity. The problem is one that check_problem() takes.
  // O(buffers^2) a rule and a round.
  HeuristicOutcome allocate(const AllocationProblem& problem, Allocation& found,
                            std::size_t rounds = 0);

 private:
  Bytes run(AllocationRule rule);
  void sort_by(AllocationRule rule);
  Bytes place_in_order(bool best_fit, bool hints);
  std::int64_t place_for(std::uint32_t i, bool best_fit) const;
  bool free_at_hint(std::uint32_t i) const;
  void put(std::uint32_t i, std::int64_t offset);
  Bytes skyline();
  void move_up(std::size_t round);

  const AllocationProblem* problem_ = nullptr;
  std::vector<std::uint32_t> order_;
  std::vector<std::uint32_t> best_order_;
  std::vector<std::int64_t> offset_;
  std::vector<std::uint32_t> placed_;  // by offset
  std::vector<std::int64_t> key_;
};

}  // namespace memplace
