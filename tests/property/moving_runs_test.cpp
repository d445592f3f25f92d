// SPDX-License-Identifier: Apache-2.0
// No run with moves reads what is not there, or writes where something lives.
#include "tests/property/moving_runs.h"

#include <catch2/catch.hpp>

namespace memplace::test {

TEST_CASE("runs of random placements are valid, whichever planner", "[property]") {
  MovingRuns runs;
  check_moving_runs(0, 500, runs);
  CHECK(runs.infeasible > 0);
  CHECK(runs.moving > 300);
  CHECK(runs.unfetched > 100);
  CHECK(runs.demoted > 0);
  CHECK(runs.streams > 100);
  CHECK(runs.inferences > 100);
  CHECK(runs.bursts > 50);
  CHECK(runs.own_pieces > 50);
  CHECK(runs.inputs > 50);
  CHECK(runs.late > 60);
  CHECK(runs.caught > 50);
  CHECK(runs.reused > 50);
  CHECK(runs.reread > 20);
  CHECK(runs.several_ops > 20);
  CHECK(runs.moves > 1'000);
  CHECK(runs.pieces > 10'000);
}

}  // namespace memplace::test
