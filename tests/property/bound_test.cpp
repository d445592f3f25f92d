// SPDX-License-Identifier: Apache-2.0
// A bound is a bound: never above the optimum where trying every mapping tells what that is.
#include "optimizer/bound/bound.h"

#include <cstdint>

#include <catch2/catch.hpp>

#include "sim/event/event_simulator.h"
#include "tests/support/toy_tasks.h"

namespace memplace::test {
namespace {

BoundEffort small_effort() {
  BoundEffort effort;
  effort.cut_rounds = 20;
  effort.integer_rounds = 1;
  effort.integer_nodes = 20;
  effort.price_rounds = 15;
  effort.width = 8;
  effort.last_width = 64;
  return effort;
}

bool branches(const Graph& graph) {
  for (const OpId op : graph.ops()) {
    if (graph.successors(op).size() > 1 || graph.predecessors(op).size() > 1) {
      return true;
    }
  }
  return false;
}

}  // namespace

TEST_CASE("2,000 random small networks: no bound is above the optimum", "[bound][property]") {
  constexpr int kNetworks = 2000;
  Rng rng(88);
  int branching = 0;
  int equal = 0;
  for (int i = 0; i < kNetworks; ++i) {
    CAPTURE(i);
    const Program program = random_toy_program(rng, 6);
    EventSimulator simulator;
    const Picoseconds optimum = brute_force_optimum(program, simulator);
    BoundRequest request;
    request.effort = small_effort();
    const Bound bound = prove_bound(program, request);
    REQUIRE(bound.proven <= optimum);
    Picoseconds last(0);
    for (const BoundFamily& family : bound.families) {
      REQUIRE(family.bound >= last);
      last = family.bound;
    }
    REQUIRE(last == bound.proven);
    // Knowing a mapping only cuts off what cannot be better than it.
    request.known = optimum;
    REQUIRE(prove_bound(program, request).proven <= optimum);
    branching += branches(program.graph()) ? 1 : 0;
    equal += bound.proven == optimum ? 1 : 0;
  }
  CHECK(branching > kNetworks / 4);
  // Nor is it far below.
  CHECK(equal > kNetworks / 4);
}

}  // namespace memplace::test
