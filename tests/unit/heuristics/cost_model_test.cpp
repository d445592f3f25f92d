// SPDX-License-Identifier: Apache-2.0
#include "optimizer/heuristics/cost_model.h"

#include <catch2/catch.hpp>

#include "tests/support/small_chips.h"
#include "tests/unit/mapping/test_graphs.h"

namespace memplace {
namespace {

std::int64_t ns(Uint128 picoseconds) {
  REQUIRE(picoseconds % 1000 == 0);
  return static_cast<std::int64_t>(picoseconds / 1000);
}

// dram 4 ns a byte, llc 2, sram 1. chain(): x 4, aw 3, a 8, b 6, cw 5, c 2.
//   op a   reads x 4 + aw 3, writes a 8     all in dram: 60 ns    compute 8 ns
//   op b   reads a 8, writes b 6                         56 ns            8 ns
//   op c   reads b 6 + cw 5, writes c 2                  52 ns            8 ns
TEST_CASE("an op costs its compute or its transfers", "[heuristics]") {
  const Graph graph = chain();
  const Chip chip = small_chip({100, 20, 10});
  const CostModel cost(Problem(graph, chip));
  const Mapping slow = uniform_mapping(Problem(graph, chip), MemoryId(0));
  CHECK(ns(cost.compute(OpId(0))) == 8);
  CHECK(ns(cost.moved(slow)[OpId(0)]) == 60);
  CHECK(ns(cost.moved(slow)[OpId(1)]) == 56);
  CHECK(ns(cost.moved(slow)[OpId(2)]) == 52);
  CHECK(ns(cost.total(slow)) == 168);
  // a in sram: op a saves 24 and op b too.
  CHECK(ns(cost.total(make_mapping(graph, chip, {{"a.out", "sram"}}))) == 120);
  CHECK(ns(cost.traffic(tensor(graph, "a.out"), MemoryId(0))) == 64);
  CHECK(ns(cost.traffic(tensor(graph, "a.out"), MemoryId(2))) == 16);
  CHECK(ns(cost.traffic(tensor(graph, "c.weights"), MemoryId(1))) == 10);
}

// 4 x 8 x 8 = 256 multiply-accumulates on 1 lane; 2 x 2 lanes and 4 engines take 16 cycles.
TEST_CASE("compute fills every lane of every engine", "[heuristics]") {
  const Graph graph = parse_graph_text(
      "input x 32\n"
      "a: grid(positions=4,out=8,in=8) w=64 in=x out=32\n"
      "b: softmax(32) in=a out=32\n"
      "v: view in=b\n");
  Chip chip = small_chip({1000, 20, 10});
  CHECK(ns(CostModel(Problem(graph, chip)).compute(OpId(0))) == 256);
  CHECK(ns(CostModel(Problem(graph, chip)).compute(OpId(1))) == 32);
  CHECK(ns(CostModel(Problem(graph, chip)).compute(OpId(2))) == 0);
  chip.engines.count = 4;
  chip.engines.grid = {2, 2, 1};
  chip.engines.passes = {3, 5, 7};
  chip.engines.vector.width = Bytes(4);
  chip.engines.vector.cost.fill(6);
  const CostModel cost(Problem(graph, chip, Mode{1, 4, 1}));
  CHECK(ns(cost.compute(OpId(0))) == 48);  // 16 x 3 passes
  CHECK(ns(cost.compute(OpId(1))) == 12);  // 32 x 6 / (4 x 4)
}

TEST_CASE("streams share the bandwidth of a chip-wide memory, not of their own", "[heuristics]") {
  const Graph graph = chain();
  Chip chip = small_chip({100, 20, 10});
  chip.engines.count = 4;
  chip.memories[MemoryId(2)].scope = Scope::kEngine;
  const CostModel cost(Problem(graph, chip, Mode{2, 2, 8}));
  const TensorId a = tensor(graph, "a.out");
  CHECK(ns(cost.traffic(a, MemoryId(0))) == 128);  // 16 B for 2 streams at 4 ns
  CHECK(ns(cost.traffic(a, MemoryId(2))) == 8);    // 16 B at 2 B/ns of two engines
}

}  // namespace
}  // namespace memplace
