// SPDX-License-Identifier: Apache-2.0
#include "optimizer/experiment/experiment.h"

#include <algorithm>
#include <cctype>
#include <span>
#include <utility>

#include <fmt/format.h>

namespace memplace {
namespace {

std::string file_name(const std::string& text) {
  std::string name;
  for (const char c : text) {
    const bool fine = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.';
    name += fine ? c : '_';
  }
  return name.starts_with('.') ? "_" + name : name;
}

// No two alike, also where a file system takes upper and lower case for the same.
std::vector<std::string> file_names(const std::vector<std::string>& texts) {
  std::vector<std::string> names;
  std::vector<std::string> folded;
  for (const std::string& text : texts) {
    const std::string base = file_name(text);
    std::string name = base;
    std::string key;
    for (int number = 2;; ++number) {
      key.clear();
      for (const char c : name) {
        key += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      }
      if (std::find(folded.begin(), folded.end(), key) == folded.end()) {
        break;
      }
      name = fmt::format("{}-{}", base, number);
    }
    names.push_back(name);
    folded.push_back(key);
  }
  return names;
}

std::vector<std::string> labels_of(const ExperimentSpec& spec) {
  std::vector<std::string> labels;
  labels.reserve(spec.strategies.size());
  for (const ExperimentStrategy& rival : spec.strategies) {
    labels.push_back(rival.label);
  }
  return labels;
}

}  // namespace

std::vector<ExperimentRun> runs_of(const ExperimentSpec& spec) {
  std::vector<ExperimentRun> runs;
  for (std::size_t workload = 0; workload < spec.workloads.size(); ++workload) {
    for (std::size_t chip = 0; chip < spec.chips.size(); ++chip) {
      for (std::size_t strategy = 0; strategy < spec.strategies.size(); ++strategy) {
        for (std::size_t seed = 0; seed < spec.seeds.size(); ++seed) {
          runs.push_back({workload, chip, strategy, seed});
        }
      }
    }
  }
  return runs;
}

std::vector<std::string> run_directories(const ExperimentSpec& spec) {
  const std::vector<std::string> workloads = file_names(spec.workloads);
  const std::vector<std::string> chips = file_names(spec.chips);
  const std::vector<std::string> labels = file_names(labels_of(spec));
  std::vector<std::string> directories;
  for (const ExperimentRun& run : runs_of(spec)) {
    directories.push_back(fmt::format("runs/{}/{}/{}/seed-{}", workloads[run.workload],
                                      chips[run.chip], labels[run.strategy], spec.seeds[run.seed]));
  }
  return directories;
}

std::vector<ExperimentGroup> run_experiment(
    const ExperimentSpec& spec, ThreadPool& threads,
    const std::function<ExperimentOutcome(std::size_t run)>& run) {
  const std::vector<ExperimentRun> runs = runs_of(spec);
  std::vector<ExperimentOutcome> outcomes(runs.size());
  threads.for_each(runs.size(),
                   [&](std::size_t /*thread*/, std::size_t i) { outcomes[i] = run(i); });

  std::vector<ExperimentGroup> groups;
  const std::size_t seeds = spec.seeds.size();
  for (std::size_t first = 0; first < runs.size(); first += seeds) {
    const ExperimentRun& cell = runs[first];
    const std::string& workload = spec.workloads[cell.workload];
    const std::string& chip = spec.chips[cell.chip];
    if (cell.strategy == 0) {
      groups.push_back({workload, chip, outcomes[first].references, {}, {}});
    }
    std::vector<RunOutcome> of_cell;
    for (std::size_t i = first; i < first + seeds; ++i) {
      of_cell.push_back(std::move(outcomes[i].run));
    }
    groups.back().cells.push_back(
        summarize(workload, chip, spec.strategies[cell.strategy].label, of_cell));
    groups.back().curves.push_back(learning_curve(of_cell, spec.budget));
  }
  return groups;
}

}  // namespace memplace
