// SPDX-License-Identifier: Apache-2.0
#include "optimizer/heuristics/rules.h"
#include "sim/mapping/placer.h"

namespace memplace {

Mapping map_sram_first(const Graph& graph, const Chip& chip, const Mode& mode) {
  Mapping mapping = uniform_mapping(graph, chip, chip.slowest());
  Placer placer(graph, chip, mode);
  for (const TensorId id : graph.decisions()) {
    mapping[id] = placer.place_from(id, chip.fastest()).value_or(chip.slowest());
  }
  settle(graph, chip, mapping);
  return mapping;
}

}  // namespace memplace
