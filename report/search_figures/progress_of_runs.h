// SPDX-License-Identifier: Apache-2.0
// What a strategy's runs found, when, and which of its parts found it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "optimizer/search/driver.h"

namespace memplace {

// What a history says of one run. Improvements have the costs that decided: under noise, means of
// re-measurements.
struct RunProgress {
  std::span<const HistoryEntry> history;
  bool over = true;
  std::vector<Improvement> improvements;
};

// At most `points` numbers of evaluations from 1 to `budget`, in equal ratios; those that round to
// the same are one.
std::vector<std::uint64_t> curve_grid(std::uint64_t budget, std::size_t points);

// A point of a curve over seeds: speed-ups of the incumbents over native, as measured.
struct SpreadPoint {
  std::uint64_t evaluation = 0;
  std::size_t seeds = 0;  // runs in it
  double mean = 0;
  double standard_error = 0;
  double least = 0;
  double greatest = 0;
};

// A run that is over keeps its last speed-up, one that is not is left out beyond its evaluations;
// places without any run are left out.
std::vector<SpreadPoint> spread_curve(std::span<const RunProgress> runs, double native_cost,
                                      std::span<const std::uint64_t> grid);

// What a part of a strategy did, as a mean over runs. Re-measurements are evaluations of a part of
// their own; what they confirm is credited to the part that proposed it.
struct PartShare {
  std::string part;
  double evaluations = 0;
  double improvements = 0;
  double speedup_gain = 0;  // the gains of all parts sum up to the last speed-up - 1
};
// By first appearance.
std::vector<PartShare> part_shares(std::span<const RunProgress> runs, double native_cost);

// The index of the run in the middle by the cost of its last improvement: of an even number the
// lower of the two, of equal ones the first. `runs` is not empty.
std::size_t median_run(std::span<const RunProgress> runs);

}  // namespace memplace
