// SPDX-License-Identifier: Apache-2.0
#include "workloads/graph/critical_path.h"

#include <cstdint>
#include <initializer_list>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "workloads/graph/boost_graph.h"
#include "workloads/io/graph_text.h"

namespace memplace {
namespace {

// a(5) -> b(1) -> c(1) -> e(2), a -> d(7) -> e: the short branch is the heavy one, 5 + 7 + 2.
// f(13) stands alone.
constexpr const char* kDiamond =
    "input x 8\n"
    "a: copy(8) in=x out=8\n"
    "b: copy(8) in=a out=8\n"
    "c: view in=b\n"
    "d: copy(8) in=a out=8\n"
    "e: elementwise(8) in=c,d out=8\n"
    "f: copy(8) in=x out=8\n";

IdVector<OpId, Picoseconds> weights(std::initializer_list<std::int64_t> values) {
  IdVector<OpId, Picoseconds> made;
  for (const std::int64_t value : values) {
    made.push_back(Picoseconds(value));
  }
  return made;
}

TEST_CASE("the heaviest path counts weights, not ops", "[workloads]") {
  const Graph graph = parse_graph_text(kDiamond);
  CHECK(heaviest_path(graph, weights({5, 1, 1, 7, 2, 13})) == 14_ps);
  CHECK(heaviest_path(graph, weights({5, 1, 7, 7, 2, 13})) == 15_ps);
  CHECK(heaviest_path(graph, weights({5, 1, 1, 7, 2, 15})) == 15_ps);
  CHECK(heaviest_path(graph, weights({0, 0, 0, 0, 0, 0})) == 0_ps);
  CHECK_THROWS_AS(heaviest_path(graph, weights({1})), InternalError);
}

TEST_CASE("the dependency graph has an edge for each pair of dependent ops", "[workloads]") {
  const Graph network = parse_graph_text(kDiamond);
  const DependencyGraph& graph = dependency_graph(network);
  CHECK(boost::num_vertices(graph) == 6);
  CHECK(boost::num_edges(graph) == 5);  // a-b, b-c, a-d, c-e, d-e
  CHECK(boost::edge(0, 3, graph).second);
  CHECK_FALSE(boost::edge(1, 4, graph).second);
  CHECK(boost::in_degree(4, graph) == 2);
}

}  // namespace
}  // namespace memplace
