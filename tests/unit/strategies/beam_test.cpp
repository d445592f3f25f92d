// SPDX-License-Identifier: Apache-2.0
#include "optimizer/strategies/beam.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/support/fake_simulator.h"
#include "tests/support/toy_tasks.h"

namespace memplace::test {
namespace {

std::size_t largest_batch(const Program& program, const std::string& width, std::uint64_t budget) {
  FakeSimulator simulator;
  EvaluatorPool evaluators(program, simulator);
  const auto strategy = make_strategy("beam", program, 1, budget, {"width=" + width});
  std::size_t largest = 0;
  for (std::size_t spent = 0; spent < budget && !strategy->done();) {
    const std::vector<Proposal> asked = strategy->ask(budget - spent);
    spent += asked.size();
    largest = std::max(largest, asked.size());
    strategy->tell(evaluators.evaluate(asked));
  }
  return largest;
}

}  // namespace

// The starts apart, which need not fit.
TEST_CASE("beam proposes what fits, and nothing twice", "[beam]") {
  Rng rng(12);
  for (int round = 0; round < 30; ++round) {
    CAPTURE(round);
    const Program program = random_toy_program(rng, 20);
    FakeSimulator simulator;
    const SearchResult result = run_search("beam", program, simulator, 1, 300, {"width=3"});
    std::set<std::uint64_t> asked;
    for (const HistoryEntry& entry : result.history) {
      CHECK(entry.demoted == 0_B);
      CHECK(asked.insert(entry.asked_hash).second);
    }
  }
}

// An op of two decisions has at most 8 variants of each of the mappings that go on; not all of them
// fit, and some were seen before. More than 8 must come from more than one mapping.
TEST_CASE("the width bounds how many mappings go on", "[beam]") {
  const Program program = toy_program(kDiamondText);
  CHECK(largest_batch(program, "1", 200) <= 8);
  CHECK(largest_batch(program, "8", 200) > 8);
  CHECK(largest_batch(program, "8", 200) <= 64);
}

// A sweep of the diamond with one mapping is 8 + 2 + 8 + 2 = 20 evaluations, four are 80: below 160
// one mapping goes on, from 640 eight.
TEST_CASE("beam's width follows from the budget", "[beam]") {
  const Program program = toy_program(kDiamondText);
  for (const std::uint64_t budget : {1U, 80U, 159U}) {
    FakeSimulator simulator;
    CHECK(run_search("beam", program, simulator, 1, budget).history ==
          run_search("beam", program, simulator, 1, budget, {"width=1"}).history);
  }
  FakeSimulator simulator;
  CHECK(run_search("beam", program, simulator, 1, 640).history ==
        run_search("beam", program, simulator, 1, 640, {"width=8"}).history);
  CHECK(run_search("beam", program, simulator, 1, 640).history !=
        run_search("beam", program, simulator, 1, 640, {"width=1"}).history);
}

// c moves the most bytes, 8 evaluations; a comes next. With 4 evaluations the first sweep has time
// for c alone, and whatever else changes is for its sake.
TEST_CASE("beam visits the heaviest ops where the budget has not for all", "[beam]") {
  const Program program = toy_program(kDiamondText);
  for (const char* const order : {"order=schedule", "order=bytes"}) {
    const auto strategy = make_strategy("beam", program, 1, 4, {"start=all-slowest", order});
    FakeSimulator simulator;
    EvaluatorPool evaluators(program, simulator);
    const std::vector<Evaluated> start = evaluators.evaluate(strategy->ask(1));
    strategy->tell(start);
    const std::vector<TensorId> of_c{*program.graph().find_tensor("c.weights"),
                                     *program.graph().find_tensor("c.out")};
    const std::vector<Proposal> asked = strategy->ask(100);
    CHECK(asked.size() >= 2);
    for (const Proposal& proposal : asked) {
      CHECK(std::any_of(of_c.begin(), of_c.end(), [&](TensorId id) {
        return proposal.mapping[id] != start.front().given[id];
      }));
    }
  }
}

TEST_CASE("beam finds the optimum of toy networks", "[beam]") {
  for (const std::string& text : {kChainText, kDiamondText}) {
    const Program program = toy_program(text);
    for (std::uint64_t landscape = 0; landscape < 20; ++landscape) {
      FakeSimulator simulator(landscape);
      const Picoseconds optimum = brute_force_optimum(program, simulator);
      CHECK(run_search("beam", program, simulator, 1, 300).best->measures.latency == optimum);
    }
  }
}

}  // namespace memplace::test
