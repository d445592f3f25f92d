// SPDX-License-Identifier: Apache-2.0
#include "sim/placement/mapping.h"

#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/support/small_chips.h"
#include "tests/unit/mapping/test_graphs.h"

namespace memplace {
namespace {

TEST_CASE("a uniform mapping leaves inputs and outputs in the slowest memory", "[mapping]") {
  const Graph graph = chain();
  const Chip chip = small_chip({100, 20, 10});
  const Mapping mapping = uniform_mapping(Problem(graph, chip), MemoryId(2));
  CHECK(mapping[tensor(graph, "x")] == MemoryId(0));
  CHECK(mapping[tensor(graph, "a.weights")] == MemoryId(2));
  CHECK(mapping[tensor(graph, "a.out")] == MemoryId(2));
  CHECK(mapping[tensor(graph, "b.out")] == MemoryId(2));
  CHECK(mapping[tensor(graph, "c.weights")] == MemoryId(2));
  CHECK(mapping[tensor(graph, "c.out")] == MemoryId(0));
}

TEST_CASE("views and further outputs follow their leader", "[mapping]") {
  const Graph graph = parse_graph_text(
      "input x 1\n"
      "a: copy(1) in=x out=6,4\n"
      "v: view in=a.out1\n"
      "b: copy(1) in=a,v out=1\n");
  const Chip chip = small_chip({100, 20, 10});
  Mapping mapping(graph.tensors().size(), MemoryId(0));
  mapping[tensor(graph, "a.out")] = MemoryId(1);
  mapping[tensor(graph, "a.out1")] = MemoryId(2);
  CHECK_THROWS_AS(check_settled(Problem(graph, chip), mapping), InternalError);
  settle(Problem(graph, chip), mapping);
  CHECK_NOTHROW(check_settled(Problem(graph, chip), mapping));
  CHECK(mapping[tensor(graph, "a.out1")] == MemoryId(1));
  CHECK(mapping[tensor(graph, "v.out")] == MemoryId(1));
}

TEST_CASE("a mapping that is not settled is our bug", "[mapping]") {
  const Graph graph = chain();
  const Chip chip = small_chip({100, 20, 10});
  const Mapping good = uniform_mapping(Problem(graph, chip), MemoryId(1));
  CHECK_NOTHROW(check_settled(Problem(graph, chip), good));
  Mapping moved = good;
  moved[tensor(graph, "x")] = MemoryId(1);
  CHECK_THROWS_AS(check_settled(Problem(graph, chip), moved), InternalError);
  Mapping unknown = good;
  unknown[tensor(graph, "a.out")] = MemoryId(3);
  CHECK_THROWS_AS(check_settled(Problem(graph, chip), unknown), InternalError);
  CHECK_THROWS_AS(check_settled(Problem(graph, chip), Mapping(2)), InternalError);
}

}  // namespace
}  // namespace memplace
