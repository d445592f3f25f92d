// SPDX-License-Identifier: Apache-2.0
// Strategies x workloads x chips x seeds at equal budget.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/parallel.h"
#include "optimizer/driver.h"
#include "optimizer/experiment/spec.h"
#include "optimizer/experiment/summary.h"

namespace memplace {

// One search of an experiment: indices into the spec's lists.
struct ExperimentRun {
  std::size_t workload = 0;
  std::size_t chip = 0;
  std::size_t strategy = 0;
  std::size_t seed = 0;

  bool operator==(const ExperimentRun&) const = default;
};

// By workload, chip, strategy and seed, the last changing fastest.
std::vector<ExperimentRun> runs_of(const ExperimentSpec& spec);

// Where each run is kept, below the experiment's directory: "runs/WORKLOAD/CHIP/STRATEGY/seed-N".
// What does not belong in the name of a file becomes "_"; names that are then alike get a number.
std::vector<std::string> run_directories(const ExperimentSpec& spec);

// What a run leaves for the summary.
struct ExperimentOutcome {
  RunOutcome run;
  std::vector<Reference> references;  // the same for every run on a workload and chip
};

// All strategies on one workload and chip.
struct ExperimentGroup {
  std::string workload;
  std::string chip;
  std::vector<Reference> references;  // heuristics, in the order of their table
  std::vector<CellSummary> cells;     // by strategy
  std::vector<std::vector<CurvePoint>> curves;
};

// Calls `run` once for every run of the spec, several at once where the pool has threads, and sums
// up; groups are by workload, then chip. `run` gets the index into runs_of(). Where some runs
// throw, the others are done nevertheless.
std::vector<ExperimentGroup> run_experiment(
    const ExperimentSpec& spec, ThreadPool& threads,
    const std::function<ExperimentOutcome(std::size_t run)>& run);

}  // namespace memplace
