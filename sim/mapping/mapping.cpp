// SPDX-License-Identifier: Apache-2.0
#include "sim/mapping/mapping.h"

#include <fmt/format.h>

#include "base/error.h"

namespace memplace {

Mapping uniform_mapping(const Graph& graph, const Chip& chip, MemoryId memory) {
  Mapping mapping(graph.tensors().size(), memory);
  settle(graph, chip, mapping);
  return mapping;
}

void settle(const Graph& graph, const Chip& chip, Mapping& mapping) {
  MEMPLACE_ASSERT(mapping.size() == graph.tensors().size(), fmt::format("{}", mapping.size()));
  for (const TensorId id : graph.tensors()) {
    mapping[id] = graph.is_fixed(id) ? chip.slowest() : mapping[graph.leader(id)];
  }
}

void check_settled(const Graph& graph, const Chip& chip, const Mapping& mapping) {
  MEMPLACE_ASSERT(mapping.size() == graph.tensors().size(), fmt::format("{}", mapping.size()));
  for (const TensorId id : graph.tensors()) {
    const std::string& name = graph.tensor(id).name;
    MEMPLACE_ASSERT(mapping[id].index() < chip.memories.size(), name);
    if (graph.is_fixed(id)) {
      MEMPLACE_ASSERT(mapping[id] == chip.slowest(), name);
    } else {
      MEMPLACE_ASSERT(mapping[id] == mapping[graph.leader(id)], name);
    }
  }
}

}  // namespace memplace
