// SPDX-License-Identifier: Apache-2.0
// What the points of a sweep say together: fronts, best points, marginal values, and how sure they
// are. docs/guide/sweep.md explains each.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "optimizer/studies/sweep/metric.h"
#include "optimizer/studies/sweep/sensitivity.h"
#include "optimizer/studies/sweep/sweep.h"

namespace memplace {

inline constexpr const char* kAllWorkloads = "all";

// A cell of the grid as one group sees it.
struct SweepCell {
  std::size_t point = 0;                        // of the group `all` that of the first workload
  std::array<std::optional<double>, 4> values;  // by Metric, as value_of() has them
  bool meets_others = true;                     // all constraints but those of area
  bool meets_area = true;

  double value(Metric metric) const { return *values.at(static_cast<std::size_t>(metric)); }
  bool admissible() const { return meets_others && meets_area; }
};

// One step along an axis, all else being equal.
struct MarginalValue {
  std::size_t axis = 0;
  std::size_t from = 0;  // indices of values, the next larger one
  std::size_t to = 0;
  std::size_t point = 0;  // that it begins at
  double latency_ps = 0;  // what changes: less than zero is faster
  double area_mm2 = 0;
  std::optional<double> gain_ps_per_mm2;  // time saved; none where the area stays
};

struct MemorySensitivity {
  std::string memory;
  FactorRange factors;  // on its area; `then` are cells
};

// A mapping source on a workload, or on all of them: then values are geometric means, and a cell is
// there where it is there for each.
struct SweepGroup {
  std::string workload;
  std::string mapping;
  std::vector<std::optional<SweepCell>> cells;  // none where a point failed
  // Of the admissible cells: those that none dominates, by first objective, and among them the one
  // with the least product of what the spec calls best.
  std::vector<std::size_t> front;
  std::optional<std::size_t> best;
  std::vector<MarginalValue> marginal;
  std::vector<MemorySensitivity> sensitivity;  // of `best`
};

// By workload, then mapping; where there are several workloads `all` comes last. All points are
// there.
std::vector<SweepGroup> analyse(const Sweep& sweep, const SweepPoints& points);

}  // namespace memplace
