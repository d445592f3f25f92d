// SPDX-License-Identifier: Apache-2.0
// Rules that map without search.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/placement/mapping.h"
#include "sim/placement/placement.h"
#include "sim/placement/problem.h"

namespace memplace {

// A heuristic.
//
// Contract of `make`:
//   - it is a pure function of the problem, whose constraints it does not ask;
//   - its mapping is settled, and its live bytes fit wherever everything fits the slowest memory.
//     Where it does not, tensors that fit nowhere are left in the slowest memory that can hold them
//     for rectify to explain. Addresses are rectify's business as well.
struct HeuristicInfo {
  std::string_view name;
  std::string_view summary;  // one line
  Mapping (*make)(const Problem& problem);
};

// All heuristics, trivial ones first.
std::span<const HeuristicInfo> heuristics();
std::vector<std::string> heuristic_names();

// A rule that moves tensors. The contract is that of HeuristicInfo: its homes are settled, and fit;
// whether there is room for what it fetches is the planner's business
// (sim/feasible/move_planner.h).
struct MovingHeuristicInfo {
  std::string_view name;
  std::string_view summary;
  Placement (*make)(const Problem& problem);
};

std::span<const MovingHeuristicInfo> moving_heuristics();
// Those of both kinds.
std::vector<std::string> placement_heuristic_names();

// What any heuristic makes; under one that moves nothing everything stays. Throws as
// apply_heuristic().
Placement apply_placement_heuristic(std::string_view name, const Problem& problem);

// Throws Error for an unknown name, with the known ones and the nearest; and for one that moves
// tensors.
Mapping apply_heuristic(std::string_view name, const Problem& problem);

}  // namespace memplace
