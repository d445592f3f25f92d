// SPDX-License-Identifier: Apache-2.0
#include "sim/placement/placement.h"

namespace memplace {

bool can_fetch(const Problem& problem, TensorId id, MemoryId from, MemoryId to) {
  return problem.movables().contains(id) && from < to && !problem.chip().memories[to].read_only;
}

void settle(const Problem& problem, Placement& placement) {
  settle(problem, placement.homes);
  Mapping near = placement.homes;
  for (const Movable& movable : problem.movables().list()) {
    const TensorId id = movable.tensor;
    if (can_fetch(problem, id, placement.homes[id], placement.near[id])) {
      near[id] = placement.near[id];
    }
  }
  for (const TensorId id : problem.movables().viewed()) {
    near[id] = near[problem.graph().storage(id)];
  }
  placement.near = std::move(near);
}

std::string place_text(const Chip& chip, MemoryId home, MemoryId near) {
  const std::string& at = chip.memories[home].name;
  return near == home ? at : at + " > " + chip.memories[near].name;
}

}  // namespace memplace
