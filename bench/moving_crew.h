// SPDX-License-Identifier: Apache-2.0
// A session that plans and simulates a placement with moves again and again.
#pragma once

#include <cstdint>
#include <memory>

#include "sim/feasible/move_planner.h"
#include "sim/feasible/rectify.h"
#include "sim/simulator.h"

namespace memplace::bench {

// Of what `stream` makes of the program, with the ring planner. Throws as rectify does.
class MovingCrew {
 public:
  MovingCrew(const Program& program, const SimSession& session);

  // Plans and simulates so many times: what a search pays for a placement whose homes fit.
  void evaluate(std::int64_t count);

 private:
  std::unique_ptr<SimSession> session_;
  Rectifier rectifier_;
  MovePlanner planner_;
  Placement placement_;
  MovePlan plan_;
};

}  // namespace memplace::bench
