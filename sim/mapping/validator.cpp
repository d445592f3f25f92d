// SPDX-License-Identifier: Apache-2.0
#include "sim/mapping/validator.h"

#include <algorithm>
#include <optional>

#include "base/error.h"

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

// Everything the rules need to know about one tensor.
struct Facts {
  TensorId source;
  std::optional<std::size_t> written;  // of the source
  bool kept = false;                   // needed after the last op
  std::size_t last_read = 0;           // of the source under any name
};

IdVector<TensorId, Facts> find_facts(const Graph& graph) {
  IdVector<TensorId, Facts> facts(graph.tensors().size());
  for (const TensorId id : graph.tensors()) {
    facts[id].source = source_of(graph, id);
    facts[id].written = written_at(graph, facts[id].source);
  }
  for (const TensorId id : graph.tensors()) {
    const Tensor& tensor = graph.tensor(id);
    Facts& source = facts[facts[id].source];
    source.kept = source.kept || tensor.graph_output || tensor.kind == TensorKind::kWeights;
    for (const OpId op : graph.ops()) {
      if (reads(graph.op(op), id)) {
        source.last_read = std::max(source.last_read, op.index());
      }
    }
  }
  return facts;
}

// Whether two tensors are decided on together: the same bytes, or outputs of the same op.
bool together(const Facts& a, const Facts& b) {
  return a.source == b.source || (a.written.has_value() && a.written == b.written);
}

bool is_live(const Tensor& tensor, const Facts& facts, std::size_t step) {
  if (tensor.kind == TensorKind::kWeights) {
    return true;
  }
  const std::size_t begin = facts.written.value_or(0);
  return step >= begin && (facts.kept || step <= std::max(begin, facts.last_read));
}

Validation about_tensor(Violation violation, TensorId tensor) {
  Validation found;
  found.violation = violation;
  found.tensor = tensor;
  return found;
}

std::optional<Validation> check_groups(const Graph& graph, const IdVector<TensorId, Facts>& facts,
                                       const Mapping& mapping) {
  for (const TensorId id : graph.tensors()) {
    for (const TensorId other : graph.tensors()) {
      const Tensor& tensor = graph.tensor(other);
      const bool outside = tensor.kind == TensorKind::kInput || tensor.graph_output;
      if (outside && together(facts[id], facts[other]) && mapping[id] != MemoryId(0)) {
        return about_tensor(Violation::kFixedMoved, id);
      }
    }
  }
  for (const TensorId id : graph.tensors()) {
    for (const TensorId other : graph.tensors()) {
      if (other < id && together(facts[id], facts[other]) && mapping[id] != mapping[other]) {
        return about_tensor(Violation::kGroupApart, id);
      }
    }
  }
  return std::nullopt;
}

// What one instance of a memory may hold: a chip-wide one its capacity, a stream's pool that of all
// its engines.
Bytes instance_capacity(const Memory& memory, const Mode& mode) {
  return memory.scope == Scope::kEngine ? memory.capacity * mode.engines_per_stream
                                        : memory.capacity;
}

std::optional<Validation> check_capacity(const Graph& graph, const Chip& chip, const Mode& mode,
                                         const IdVector<TensorId, Facts>& facts,
                                         const Mapping& mapping) {
  for (const MemoryId memory : chip.memories.ids()) {
    const Bytes capacity = instance_capacity(chip.memories[memory], mode);
    const bool shared = chip.memories[memory].scope == Scope::kChip;
    for (std::size_t step = 0; step < graph.ops().size(); ++step) {
      Bytes live;
      for (const TensorId id : graph.tensors()) {
        const Tensor& tensor = graph.tensor(id);
        const bool own_bytes = facts[id].source == id;
        if (own_bytes && mapping[id] == memory && is_live(tensor, facts[id], step)) {
          const bool once = !shared || tensor.kind == TensorKind::kWeights;
          live += tensor.bytes * (once ? 1 : mode.streams);
        }
      }
      if (live > capacity) {
        return Validation{Violation::kOverCapacity, {}, memory, step, live, capacity};
      }
    }
  }
  return std::nullopt;
}

}  // namespace

std::string_view name_of(Violation violation) {
  switch (violation) {
    case Violation::kNone:
      return "none";
    case Violation::kWrongSize:
      return "wrong-size";
    case Violation::kUnknownMemory:
      return "unknown-memory";
    case Violation::kFixedMoved:
      return "fixed-moved";
    case Violation::kGroupApart:
      return "group-apart";
    case Violation::kOverCapacity:
      return "over-capacity";
  }
  throw InternalError("no such violation");
}

Validation validate(const Graph& graph, const Chip& chip, const Mode& mode,
                    const Mapping& mapping) {
  if (mapping.size() != graph.tensors().size()) {
    return about_tensor(Violation::kWrongSize, {});
  }
  for (const TensorId id : graph.tensors()) {
    if (mapping[id].index() >= chip.memories.size()) {
      return about_tensor(Violation::kUnknownMemory, id);
    }
  }
  const IdVector<TensorId, Facts> facts = find_facts(graph);
  if (const auto found = check_groups(graph, facts, mapping)) {
    return *found;
  }
  return check_capacity(graph, chip, mode, facts, mapping).value_or(Validation{});
}

}  // namespace memplace
