// SPDX-License-Identifier: Apache-2.0
#include "optimizer/studies/experiment/prepared.h"

#include <memory>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/prefix.h"
#include "base/stopping.h"
#include "optimizer/heuristics/named_mapping.h"
#include "optimizer/search/objective.h"
#include "optimizer/studies/loading/networks.h"
#include "optimizer/studies/loading/simulators.h"
#include "optimizer/studies/run/run.h"
#include "optimizer/studies/settings/problem_of.h"
#include "optimizer/studies/settings/spec_parts.h"
#include "sim/chip/chip_reader.h"
#include "sim/feasible/feasible.h"

namespace memplace {
namespace {

std::optional<Mapping> read_init(const SearchRequest& search, const Problem& problem,
                                 const std::string& source) {
  const std::string& init = search.init_mapping;
  if (init.empty()) {
    return std::nullopt;
  }
  try {
    return named_mapping(init, problem);
  } catch (const Error& mistake) {
    throw Error(is_rule(init) || !is_mapping_file(init)
                    ? fmt::format("{}: init: {}", source, mistake.what())
                    : std::string(mistake.what()));
  }
}

}  // namespace

PreparedExperiment::PreparedExperiment(Experiment experiment, std::string version)
    : experiment_(std::move(experiment)),
      version_(std::move(version)),
      runs_(runs_of(experiment_.spec)),
      directories_(run_directories(experiment_.spec)),
      policies_(experiment_.spec.strategies.size()) {
  const ExperimentSpec& spec = experiment_.spec;
  try {
    load_programs();
  } catch (const Error& error) {
    std::vector<std::string> names = names_of(spec.workloads);
    names.insert(names.end(), spec.chips.begin(), spec.chips.end());
    throw Error(with_prefix(experiment_.source, error.what(), names));
  }
  load_beginnings();
}

void PreparedExperiment::load_programs() {
  const ExperimentSpec& spec = experiment_.spec;
  std::vector<Chip> chips;
  chips.reserve(spec.chips.size());
  for (const std::string& name : spec.chips) {
    chips.push_back(load_chip(name, spec.common.overrides));
  }
  for (const WorkloadChoice& workload : spec.workloads) {
    const Graph graph = load_network(of_workload(spec.common, workload)).graph;
    for (const Chip& chip : chips) {
      const Mode mode = resolve_mode(chip, spec.common.mode_choice);
      check_objective(spec.common.objective, mode);
      programs_.push_back(lower(problem_of(spec.common, Problem(graph, chip, mode))));
      static_cast<void>(fitting_rectifier(programs_.back().problem));
    }
  }
}

void PreparedExperiment::load_beginnings() {
  for (const ExperimentRun& run : runs_) {
    if (run.seed > 0) {
      continue;
    }
    const SearchRequest& search = experiment_.spec.strategies[run.strategy].search;
    const Problem& problem = programs_[group_of(run)].problem;
    if (run.workload == 0 && !search.policy_file.empty()) {
      policies_[run.strategy] = read_policy_of(search);
      static_cast<void>(policy_of(search, *policies_[run.strategy], problem.chip()));
    }
    inits_.push_back(read_init(search, problem, experiment_.source));
  }
}

std::size_t PreparedExperiment::group_of(const ExperimentRun& run) const {
  return run.workload * experiment_.spec.chips.size() + run.chip;
}

RunConfig PreparedExperiment::config_of(const ExperimentRun& run) const {
  const ExperimentSpec& spec = experiment_.spec;
  SearchRequest search =
      of_workload(spec.strategies[run.strategy].search, spec.workloads[run.workload]);
  search.chip_name = spec.chips[run.chip];
  search.seed = spec.seeds[run.seed];
  RunConfig config = settled(std::move(search), version_);
  config.policy = policies_[run.strategy];
  config.init = inits_[group_of(run) * policies_.size() + run.strategy];
  return config;
}

bool PreparedExperiment::is_over(std::size_t run) const {
  return experiment_.directory &&
         holds_ended_run(path_in(*experiment_.directory, directories_[run]));
}

ExperimentOutcome PreparedExperiment::execute(std::size_t run,
                                              const std::function<bool()>& stop) const {
  const RunConfig config = config_of(runs_[run]);
  const std::unique_ptr<Simulator> simulator = make_simulator(config.model);
  RunSurroundings surroundings;
  surroundings.reads_ended = true;
  surroundings.stop = stop;
  if (experiment_.directory) {
    surroundings.directory = path_in(*experiment_.directory, directories_[run]);
  }
  std::string warning;
  surroundings.on_warning = [&warning](const std::string& text) { warning = text; };
  const RunResult result =
      execute_run(config, programs_[group_of(runs_[run])], *simulator, surroundings);
  if (!result.over) {
    throw Stopped();
  }
  return {outcome_of(config.seed, result), result.references, warning};
}

}  // namespace memplace
