// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <string>

#include <catch2/catch.hpp>

#include "sim/systemc/systemc_simulator.h"
#include "tests/support/toy_tasks.h"

namespace memplace::test {

TEST_CASE("annealing finds the simulated optimum of toy networks", "[annealing][systemc]") {
  SystemCSimulator simulator;
  for (const std::string& text : {kChainText, kDiamondText}) {
    const Program program = toy_program(text);
    const Picoseconds optimum = brute_force_optimum(program, simulator);
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
      CAPTURE(program.graph().name(), seed);
      CHECK(run_search("annealing", program, simulator, seed, 300).best->measures.latency ==
            optimum);
    }
  }
}

TEST_CASE("annealing finds the simulated optimum of random networks", "[annealing][systemc]") {
  SystemCSimulator simulator;
  Rng rng(41);
  int found = 0;
  for (int round = 0; round < 60; ++round) {
    const Program program = random_toy_program(rng, 6);
    const Picoseconds optimum = brute_force_optimum(program, simulator);
    found += run_search("annealing", program, simulator, 1, 400).best->measures.latency == optimum
                 ? 1
                 : 0;
  }
  CHECK(found >= 59);
}

}  // namespace memplace::test
