// SPDX-License-Identifier: Apache-2.0
// Allocations within a capacity, found or proven not to exist; and least capacities.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>

#include "sim/allocation/problem.h"

namespace memplace {

// When to give up. The results depend on `most_nodes` alone where `stop` never says so.
struct AllocationLimits {
  std::int64_t most_nodes = std::numeric_limits<std::int64_t>::max();
  std::function<bool()> stop = [] { return false; };  // asked from time to time
  std::size_t rounds = 200;                           // of HeuristicAllocator, at most
};

enum class AllocationStatus { kAllocated, kInfeasible, kUnknown };

struct AllocationResult {
  AllocationStatus status = AllocationStatus::kUnknown;
  Allocation allocation;   // where kAllocated; else the best there is, which does not fit
  Bytes bound;             // no allocation has a lower peak
  std::int64_t nodes = 0;  // buffers that the search placed
  // What found it or refuted it: "lower bound", "search", "heuristic RULE", or "fixed offsets"
  // where two of these contradict each other.
  std::string method;
};

// More buffers than this are left to the heuristics.
inline constexpr std::size_t kMostSearchedBuffers = 10'000;

// And so many, with their gaps, are taken where some are fixed or have gaps, which takes memory by
// the square of that.
inline constexpr std::size_t kMostConstrainedBuffers = 3'000;

// Bounds, then heuristics, then search, until one of them answers. Throws Error where
// check_problem() does, and for more than
// kMostConstrainedBuffers.
AllocationResult solve_allocation(const AllocationProblem& problem, const AllocationLimits& limits);

// An allocation of the least peak that is found within the limits; the problem's capacity is of no
// account. It is proven to be the least where its peak is `bound`. kAllocated, or kInfeasible by
// fixed offsets. Throws likewise.
AllocationResult minimize_allocation(const AllocationProblem& problem,
                                     const AllocationLimits& limits);

}  // namespace memplace
