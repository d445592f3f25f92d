// SPDX-License-Identifier: Apache-2.0
// How far an assumed area may be off before another point is the best.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <vector>

namespace memplace {

// A point as a function of a factor f on the area of one memory: its area is area + (f - 1) x
// share, its cost others x area or, where area is no part of the cost, others.
struct AreaRival {
  double others = 1;
  double area = 0;
  double share = 0;                // of that memory, in `area`
  std::vector<double> first = {};  // of equal costs, the one that is less in these is the best...
};

struct AreaRules {
  bool is_objective = true;  // part of the cost
  double least = 0;          // what points may have
  double most = std::numeric_limits<double>::infinity();
  bool breaks_ties = false;  // ...and then the one with the least area
};

// The factors, 1 among them, between which `best` is the best of all points whose area is allowed.
// Nothing: there is no such end.
struct FactorEnd {
  double factor = 1;
  std::optional<std::size_t> then;  // the best beyond; none: no area is allowed there
  bool forbidden = false;           // `best` itself is no longer allowed
};
struct FactorRange {
  std::optional<FactorEnd> least;
  std::optional<FactorEnd> most;
};
FactorRange stable_factors(std::span<const AreaRival> rivals, std::size_t best,
                           const AreaRules& rules);

}  // namespace memplace
