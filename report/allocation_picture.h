// SPDX-License-Identifier: Apache-2.0
// An allocation as a drawing: addresses upwards, time to the right.
#pragma once

#include <string>

#include "sim/allocation/problem.h"

namespace memplace {

// At most 80 columns and 24 rows. Each character stands for a piece of memory over a piece of time
// and shows which buffer holds its middle: a letter or digit for the buffers in their order, again
// from `a` after the 62nd; `.` where there is none. Rows begin with the address of their lower
// edge, rounded down. Empty where no buffer has bytes.
std::string draw_allocation(const AllocationProblem& problem, const Allocation& allocation);

}  // namespace memplace
