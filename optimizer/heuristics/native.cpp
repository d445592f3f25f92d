// SPDX-License-Identifier: Apache-2.0
#include "base/stopping.h"
#include "optimizer/heuristics/rules.h"
#include "sim/feasible/placer.h"

namespace memplace {

Mapping map_native(const Problem& problem) {
  const Chip& chip = problem.chip();
  const MemoryId for_activations = chip.fastest();
  const MemoryId for_weights =
      chip.memories.size() > 1 ? MemoryId(for_activations.index() - 1) : for_activations;
  Mapping mapping = uniform_mapping(problem, chip.slowest());
  Placer placer(problem);
  Lookout lookout(kTensorsBetweenLooks);
  for (const TensorId id : problem.decisions().tensors()) {
    lookout.step();
    const bool weights = problem.graph().tensor(id).kind == TensorKind::kWeights;
    mapping[id] = placer.place_from(id, weights ? for_weights : for_activations)
                      .value_or(slowest_for(problem, id));
  }
  settle(problem, mapping);
  return mapping;
}

}  // namespace memplace
