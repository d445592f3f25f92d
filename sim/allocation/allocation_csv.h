// SPDX-License-Identifier: Apache-2.0
// Allocation problems as CSV, in the form of the MiniMalloc benchmarks: a header row that names the
// columns in any order, then a row a buffer.
//
//   id,lower,upper,size          id,lower,upper,size,offset
//   b1,0,3,4                     b1,0,3,4,8
//   b2,3,9,4                     b2,3,9,4,8
//
// `alignment` and `hint` are optional columns; the latter may be empty in a row. `buffer` and
// `buffer_id` stand for id, `begin` and `start` for lower, and `end` for the last time that belongs
// to the lifetime, upper - 1.
#pragma once

#include <string>
#include <vector>

#include "sim/allocation/problem.h"

namespace memplace {

// A file as it was read. All columns are kept, known or not.
struct AllocationTable {
  std::string header;             // lines without their ends
  std::vector<std::string> rows;  // one a buffer
  AllocationProblem problem;      // its capacity is not in the file
};

// Throws Error with FILE:LINE:COLUMN; columns count bytes from 1.
AllocationTable parse_allocation_csv(const std::string& text, const std::string& source);
AllocationTable read_allocation_csv(const std::string& path);

// The rows with a column `offset` behind them.
std::string write_allocation_csv(const AllocationTable& table, const Allocation& allocation);

}  // namespace memplace
