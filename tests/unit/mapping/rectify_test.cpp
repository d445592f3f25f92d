// SPDX-License-Identifier: Apache-2.0
#include "sim/feasible/rectify.h"

#include <catch2/catch.hpp>

#include "tests/support/small_chips.h"
#include "tests/unit/mapping/test_graphs.h"

namespace memplace {
namespace {

constexpr RefusalReason kBytes = RefusalReason::kBytes;

Rectified must_rectify(const Graph& graph, const Chip& chip, const Mode& mode,
                       const Mapping& asked) {
  const RectifyResult result = rectify(Problem(graph, chip, mode), asked);
  REQUIRE(std::holds_alternative<Rectified>(result));
  return std::get<Rectified>(result);
}

std::string failure(const Graph& graph, const Chip& chip, const Mode& mode, const Mapping& asked) {
  const RectifyResult result = rectify(Problem(graph, chip, mode), asked);
  REQUIRE(std::holds_alternative<Infeasible>(result));
  return std::get<Infeasible>(result).message;
}

// Everything asked in sram (8 B), then llc (10 B):
//   step        0     1     2
//   aw 3 sram   3     3     3     fits
//   a  8 llc    8     8           sram has 5 left
//   b  6 dram         6     6     sram has 5 left, llc 2
//   cw 5 sram   8     8     8     fits exactly
TEST_CASE("rectify demotes in schedule order, as far as needed, and says why", "[mapping]") {
  const Graph graph = chain();
  const Chip chip = small_chip({100, 10, 8});
  const Rectified result =
      must_rectify(graph, chip, Mode{}, uniform_mapping(Problem(graph, chip), MemoryId(2)));
  CHECK(result.mapping ==
        make_mapping(
            graph, chip,
            {{"a.weights", "sram"}, {"a.out", "llc"}, {"b.out", "dram"}, {"c.weights", "sram"}}));
  CHECK_FALSE(result.feasible_as_asked());
  CHECK(result.epsilon == Epsilon{14_B, 22_B});
  CHECK(result.epsilon.value() == Approx(14.0 / 22.0));

  const TensorId a = tensor(graph, "a.out");
  const TensorId b = tensor(graph, "b.out");
  const Holder weights{tensor(graph, "a.weights"), 3_B};
  REQUIRE(result.demotions.size() == 2);
  CHECK(result.demotions[0] ==
        Demotion{a, MemoryId(2), MemoryId(1), {{MemoryId(2), kBytes, 0, 8_B, 5_B, {weights}}}});
  CHECK(result.demotions[1] == Demotion{b,
                                        MemoryId(2),
                                        MemoryId(0),
                                        {{MemoryId(2), kBytes, 1, 6_B, 5_B, {weights}},
                                         {MemoryId(1), kBytes, 1, 6_B, 2_B, {{a, 8_B}}}}});
}

TEST_CASE("a feasible mapping comes back as it was", "[mapping]") {
  const Graph graph = chain();
  const Chip chip = small_chip({100, 8, 14});
  const Mapping asked = make_mapping(
      graph, chip,
      {{"a.weights", "llc"}, {"a.out", "sram"}, {"b.out", "sram"}, {"c.weights", "llc"}});
  const Rectified result = must_rectify(graph, chip, Mode{}, asked);
  CHECK(result.mapping == asked);
  CHECK(result.feasible_as_asked());
  CHECK(result.epsilon == Epsilon{0_B, 22_B});
  CHECK(result.epsilon.value() == 0.0);
}

TEST_CASE("epsilon of a mapping that asks for nothing is zero", "[mapping]") {
  const Graph graph = chain();
  const Chip chip = small_chip({100, 8, 8});
  const Rectified result =
      must_rectify(graph, chip, Mode{}, uniform_mapping(Problem(graph, chip), MemoryId(0)));
  CHECK(result.epsilon == Epsilon{0_B, 0_B});
  CHECK(result.epsilon.value() == 0.0);
}

// Half-open lifetimes: c may take the very bytes that a leaves.
//   step     0   1   2   3
//   a   8    aaaaaaa
//   b   1        bbbbbbb
//   c   8            ccccccc
TEST_CASE("room is free at the step after the last reader", "[mapping]") {
  const Graph graph = parse_graph_text(
      "input x 1\n"
      "a: copy(1) in=x out=8\n"
      "b: copy(1) in=a out=1\n"
      "c: copy(1) in=b out=8\n"
      "d: copy(1) in=c out=1\n");
  const Chip chip = small_chip({100, 8});
  const Mapping asked = make_mapping(graph, chip, {{"a.out", "sram"}, {"c.out", "sram"}});
  CHECK(must_rectify(graph, chip, Mode{}, asked).mapping == asked);

  const Rectified all =
      must_rectify(graph, chip, Mode{}, uniform_mapping(Problem(graph, chip), MemoryId(1)));
  CHECK(all.mapping == asked);
  REQUIRE(all.demotions.size() == 1);
  CHECK(all.demotions[0] ==
        Demotion{tensor(graph, "b.out"),
                 MemoryId(1),
                 MemoryId(0),
                 {{MemoryId(1), kBytes, 1, 1_B, 0_B, {{tensor(graph, "a.out"), 8_B}}}}});

  const Chip less = small_chip({100, 7});
  CHECK(must_rectify(graph, less, Mode{}, uniform_mapping(Problem(graph, less), MemoryId(1)))
            .mapping == make_mapping(graph, less, {{"b.out", "sram"}}));
}

// s writes two tensors with one decision:
//   step     0   1   2
//   s.out  4 sssssss
//   s.out1 8 sssssssssss       12 12 8
TEST_CASE("outputs of one op are demoted together", "[mapping]") {
  const Graph graph = parse_graph_text(
      "input x 1\n"
      "s: copy(1) in=x out=4,8\n"
      "t: copy(1) in=s out=0\n"
      "u: copy(1) in=s.out1,t out=1\n");
  const Chip exact = small_chip({100, 12});
  const Mapping asked = uniform_mapping(Problem(graph, exact), MemoryId(1));
  CHECK(must_rectify(graph, exact, Mode{}, asked).mapping == asked);

  const Chip less = small_chip({100, 11});
  const Rectified result = must_rectify(graph, less, Mode{}, asked);
  CHECK(result.mapping[tensor(graph, "s.out")] == MemoryId(0));
  CHECK(result.mapping[tensor(graph, "s.out1")] == MemoryId(0));
  CHECK(result.epsilon == Epsilon{12_B, 12_B});
  REQUIRE(result.demotions.size() == 1);
  CHECK(result.demotions[0] == Demotion{tensor(graph, "s.out"),
                                        MemoryId(1),
                                        MemoryId(0),
                                        {{MemoryId(1), kBytes, 0, 12_B, 11_B, {}}}});
}

TEST_CASE("a view goes where its source is given", "[mapping]") {
  const Graph graph = parse_graph_text(
      "input x 1\n"
      "a: copy(1) in=x out=6\n"
      "v: view in=a\n"
      "b: copy(1) in=v out=1\n");
  const Chip chip = small_chip({100, 5});
  const Rectified result =
      must_rectify(graph, chip, Mode{}, uniform_mapping(Problem(graph, chip), MemoryId(1)));
  CHECK(result.mapping[tensor(graph, "a.out")] == MemoryId(0));
  CHECK(result.mapping[tensor(graph, "v.out")] == MemoryId(0));
}

TEST_CASE("tensors without bytes fit a full memory", "[mapping]") {
  const Graph graph = parse_graph_text(
      "input x 1\n"
      "a: copy(1) w=8 in=x out=0\n"
      "b: copy(1) w=0 in=a out=1\n");
  const Chip chip = small_chip({100, 8});
  const Mapping asked = uniform_mapping(Problem(graph, chip), MemoryId(1));
  CHECK(must_rectify(graph, chip, Mode{}, asked).mapping == asked);
}

// Two streams: sram takes aw once (3) and a twice (16): 19.
TEST_CASE("streams need room for their own activations", "[mapping]") {
  const Graph graph = chain();
  Chip chip = small_chip({100, 1, 18});
  chip.engines.count = 2;
  const Mapping asked = make_mapping(graph, chip, {{"a.weights", "sram"}, {"a.out", "sram"}});
  CHECK(must_rectify(graph, chip, Mode{1, 2, 1}, asked).feasible_as_asked());
  const Rectified two = must_rectify(graph, chip, Mode{2, 1, 8}, asked);
  REQUIRE(two.demotions.size() == 1);
  CHECK(two.demotions[0].refusals[0] ==
        Refusal{MemoryId(2), kBytes, 0, 16_B, 15_B, {{tensor(graph, "a.weights"), 3_B}}});
  CHECK(two.demotions[0].refusals[1] == Refusal{MemoryId(1), kBytes, 0, 16_B, 1_B, {}});
  // The network's own bytes, whatever the mode.
  CHECK(two.epsilon == Epsilon{8_B, 11_B});

  // One engine's sram holds one stream's copy of both: 11.
  chip.memories[MemoryId(2)].scope = Scope::kEngine;
  chip.memories[MemoryId(2)].capacity = 11_B;
  CHECK(must_rectify(graph, chip, Mode{2, 1, 8}, asked).feasible_as_asked());
  chip.memories[MemoryId(2)].capacity = 10_B;
  CHECK_FALSE(must_rectify(graph, chip, Mode{2, 1, 8}, asked).feasible_as_asked());
  // Two engines for one stream pool 2 x 10.
  CHECK(must_rectify(graph, chip, Mode{1, 2, 1}, asked).feasible_as_asked());
}

// dram at step 1 has a.weights 3, a.out 8 and then b.out 6 to hold: 17.
TEST_CASE("what even the slowest memory cannot hold is infeasible", "[mapping]") {
  const Graph graph = chain();
  const Chip chip = small_chip({16, 2, 1});
  const Mapping asked = uniform_mapping(Problem(graph, chip), MemoryId(2));
  CHECK(failure(graph, chip, Mode{}, asked) ==
        "network \"chain\" does not fit chip \"small\": \"b.out\" needs 6 B of dram, the slowest "
        "memory, at step 1 (op \"b\"), where 5 B of its 16 B are free");
  Rectifier rectifier(Problem(graph, chip));
  Mapping given;
  Epsilon epsilon;
  CHECK_FALSE(rectifier.rectify_into(asked, given, epsilon));
  // 3 + 8 + 6 + 5 at step 1 and 3 + 6 + 5 + 2 at step 2.
  const Chip enough = small_chip({22, 2, 1});
  CHECK(must_rectify(graph, enough, Mode{}, asked).mapping ==
        uniform_mapping(Problem(graph, enough), MemoryId(0)));
  const Chip less = small_chip({21, 2, 1});
  CHECK(
      failure(graph, less, Mode{}, asked) ==
      "network \"chain\" does not fit chip \"small\": \"c.weights\" needs 5 B of dram, the slowest "
      "memory, at step 1 (op \"b\"), where 4 B of its 21 B are free");
}

TEST_CASE("where the slowest memory has no room for all, what fits it no more rises", "[mapping]") {
  // At step 1 the weights of a, its output and that of b take 3 + 8 + 6 of the 20 B.
  const Graph graph = chain();
  const Chip chip = small_chip({20, 6, 1});
  const Rectified rectified =
      must_rectify(graph, chip, Mode{}, uniform_mapping(Problem(graph, chip), MemoryId(0)));
  REQUIRE(rectified.demotions.size() == 1);
  const Demotion& demotion = rectified.demotions.front();
  CHECK(demotion.tensor == tensor(graph, "c.weights"));
  CHECK(demotion.asked == MemoryId(0));
  CHECK(demotion.given == MemoryId(1));
  REQUIRE(demotion.refusals.size() == 1);
  CHECK(demotion.refusals.front().memory == MemoryId(0));
  CHECK(demotion.refusals.front().step == 1);
  CHECK(demotion.refusals.front().bytes_asked == 5_B);
  CHECK(demotion.refusals.front().bytes_free == 3_B);
  CHECK(rectified.epsilon == Epsilon{5_B, 5_B});
  // What fits as asked is left alone, and what asks for too much of it gets the ground.
  CHECK(must_rectify(graph, chip, Mode{}, rectified.mapping).feasible_as_asked());
  CHECK_FALSE(must_rectify(graph, chip, Mode{}, uniform_mapping(Problem(graph, chip), MemoryId(2)))
                  .feasible_as_asked());
}

TEST_CASE("inputs and outputs that do not fit are infeasible", "[mapping]") {
  const Graph graph = chain();
  const Chip chip = small_chip({3, 50, 50});
  CHECK(
      failure(graph, chip, Mode{}, uniform_mapping(Problem(graph, chip), MemoryId(2))) ==
      "network \"chain\" does not fit chip \"small\": its inputs and outputs need 4 B of dram, the "
      "slowest memory, at step 0 (op \"a\"), which has 3 B");
}

TEST_CASE("one memory: everything is in it", "[mapping]") {
  const Graph graph = chain();
  const Chip chip = small_chip({22});
  const Mapping asked = uniform_mapping(Problem(graph, chip), MemoryId(0));
  CHECK(must_rectify(graph, chip, Mode{}, asked).mapping == asked);
}

TEST_CASE("a rectifier may write over what it was asked", "[mapping]") {
  const Graph graph = chain();
  const Chip chip = small_chip({100, 10, 8});
  Rectifier rectifier(Problem(graph, chip));
  Mapping mapping = uniform_mapping(Problem(graph, chip), MemoryId(2));
  Epsilon epsilon;
  for (int repeat = 0; repeat < 2; ++repeat) {
    REQUIRE(rectifier.rectify_into(mapping, mapping, epsilon));
    CHECK(mapping ==
          make_mapping(
              graph, chip,
              {{"a.weights", "sram"}, {"a.out", "llc"}, {"b.out", "dram"}, {"c.weights", "sram"}}));
  }
  CHECK(epsilon == Epsilon{0_B, 16_B});
}

// 1,200 ops with weights of 3 B, of which the fast memory's 30 B hold nine beside the two
// activations of 1 B that live at a step. The others are demoted, the first 1,024 of them with the
// tensors in their way.
TEST_CASE("of many demotions the first name what was in the way", "[mapping]") {
  std::string text = "input x 1\n";
  for (int i = 0; i < 1200; ++i) {
    text += "o" + std::to_string(i) +
            ": copy(1) w=3 in=" + (i == 0 ? "x" : "o" + std::to_string(i - 1)) + " out=1\n";
  }
  const Graph graph = parse_graph_text(text);
  const Chip chip = small_chip({100'000, 30});
  const auto rectified = std::get<Rectified>(
      rectify(Problem(graph, chip), uniform_mapping(Problem(graph, chip), MemoryId(1))));
  REQUIRE(rectified.demotions.size() > 1100);
  const Refusal& first = rectified.demotions.front().refusals.front();
  const Refusal& last = rectified.demotions.back().refusals.front();
  CHECK_FALSE(first.holders.empty());
  CHECK(last.holders.empty());
  CHECK(last.reason == RefusalReason::kBytes);
  CHECK(last.bytes_asked == 3_B);
  CHECK(last.bytes_free < 3_B);
}

}  // namespace
}  // namespace memplace
