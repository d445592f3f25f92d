// SPDX-License-Identifier: Apache-2.0
// Allocation problems as CSV, in the form of the MiniMalloc benchmarks: a header row that names the
// columns in any order, then a row a buffer.
//
//   id,lower,upper,size          id,lower,upper,size,offset
//   b1,0,3,4                     b1,0,3,4,8
//   b2,3,9,4                     b2,3,9,4,8
//
// `alignment`, `hint`, `offset` and `gaps` are optional columns; the last three may be empty in a
// row. A buffer with an offset is fixed there, unless all have one, which are then there to be
// checked; gaps are times when it is not live, as in "3-5 8-9". `buffer` and `buffer_id` stand for
// id, `begin` and `start` for lower, and `end` for the last time that belongs to the lifetime,
// upper - 1. Semicolons or tabs may stand for the commas, as spreadsheets write them, and a byte
// order mark at the begin. A field in quotes may have commas, newlines and doubled quotes in it.
//
// The buffers of several memories in one file are told apart by a column `memory`. It is what
// `simulate --addresses` writes:
//
//   id,memory,lower,upper,size,offset
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/allocation/problem.h"

namespace memplace {

// A file as it was read. All columns are kept, known or not, but `offset`.
struct AllocationTable {
  std::string header;               // lines without their ends
  std::vector<std::string> rows;    // one a buffer
  AllocationProblem problem;        // its capacity is not in the file
  std::optional<Allocation> given;  // where all buffers have an offset
};

// The buffers of one memory, or all of them where none is named. Throws Error with
// FILE:LINE:COLUMN; columns count bytes from 1.
AllocationTable parse_allocation_csv(const std::string& text, const std::string& source,
                                     const std::optional<std::string>& memory = std::nullopt);
AllocationTable read_allocation_csv(const std::string& path,
                                    const std::optional<std::string>& memory = std::nullopt);

// The rows with a column `offset` behind them.
std::string write_allocation_csv(const AllocationTable& table, const Allocation& allocation);

}  // namespace memplace
