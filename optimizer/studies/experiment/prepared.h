// SPDX-License-Identifier: Apache-2.0
// An experiment whose runs can begin: all that its spec names is loaded.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "optimizer/studies/experiment/directory.h"
#include "optimizer/studies/experiment/experiment.h"
#include "optimizer/studies/run/run_config.h"
#include "sim/placement/mapping.h"
#include "sim/timing/program.h"

namespace memplace {

class PreparedExperiment {
 public:
  // `version` is the program's, for what the runs keep. Throws Error for what cannot be loaded, is
  // damaged or does not go together, and InfeasibleFailure where a network does not fit a chip.
  PreparedExperiment(Experiment experiment, std::string version);

  const Experiment& experiment() const { return experiment_; }
  const std::vector<ExperimentRun>& runs() const { return runs_; }
  const Program& program_of_group(std::size_t group) const { return programs_[group]; }

  // Whether it is kept and over, so that execute() only reads it.
  bool is_over(std::size_t run) const;

  // Does runs()[run], or what is left of it where it is kept, on any thread. Throws Stopped once
  // `stop` says so, and what execute_run() throws.
  ExperimentOutcome execute(std::size_t run, const std::function<bool()>& stop) const;

 private:
  std::size_t group_of(const ExperimentRun& run) const;
  void load_programs();
  void load_beginnings();
  RunConfig config_of(const ExperimentRun& run) const;

  Experiment experiment_;
  std::string version_;
  std::vector<ExperimentRun> runs_;
  std::vector<std::string> directories_;  // by run
  std::vector<Program> programs_;         // by workload and chip
  // What runs begin with.
  std::vector<std::optional<std::string>> policies_;  // by strategy
  std::vector<std::optional<Mapping>> inits_;         // by workload, chip and strategy
};

}  // namespace memplace
