// SPDX-License-Identifier: Apache-2.0
#include "sim/placement/decisions.h"

namespace memplace {

Decisions::Decisions(const Graph& graph)
    : Decisions(graph, MemorySet::first(kMaxMemories), MemorySet::first(kMaxMemories)) {}

Decisions::Decisions(const Graph& graph, const Chip& chip)
    : Decisions(graph, MemorySet::first(chip.memories.size()), writable_memories(chip)) {}

Decisions::Decisions(const Graph& graph, MemorySet for_weights, MemorySet for_written)
    : facts_(graph.tensors().size()), open_(for_written == for_weights) {
  for (const TensorId id : graph.tensors()) {
    const TensorId storage = graph.storage(id);
    const auto producer = graph.producer(storage);
    facts_[id].leader = producer.has_value() ? graph.op(*producer).outputs[0] : storage;
  }
  for (const TensorId id : graph.tensors()) {
    const Tensor& tensor = graph.tensor(id);
    if (tensor.graph_output || tensor.kind == TensorKind::kInput) {
      facts_[facts_[id].leader].fixed = true;
    }
  }
  for (const TensorId id : graph.tensors()) {
    const bool written = graph.tensor(id).kind != TensorKind::kWeights;
    facts_[id].fixed = facts_[facts_[id].leader].fixed;
    facts_[id].memories = written ? for_written : for_weights;
  }
  const auto decide = [&](TensorId id) { list_.push_back({id, facts_[id].memories}); };
  for (const OpId id : graph.ops()) {
    const Op& op = graph.op(id);
    if (op.weights.has_value() && graph.consumers(op.weights->tensor).front() == id) {
      decide(op.weights->tensor);
    }
    if (!op.is_view() && !facts_[op.outputs[0]].fixed) {
      decide(op.outputs[0]);
    }
  }
  tensors_.reserve(list_.size());
  for (const Decision& decision : list_) {
    tensors_.push_back(decision.tensor);
  }
}

}  // namespace memplace
