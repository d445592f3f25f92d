// SPDX-License-Identifier: Apache-2.0
// moving_runs_test.cpp for every built-in network on the built-in chips that have room for it.
#include <memory>
#include <string>

#include <catch2/catch.hpp>

#include "sim/chip/chip_reader.h"
#include "tests/property/moving_runs.h"
#include "workloads/builtin/builtins.h"
#include "workloads/workload.h"

namespace memplace::test {

TEST_CASE("runs of built-in networks are valid, whichever planner", "[long]") {
  MovingRuns runs;
  std::uint64_t seed = 0;
  for (const std::string& network : builtin_names()) {
    const auto graph = std::make_shared<const Graph>(make_builtin(network, DType::kInt8));
    for (const std::string chip_name : {"nnpi", "nnpi-12ice"}) {
      const Chip chip = load_chip(chip_name);
      for (const Mode& mode : {resolve_mode(chip, 1, 12, 1), resolve_mode(chip, 2, 6, 2),
                               resolve_mode(chip, 12, 1, 1)}) {
        const Problem problem(*graph, chip, mode);
        Rng rng(seed++, 14);
        const MovingCase c{graph, chip, mode, random_placement(rng, problem)};
        for (const PlannerKind planner : {PlannerKind::kRing, PlannerKind::kJoint}) {
          CAPTURE(network, chip_name, mode.streams, name_of(planner));
          check_moving_run(c, planner, runs);
        }
      }
    }
  }
  CHECK(runs.infeasible == 0);
  CHECK(runs.moving > 50);
  CHECK(runs.late > 20);
  CHECK(runs.caught > 20);
}

}  // namespace memplace::test
