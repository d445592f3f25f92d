// SPDX-License-Identifier: Apache-2.0
// How much work lies between two looks for a stop: counted, on networks larger than the bounds.
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/stopping.h"
#include "optimizer/bound/bound.h"
#include "optimizer/catalog/strategies.h"
#include "optimizer/heuristics/heuristic.h"
#include "optimizer/search/evaluator.h"
#include "optimizer/search/strategy.h"
#include "sim/event/event_simulator.h"
#include "sim/feasible/rectify.h"
#include "tests/support/toy_tasks.h"

namespace memplace::test {
namespace {

constexpr int kOps = 6000;

// Products in a row: 6,000 weights and the 5,999 outputs that are read on, 8 B each.
Program long_chain(const Mode& mode = {}, int ops = kOps) {
  std::string text = "graph chain\ninput x 8\no0: grid(out=4,in=4) w=8 in=x out=8\n";
  for (int i = 1; i < ops; ++i) {
    text += "o" + std::to_string(i) + ": grid(out=4,in=4) w=8 in=o" + std::to_string(i - 1) +
            " out=8\n";
  }
  Chip chip = toy_chip();
  // Half of the weights fit above dram.
  chip.memories[MemoryId(1)].capacity = Bytes(4 * ops);
  return lower(Problem(parse_graph_text(text), chip, mode));
}

std::uint64_t looks_of(const std::function<void()>& work) {
  std::uint64_t looks = 0;
  const StopScope scope([&] {
    ++looks;
    return false;
  });
  work();
  return looks;
}

}  // namespace

TEST_CASE("heuristics look at least once in 64 tensors that they place", "[stopping]") {
  const Program program = long_chain();
  for (const HeuristicInfo& info : heuristics()) {
    if (info.name == "all-slowest") {
      continue;  // copies one number
    }
    CAPTURE(info.name);
    const std::uint64_t looks = looks_of([&] { info.make(program.problem); });
    // Those that cost_model sees a gain for: at least the 6,000 weights, or all that are placed.
    CHECK(looks >= kOps / 64);
  }
}

TEST_CASE("rectify looks once in 256 decisions", "[stopping]") {
  const Program program = long_chain();
  Rectifier rectifier(program.problem);
  const Mapping asked = uniform_mapping(program.problem, program.chip().slowest());
  Mapping given;
  Epsilon epsilon;
  // 11,999 decisions.
  CHECK(looks_of([&] { CHECK(rectifier.rectify_into(asked, given, epsilon)); }) >= 46);
}

TEST_CASE("simulations look once in 1,024 ops, or instants", "[stopping]") {
  const Program program = long_chain();
  const Mapping mapping = uniform_mapping(program.problem, program.chip().slowest());
  EventSimulator simulator;
  const std::unique_ptr<SimSession> session = simulator.open(program);
  CHECK(looks_of([&] { session->latency(mapping); }) == kOps / 1024);
  CHECK(looks_of([&] { session->rebase(mapping); }) == kOps / 1024);
  // With queues: each of 6,000 tiles ends at an instant of its own.
  CHECK(looks_of([&] { session->run(mapping, nullptr); }) >= kOps / 1024);
}

// Where weights are posted, what lives between ops, and the ops themselves.
TEST_CASE("the relaxed time of a mapping looks three times an op", "[stopping]") {
  const Program program = long_chain({}, 500);
  const Mapping mapping = uniform_mapping(program.problem, program.chip().slowest());
  CHECK(looks_of([&] { relaxed_time(program, mapping); }) >= 3 * 500);
}

// A session, and an evaluator, that were stopped answer as ever.
TEST_CASE("what is simulated after a stop is what it would have been", "[stopping]") {
  const Program program = long_chain();
  EventSimulator simulator;
  EvaluatorPool pool(program, simulator);
  EventSimulator unstopped_simulator;
  EvaluatorPool unstopped(program, unstopped_simulator);
  const auto mapping_with = [&](std::size_t moved) {
    Mapping mapping = uniform_mapping(program.problem, program.chip().slowest());
    for (std::size_t i = 0; i < moved; ++i) {
      mapping[program.problem.decisions().tensors()[i]] = MemoryId(1);
    }
    settle(program.problem, mapping);
    return mapping;
  };
  std::vector<Picoseconds> expected;
  for (std::size_t i = 0; i < 12; ++i) {
    EventSimulator fresh;
    EvaluatorPool other(program, fresh);
    expected.push_back(other.evaluate(mapping_with(i)).measures.latency);
  }
  // From the second on mappings are near each other, so that a base is kept.
  for (std::size_t i = 0; i < 12; ++i) {
    CAPTURE(i);
    const std::uint64_t all = looks_of([&] { unstopped.evaluate(mapping_with(i)); });
    REQUIRE(all > 0);
    for (const std::uint64_t quarter : {0U, 1U, 2U, 3U}) {
      std::uint64_t looks = 0;
      const StopScope scope([&] { return ++looks > all * quarter / 4; });
      CHECK_THROWS_AS(pool.evaluate(mapping_with(i)), Stopped);
    }
    CHECK(pool.evaluate(mapping_with(i)).measures.latency == expected[i]);
  }
}

TEST_CASE("strategies look for every mapping that they make", "[stopping]") {
  const Program program = long_chain({}, 300);
  for (const std::string name :
       {"annealing", "tabu", "beam", "greedy-dp", "ea", "portfolio", "random"}) {
    CAPTURE(name);
    EventSimulator simulator;
    EvaluatorPool pool(program, simulator);
    const StrategyInfo& info = strategies().find(name);
    StrategyTask task{program.problem, 1, 200};
    const std::unique_ptr<Strategy> strategy = info.make(task, quick_options(info));
    std::uint64_t asked = 0;
    std::uint64_t looks = 0;
    std::size_t first = 0;
    while (asked < 200 && !strategy->done()) {
      std::vector<Proposal> batch;
      looks += looks_of([&] { batch = strategy->ask(200 - asked); });
      first = first == 0 ? batch.size() : first;
      asked += batch.size();
      const std::vector<Evaluated> results = pool.evaluate(batch);
      looks += looks_of([&] { strategy->tell(results); });
    }
    // The starts are made before the first is asked for.
    CHECK(looks >= asked - first);
  }
}

TEST_CASE("learning looks for every sample of every gradient", "[stopping]") {
  const Program program = toy_program(kDiamondText);
  const StrategyInfo& info = strategies().find("pg");
  StrategyTask task{program.problem, 1, 40};
  const std::unique_ptr<Strategy> strategy = info.make(task, quick_options(info, {"batch=8"}));
  EventSimulator simulator;
  EvaluatorPool pool(program, simulator);
  std::uint64_t asked = 0;
  std::uint64_t looks = 0;
  while (asked < 40) {
    const std::vector<Proposal> batch = strategy->ask(40 - asked);
    asked += batch.size();
    const std::vector<Evaluated> results = pool.evaluate(batch);
    looks += looks_of([&] { strategy->tell(results); });
  }
  // A gradient step an evaluation; each goes over 8 samples for two critics, forward and backward,
  // once for the critics and once for the policy.
  CHECK(looks >= 30 * 8 * 2 * 4);
}

}  // namespace memplace::test
