// SPDX-License-Identifier: Apache-2.0
// Placements made feasible: homes by Rectifier, then moves by MovePlanner.
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "sim/feasible/demotion.h"
#include "sim/feasible/move_planner.h"
#include "sim/feasible/rectify.h"
#include "sim/placement/addresses.h"
#include "sim/placement/moves.h"
#include "sim/placement/placement.h"
#include "sim/placement/problem.h"

namespace memplace {

// A placement that can be run. `epsilon` counts fetches too: a tensor asked to be fetched counts
// with its bytes once, and as demoted where its home is another than asked or it is not fetched.
struct RectifiedPlacement {
  Mapping homes;
  MovePlan plan;
  Epsilon epsilon;
  std::vector<Demotion> demotions;  // of homes, in schedule order
  // Asked to be fetched, but not early enough is there room; in the order of moves.
  std::vector<TensorId> unfetched;

  bool feasible_as_asked() const { return demotions.empty() && unfetched.empty(); }
};

class PlacementRectifier {
 public:
  PlacementRectifier(const Problem& problem, PlannerKind planner);

  // `asked` is settled. Fetches give way to what stays, never the other way round. Throws
  // InfeasibleFailure where no mapping can be given.
  RectifiedPlacement rectify(const Placement& asked);

  // Addresses of a rectified placement: a row for what a tensor has at home, one more for its copy,
  // whose steps are those after its `after`.
  Addresses addresses(const RectifiedPlacement& placement);

 private:
  Problem problem_;
  Rectifier rectifier_;
  MovePlanner planner_;
};

}  // namespace memplace
