// SPDX-License-Identifier: Apache-2.0
#include "sim/feasible/occupancy.h"

#include <vector>

#include <catch2/catch.hpp>

#include "tests/support/small_chips.h"
#include "tests/unit/mapping/test_graphs.h"

namespace memplace {
namespace {

std::vector<Bytes> bytes(const std::vector<std::int64_t>& counts) {
  std::vector<Bytes> result;
  result.reserve(counts.size());
  for (const std::int64_t count : counts) {
    result.emplace_back(count);
  }
  return result;
}

Mapping chain_mapping(const Graph& graph, const Chip& chip) {
  return make_mapping(graph, chip, {{"a.weights", "llc"}, {"a.out", "sram"}, {"b.out", "sram"}});
}

// step      0           1        2
//   dram    x 4, cw 5   cw 5     cw 5, c 2     9  5  7
//   llc     aw 3        aw 3     aw 3          3  3  3
//   sram    a 8         a 8, b 6 b 6           8 14  6
TEST_CASE("occupancy sums live bytes by step", "[mapping]") {
  const Graph graph = chain();
  const Chip chip = small_chip({100, 20, 13});
  const Occupancy result = occupancy(Problem(graph, chip), chain_mapping(graph, chip));
  CHECK(result[MemoryId(0)].live == bytes({9, 5, 7}));
  CHECK(result[MemoryId(0)].peak == 9_B);
  CHECK(result[MemoryId(0)].peak_step == 0);
  CHECK(result[MemoryId(0)].final_bytes == 7_B);
  CHECK(result[MemoryId(1)].live == bytes({3, 3, 3}));
  CHECK(result[MemoryId(2)].live == bytes({8, 14, 6}));
  CHECK(result[MemoryId(2)].peak == 14_B);
  CHECK(result[MemoryId(2)].peak_step == 1);
  CHECK(result[MemoryId(2)].final_bytes == 6_B);
  CHECK(result[MemoryId(2)].instances == 1);
  CHECK(result[MemoryId(2)].capacity == 13_B);
  CHECK(result[MemoryId(2)].overflows());
  CHECK_FALSE(is_feasible(Problem(graph, chip), chain_mapping(graph, chip)));
  const Chip enough = small_chip({100, 20, 14});
  CHECK(is_feasible(Problem(graph, enough), chain_mapping(graph, enough)));
}

// Three streams: weights once, all else three times.
//   dram    12 + 5   5   5 + 6
//   llc     3        3   3
//   sram    24       42  18
TEST_CASE("streams share weights in a chip-wide memory and nothing else", "[mapping]") {
  const Graph graph = chain();
  Chip chip = small_chip({100, 20, 10});
  chip.engines.count = 6;
  const Mode mode{3, 2, 8};
  const Occupancy result = occupancy(Problem(graph, chip, mode), chain_mapping(graph, chip));
  CHECK(result[MemoryId(0)].live == bytes({17, 5, 11}));
  CHECK(result[MemoryId(1)].live == bytes({3, 3, 3}));
  CHECK(result[MemoryId(2)].live == bytes({24, 42, 18}));
  CHECK(result[MemoryId(2)].capacity == 10_B);
}

// llc and sram in each engine: three pools of two engines, each with a copy for its stream.
TEST_CASE("an engine-scope memory is a pool for each stream", "[mapping]") {
  const Graph graph = chain();
  Chip chip = small_chip({100, 20, 10});
  chip.engines.count = 6;
  chip.memories[MemoryId(1)].scope = Scope::kEngine;
  chip.memories[MemoryId(2)].scope = Scope::kEngine;
  const Mode mode{3, 2, 8};
  const Occupancy result = occupancy(Problem(graph, chip, mode), chain_mapping(graph, chip));
  CHECK(result[MemoryId(0)].live == bytes({17, 5, 11}));
  CHECK(result[MemoryId(1)].live == bytes({3, 3, 3}));
  CHECK(result[MemoryId(1)].instances == 3);
  CHECK(result[MemoryId(1)].capacity == 40_B);
  CHECK(result[MemoryId(2)].live == bytes({8, 14, 6}));
  CHECK(result[MemoryId(2)].capacity == 20_B);
}

// c.weights, 5 B, are fetched to llc when a has computed, and read by c. Beside them lie a.weights,
// 3 B; step 0 has no copy yet.
TEST_CASE("a copy takes room from after its `after` to its last reader", "[mapping]") {
  const Graph graph = chain();
  Chip chip = small_chip({100, 40, 10});
  chip.engines.count = 6;
  const Mapping homes = chain_mapping(graph, chip);
  MovePlan plan{homes, {}};
  plan.near[tensor(graph, "c.weights")] = MemoryId(1);
  plan.moves = {
      {tensor(graph, "c.weights"), MemoryId(0), MemoryId(1), 5_B, OpId(0), OpId(2), OpId(2), 8_B}};
  const auto llc = [&](const Mode& mode) {
    return occupancy(Problem(graph, chip, mode), homes, plan)[MemoryId(1)];
  };
  CHECK(llc({1, 6, 1}).live == bytes({3, 8, 8}));
  CHECK(llc({1, 6, 1}).peak == 8_B);
  CHECK(llc({1, 6, 1}).peak_step == 1);
  CHECK(llc({1, 6, 1}).final_bytes == 8_B);
  CHECK(llc({3, 2, 1}).live == bytes({3, 18, 18}));  // a copy a stream
  chip.memories[MemoryId(1)].alignment = 4_B;
  CHECK(llc({1, 6, 1}).live == bytes({4, 12, 12}));
  chip.memories[MemoryId(1)].scope = Scope::kEngine;
  CHECK(llc({3, 2, 1}).live == bytes({4, 12, 12}));
  plan.moves[0].after = std::nullopt;
  plan.moves[0].last_op = OpId(1);
  CHECK(llc({3, 2, 1}).live == bytes({12, 12, 4}));
  CHECK(occupancy(Problem(graph, chip), homes, {homes, {}}) ==
        occupancy(Problem(graph, chip), homes));
}

// a's two outputs, the second under the name v until step 3:
//   step     0    1    2    3
//   a.out    4    4
//   a.out1   8    8    8    8
TEST_CASE("a view's bytes are counted once, as long as it is read", "[mapping]") {
  const Graph graph = parse_graph_text(
      "input x 1\n"
      "a: copy(1) in=x out=4,8\n"
      "v: view in=a.out1\n"
      "b: copy(1) in=a out=0\n"
      "c: copy(1) in=v,b out=1\n");
  const Chip chip = small_chip({100, 20});
  const Occupancy result =
      occupancy(Problem(graph, chip), make_mapping(graph, chip, {{"a.out", "sram"}}));
  CHECK(result[MemoryId(1)].live == bytes({12, 12, 12, 8}));
}

}  // namespace
}  // namespace memplace
