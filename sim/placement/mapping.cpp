// SPDX-License-Identifier: Apache-2.0
#include "sim/placement/mapping.h"

#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/stopping.h"

namespace memplace {

Mapping uniform_mapping(const Problem& problem, MemoryId memory) {
  Mapping mapping(problem.graph().tensors().size(), memory);
  for (const auto& [tensor, memories] : problem.decisions().list()) {
    mapping[tensor] = nearest_of(memories, memory).value();
  }
  settle(problem, mapping);
  return mapping;
}

void settle(const Problem& problem, Mapping& mapping) {
  look_for_stop();  // whoever makes many mappings settles each
  const Decisions& decisions = problem.decisions();
  MEMPLACE_ASSERT(mapping.size() == problem.graph().tensors().size(),
                  fmt::format("{}", mapping.size()));
  for (const TensorId id : problem.graph().tensors()) {
    mapping[id] = decisions.is_fixed(id) ? problem.chip().io_memory : mapping[decisions.leader(id)];
  }
}

void check_settled(const Problem& problem, const Mapping& mapping) {
  const Graph& graph = problem.graph();
  const Decisions& decisions = problem.decisions();
  MEMPLACE_ASSERT(mapping.size() == graph.tensors().size(), fmt::format("{}", mapping.size()));
  for (const TensorId id : graph.tensors()) {
    const std::string& name = graph.tensor(id).name;
    MEMPLACE_ASSERT(mapping[id].index() < problem.chip().memories.size(), name);
    if (decisions.is_fixed(id)) {
      MEMPLACE_ASSERT(mapping[id] == problem.chip().io_memory, name);
    } else {
      MEMPLACE_ASSERT(mapping[id] == mapping[decisions.leader(id)], name);
    }
  }
}

Mapping allowed(const Problem& problem, Mapping mapping) {
  const Constraints& constraints = problem.constraints();
  if (!constraints.none()) {
    for (const TensorId id : problem.decisions().tensors()) {
      const auto memory = nearest_of(constraints.allowed[id], mapping[id]);
      MEMPLACE_ASSERT(memory.has_value(), problem.graph().tensor(id).name);
      mapping[id] = *memory;
    }
  }
  settle(problem, mapping);
  return mapping;
}

Mapping slowest_allowed(const Problem& problem) {
  return allowed(problem, uniform_mapping(problem, problem.chip().slowest()));
}

IdVector<TensorId, Bytes> group_bytes(const Problem& problem) {
  const Graph& graph = problem.graph();
  IdVector<TensorId, Bytes> bytes(graph.tensors().size());
  for (const TensorId id : graph.tensors()) {
    if (graph.storage(id) == id) {
      bytes[problem.decisions().leader(id)] += graph.tensor(id).bytes;
    }
  }
  return bytes;
}

}  // namespace memplace
