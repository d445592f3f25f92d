// SPDX-License-Identifier: Apache-2.0
// A proof looks often for a stop, and has by then what it has.
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include <catch2/catch.hpp>

#include "base/stopping.h"
#include "optimizer/bound/bound.h"
#include "sim/event/event_simulator.h"
#include "sim/placement/mapping.h"
#include "tests/support/toy_chips.h"
#include "workloads/io/graph_text.h"

namespace memplace::test {
namespace {

// 60 products in a row, whose weights of 40 B are more than the fast memories hold.
Program endless_chain() {
  std::string text = "graph chain\ninput x 16\no0: grid(out=8,in=8) w=40 in=x out=16\n";
  for (int i = 1; i < 60; ++i) {
    text += "o" + std::to_string(i) + ": grid(out=8,in=8) w=40 in=o" + std::to_string(i - 1) +
            " out=16\n";
  }
  return lower(Problem(parse_graph_text(text), toy_chip(), Mode{}));
}

struct Proof {
  Bound bound;
  std::uint64_t asks = 0;
};

Proof prove(const Program& program, const BoundEffort& effort,
            std::uint64_t stop_at = ~std::uint64_t{0}) {
  Proof proof;
  BoundRequest request;
  request.effort = effort;
  request.stop = [&] { return ++proof.asks >= stop_at; };
  proof.bound = prove_bound(program, request);
  return proof;
}

}  // namespace

TEST_CASE("a proof that is stopped anywhere has a part of what it would have",
          "[bound][stopping]") {
  const Program program = endless_chain();
  const BoundEffort effort{20, 1, 20, 5, 8, 8};
  const Proof whole = prove(program, effort);
  CHECK_FALSE(whole.bound.stopped);
  for (std::uint64_t at = 1; at < whole.asks; at += 1 + at / 3) {
    CAPTURE(at);
    const Bound part = prove(program, effort, at).bound;
    CHECK(part.stopped);
    CHECK(part.proven <= whole.bound.proven);
    CHECK(part.families.size() <= whole.bound.families.size());
    for (std::size_t i = 0; i < part.families.size(); ++i) {
      CHECK(part.families[i].name == whole.bound.families[i].name);
      CHECK(part.families[i].bound <= whole.bound.families[i].bound);
    }
    if (!part.families.empty()) {
      CHECK(part.families.back().bound == part.proven);
    }
  }
}

// Each solution of the chain goes through 60 steps and asks before each, whatever else it does.
TEST_CASE("the chain asks at every step", "[bound][stopping]") {
  const Program program = endless_chain();
  const std::uint64_t none = prove(program, {0, 0, 0, 0, 1, 1}).asks;
  const std::uint64_t five = prove(program, {0, 0, 0, 5, 1, 1}).asks;
  CHECK(five >= none + 5 * 60);
}

// Labels without end: the wider, the more of them are between two steps.
TEST_CASE("the chain asks within a step", "[bound][stopping]") {
  const Program program = endless_chain();
  const std::uint64_t narrow = prove(program, {0, 0, 0, 2, 1, 1}).asks;
  const std::uint64_t wide = prove(program, {0, 0, 0, 2, 400, 1}).asks;
  CHECK(wide > narrow);
}

#ifdef MEMPLACE_HAS_COIN
// Clp asks at every pivot, and CBC's nodes are many solutions of Clp.
TEST_CASE("linear and integer programs ask at every pivot", "[bound][stopping]") {
  const Program program = endless_chain();
  const std::uint64_t none = prove(program, {0, 0, 0, 1, 1, 1}).asks;
  const std::uint64_t linear = prove(program, {20, 0, 0, 1, 1, 1}).asks;
  const std::uint64_t integer = prove(program, {20, 1, 20, 1, 1, 1}).asks;
  // Every decision has a row of its own that is not satisfied at first, 119 of them: as many
  // pivots.
  CHECK(linear >= none + 119);
  CHECK(integer >= linear + 119);
}
#endif

TEST_CASE("a stop from outside ends a proof without a result", "[bound][stopping]") {
  const Program program = endless_chain();
  std::uint64_t looks = 0;
  const StopScope scope([&] { return ++looks == 200; });
  BoundRequest request;
  request.effort = {20, 1, 20, 5, 8, 8};
  CHECK_THROWS_AS(prove_bound(program, request), Stopped);
}

}  // namespace memplace::test
