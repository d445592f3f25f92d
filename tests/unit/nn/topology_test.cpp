// SPDX-License-Identifier: Apache-2.0
#include "optimizer/nn/topology.h"

#include "base/error.h"
#include "tests/unit/nn/nn_support.h"
#include "tests/unit/nn/reference.h"

namespace memplace::nn {
namespace {

using Nodes = std::vector<std::uint32_t>;

Nodes heard(const Topology& topology, std::size_t node) {
  return {topology.heard(node).begin(), topology.heard(node).end()};
}

TEST_CASE("topology: who hears whom, ascending, each once", "[nn]") {
  const Topology topology(4, Edges{{3, 1}, {0, 1}, {3, 1}, {1, 1}, {1, 3}});
  CHECK(topology.nodes() == 4);
  CHECK(topology.edges() == 4);
  CHECK(heard(topology, 0).empty());
  CHECK(heard(topology, 1) == Nodes{0, 1, 3});
  CHECK(heard(topology, 2).empty());
  CHECK(heard(topology, 3) == Nodes{1});
  CHECK(topology.first_edge(1) == 0);
  CHECK(topology.first_edge(3) == 3);
  CHECK(Topology().nodes() == 0);
  CHECK_THROWS_AS(Topology(2, Edges{{0, 2}}), InternalError);
  CHECK_THROWS_AS(Topology(2, Edges{{2, 0}}), InternalError);
}

TEST_CASE("topology: with loops", "[nn]") {
  const Topology topology(3, Edges{{2, 1}, {0, 1}, {2, 2}});
  CHECK(topology.with_loops() == Topology(3, Edges{{0, 0}, {0, 1}, {1, 1}, {2, 1}, {2, 2}}));
}

TEST_CASE("topology: augmented by hand", "[nn]") {
  // 0 -> 1 -> 2 -> 0 and 2 -> 3: 1 hears 0 and 2, 2 hears 1 and 0, 0 hears 2 and 1, 3 hears 2, 1.
  const Topology ring(4, Edges{{0, 1}, {1, 2}, {2, 0}, {2, 3}});
  CHECK(ring.augmented() ==
        Topology(4, Edges{{0, 1}, {2, 1}, {1, 2}, {0, 2}, {2, 0}, {1, 0}, {2, 3}, {1, 3}}));
}

TEST_CASE("topology: augmented is the square with loops, parts are parts", "[nn]") {
  std::vector<NamedTopology> graphs = awkward_topologies();
  graphs.push_back({"two hundred", random_topology(9, 200, 0.02)});  // more than a word of bits
  for (const NamedTopology& graph : graphs) {
    INFO(graph.name);
    const reference::Hearing hears = reference::hearing(graph.topology);
    CHECK(reference::hearing(graph.topology.augmented()) == reference::squared(hears));
    Nodes kept;
    std::vector<Eigen::Index> same;
    for (std::size_t i = graph.topology.nodes(); i-- > 0;) {
      if (i % 3 != 1) {
        kept.push_back(static_cast<std::uint32_t>(i));
        same.push_back(static_cast<Eigen::Index>(i));
      }
    }
    const Topology part = graph.topology.induced(kept);
    CHECK(reference::hearing(part) == reference::part(hears, same));
    for (std::size_t i = 0; i < part.nodes(); ++i) {
      const Nodes others = heard(part, i);
      REQUIRE(std::is_sorted(others.begin(), others.end()));
    }
  }
}

TEST_CASE("topology: a part names each node once, and nodes that exist", "[nn]") {
  const Topology topology(3, Edges{{0, 1}});
  CHECK_THROWS_AS(topology.induced(Nodes{1, 1}), InternalError);
  CHECK_THROWS_AS(topology.induced(Nodes{3}), InternalError);
  CHECK(topology.induced(Nodes{}).nodes() == 0);
}

}  // namespace
}  // namespace memplace::nn
