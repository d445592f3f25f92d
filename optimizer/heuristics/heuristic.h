// SPDX-License-Identifier: Apache-2.0
// Rules that map without search.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/placement/mapping.h"
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

// Throws Error for an unknown name, with the known ones and the nearest.
Mapping apply_heuristic(std::string_view name, const Problem& problem);

}  // namespace memplace
