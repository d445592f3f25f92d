// SPDX-License-Identifier: Apache-2.0
#include "workloads/graph/critical_path.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include <boost/graph/topological_sort.hpp>
#include <fmt/format.h>

#include "base/error.h"
#include "workloads/graph/boost_graph.h"

namespace memplace {

Picoseconds heaviest_path(const Graph& graph, const IdVector<OpId, Picoseconds>& weights) {
  const DependencyGraph& dependencies = dependency_graph(graph);
  MEMPLACE_ASSERT(weights.size() == graph.ops().size(),
                  fmt::format("{} weights, {} ops", weights.size(), graph.ops().size()));
  std::vector<DependencyGraph::vertex_descriptor> last_first;
  boost::topological_sort(dependencies, std::back_inserter(last_first));

  Picoseconds heaviest;
  IdVector<OpId, Picoseconds> from(weights.size());  // the heaviest path that begins at an op
  for (const auto vertex : last_first) {
    const OpId op(vertex);
    const auto [edge, end] = boost::out_edges(vertex, dependencies);
    for (auto it = edge; it != end; ++it) {
      from[op] = std::max(from[op], from[OpId(boost::target(*it, dependencies))]);
    }
    from[op] += weights[op];
    heaviest = std::max(heaviest, from[op]);
  }
  return heaviest;
}

}  // namespace memplace
