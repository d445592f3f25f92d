// SPDX-License-Identifier: Apache-2.0
// Where an experiment comes from and is kept: its spec as experiment.yaml, its runs below it
// (run_directories()), and what its report writes beside them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/files.h"
#include "optimizer/studies/experiment/spec.h"

namespace memplace {

// What write_experiment() wrote, and what a report is written to.
inline constexpr std::string_view kExperimentFile = "experiment.yaml";
inline constexpr std::string_view kExperimentTable = "summary.csv";
inline constexpr std::string_view kExperimentSummary = "summary.json";
inline constexpr std::string_view kExperimentCurves = "curves.csv";

struct Experiment {
  ExperimentSpec spec;
  std::string source;                    // the file that the spec was read from
  std::optional<std::string> directory;  // none: nothing is kept
};

bool holds_experiment(const std::string& directory);

// From the file of a spec, or from the directory of an experiment that was begun. Throw Error.
Experiment new_experiment(const std::string& source, std::optional<std::string> directory);
Experiment stored_experiment(const std::string& directory);

// Of an experiment that is kept: nobody else writes it meanwhile, and what a process that was
// killed left half written is gone. Throws Error where somebody else has it.
std::unique_ptr<DirectoryLock> claim(const Experiment& experiment);

// Writes kExperimentFile into the directory of one that is kept. Throws Error where it holds an
// experiment already.
void begin_directory(const Experiment& experiment);

// What other ranks must know to do the runs together.
std::string write_shared(const Experiment& experiment);
Experiment read_shared(const std::string& bytes);

}  // namespace memplace
