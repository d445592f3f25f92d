// SPDX-License-Identifier: Apache-2.0
// Every built-in network x chip x heuristic x mode. No network fits the toy chip, so a small one of
// configs/workloads is run there.
#include "workloads/builtin/builtins.h"

#include <memory>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "optimizer/heuristics/heuristic.h"
#include "sim/chip/chip_reader.h"
#include "sim/feasible/placement_rectifier.h"
#include "sim/systemc/systemc_simulator.h"
#include "tests/differential/compare_models.h"
#include "workloads/workload.h"

namespace memplace::test {
namespace {

// The placement made feasible and planned.
SimCase planned(const std::shared_ptr<const Graph>& graph, const Chip& chip, const Mode& mode,
                const Placement& asked, PlannerKind planner) {
  const RectifiedPlacement given =
      PlacementRectifier(Problem(*graph, chip, mode), planner).rectify(asked);
  SimCase c{graph, chip, mode, given.homes};
  for (const Move& move : given.plan.moves) {
    c.moves.push_back(
        {graph->tensor(move.tensor).name, move.to, move.after ? graph->op(*move.after).name : ""});
  }
  return c;
}

void check_heuristics(const std::shared_ptr<const Graph>& graph, const Chip& chip, const Mode& mode,
                      Exercise& exercise) {
  SystemCSimulator reference;
  std::uint64_t seed = 0;
  for (const HeuristicInfo& heuristic : heuristics()) {
    INFO(chip.name << ' ' << mode.streams << 'x' << mode.engines_per_stream << ' '
                   << heuristic.name);
    const SimCase c{graph, chip, mode, heuristic.make(Problem(*graph, chip, mode))};
    const std::string difference = difference_of(c, seed++, reference, exercise);
    INFO(difference);
    REQUIRE(difference.empty());
  }
}

// A mode of several streams takes the reference long, and has one inference then.
void check_moving_heuristics(const std::shared_ptr<const Graph>& graph, const Chip& chip,
                             const Mode& mode, const std::vector<PlannerKind>& planners,
                             Exercise& exercise) {
  SystemCSimulator reference;
  std::uint64_t seed = 100;
  for (const MovingHeuristicInfo& heuristic : moving_heuristics()) {
    // Planners make no difference to the models but by what they plan.
    for (const PlannerKind planner : planners) {
      INFO(chip.name << ' ' << mode.streams << 'x' << mode.engines_per_stream << ' '
                     << heuristic.name << ' ' << name_of(planner));
      const SimCase c =
          planned(graph, chip, mode, heuristic.make(Problem(*graph, chip, mode)), planner);
      const std::string difference = difference_of(c, seed++, reference, exercise);
      INFO(difference);
      REQUIRE(difference.empty());
    }
  }
}

void check_network(const std::string& network, const std::string& chip_name) {
  const auto graph = std::make_shared<const Graph>(make_builtin(network, DType::kInt8));
  const Chip chip = load_chip(chip_name);
  Exercise latency;
  check_heuristics(graph, chip, resolve_mode(chip, 1, 12, 1), latency);
  check_moving_heuristics(graph, chip, resolve_mode(chip, 1, 12, 1),
                          {PlannerKind::kRing, PlannerKind::kJoint}, latency);
  // A placement that moves nothing is walked and rebased as others are; what moves is rebased
  // twice.
  const std::size_t moving = 2 * moving_heuristics().size();
  CHECK(latency.walked == heuristics().size() + moving);
  CHECK(latency.rebased == latency.walked + latency.moving);
  CHECK(latency.moving > 0);
  CHECK((latency.leapt > 0 || network == "mobilenet-v2"));  // whose ops have few tiles
  CHECK(latency.stopped_early + latency.started_late > 0);
  Exercise throughput;
  check_heuristics(graph, chip, resolve_mode(chip, 12, 1, 2), throughput);
  check_moving_heuristics(graph, chip, resolve_mode(chip, 12, 1, 1), {PlannerKind::kRing},
                          throughput);
  CHECK(throughput.walked == 0);
}

}  // namespace

TEST_CASE("models agree on resnet50, nnpi", "[differential]") { check_network("resnet50", "nnpi"); }
TEST_CASE("models agree on resnet50, nnpi-12ice", "[differential]") {
  check_network("resnet50", "nnpi-12ice");
}
TEST_CASE("models agree on resnet101, nnpi", "[differential]") {
  check_network("resnet101", "nnpi");
}
TEST_CASE("models agree on resnet101, nnpi-12ice", "[differential]") {
  check_network("resnet101", "nnpi-12ice");
}
TEST_CASE("models agree on bert-base, nnpi", "[differential]") {
  check_network("bert-base", "nnpi");
}
TEST_CASE("models agree on bert-base, nnpi-12ice", "[differential]") {
  check_network("bert-base", "nnpi-12ice");
}
TEST_CASE("models agree on bert-large, nnpi", "[differential]") {
  check_network("bert-large", "nnpi");
}
TEST_CASE("models agree on bert-large, nnpi-12ice", "[differential]") {
  check_network("bert-large", "nnpi-12ice");
}
TEST_CASE("models agree on mobilenet-v2, nnpi", "[differential]") {
  check_network("mobilenet-v2", "nnpi");
}
TEST_CASE("models agree on mobilenet-v2, nnpi-12ice", "[differential]") {
  check_network("mobilenet-v2", "nnpi-12ice");
}

TEST_CASE("no built-in network is left out", "[differential]") {
  const auto names = builtin_names();
  CHECK(
      std::vector<std::string>(names.begin(), names.end()) ==
      std::vector<std::string>{"resnet50", "resnet101", "bert-base", "bert-large", "mobilenet-v2"});
}

TEST_CASE("models agree on the toy chip", "[differential]") {
  const auto graph = std::make_shared<const Graph>(
      load_workload(MEMPLACE_SOURCE_DIR "/configs/workloads/two-ops.yaml", DType::kInt8));
  const Chip chip = load_chip("toy");
  Exercise exercise;
  check_heuristics(graph, chip, {1, 1, 1}, exercise);
  check_heuristics(graph, chip, {1, 1, 3}, exercise);
  check_moving_heuristics(graph, chip, {1, 1, 1}, {PlannerKind::kRing}, exercise);
  check_moving_heuristics(graph, chip, {1, 1, 3}, {PlannerKind::kJoint}, exercise);
  CHECK(exercise.walked == 2 * (heuristics().size() + moving_heuristics().size()));
}

}  // namespace memplace::test
