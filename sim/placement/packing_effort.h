// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "sim/allocation/problem.h"

namespace memplace {

// How hard addresses are looked for, in work, never in time.
struct PackingEffort {
  std::size_t rounds = 0;             // of HeuristicAllocator
  std::size_t most_searched = 16;     // the tree search is for problems of so many buffers
  std::int64_t most_nodes = 200'000;  // and ends after so many nodes

  bool operator==(const PackingEffort&) const = default;
};

// Rules alone for all but small problems, which are searched to the end: for the inner loop of a
// search over mappings.
inline constexpr PackingEffort kQuickPacking{};
// Every problem is searched.
inline constexpr PackingEffort kExactPacking{200, kMostAllocationBuffers, 200'000};

}  // namespace memplace
