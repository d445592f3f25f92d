// SPDX-License-Identifier: Apache-2.0
#include "bench/moving_crew.h"

#include <algorithm>

#include "base/error.h"
#include "optimizer/heuristics/heuristic.h"
#include "sim/feasible/feasible.h"

namespace memplace::bench {

MovingCrew::MovingCrew(const Program& program, const SimSession& session)
    : session_(session.fork()),
      rectifier_(program.problem),
      planner_(program.problem, PlannerKind::kRing) {
  const Placement asked = apply_placement_heuristic("stream", program.problem);
  placement_ = Placement(made_feasible(rectifier_, asked.homes).mapping, asked.near);
  settle(program.problem, placement_);
  planner_.plan(placement_, rectifier_.packer(), plan_);
}

void MovingCrew::evaluate(std::int64_t count) {
  Picoseconds latest;
  for (std::int64_t i = 0; i < count; ++i) {
    planner_.plan(placement_, rectifier_.packer(), plan_);
    latest = std::max(latest, session_->latency(plan_));
  }
  // Uses the results, so that no compiler may leave the work out.
  MEMPLACE_ASSERT(latest >= Picoseconds(0), "a negative latency");
}

}  // namespace memplace::bench
