// SPDX-License-Identifier: Apache-2.0
#include "sim/feasible/occupancy.h"

#include <algorithm>

#include "sim/feasible/placer.h"
#include "sim/feasible/rectify.h"

namespace memplace {

Occupancy occupancy(const Problem& problem, const Mapping& mapping) {
  check_settled(problem, mapping);
  Placer placer(problem);
  for (const TensorId id : problem.decisions().tensors()) {
    placer.place(id, mapping[id]);
  }
  Occupancy result;
  for (const MemoryId id : problem.chip().memories.ids()) {
    MemoryOccupancy memory;
    memory.instances = instances_of(problem.chip().memories[id], problem.mode()).instances;
    memory.capacity = placer.capacity(id);
    for (std::size_t step = 0; step < placer.steps(); ++step) {
      memory.live.push_back(placer.taken(id, step));
    }
    const auto peak = std::max_element(memory.live.begin(), memory.live.end());
    memory.peak = *peak;
    memory.peak_step = static_cast<std::size_t>(peak - memory.live.begin());
    memory.final_bytes = memory.live.back();
    result.push_back(std::move(memory));
  }
  return result;
}

bool is_feasible(const Problem& problem, const Mapping& mapping) {
  return allocate(problem, mapping).has_value();
}

}  // namespace memplace
