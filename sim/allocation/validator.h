// SPDX-License-Identifier: Apache-2.0
// An independent check of allocations: the rules written out naively, pair by pair. It shares no
// code with the solver or the heuristics.
#pragma once

#include <cstddef>
#include <string_view>

#include "sim/allocation/problem.h"

namespace memplace {

enum class AllocationViolation {
  kNone,
  kWrongSize,     // not one offset a buffer
  kBelowZero,     // a negative offset
  kMisaligned,    // an offset that is no multiple of the alignment
  kMoved,         // another offset than the fixed one
  kOverCapacity,  // a buffer that ends above the capacity
  kOverlap,       // two buffers that share a byte while both live
};
std::string_view name_of(AllocationViolation violation);  // none, wrong-size, below-zero, ...

// The first violation found, in the order of AllocationViolation and then of buffers. Fields that
// do not apply are zero. Buffers of no bytes are in nobody's way.
struct AllocationValidation {
  AllocationViolation violation = AllocationViolation::kNone;
  std::size_t buffer = 0;
  std::size_t other = 0;  // for kOverlap, after `buffer`

  bool operator==(const AllocationValidation&) const = default;
};

// Takes O(buffers^2).
AllocationValidation validate(const AllocationProblem& problem, const Allocation& allocation);

}  // namespace memplace
