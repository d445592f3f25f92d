// SPDX-License-Identifier: Apache-2.0
// Proven bounds of the built-in networks: below whatever strategies find, and not far below.
#include "optimizer/bound/bound.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>

#include <catch2/catch.hpp>

#include "optimizer/catalog/strategies.h"
#include "optimizer/search/driver.h"
#include "optimizer/search/evaluator.h"
#include "optimizer/search/strategy.h"
#include "sim/chip/chip_reader.h"
#include "sim/event/event_simulator.h"
#include "workloads/builtin/builtins.h"

namespace memplace {
namespace {

// Every strategy that needs no learning searches a little, and the relaxations' own mappings are
// simulated; `most_gap` is what the bound may be below the best of all.
void check_bound(const std::string& workload, const std::string& chip_name, double most_gap) {
  const auto graph = std::make_shared<const Graph>(make_builtin(workload, DType::kInt8));
  const Chip chip = load_chip(chip_name);
  const Program program =
      lower(Problem(*graph, chip, resolve_mode(chip, 1, std::nullopt, std::nullopt)));
  EventSimulator simulator;
  EvaluatorPool evaluators(program, simulator);
  Picoseconds best(std::numeric_limits<std::int64_t>::max());
  for (const char* const name : {"tabu", "beam", "annealing", "ea", "greedy-dp", "random"}) {
    const StrategyInfo& info = strategies().find(name);
    const auto strategy =
        info.make({program.problem, 3, 400}, Options("strategy " + info.name, info.options, {}));
    SearchPlan plan;
    plan.budget = 400;
    best = std::min(best, search(*strategy, evaluators, plan).best->measures.latency);
  }
  BoundRequest request;
  request.effort = kQuickBound;
  const Bound blind = prove_bound(program, request);
  CHECK(blind.proven <= best);
  request.known = best;
  request.simulate = [&](const Mapping& mapping) {
    best = std::min(best, evaluators.evaluate(mapping).measures.latency);
    return best;
  };
  const Bound bound = prove_bound(program, request);
  CHECK(bound.proven <= best);
  if (has_linear_solver()) {
    CHECK(gap_of(best, bound.proven) <= most_gap);
  }
}

}  // namespace

TEST_CASE("no strategy beats the bound of resnet50 on nnpi", "[bound]") {
  check_bound("resnet50", "nnpi", 0.02);
}

TEST_CASE("no strategy beats the bound of resnet50 on nnpi-12ice", "[bound]") {
  check_bound("resnet50", "nnpi-12ice", 0.005);
}

TEST_CASE("no strategy beats the bound of resnet101 on nnpi", "[bound]") {
  check_bound("resnet101", "nnpi", 0.05);
}

TEST_CASE("no strategy beats the bound of resnet101 on nnpi-12ice", "[bound]") {
  check_bound("resnet101", "nnpi-12ice", 0.005);
}

TEST_CASE("no strategy beats the bound of bert-base on nnpi", "[bound]") {
  check_bound("bert-base", "nnpi", 0.05);
}

TEST_CASE("no strategy beats the bound of bert-base on nnpi-12ice", "[bound]") {
  check_bound("bert-base", "nnpi-12ice", 0.08);
}

TEST_CASE("no strategy beats the bound of bert-large on nnpi", "[bound]") {
  check_bound("bert-large", "nnpi", 0.02);
}

TEST_CASE("no strategy beats the bound of bert-large on nnpi-12ice", "[bound]") {
  check_bound("bert-large", "nnpi-12ice", 0.02);
}

}  // namespace memplace
