// SPDX-License-Identifier: Apache-2.0
#include "optimizer/learning/action_space.h"

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/unit/learning/learning_toy.h"

namespace memplace::test {
namespace {

// Decisions: a.weights (which b reads too), a.out (which v looks at), b.out and c.weights.
const std::string kSharedText =
    "graph shared\n"
    "input x 8\n"
    "a: grid(out=8,in=8) w=40 in=x out=16\n"
    "v: view in=a\n"
    "b: grid(out=8,in=8) w=a.weights in=v out=16\n"
    "c: grid(out=8,in=8) w=24 in=b out=8\n";

nn::Matrix<float> random_logits(const ActionSpace& actions, Rng& rng) {
  auto logits = nn::zeros<float>(actions.nodes(), actions.columns());
  for (Eigen::Index i = 0; i < logits.size(); ++i) {
    logits.data()[i] = static_cast<float>(3 * rng.normal());
  }
  return logits;
}

}  // namespace

// Rows of 6: three memories for weights, three for the output. Op 0 is a, 1 the view, 2 b, 3 c.
TEST_CASE("a decision's columns are in the row of the op that comes first", "[learning]") {
  const LearningToy toy(kSharedText);
  CHECK(toy.actions.nodes() == 4);
  CHECK(toy.actions.columns() == 6);
  CHECK(toy.actions.memories() == 3);
  REQUIRE(toy.actions.decisions() == 4);
  CHECK(toy.actions.offset(0) == 0);
  CHECK(toy.actions.offset(1) == 3);
  CHECK(toy.actions.offset(2) == 2 * 6 + 3);
  CHECK(toy.actions.offset(3) == 3 * 6);
}

// Logits ln 1, ln 2, ln 5: parts 1/8, 2/8, 5/8; without the middle one 1/6 and 5/6.
TEST_CASE("an action space's posterior is the softmax of what is allowed", "[learning]") {
  const LearningToy toy(kSharedText, {"b.out=llc"});
  auto logits = nn::zeros<float>(4, 6);
  for (const Eigen::Index row : {0, 2}) {
    logits(row, 3) = 0;
    logits(row, 4) = std::log(2.0F);
    logits(row, 5) = std::log(5.0F);
  }
  const Posterior posterior = toy.actions.posterior(logits);
  REQUIRE(posterior.decisions() == 4);
  CHECK(posterior.row(1)[0] == Approx(0.125));
  CHECK(posterior.row(1)[1] == Approx(0.25));
  CHECK(posterior.row(1)[2] == Approx(0.625));
  CHECK(posterior.row(2)[0] == Approx(1.0 / 6));
  CHECK(posterior.row(2)[1] == 0);
  CHECK(posterior.row(2)[2] == Approx(5.0 / 6));
  // What nobody said anything about: all alike.
  CHECK(posterior.row(0)[2] == Approx(1.0 / 3));
}

TEST_CASE("rows of an action space's posterior sum to 1, however great the logits", "[learning]") {
  const LearningToy toy(kSharedText, {"b.out=sram", "a.weights=dram"});
  Rng rng(4);
  for (const float scale : {1.0F, 1e3F, 1e30F}) {
    const Posterior posterior = toy.actions.posterior(scale * random_logits(toy.actions, rng));
    for (std::size_t i = 0; i < posterior.decisions(); ++i) {
      CAPTURE(scale, i);
      double sum = 0;
      for (std::size_t memory = 0; memory < 3; ++memory) {
        const double probability = posterior.row(i)[memory];
        CHECK(probability >= 0);
        sum += probability;
        if (!toy.space.allows(toy.space.decisions()[i], MemoryId(memory))) {
          CHECK(probability == 0);
        }
      }
      CHECK(sum == Approx(1));
    }
  }
}

// b's output may only be in llc, which leaves nothing to decide: a pin, by two forbids.
TEST_CASE("an action space has no columns for what is not free", "[learning]") {
  const LearningToy toy(kSharedText, {"b.out=sram", "b.out=dram"});
  REQUIRE(toy.actions.decisions() == 3);
  CHECK(toy.actions.offset(1) == 3);
  CHECK(toy.actions.offset(2) == 18);
  auto actions = nn::zeros<float>(8, 6);
  actions.setConstant(7);
  toy.actions.write_actions({2, 0, 1}, 4, actions);
  for (Eigen::Index row = 0; row < 8; ++row) {
    for (Eigen::Index column = 0; column < 6; ++column) {
      CAPTURE(row, column);
      const bool one = (row == 4 && (column == 2 || column == 3)) || (row == 7 && column == 1);
      CHECK(actions(row, column) == (row < 4 ? 7.0F : one ? 1.0F : 0.0F));
    }
  }
}

TEST_CASE("the mapping of a mapping's choices is that mapping", "[learning]") {
  const LearningToy toy(kSharedText);
  Rng rng(1);
  for (int round = 0; round < 20; ++round) {
    const Choices choices = toy.random_choices(rng);
    const Mapping mapping = toy.actions.mapping(choices, toy.in(kLlc));
    check_settled(toy.program.problem, mapping);
    CHECK(toy.actions.choices(mapping) == choices);
    CHECK(toy.actions.mapping(toy.actions.choices(mapping), toy.in(kDram)) == mapping);
  }
  CHECK_THROWS_AS(toy.actions.mapping({0, 1}, toy.in(kDram)), InternalError);
}

// The view goes where a.out goes; what is pinned stays as in the base.
TEST_CASE("an action space's mappings are settled and keep what is not free", "[learning]") {
  const LearningToy toy(kSharedText, {"b.out=sram", "b.out=dram"});
  const Graph& graph = toy.program.graph();
  const Mapping mapping = toy.actions.mapping({0, 2, 0}, toy.in(kLlc));
  CHECK(mapping[*graph.find_tensor("a.weights")] == kDram);
  CHECK(mapping[*graph.find_tensor("a.out")] == kSram);
  CHECK(mapping[*graph.find_tensor("v.out")] == kSram);
  CHECK(mapping[*graph.find_tensor("b.out")] == kLlc);
  CHECK(mapping[*graph.find_tensor("c.weights")] == kDram);
  CHECK(mapping[*graph.find_tensor("c.out")] == kDram);
}

}  // namespace memplace::test
