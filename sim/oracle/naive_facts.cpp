// SPDX-License-Identifier: Apache-2.0
#include "sim/oracle/naive_facts.h"

#include <algorithm>

namespace memplace {
namespace {

// The tensor whose bytes these are, found by walking back through views.
TensorId source_of(const Graph& graph, TensorId id) {
  for (const OpId op : graph.ops()) {
    const Op& candidate = graph.op(op);
    if (candidate.is_view() && candidate.outputs[0] == id) {
      return source_of(graph, candidate.inputs[0].tensor);
    }
  }
  return id;
}

// The index of the op that writes `id`, or nothing for weights and graph inputs.
std::optional<std::size_t> written_at(const Graph& graph, TensorId id) {
  for (const OpId op : graph.ops()) {
    const auto& outputs = graph.op(op).outputs;
    if (std::find(outputs.begin(), outputs.end(), id) != outputs.end()) {
      return op.index();
    }
  }
  return std::nullopt;
}

bool reads(const Op& op, TensorId id) {
  return (op.weights.has_value() && op.weights->tensor == id) ||
         std::any_of(op.inputs.begin(), op.inputs.end(),
                     [&](const Operand& input) { return input.tensor == id; });
}

}  // namespace

IdVector<TensorId, NaiveFacts> find_naive_facts(const Graph& graph) {
  IdVector<TensorId, NaiveFacts> facts(graph.tensors().size());
  for (const TensorId id : graph.tensors()) {
    facts[id].source = source_of(graph, id);
    facts[id].written = written_at(graph, facts[id].source);
  }
  for (const TensorId id : graph.tensors()) {
    const Tensor& tensor = graph.tensor(id);
    NaiveFacts& source = facts[facts[id].source];
    source.kept = source.kept || tensor.graph_output || tensor.kind == TensorKind::kWeights;
    for (const OpId op : graph.ops()) {
      if (reads(graph.op(op), id)) {
        source.last_read = std::max(source.last_read, op.index());
      }
    }
  }
  return facts;
}

bool is_live(const Tensor& tensor, const NaiveFacts& facts, std::size_t step) {
  if (tensor.kind == TensorKind::kWeights) {
    return true;
  }
  const std::size_t begin = facts.written.value_or(0);
  return step >= begin && (facts.kept || step <= std::max(begin, facts.last_read));
}

Bytes naive_capacity(const Memory& memory, const Mode& mode) {
  return memory.scope == Scope::kEngine ? memory.capacity * mode.engines_per_stream
                                        : memory.capacity;
}

}  // namespace memplace
