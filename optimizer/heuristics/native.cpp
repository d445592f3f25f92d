// SPDX-License-Identifier: Apache-2.0
#include "optimizer/heuristics/rules.h"
#include "sim/mapping/placer.h"

namespace memplace {

Mapping map_native(const Graph& graph, const Chip& chip, const Mode& mode) {
  const MemoryId for_activations = chip.fastest();
  const MemoryId for_weights =
      chip.memories.size() > 1 ? MemoryId(for_activations.index() - 1) : for_activations;
  Mapping mapping = uniform_mapping(graph, chip, chip.slowest());
  Placer placer(graph, chip, mode);
  for (const TensorId id : graph.decisions()) {
    const bool weights = graph.tensor(id).kind == TensorKind::kWeights;
    mapping[id] =
        placer.place_from(id, weights ? for_weights : for_activations).value_or(chip.slowest());
  }
  settle(graph, chip, mapping);
  return mapping;
}

}  // namespace memplace
