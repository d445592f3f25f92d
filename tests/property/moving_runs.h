// SPDX-License-Identifier: Apache-2.0
// Random placements, rectified with either planner, run, and validated event by event.
#pragma once

#include <cstdint>
#include <memory>

#include "base/rng.h"
#include "sim/chip/chip.h"
#include "sim/feasible/placement_rectifier.h"
#include "sim/placement/placement.h"
#include "sim/placement/problem.h"
#include "workloads/graph/graph.h"

namespace memplace::test {

struct MovingCase {
  std::shared_ptr<const Graph> graph;
  Chip chip;
  Mode mode;
  Placement asked;
};

// Small: at most 1,000 tiles and 500 pieces in a run, mostly far fewer. A function of the seed.
MovingCase random_moving_placement(std::uint64_t seed);

// What the cases so far had: each with both planners, so that a case counts twice.
struct MovingRuns {
  int infeasible = 0;  // no run
  int moving = 0;      // the rest is of those
  int unfetched = 0;   // something asked for has no room
  int demoted = 0;
  int streams = 0;  // several
  int inferences = 0;
  int bursts = 0;       // of pieces
  int own_pieces = 0;   // written to an engine-scope memory
  int inputs = 0;       // fetched
  int late = 0;         // an `after`
  int caught = 0;       // invalid if every move may begin at once
  int reused = 0;       // two copies that share addresses
  int reread = 0;       // fetched weights that are read more than once
  int several_ops = 0;  // that read a copy
  std::int64_t moves = 0;
  std::int64_t pieces = 0;  // of a stream's inference
};

// Mostly at home in a slow memory, and fetched.
Placement random_placement(Rng& rng, const Problem& problem);

// Fails the test where a plan is none that the laws allow, depends on more than its placement, or
// where its run is stuck or invalid.
void check_moving_run(const MovingCase& c, PlannerKind kind, MovingRuns& runs);

// The same for random cases and both planners.
void check_moving_runs(std::uint64_t first, std::uint64_t end, MovingRuns& runs);

}  // namespace memplace::test
