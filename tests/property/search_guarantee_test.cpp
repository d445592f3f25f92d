// SPDX-License-Identifier: Apache-2.0
// What a search returns is never slower than the best heuristic, whatever its strategy does.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <catch2/catch.hpp>

#include "optimizer/catalog/strategies.h"
#include "optimizer/heuristics/heuristic.h"
#include "optimizer/studies/run/run.h"
#include "sim/event/event_simulator.h"
#include "sim/feasible/rectify.h"
#include "tests/support/decisions.h"
#include "tests/support/toy_tasks.h"

namespace memplace::test {
namespace {

constexpr int kNetworks = 200;
constexpr std::uint64_t kBudgets[] = {1, 50, 200, 1000};

// Up to 24 ops on a chip of at least two memories, of which the slowest holds everything and the
// others hold what chance gives them.
Program random_network(Rng& rng) {
  RandomGraphOptions options;
  options.most_elements = 4096;
  for (;;) {
    const auto graph = std::make_shared<const Graph>(random_graph(rng, options));
    Chip chip = random_chip(rng, *graph);
    if (!decisions_of(*graph).empty() && chip.memories.size() >= 2) {
      return lower(Problem(*graph, chip));
    }
  }
}

// Not by way of the optimizer: rectified and simulated by themselves.
Picoseconds best_heuristic(const Program& program, Simulator& simulator) {
  Picoseconds best(std::numeric_limits<std::int64_t>::max());
  for (const std::string& name : heuristic_names()) {
    const Graph& graph = program.graph();
    const RectifyResult result =
        rectify(Problem(graph, program.chip(), program.mode()),
                apply_heuristic(name, Problem(graph, program.chip(), program.mode())));
    best = std::min(best, simulator.run(program, std::get<Rectified>(result).mapping).latency);
  }
  return best;
}

RunConfig config_of(const StrategyInfo& info, std::uint64_t budget) {
  RunConfig config;
  config.version = "1.2.3";
  config.workload = "random";
  config.strategy = info.name;
  config.options = quick_options(info).resolved();
  config.seed = budget;
  config.budget = budget;
  return config;
}

// Whether it found nothing better than a heuristic.
bool check(const Program& program, Simulator& simulator, Picoseconds best, const StrategyInfo& info,
           std::uint64_t budget) {
  CAPTURE(info.name, budget);
  const RunResult run = execute_run(config_of(info, budget), program, simulator);
  CHECK(run.verdict.best.measures.latency <= best);
  CHECK(simulator.run(program, run.verdict.best.given).latency ==
        run.verdict.best.measures.latency);
  CHECK(run.search.history.size() <= budget);
  return !run.verdict.own();
}

}  // namespace

#ifdef MEMPLACE_EVERY_STRATEGY
TEST_CASE("no search of any strategy returns less than the best heuristic", "[search]") {
  Rng rng(77);
  for (int i = 0; i < kNetworks; ++i) {
    CAPTURE(i);
    const Program program = random_network(rng);
    EventSimulator simulator;
    const Picoseconds best = best_heuristic(program, simulator);
    for (const StrategyInfo& info : strategies()) {
      for (const std::uint64_t budget : kBudgets) {
        check(program, simulator, best, info, budget);
      }
    }
  }
}
#else
// More is slow for what learns after each evaluation.
constexpr std::uint64_t kMostOfLearners = 50;

// Of the default all, of the others one a network.
TEST_CASE("no search returns less than the best heuristic", "[search][property]") {
  Rng rng(76);
  int heuristics_returned = 0;
  for (int i = 0; i < kNetworks; ++i) {
    CAPTURE(i);
    const Program program = random_network(rng);
    EventSimulator simulator;
    const Picoseconds best = best_heuristic(program, simulator);
    const StrategyInfo& other =
        strategies().rows()[static_cast<std::size_t>(i) % strategies().rows().size()];
    for (const std::uint64_t budget : kBudgets) {
      heuristics_returned +=
          check(program, simulator, best, strategies().find("auto"), budget) ? 1 : 0;
      if (!(other.learns || other.name == "ea") || budget <= kMostOfLearners) {
        check(program, simulator, best, other, budget);
      }
    }
  }
  // Networks on which no search is in danger would ask nothing.
  CHECK(heuristics_returned > kNetworks / 10);
}
#endif

}  // namespace memplace::test
