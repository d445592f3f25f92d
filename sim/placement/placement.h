// SPDX-License-Identifier: Apache-2.0
// Where tensors are between inferences, and where ops find them.
#pragma once

#include <string>
#include <utility>

#include "sim/placement/mapping.h"
#include "sim/placement/problem.h"

namespace memplace {

// What a mapping decides where tensors may move: each tensor's home, and where the ops that read it
// find it. Where the two differ, the tensor is fetched there once an inference; it is movable then,
// and `near` is the faster of the two (law 9 of docs/model/timing.md).
struct Placement {
  Mapping homes;  // settled
  Mapping near;

  // Everything stays at home.
  explicit Placement(Mapping stays) : homes(stays), near(std::move(stays)) {}
  Placement(Mapping at_home, Mapping nearby) : homes(std::move(at_home)), near(std::move(nearby)) {}
  Placement() = default;

  bool fetches(TensorId id) const { return homes[id] != near[id]; }
  bool stays() const { return homes == near; }
  bool operator==(const Placement&) const = default;
};

// Whether the tensor may be fetched from one memory to the other.
bool can_fetch(const Problem& problem, TensorId id, MemoryId from, MemoryId to);

// Settles the homes, and leaves no fetch that cannot be.
void settle(const Problem& problem, Placement& placement);

// A place as users write it: "dram", or "dram > llc".
std::string place_text(const Chip& chip, MemoryId home, MemoryId near);

}  // namespace memplace
