// SPDX-License-Identifier: Apache-2.0
#include "optimizer/strategies/annealing.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "optimizer/heuristics/heuristic.h"
#include "optimizer/search/mapping_hash.h"
#include "tests/support/decisions.h"
#include "tests/support/fake_simulator.h"
#include "tests/support/toy_tasks.h"

namespace memplace::test {

// At most 3^6 = 729 mappings, many of them infeasible.
TEST_CASE("annealing finds the optimum of toy networks", "[annealing]") {
  for (const std::string& text : {kChainText, kDiamondText}) {
    const Program program = toy_program(text);
    for (std::uint64_t landscape = 0; landscape < 5; ++landscape) {
      FakeSimulator simulator(landscape);
      const Picoseconds optimum = brute_force_optimum(program, simulator);
      for (const std::uint64_t seed : {1U, 2U, 3U}) {
        CAPTURE(program.graph().name(), landscape, seed);
        const SearchResult result = run_search("annealing", program, simulator, seed, 300);
        CHECK(result.best->measures.latency == optimum);
      }
    }
  }
}

TEST_CASE("annealing finds the optimum of random networks", "[annealing][property]") {
  Rng rng(31);
  int found = 0;
  for (std::uint64_t round = 0; round < 100; ++round) {
    const Program program = random_toy_program(rng, 6);
    FakeSimulator simulator(round);
    const Picoseconds optimum = brute_force_optimum(program, simulator);
    const SearchResult result = run_search("annealing", program, simulator, 1, 400);
    found += result.best->measures.latency == optimum ? 1 : 0;
  }
  CHECK(found >= 99);
}

TEST_CASE("annealing starts where it is told to", "[annealing]") {
  const Program program = toy_program(kDiamondText);
  for (const HeuristicInfo& info : heuristics()) {
    FakeSimulator simulator;
    const SearchResult result =
        run_search("annealing", program, simulator, 1, 1, {"start=" + std::string(info.name)});
    CHECK(result.best->asked == info.make(program.problem));
  }
}

TEST_CASE("annealing from the best heuristic evaluates all of them first, none twice",
          "[annealing]") {
  const Program program = toy_program(kDiamondText);
  FakeSimulator simulator;
  const SearchResult result = run_search("annealing", program, simulator, 1, 50);
  std::vector<std::uint64_t> different;
  for (const HeuristicInfo& info : heuristics()) {
    const std::uint64_t hash = mapping_hash(info.make(program.problem));
    if (std::find(different.begin(), different.end(), hash) == different.end()) {
      different.push_back(hash);
    }
  }
  for (std::size_t i = 0; i < different.size(); ++i) {
    CHECK(result.history[i].asked_hash == different[i]);
    CHECK(result.history[i].part == "start");
  }
  CHECK(result.history[different.size()].part == "move");
}

// A temperature of 1e-9 of some 50 ns is far below a femtosecond, and latencies differ by a
// picosecond at least: nothing slower is accepted. With room for everything and neither swap nor
// fill, a proposal differs from the state in one decision. 25 decisions have 50 neighbours, too
// many for 40 evaluations to exhaust.
TEST_CASE("a cold annealing is a descent", "[annealing]") {
  std::string text = "input x 8\no0: grid(out=4,in=4) w=8 in=x out=8\n";
  for (int i = 1; i < 13; ++i) {
    text += "o" + std::to_string(i) + ": grid(out=4,in=4) w=8 in=o" + std::to_string(i - 1) +
            " out=8\n";
  }
  const auto graph = std::make_shared<const Graph>(parse_graph_text(text));
  REQUIRE(decisions_of(*graph).size() == 25);
  Chip chip = toy_chip();
  chip.memories[kLlc].capacity = chip.memories[kSram].capacity = 1_MiB;
  const Program program = lower(Problem(*graph, chip));
  FakeSimulator simulator(3);
  EvaluatorPool evaluators(program, simulator);
  const auto strategy =
      make_strategy("annealing", program, 1, 40,
                    {"start=native", "t_start=1e-9", "t_end=1e-9", "fill=0", "swap=0"});
  Mapping state;
  Picoseconds least(0);
  for (int i = 0; i < 40; ++i) {
    const std::vector<Proposal> asked = strategy->ask(40);
    REQUIRE(asked.size() == 1);
    const Evaluated evaluated = evaluators.evaluate(asked[0].mapping);
    CHECK(evaluated.epsilon.demoted_bytes == 0_B);
    int moved = 0;
    for (const TensorId id : decisions_of(*graph)) {
      moved += i > 0 && asked[0].mapping[id] != state[id] ? 1 : 0;
    }
    CHECK(moved == (i > 0 ? 1 : 0));
    if (i == 0 || evaluated.measures.latency <= least) {
      state = evaluated.given;
      least = evaluated.measures.latency;
    }
    strategy->tell({&evaluated, 1});
  }
}

// One decision of three memories, all of which it fits: three mappings, of which native is one.
TEST_CASE("annealing asks nothing twice and stops when all is known", "[annealing]") {
  const Program program = toy_program(
      "input x 8\n"
      "a: grid(out=8,in=8) w=8 in=x out=8\n");
  REQUIRE(program.problem.decisions().tensors().size() == 1);
  FakeSimulator simulator;
  const SearchResult result = run_search("annealing", program, simulator, 1, 100);
  CHECK(result.history.size() == 3);
  CHECK(result.best->measures.latency == brute_force_optimum(program, simulator));
}

// The chain's feasible mappings, counted, are all there is to ask.
TEST_CASE("annealing comes past every feasible mapping of a toy network", "[annealing]") {
  const Program program = toy_program(kChainText);
  FakeSimulator counter;
  brute_force_optimum(program, counter);
  FakeSimulator simulator;
  CHECK(run_search("annealing", program, simulator, 1, 1000).history.size() == counter.runs);
}

}  // namespace memplace::test
