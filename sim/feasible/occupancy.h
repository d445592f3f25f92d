// SPDX-License-Identifier: Apache-2.0
// How full each memory is under a mapping, step by step.
#pragma once

#include <cstddef>
#include <vector>

#include "base/strong_id.h"
#include "base/units.h"
#include "sim/chip/chip.h"
#include "sim/placement/mapping.h"
#include "sim/placement/moves.h"
#include "sim/placement/problem.h"

namespace memplace {

// One memory, all numbers of one instance (all instances are alike) and in whole multiples of its
// alignment.
struct MemoryOccupancy {
  std::size_t instances = 1;
  Bytes capacity;
  std::vector<Bytes> live;    // by schedule step
  Bytes peak;                 // the largest of `live`
  std::size_t peak_step = 0;  // the first step that has it
  Bytes final_bytes;          // at the last step

  bool overflows() const { return peak > capacity; }
  bool operator==(const MemoryOccupancy&) const = default;
};

using Occupancy = IdVector<MemoryId, MemoryOccupancy>;

// The live bytes of every memory, by the rules of Placer (sim/feasible/placer.h). `mapping` is
// settled; it need not be feasible.
Occupancy occupancy(const Problem& problem, const Mapping& mapping);
// The same with the copies of `plan`, of which each stream has its own: from the step after a
// move's `after` to the last op that reads the copy.
Occupancy occupancy(const Problem& problem, const Mapping& homes, const MovePlan& plan);

// Whether addresses are found for everything (allocate(), sim/feasible/rectify.h). The live bytes
// of every memory then fit its capacity at every step.
bool is_feasible(const Problem& problem, const Mapping& mapping);

}  // namespace memplace
