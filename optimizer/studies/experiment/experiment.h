// SPDX-License-Identifier: Apache-2.0
// Strategies x workloads x chips x seeds at equal budget.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/task_crew.h"
#include "optimizer/search/driver.h"
#include "optimizer/studies/experiment/spec.h"
#include "optimizer/studies/experiment/summary.h"

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
  std::string warning = {};           // of RunSurroundings::on_warning, or empty
};

// All strategies on one workload and chip.
struct ExperimentGroup {
  std::string workload;
  std::string chip;
  std::vector<Reference> references;  // heuristics, in the order of their table
  std::vector<CellSummary> cells;     // by strategy
  std::vector<std::vector<CurvePoint>> curves;
  // No feasible mapping is faster. None where nobody asked for it.
  std::optional<Picoseconds> bound = std::nullopt;
};

// Of all runs of a group, whose objective is latency.
Picoseconds best_latency(const ExperimentGroup& group);

// As it travels from whoever did the run.
std::string write_outcome(const ExperimentOutcome& outcome);
ExperimentOutcome read_outcome(const std::string& bytes);

// Calls `run` once for every run of the spec, on `crew`, and sums up; groups are by workload, then
// chip. `run` gets the index into runs_of(). Where some runs throw an Error, the others are done
// nevertheless, and then the Error of the first of them is thrown here. `on_run` hears of each that
// is done, as it is. Once `stop` (asked on any thread; empty: never) says so, or a run throws
// Stopped (base/stopping.h), no other is begun. Nothing is summed up then, nor on a rank that does
// not lead (base/ranks.h), which never hears of the others' runs.
std::vector<ExperimentGroup> run_experiment(
    const ExperimentSpec& spec, TaskCrew& crew,
    const std::function<ExperimentOutcome(std::size_t run)>& run,
    const std::function<void(std::size_t run, const ExperimentOutcome& outcome)>& on_run,
    const std::function<bool()>& stop = {});

}  // namespace memplace
