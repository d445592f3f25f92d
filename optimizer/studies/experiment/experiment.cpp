// SPDX-License-Identifier: Apache-2.0
#include "optimizer/studies/experiment/experiment.h"

#include <algorithm>
#include <atomic>
#include <cctype>
#include <map>
#include <optional>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "base/archive.h"
#include "base/error.h"
#include "base/stopping.h"

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

std::vector<std::string> strategy_labels(const ExperimentSpec& spec) {
  std::vector<std::string> labels;
  labels.reserve(spec.strategies.size());
  for (const ExperimentStrategy& rival : spec.strategies) {
    labels.push_back(rival.label);
  }
  return labels;
}

// Run `i` as bytes: what it left, or why it failed.
std::string attempt(std::size_t i, const std::function<ExperimentOutcome(std::size_t run)>& run) {
  ArchiveWriter archive;
  archive.write_u64(i);
  try {
    const std::string outcome = write_outcome(run(i));
    archive.write_flag(false);
    archive.write_string(outcome);
  } catch (const Error& reason) {
    archive.write_flag(true);
    archive.write_string(reason.what());
  }
  return archive.bytes();
}

// `outcomes` are all there, by run.
std::vector<ExperimentGroup> summarize_all(
    const ExperimentSpec& spec, const std::vector<ExperimentRun>& runs,
    std::vector<std::optional<ExperimentOutcome>>& outcomes) {
  std::vector<ExperimentGroup> groups;
  const std::size_t seeds = spec.seeds.size();
  for (std::size_t first = 0; first < runs.size(); first += seeds) {
    const ExperimentRun& cell = runs[first];
    const std::string workload = spec.workloads[cell.workload].label();
    const std::string& chip = spec.chips[cell.chip];
    if (cell.strategy == 0) {
      groups.push_back({workload, chip, outcomes[first]->references, {}, {}});
    }
    std::vector<RunOutcome> of_cell;
    of_cell.reserve(seeds);
    for (std::size_t i = first; i < first + seeds; ++i) {
      of_cell.push_back(std::move(outcomes[i]->run));
    }
    groups.back().cells.push_back(
        summarize(workload, chip, spec.strategies[cell.strategy].label, of_cell));
    groups.back().curves.push_back(learning_curve(of_cell, spec.common.budget));
  }
  return groups;
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
  const std::vector<std::string> workloads = file_names(labels_of(spec.workloads));
  const std::vector<std::string> chips = file_names(spec.chips);
  const std::vector<std::string> labels = file_names(strategy_labels(spec));
  std::vector<std::string> directories;
  for (const ExperimentRun& run : runs_of(spec)) {
    directories.push_back(fmt::format("runs/{}/{}/{}/seed-{}", workloads[run.workload],
                                      chips[run.chip], labels[run.strategy], spec.seeds[run.seed]));
  }
  return directories;
}

Picoseconds best_latency(const ExperimentGroup& group) {
  return std::min_element(group.cells.begin(), group.cells.end(),
                          [](const CellSummary& a, const CellSummary& b) {
                            return a.best_latency < b.best_latency;
                          })
      ->best_latency;
}

std::string write_outcome(const ExperimentOutcome& outcome) {
  ArchiveWriter archive;
  archive.write_u64(outcome.run.seed);
  archive.write_u64(outcome.run.evaluations);
  archive.write_double(outcome.run.native_cost);
  archive.write_i64(outcome.run.best_latency.count());
  archive.write_double(outcome.run.best_cost);
  archive.write_u64(outcome.run.improvements.size());
  for (const Improvement& improvement : outcome.run.improvements) {
    archive.write_u64(improvement.evaluation);
    archive.write_double(improvement.cost);
  }
  archive.write_double(outcome.run.own_cost);
  archive.write_flag(outcome.run.seconds.has_value());
  archive.write_double(outcome.run.seconds.value_or(0));
  archive.write_u64(outcome.references.size());
  for (const Reference& reference : outcome.references) {
    archive.write_string(reference.name);
    archive.write_i64(reference.latency.count());
    archive.write_double(reference.cost);
  }
  archive.write_string(outcome.warning);
  return archive.bytes();
}

ExperimentOutcome read_outcome(const std::string& bytes) {
  ArchiveReader archive(bytes, "the outcome of a run");
  ExperimentOutcome outcome;
  outcome.run.seed = archive.read_u64();
  outcome.run.evaluations = archive.read_u64();
  outcome.run.native_cost = archive.read_double();
  outcome.run.best_latency = Picoseconds(archive.read_i64());
  outcome.run.best_cost = archive.read_double();
  outcome.run.improvements = archive.read_list([&] {
    const std::uint64_t evaluation = archive.read_u64();
    return Improvement{evaluation, archive.read_double()};
  });
  outcome.run.own_cost = archive.read_double();
  const bool timed = archive.read_flag();
  const double seconds = archive.read_double();
  if (timed) {
    outcome.run.seconds = seconds;
  }
  outcome.references = archive.read_list([&] {
    std::string name = archive.read_string();
    const Picoseconds latency(archive.read_i64());
    return Reference{std::move(name), latency, archive.read_double()};
  });
  outcome.warning = archive.read_string();
  archive.check_end();
  return outcome;
}

std::vector<ExperimentGroup> run_experiment(
    const ExperimentSpec& spec, TaskCrew& crew,
    const std::function<ExperimentOutcome(std::size_t run)>& run,
    const std::function<void(std::size_t run, const ExperimentOutcome& outcome)>& on_run,
    const std::function<bool()>& stop) {
  const std::vector<ExperimentRun> runs = runs_of(spec);
  std::vector<std::optional<ExperimentOutcome>> outcomes(runs.size());
  std::map<std::size_t, std::string> failures;  // by run, why
  std::atomic<bool> stopped = false;
  crew.run(
      runs.size(),
      [&](std::size_t i, const TaskCrew::Give& give) {
        try {
          give(attempt(i, run));
        } catch (const Stopped&) {
          stopped = true;
        }
      },
      [&](const std::vector<std::string>& results) {
        for (const std::string& result : results) {
          ArchiveReader archive(result, "the result of a run");
          const std::size_t i = archive.read_below(runs.size());
          const bool failed = archive.read_flag();
          const std::string text = archive.read_string();
          if (failed) {
            failures.emplace(i, text);
          } else {
            outcomes[i] = read_outcome(text);
            on_run(i, *outcomes[i]);
          }
        }
      },
      [&] { return stopped || (stop && stop()); });
  if (!failures.empty()) {
    throw Error(failures.begin()->second);
  }
  const bool complete = std::all_of(
      outcomes.begin(), outcomes.end(),
      [](const std::optional<ExperimentOutcome>& outcome) { return outcome.has_value(); });
  return complete ? summarize_all(spec, runs, outcomes) : std::vector<ExperimentGroup>();
}

}  // namespace memplace
