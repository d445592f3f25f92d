// SPDX-License-Identifier: Apache-2.0
// How often searches find the optimum where trying every mapping tells what it is.
#include <cstdint>
#include <map>
#include <string>

#include <catch2/catch.hpp>

#include "sim/event/event_simulator.h"
#include "tests/support/toy_tasks.h"

namespace memplace::test {

namespace {

// Smaller ones have so few mappings that chance finds the best of them.
Program random_network(Rng& rng) {
  for (;;) {
    Program program = random_toy_program(rng, 8);
    if (program.problem.decisions().tensors().size() >= 5) {
      return program;
    }
  }
}

}  // namespace

// Networks of five to eight decisions on random chips of two to five memories whose capacities
// bind, simulated by the event model: what users run, only smaller.
TEST_CASE("searches find the optimum of 500 random networks of at most 8 decisions",
          "[optimum][property]") {
  constexpr int kNetworks = 500;
  constexpr std::uint64_t kBudget = 500;
  Rng rng(2024);
  std::map<std::string, int> found;
  for (int i = 0; i < kNetworks; ++i) {
    const Program program = random_network(rng);
    EventSimulator simulator;
    const Picoseconds optimum = brute_force_optimum(program, simulator);
    for (const char* const name : {"annealing", "tabu", "beam", "greedy-dp", "random"}) {
      CAPTURE(i, name);
      const SearchResult result = run_search(name, program, simulator, 1, kBudget);
      REQUIRE(result.best->measures.latency >= optimum);
      found[name] += result.best->measures.latency == optimum ? 1 : 0;
    }
  }
  CHECK(found["annealing"] >= 495);
  CHECK(found["tabu"] >= 495);
  CHECK(found["beam"] >= 490);
  CHECK(found["greedy-dp"] >= 465);
  // Where chance does as well, the networks ask too little.
  CHECK(found["random"] < 490);
}

}  // namespace memplace::test
