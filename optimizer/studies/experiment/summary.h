// SPDX-License-Identifier: Apache-2.0
// What the runs of an experiment say together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/units.h"
#include "optimizer/studies/run/run.h"

namespace memplace {

// What a summary needs of one search.
struct RunOutcome {
  std::uint64_t seed = 0;
  std::uint64_t evaluations = 0;
  double native_cost = 0;
  Picoseconds best_latency;               // of what the run returns
  double best_cost = 0;                   // likewise, without noise
  std::vector<Improvement> improvements;  // the strategy's, as measured
  double own_cost = 0;                    // of the strategy's own best, without noise
  std::optional<double> seconds = {};     // of wall time; none where it was only read
};

// `run` has a best mapping of the strategy's own.
RunOutcome outcome_of(std::uint64_t seed, const RunResult& run);

// Of some values: their mean, and its standard error (sample deviation / sqrt(count); 0 for one).
struct Moments {
  double mean = 0;
  double standard_error = 0;
};
Moments moments(std::span<const double> values);

// One row: a strategy on a workload and a chip, over its seeds. A speed-up is native's cost over
// that of the mapping that the run returns, or over that of the strategy's own best, which a
// heuristic may beat; all without noise.
struct CellSummary {
  std::string workload;
  std::string chip;
  std::string strategy;  // its label
  std::size_t seeds = 0;
  double mean_speedup = 0;
  double stderr_speedup = 0;  // of the mean: sample deviation / sqrt(seeds); 0 for one seed
  double best_speedup = 0;
  Picoseconds best_latency;       // of the seed with the least cost
  double best_cost = 0;           // and that cost
  std::uint64_t evaluations = 0;  // the most that a seed's run spent
  double own_speedup = 0;         // mean; of the strategy's own best
  double own_stderr = 0;
  std::optional<double> seconds = {};  // mean of the runs that were made and not only read
};

// `outcomes` is not empty.
CellSummary summarize(std::string workload, std::string chip, std::string strategy,
                      std::span<const RunOutcome> outcomes);

// A point of a learning curve: the speed-up of the incumbent after so many evaluations. A run that
// ended before keeps its last. Under noise it is as measured, as the search saw it.
struct CurvePoint {
  std::uint64_t evaluation = 0;
  double mean_speedup = 0;
  double stderr_speedup = 0;
};

// At evaluations 1, 2, 5, 10, 20, 50, ... and `budget`.
std::vector<CurvePoint> learning_curve(std::span<const RunOutcome> outcomes, std::uint64_t budget);

}  // namespace memplace
