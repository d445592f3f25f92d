// SPDX-License-Identifier: Apache-2.0
#include "report/search_figures/placements.h"

#include <cstddef>

namespace memplace {

std::vector<Transition> transitions(const Problem& problem, const Mapping& from,
                                    const Mapping& to) {
  const Graph& graph = problem.graph();
  const std::size_t memories = problem.chip().memories.size();
  std::vector<Transition> cells;
  cells.reserve(2 * memories * memories);
  for (const TensorKind kind : {TensorKind::kWeights, TensorKind::kActivation}) {
    for (std::size_t a = 0; a < memories; ++a) {
      for (std::size_t b = 0; b < memories; ++b) {
        cells.push_back({kind, MemoryId(a), MemoryId(b), Bytes(0), 0});
      }
    }
  }
  for (const TensorId id : graph.tensors()) {
    if (graph.storage(id) == id && !problem.decisions().is_fixed(id)) {
      const std::size_t kind = graph.tensor(id).kind == TensorKind::kWeights ? 0 : 1;
      cells[(kind * memories + from[id].index()) * memories + to[id].index()].bytes +=
          graph.tensor(id).bytes;
    }
  }
  for (std::size_t row = 0; row < cells.size(); row += memories) {
    Bytes all(0);
    for (std::size_t i = row; i < row + memories; ++i) {
      all += cells[i].bytes;
    }
    for (std::size_t i = row; i < row + memories && all > Bytes(0); ++i) {
      cells[i].from_share =
          static_cast<double>(cells[i].bytes.count()) / static_cast<double>(all.count());
    }
  }
  return cells;
}

std::vector<StripPlace> strip_places(const Problem& problem) {
  const Graph& graph = problem.graph();
  const IdVector<TensorId, Bytes> bytes = group_bytes(problem);
  std::vector<StripPlace> places;
  places.reserve(problem.decisions().tensors().size());
  for (const TensorId id : problem.decisions().tensors()) {
    const auto writer = graph.producer(id);
    const OpId op = writer.has_value() ? *writer : graph.consumers(id).front();
    places.push_back({id, graph.op(op).name, bytes[id]});
  }
  return places;
}

}  // namespace memplace
