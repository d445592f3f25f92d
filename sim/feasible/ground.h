// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "sim/chip/chip.h"
#include "sim/feasible/packer.h"
#include "sim/feasible/placer.h"
#include "sim/feasible/placing_order.h"
#include "sim/placement/mapping.h"
#include "sim/placement/problem.h"

namespace memplace {

// Of a decision that is in no memory at the moment.
inline constexpr MemoryId kNoMemory{kMaxMemories};

// A placement to fall back to: that of the confined decisions where they have addresses together,
// all others in the slowest memory; or of everything, if that has no room for them.
struct Ground {
  Mapping mapping;
  std::optional<TensorId> homeless;  // the first confined decision without a place in it
  bool io_packs = false;             // above the slowest memory inputs and outputs have addresses
  bool slowest_packs = false;        // whatever is in the slowest memory
  bool grounded = false;             // all of `mapping` has addresses

  // Whether what cannot give way has a place; else no mapping can be given.
  bool found() const { return io_packs && !homeless.has_value(); }
  bool whole() const { return grounded && !slowest_packs; }
};

// Finds places for the confined decisions, and whether the slowest memory packs all others. The
// placer is left filled, and the packer has learned what was found.
Ground find_ground(const Problem& problem, const PlacingOrder& order, Placer& placer,
                   Packer& packer);

}  // namespace memplace
