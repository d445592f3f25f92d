// SPDX-License-Identifier: Apache-2.0
#include "sim/feasible/occupancy.h"

#include <algorithm>

#include "sim/feasible/alignment.h"
#include "sim/feasible/placer.h"
#include "sim/feasible/rectify.h"

namespace memplace {
namespace {

void sum_up(MemoryOccupancy& memory) {
  const auto peak = std::max_element(memory.live.begin(), memory.live.end());
  memory.peak = *peak;
  memory.peak_step = static_cast<std::size_t>(peak - memory.live.begin());
  memory.final_bytes = memory.live.back();
}

}  // namespace

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
    sum_up(memory);
    result.push_back(std::move(memory));
  }
  return result;
}

Occupancy occupancy(const Problem& problem, const Mapping& homes, const MovePlan& plan) {
  Occupancy result = occupancy(problem, homes);
  for (const Move& move : plan.moves) {
    const Memory& memory = problem.chip().memories[move.to];
    const std::int64_t copies = memory.scope == Scope::kChip ? problem.mode().streams : 1;
    for (std::size_t step = move.steps().begin; step < move.steps().end; ++step) {
      result[move.to].live[step] += align_up(move.bytes, memory.alignment) * copies;
    }
  }
  for (MemoryOccupancy& memory : result) {
    sum_up(memory);
  }
  return result;
}

bool is_feasible(const Problem& problem, const Mapping& mapping) {
  return allocate(problem, mapping).has_value();
}

}  // namespace memplace
