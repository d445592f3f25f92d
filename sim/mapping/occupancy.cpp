// SPDX-License-Identifier: Apache-2.0
#include "sim/mapping/occupancy.h"

#include <algorithm>

#include "sim/mapping/placer.h"
#include "sim/mapping/rectify.h"

namespace memplace {

Occupancy occupancy(const Graph& graph, const Chip& chip, const Mode& mode,
                    const Mapping& mapping) {
  check_settled(graph, chip, mapping);
  Placer placer(graph, chip, mode);
  for (const TensorId id : graph.decisions()) {
    placer.place(id, mapping[id]);
  }
  Occupancy result;
  for (const MemoryId id : chip.memories.ids()) {
    MemoryOccupancy memory;
    memory.instances = instances_of(chip.memories[id], mode).instances;
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

bool is_feasible(const Graph& graph, const Chip& chip, const Mode& mode, const Mapping& mapping) {
  return allocate(graph, chip, mode, mapping).has_value();
}

}  // namespace memplace
