// SPDX-License-Identifier: Apache-2.0
#include "sim/placement/problem.h"

#include <fmt/format.h>

#include "base/error.h"

namespace memplace {
namespace {

Constraints effective(Constraints constraints, const Graph& graph, const Decisions& decisions) {
  MEMPLACE_ASSERT(constraints.none() || constraints.allowed.size() == graph.tensors().size(),
                  fmt::format("{}", constraints.allowed.size()));
  if (decisions.open()) {
    return constraints;
  }
  IdVector<TensorId, MemorySet> allowed(graph.tensors().size());
  for (const auto& [tensor, memories] : decisions.list()) {
    allowed[tensor] = constraints.of(tensor, kMaxMemories) & memories;
    MEMPLACE_ASSERT(!allowed[tensor].empty(), graph.tensor(tensor).name);
  }
  return {std::move(allowed)};
}

}  // namespace

Problem::Problem(Graph graph, Chip chip, const Mode& mode, Constraints constraints,
                 const PackingEffort& effort) {
  Decisions decisions(graph, chip);
  Movables movables(graph, chip.mover);
  constraints = effective(std::move(constraints), graph, decisions);
  data_ = std::make_shared<const Data>(Data{std::move(graph), std::move(chip), mode,
                                            std::move(decisions), std::move(movables),
                                            std::move(constraints), effort});
}

Problem Problem::under(Constraints constraints, const PackingEffort& effort) const {
  Problem other = *this;
  Data data = *data_;
  data.constraints = effective(std::move(constraints), graph(), decisions());
  data.effort = effort;
  other.data_ = std::make_shared<const Data>(std::move(data));
  return other;
}

}  // namespace memplace
