// SPDX-License-Identifier: Apache-2.0
#include "sim/placement/movables.h"

#include <algorithm>
#include <optional>
#include <tuple>

namespace memplace {
namespace {

// The first and the last op that read a storage.
struct Readers {
  std::optional<OpId> first;
  OpId last;
  bool whole = true;  // each reads all of it

  void add(OpId op, bool reads_whole) {
    first = first.value_or(op);
    last = op;
    whole = whole && reads_whole;
  }
};

IdVector<TensorId, Readers> find_readers(const Graph& graph) {
  IdVector<TensorId, Readers> readers(graph.tensors().size());
  for (const OpId id : graph.ops()) {
    const Op& op = graph.op(id);
    if (op.is_view()) {
      continue;
    }
    for (const Operand& input : op.inputs) {
      readers[graph.storage(input.tensor)].add(id, true);
    }
    if (op.weights.has_value()) {
      const TensorId weights = op.weights->tensor;
      readers[weights].add(id, op.weights->bytes == graph.tensor(weights).bytes);
    }
  }
  return readers;
}

}  // namespace

Movables::Movables(const Graph& graph, const Mover& mover)
    : number_(graph.tensors().size(), kNone) {
  const IdVector<TensorId, Readers> readers = find_readers(graph);
  for (const TensorId id : graph.tensors()) {
    const Tensor& tensor = graph.tensor(id);
    const Readers& by = readers[id];
    const bool weights = tensor.kind == TensorKind::kWeights && by.whole;
    const bool input = tensor.kind == TensorKind::kInput && by.last != OpId(0);
    const std::int64_t pieces = ceil_div(tensor.bytes.count(), mover.piece.count());
    if (by.first.has_value() && (weights || input) && pieces >= 1 && pieces <= kMostPieces) {
      list_.push_back({id, *by.first, by.last, pieces});
    }
  }
  std::sort(list_.begin(), list_.end(), [](const Movable& a, const Movable& b) {
    return std::tie(a.first_op, a.tensor) < std::tie(b.first_op, b.tensor);
  });
  for (std::size_t i = 0; i < list_.size(); ++i) {
    number_[list_[i].tensor] = static_cast<std::uint32_t>(i);
  }
  for (const TensorId id : graph.tensors()) {
    if (graph.storage(id) != id && contains(graph.storage(id))) {
      viewed_.push_back(id);
    }
  }
}

}  // namespace memplace
