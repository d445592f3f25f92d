// SPDX-License-Identifier: Apache-2.0
#include "optimizer/moves/op_decisions.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "base/error.h"

namespace memplace {
namespace {

OpId first_op(const Graph& graph, TensorId decision) {
  const auto producer = graph.producer(decision);
  return producer.has_value() ? *producer : graph.consumers(decision).front();
}

}  // namespace

std::vector<OpDecisions> decisions_by_op(const Graph& graph, const SearchSpace& space) {
  std::vector<OpDecisions> ops;
  for (const TensorId id : space.decisions()) {
    const OpId op = first_op(graph, id);
    if (ops.empty() || ops.back().op != op) {
      ops.push_back({op, {}, {}});
    }
    ops.back().decisions.push_back(id);
    ops.back().bytes += space.bytes(id);
  }
  return ops;
}

std::vector<Mapping> variants(const StrategyTask& task, const SearchSpace& space,
                              const OpDecisions& op, const Mapping& base) {
  std::vector<Mapping> found{base};
  for (const TensorId id : op.decisions) {
    const std::size_t before = found.size();
    for (const MemoryId memory : space.choices(id)) {
      if (memory == base[id]) {
        continue;
      }
      for (std::size_t i = 0; i < before; ++i) {
        found.push_back(found[i]);
        found.back()[id] = memory;
      }
    }
  }
  found.erase(found.begin());
  for (Mapping& mapping : found) {
    settle(task.problem, mapping);
  }
  return found;
}

void sort_by(OpOrder order, std::vector<OpDecisions>& ops) {
  if (order == OpOrder::kBytes) {
    std::stable_sort(ops.begin(), ops.end(),
                     [](const OpDecisions& a, const OpDecisions& b) { return a.bytes > b.bytes; });
  } else {
    std::sort(ops.begin(), ops.end(),
              [](const OpDecisions& a, const OpDecisions& b) { return a.op < b.op; });
  }
}

}  // namespace memplace
