// SPDX-License-Identifier: Apache-2.0
// Chips with a read-only memory, and with inputs and outputs elsewhere than in the slowest.
#include <cstdint>
#include <memory>
#include <variant>
#include <vector>

#include <catch2/catch.hpp>

#include "optimizer/bound/bound.h"
#include "optimizer/heuristics/heuristic.h"
#include "sim/event/event_simulator.h"
#include "sim/feasible/rectify.h"
#include "sim/oracle/address_validator.h"
#include "sim/oracle/validator.h"
#include "tests/support/toy_tasks.h"

namespace memplace::test {
namespace {

constexpr std::uint64_t kCases = 400;

// Mostly the slowest memory is read-only. Inputs and outputs are in any that is not, which in three
// of four cases has room for everything.
Problem random_problem(Rng& rng) {
  RandomGraphOptions options;
  options.most_ops = 6;
  options.most_elements = 512;
  for (;;) {
    const Graph graph = random_graph(rng, options);
    Chip chip = random_chip(rng, graph);
    const std::size_t memories = chip.memories.size();
    if (memories < 2) {
      continue;
    }
    const MemoryId flash = rng.chance(0.7) ? MemoryId(0) : MemoryId(rng.below(memories));
    chip.memories[flash].read_only = true;
    do {
      chip.io_memory = MemoryId(rng.below(memories));
    } while (chip.io_memory == flash);
    if (rng.chance(0.75)) {
      chip.memories[chip.io_memory].capacity = chip.memories[chip.slowest()].capacity;
    }
    const Mode mode = random_mode(rng, chip);
    try {
      static_cast<void>(lower(Problem(graph, chip, mode)));
      return {graph, chip, mode};
    } catch (const Error&) {
      continue;  // a position of its input does not fit a slot
    }
  }
}

bool is_valid(const Problem& problem, const Mapping& mapping) {
  return validate(problem, mapping).violation == Violation::kNone;
}

// All heuristics, and decisions at random where they can be.
std::vector<Mapping> asked_of(const Problem& problem, Rng& rng) {
  std::vector<Mapping> asked;
  for (const HeuristicInfo& info : heuristics()) {
    asked.push_back(info.make(problem));
  }
  for (int i = 0; i < 4; ++i) {
    asked.push_back(allowed(problem, random_mapping(rng, problem.graph(), problem.chip())));
  }
  return asked;
}

}  // namespace

TEST_CASE("mappings keep to what their memories can hold", "[property]") {
  int feasible = 0;
  int refused = 0;
  for (std::uint64_t seed = 0; seed < kCases; ++seed) {
    CAPTURE(seed);
    Rng rng(seed, 21);
    const Problem problem = random_problem(rng);
    Rectifier rectifier(problem);
    const bool fits =
        std::holds_alternative<Rectified>(rectifier.rectify(slowest_allowed(problem)));
    (fits ? feasible : refused) += 1;
    for (const Mapping& asked : asked_of(problem, rng)) {
      check_settled(problem, asked);
      for (const auto& [tensor, memories] : problem.decisions().list()) {
        REQUIRE(memories.contains(asked[tensor]));
      }
      const RectifyResult result = rectifier.rectify(asked);
      // Where something fits, everything can be made to.
      REQUIRE(std::holds_alternative<Rectified>(result) == fits);
      Mapping given;
      Epsilon epsilon;
      REQUIRE(rectifier.rectify_into(asked, given, epsilon) == fits);
      if (!fits) {
        REQUIRE_FALSE(std::get<Infeasible>(result).message.empty());
        continue;
      }
      const auto& rectified = std::get<Rectified>(result);
      REQUIRE(given == rectified.mapping);
      REQUIRE(is_valid(problem, rectified.mapping));
      const auto addresses = rectifier.addresses(rectified.mapping);
      REQUIRE(addresses.has_value());
      REQUIRE(validate(problem, rectified.mapping, *addresses) == AddressValidation{});
    }
  }
  CHECK(feasible > 200);
  CHECK(refused > 10);
}

TEST_CASE("bounds hold where inputs and outputs are elsewhere", "[property]") {
  EventSimulator simulator;
  int proven = 0;
  for (std::uint64_t seed = 0; seed < kCases / 4; ++seed) {
    CAPTURE(seed);
    Rng rng(seed, 22);
    const Problem problem = random_problem(rng);
    const Program program = lower(problem);
    Rectifier rectifier(problem);
    std::optional<Picoseconds> best;
    for (const Mapping& asked : asked_of(problem, rng)) {
      const RectifyResult result = rectifier.rectify(asked);
      if (const auto* rectified = std::get_if<Rectified>(&result)) {
        const Picoseconds latency = simulator.run(program, rectified->mapping).latency;
        REQUIRE(relaxed_time(program, rectified->mapping) <= latency);
        best = std::min(best.value_or(latency), latency);
      }
    }
    if (best.has_value()) {
      BoundRequest request;
      request.effort = kQuickBound;
      REQUIRE(prove_bound(program, request).proven <= *best);
      ++proven;
    }
  }
  CHECK(proven > 40);
}

TEST_CASE("every strategy proposes what memories can hold", "[property]") {
  Chip chip = toy_chip();
  chip.memories[kDram].read_only = true;
  chip.io_memory = kLlc;
  chip.memories[kLlc].capacity = 160_B;
  const Program program = on(diamond(), chip);
  EventSimulator simulator;
  for (const StrategyInfo& info : strategies()) {
    CAPTURE(info.name);
    EvaluatorPool evaluators(program, simulator);
    const auto strategy = make_strategy(info.name, program, 3, 60);
    for (std::size_t told = 0; told < 60 && !strategy->done();) {
      const std::vector<Proposal> proposals = strategy->ask(60 - told);
      for (const Proposal& proposal : proposals) {
        check_settled(program.problem, proposal.mapping);
        for (const auto& [tensor, memories] : program.problem.decisions().list()) {
          REQUIRE(memories.contains(proposal.mapping[tensor]));
        }
      }
      const std::vector<Evaluated> results = evaluators.evaluate(proposals);
      for (const Evaluated& result : results) {
        REQUIRE(is_valid(program.problem, result.given));
      }
      told += results.size();
      strategy->tell(results);
    }
  }
}

}  // namespace memplace::test
