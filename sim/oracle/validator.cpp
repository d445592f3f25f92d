// SPDX-License-Identifier: Apache-2.0
#include "sim/oracle/validator.h"

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "sim/oracle/naive_facts.h"

namespace memplace {
namespace {

// Whether two tensors are decided on together: the same bytes, or outputs of the same op.
bool together(const NaiveFacts& a, const NaiveFacts& b) {
  return a.source == b.source || (a.written.has_value() && a.written == b.written);
}

Validation about_tensor(Violation violation, TensorId tensor) {
  Validation found;
  found.violation = violation;
  found.tensor = tensor;
  return found;
}

std::optional<Validation> check_groups(const Problem& problem,
                                       const IdVector<TensorId, NaiveFacts>& facts,
                                       const Mapping& mapping) {
  const Graph& graph = problem.graph();
  for (const TensorId id : graph.tensors()) {
    for (const TensorId other : graph.tensors()) {
      const Tensor& tensor = graph.tensor(other);
      const bool outside = tensor.kind == TensorKind::kInput || tensor.graph_output;
      if (outside && together(facts[id], facts[other]) && mapping[id] != problem.chip().io_memory) {
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
  for (const TensorId id : graph.tensors()) {
    if (graph.tensor(id).kind != TensorKind::kWeights &&
        problem.chip().memories[mapping[id]].read_only) {
      return about_tensor(Violation::kReadOnly, id);
    }
  }
  return std::nullopt;
}

// Of `size`, as whole multiples of a memory's alignment.
Bytes multiples_within(Bytes size, const Memory& memory) {
  return size - Bytes(size.count() % memory.alignment.count());
}

Bytes multiples_around(Bytes size, const Memory& memory) {
  const Bytes within = multiples_within(size, memory);
  return within == size ? size : within + memory.alignment;
}

std::optional<Validation> check_capacity(const Problem& problem,
                                         const IdVector<TensorId, NaiveFacts>& facts,
                                         const Mapping& mapping) {
  const Graph& graph = problem.graph();
  const Chip& chip = problem.chip();
  for (const MemoryId memory : chip.memories.ids()) {
    const Memory& about = chip.memories[memory];
    const Bytes capacity = multiples_within(naive_capacity(about, problem.mode()), about);
    const bool shared = about.scope == Scope::kChip;
    for (std::size_t step = 0; step < graph.ops().size(); ++step) {
      Bytes live;
      for (const TensorId id : graph.tensors()) {
        const Tensor& tensor = graph.tensor(id);
        const bool own_bytes = facts[id].source == id;
        if (own_bytes && mapping[id] == memory && is_live(tensor, facts[id], step)) {
          const bool once = !shared || tensor.kind == TensorKind::kWeights;
          live += multiples_around(tensor.bytes, about) * (once ? 1 : problem.mode().streams);
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
    case Violation::kReadOnly:
      return "read-only";
    case Violation::kOverCapacity:
      return "over-capacity";
  }
  throw InternalError("no such violation");
}

Validation validate(const Problem& problem, const Mapping& mapping) {
  const Graph& graph = problem.graph();
  if (mapping.size() != graph.tensors().size()) {
    return about_tensor(Violation::kWrongSize, {});
  }
  for (const TensorId id : graph.tensors()) {
    if (mapping[id].index() >= problem.chip().memories.size()) {
      return about_tensor(Violation::kUnknownMemory, id);
    }
  }
  const IdVector<TensorId, NaiveFacts> facts = find_naive_facts(graph);
  if (const auto found = check_groups(problem, facts, mapping)) {
    return *found;
  }
  return check_capacity(problem, facts, mapping).value_or(Validation{});
}

}  // namespace memplace
