// SPDX-License-Identifier: Apache-2.0
#include <cstddef>

#include <catch2/catch.hpp>

#include "base/rng.h"
#include "optimizer/heuristics/cost_model.h"
#include "optimizer/heuristics/rules.h"
#include "tests/support/random_chip.h"
#include "tests/support/random_graph.h"
#include "tests/support/small_chips.h"
#include "tests/unit/mapping/test_graphs.h"

namespace memplace {
namespace {

// dram 2 ns a byte, sram 1. Op a computes 100 ns, longer than any of its transfers; b and c do not:
//   step        0    1    2        saves of op time
//   a.weights 4 wwwwwwwwwwwww      nothing: hidden behind a's compute
//   b.weights 4 wwwwwwwwwwwww      4 ns
//   a.out     4 aaaaaaaa           4 ns (of b; a is hidden)
//   b.out     4      bbbbbbbb      8 ns
// 8 B of sram: b.out first (8 / 8 byte-steps), then a.out (4 / 8); b.weights find step 1 full.
// density-greedy ranks them the same but would take a.weights as soon as b.weights.
TEST_CASE("memory-space-assignment counts only time that compute does not hide", "[heuristics]") {
  const Graph graph = parse_graph_text(
      "input x 1\n"
      "a: copy(100) w=4 in=x out=4\n"
      "b: copy(1) w=4 in=a out=4\n"
      "c: copy(1) in=b out=1\n");
  const auto assign = [&](std::int64_t sram) {
    return map_memory_space_assignment(Problem(graph, small_chip({100, sram})));
  };
  const Chip chip = small_chip({100, 1});
  CHECK(assign(4) == make_mapping(graph, chip, {{"b.out", "sram"}}));
  CHECK(assign(8) == make_mapping(graph, chip, {{"b.out", "sram"}, {"a.out", "sram"}}));
  CHECK(assign(12) ==
        make_mapping(graph, chip, {{"b.out", "sram"}, {"a.out", "sram"}, {"b.weights", "sram"}}));
  CHECK(assign(16) == uniform_mapping(Problem(graph, chip), MemoryId(1)));
}

TEST_CASE("memory-space-assignment never estimates worse than leaving all in the slowest memory",
          "[heuristics]") {
  std::size_t better = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    Rng rng(seed, 5);
    const Graph graph = random_graph(rng, {});
    const Chip chip = random_chip(rng, graph);
    const Mode mode = random_mode(rng, chip);
    const CostModel cost(Problem(graph, chip, mode));
    const Uint128 slow = cost.total(uniform_mapping(Problem(graph, chip), chip.slowest()));
    const Uint128 assigned = cost.total(map_memory_space_assignment(Problem(graph, chip, mode)));
    REQUIRE(assigned <= slow);
    better += assigned < slow ? 1 : 0;
  }
  CHECK(better > 100);
}

}  // namespace
}  // namespace memplace
