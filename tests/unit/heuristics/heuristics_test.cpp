// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "base/rng.h"
#include "optimizer/heuristics/heuristic.h"
#include "sim/chip/chip_reader.h"
#include "sim/feasible/rectify.h"
#include "sim/oracle/validator.h"
#include "tests/support/random_chip.h"
#include "tests/support/random_graph.h"
#include "tests/support/small_chips.h"
#include "tests/unit/mapping/test_graphs.h"
#include "workloads/builtin/builtins.h"

namespace memplace {
namespace {

TEST_CASE("the table of heuristics", "[heuristics]") {
  CHECK(heuristic_names() == std::vector<std::string>{"all-slowest", "native", "sram-first",
                                                      "density-greedy", "memory-space-assignment"});
  std::string message;
  try {
    apply_heuristic("nativ", Problem(chain(), small_chip({100})));
  } catch (const Error& error) {
    message = error.what();
  }
  CHECK(message ==
        "unknown heuristic \"nativ\"; known: all-slowest, native, sram-first, density-greedy, "
        "memory-space-assignment (did you mean \"native\"?)");
}

TEST_CASE("all-slowest maps nothing on chip", "[heuristics]") {
  const Chip chip = small_chip({100, 20, 10});
  CHECK(apply_heuristic("all-slowest", Problem(chain(), chip)) ==
        uniform_mapping(Problem(chain(), chip), MemoryId(0)));
}

// Weights from llc (4 B) down, activations from sram (10 B) down, in schedule order:
//   step        0    1    2
//   aw 3 llc    3    3    3
//   a  8 sram   8    8
//   b  6 dram        6    6     sram has 2 left at step 1, llc 1
//   cw 5 dram   5    5    5     llc has 1 left
TEST_CASE("native: activations to the fastest memory, weights to the next", "[heuristics]") {
  const Graph graph = chain();
  const Chip chip = small_chip({100, 4, 10});
  CHECK(apply_heuristic("native", Problem(graph, chip)) ==
        make_mapping(graph, chip, {{"a.weights", "llc"}, {"a.out", "sram"}}));
  // llc of 14 B takes b as well (3 + 6), and then cw (14).
  const Chip more = small_chip({100, 14, 10});
  CHECK(apply_heuristic("native", Problem(graph, more)) ==
        make_mapping(
            graph, more,
            {{"a.weights", "llc"}, {"a.out", "sram"}, {"b.out", "llc"}, {"c.weights", "llc"}}));
  // Weights are never in sram, however large it is; with two memories the next one is dram.
  const Chip two = small_chip({100, 100});
  CHECK(apply_heuristic("native", Problem(graph, two)) ==
        make_mapping(graph, two, {{"a.out", "sram"}, {"b.out", "sram"}}));
  const Chip one = small_chip({100});
  CHECK(apply_heuristic("native", Problem(graph, one)) ==
        uniform_mapping(Problem(graph, one), MemoryId(0)));
}

// sram (10 B): aw 3; a 8 does not fit; b 6 does; cw 5 does not (3 + 6 at step 1).
// llc (9 B): a 8; cw 5 does not fit.
TEST_CASE("sram-first: the fastest memory that fits, in schedule order", "[heuristics]") {
  const Graph graph = chain();
  const Chip chip = small_chip({100, 9, 10});
  CHECK(apply_heuristic("sram-first", Problem(graph, chip)) ==
        make_mapping(graph, chip, {{"a.weights", "sram"}, {"a.out", "llc"}, {"b.out", "sram"}}));
}

// Time saved in sram (1 B/ns) over dram (1 B / 2 ns), a byte:
//   a.weights 3 B, read once: 3 ns / 3 B = 1     a.out, b.out written and read: 2
//   e.weights 10 B, of which 1 B is read: 0.1
// Most first: a.out 4, b.out 4 (8 at step 1), then a.weights 3 (11), then e.weights if 10 B are
// left.
TEST_CASE("density-greedy: most time saved a byte first", "[heuristics]") {
  const Graph graph = parse_graph_text(
      "input x 1\n"
      "a: copy(1) w=3 in=x out=4\n"
      "b: copy(1) in=a out=4\n"
      "e: copy(1) w=1/10 in=b out=1\n");
  const auto greedy = [&](std::int64_t sram) {
    return apply_heuristic("density-greedy", Problem(graph, small_chip({100, sram})));
  };
  const Chip chip = small_chip({100, 1});
  CHECK(greedy(7) == make_mapping(graph, chip, {{"a.weights", "sram"}, {"a.out", "sram"}}));
  CHECK(greedy(8) == make_mapping(graph, chip, {{"a.out", "sram"}, {"b.out", "sram"}}));
  CHECK(greedy(11) ==
        make_mapping(graph, chip, {{"a.out", "sram"}, {"b.out", "sram"}, {"a.weights", "sram"}}));
  CHECK(greedy(20) == greedy(11));
  CHECK(greedy(21) == uniform_mapping(Problem(graph, chip), MemoryId(1)));
}

TEST_CASE("every heuristic's mapping is feasible, and the same each time", "[heuristics]") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    Rng rng(seed, 4);
    const Graph graph = random_graph(rng, {});
    const Chip chip = random_chip(rng, graph);
    const Mode mode = random_mode(rng, chip);
    for (const HeuristicInfo& info : heuristics()) {
      CAPTURE(info.name);
      const Mapping mapping = info.make(Problem(graph, chip, mode));
      REQUIRE(validate(Problem(graph, chip, mode), mapping) == Validation{});
      CHECK(info.make(Problem(graph, chip, mode)) == mapping);
    }
  }
}

TEST_CASE("where even the slowest memory is too small heuristics still answer", "[heuristics]") {
  const Graph graph = chain();
  const Chip chip = small_chip({7, 2, 1});
  for (const HeuristicInfo& info : heuristics()) {
    CAPTURE(info.name);
    const Mapping mapping = info.make(Problem(graph, chip));
    CHECK_NOTHROW(check_settled(Problem(graph, chip), mapping));
    CHECK(std::holds_alternative<Infeasible>(rectify(Problem(graph, chip), mapping)));
  }
}

TEST_CASE("built-in networks on the shipped chips, in both modes", "[heuristics]") {
  for (const char* const workload : {"resnet50", "bert-base", "mobilenet-v2"}) {
    const Graph graph = make_builtin(workload, DType::kInt8);
    for (const char* const name : {"nnpi", "nnpi-12ice"}) {
      const Chip chip = load_chip(name);
      for (const Mode& mode : {Mode{1, 12, 1}, Mode{12, 1, 8}}) {
        Rectifier rectifier(Problem(graph, chip, mode));
        for (const HeuristicInfo& info : heuristics()) {
          CAPTURE(workload, name, mode.streams, info.name);
          const Mapping mapping = info.make(Problem(graph, chip, mode));
          REQUIRE(validate(Problem(graph, chip, mode), mapping) == Validation{});
          Mapping given;
          Epsilon epsilon;
          REQUIRE(rectifier.rectify_into(mapping, given, epsilon));
          // Heuristics count bytes; addresses may lack for a few tensors.
          CHECK(epsilon.value() < 0.05);
        }
      }
    }
  }
}

}  // namespace
}  // namespace memplace
