// SPDX-License-Identifier: Apache-2.0
#include "report/search_figures/stored_searches.h"

#include <span>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/files.h"
#include "base/prefix.h"
#include "base/yaml_reader.h"
#include "optimizer/heuristics/heuristic.h"
#include "optimizer/search/evaluator.h"
#include "optimizer/search/mapping_digits.h"
#include "optimizer/search/mapping_hash.h"
#include "optimizer/studies/experiment/directory.h"
#include "optimizer/studies/experiment/experiment.h"
#include "optimizer/studies/run/run.h"
#include "optimizer/studies/run/run_directory.h"
#include "optimizer/studies/settings/problem_of.h"
#include "sim/placement/mapping_file.h"
#include "workloads/workload.h"

namespace memplace {
namespace {

SearchPlaces places_of(const ExperimentSpec& spec, const std::string& directory) {
  const std::vector<ExperimentRun> runs = runs_of(spec);
  const std::vector<std::string> directories = run_directories(spec);
  SearchPlaces places;
  const ExperimentRun* group = nullptr;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const ExperimentRun& run = runs[i];
    const std::string path = path_in(directory, directories[i]);
    if (!holds_run(path)) {
      ++places.missing;
      continue;
    }
    if (group == nullptr || group->workload != run.workload || group->chip != run.chip) {
      places.groups.push_back({spec.workloads[run.workload].label(), spec.chips[run.chip], {}});
      group = &run;
    }
    places.groups.back().runs.push_back({spec.strategies[run.strategy].label, path});
  }
  return places;
}

Graph graph_of(const StoredRun& stored, const std::string& directory) {
  if (stored.workload_file.has_value()) {
    return load_workload(*stored.workload_file, stored.config.dtype);
  }
  try {
    return load_workload(stored.config.workload, stored.config.dtype);
  } catch (const Error& error) {
    throw Error(with_prefix(directory, error.what()));
  }
}

// The mapping that an entry keeps.
Mapping kept_mapping(const HistoryEntry& entry, const Program& program, const std::string& file) {
  auto mapping = mapping_of_digits(program.problem, entry.given);
  if (!mapping.has_value() || mapping_hash(*mapping) != entry.given_hash) {
    throw Error(
        fmt::format("{}:{}: the mapping is not the one of its hash; it was damaged or changed",
                    file, entry.evaluation));
  }
  return *std::move(mapping);
}

// The last mapping that was a new best, as far as the run has kept it.
std::optional<Mapping> best_of(const StoredFindings& findings, const Program& program,
                               const std::string& directory) {
  const std::string file = path_in(directory, kHistoryFile);
  const HistoryEntry* best = nullptr;
  std::optional<Mapping> kept;
  for (const HistoryEntry& entry : findings.history) {
    std::optional<Mapping> mapping;
    if (!entry.given.empty()) {
      mapping = kept_mapping(entry, program, file);
    }
    if (entry.improved) {
      best = &entry;
      kept = std::move(mapping);
    }
  }
  if (best == nullptr) {
    throw Error(fmt::format("{}: no evaluation is the best; it was damaged or changed", file));
  }
  if (kept.has_value()) {
    return kept;
  }
  if (!findings.own_mapping_file.has_value()) {
    if (findings.over) {
      throw Error(fmt::format("{}: the run is over, but its best mapping is missing", directory));
    }
    return std::nullopt;
  }
  const std::string& mapping_file = *findings.own_mapping_file;
  Mapping mapping = read_mapping(YamlDocument::from_file(mapping_file), program.problem);
  if (findings.over && mapping_hash(mapping) != best->given_hash) {
    throw Error(fmt::format("{}: not what {} says; one of them was changed", mapping_file, file));
  }
  return mapping;
}

}  // namespace

SearchPlaces find_searches(const std::string& directory, const std::string& version) {
  if (holds_experiment(directory)) {
    SearchPlaces places = places_of(stored_experiment(directory).spec, directory);
    if (places.groups.empty()) {
      throw Error(fmt::format("{}: no run of the experiment has begun", directory));
    }
    return places;
  }
  if (!holds_run(directory)) {
    throw Error(fmt::format("{}: holds neither an experiment nor a run (no {} and no {})",
                            directory, kExperimentFile, kRunFile));
  }
  const RunConfig config = load_run(directory, version).config;
  SearchPlaces places;
  places.groups = {{config.workload, config.chip_name, {{config.strategy, directory}}}};
  return places;
}

SearchGroup read_group(const GroupPlaces& places, const std::string& version,
                       const MakeSimulator& make_simulator) {
  SearchGroup group;
  group.workload = places.workload;
  group.chip = places.chip;
  for (const SearchPlace& place : places.runs) {
    StoredRun stored = load_run(place.directory, version);
    RunConfig& config = stored.config;
    if (group.program == nullptr) {
      group.program = std::make_unique<const Program>(lower(problem_of(
          config, Problem(graph_of(stored, place.directory), stored.chip, stored.mode))));
      const Program& program = *group.program;
      const std::unique_ptr<Simulator> simulator = make_simulator(config.model);
      EvaluatorPool evaluators(program, *simulator, config.objective);
      const Evaluated native = evaluators.evaluate(apply_heuristic("native", program.problem));
      group.native = native.given;
      group.native_cost = native.cost;
    }
    StoredFindings findings = load_findings(place.directory);
    if (findings.history.empty()) {
      ++group.empty;
      continue;
    }
    std::optional<Mapping> best = best_of(findings, *group.program, place.directory);
    group.runs.push_back({place.strategy, std::move(config), std::move(findings.history),
                          findings.over, std::move(best)});
  }
  return group;
}

}  // namespace memplace
