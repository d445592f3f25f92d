// SPDX-License-Identifier: Apache-2.0
// Tables of buffers: the same promises as of graph_targets.h.
#pragma once

#include <string>

#include "base/error.h"
#include "sim/allocation/allocation_csv.h"
#include "tests/fuzz/takes.h"

namespace memplace::test {

inline bool take_csv(const std::string& text) {
  return takes([&] {
    const auto reader = [](const std::string& csv) {
      return parse_allocation_csv(csv, "fuzz.csv");
    };
    const AllocationTable table = reader(text);
    std::string lines = table.header + '\n';
    for (const std::string& row : table.rows) {
      lines += row + '\n';
    }
    MEMPLACE_ASSERT(reread(lines, reader).problem.buffers == table.problem.buffers, lines);
  });
}

}  // namespace memplace::test
