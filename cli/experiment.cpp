// SPDX-License-Identifier: Apache-2.0
#include "optimizer/studies/experiment/experiment.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/files.h"
#include "base/stopping.h"
#include "base/task_crew.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "cli/proven_bound.h"
#include "cli/setup.h"
#include "optimizer/studies/experiment/directory.h"
#include "optimizer/studies/experiment/prepared.h"
#include "optimizer/studies/loading/simulators.h"
#include "optimizer/studies/settings/search_fields.h"
#include "optimizer/studies/settings/spec_parts.h"
#include "report/experiment_report.h"
#include "sim/feasible/feasible.h"

namespace memplace {
namespace {

Experiment choose_experiment(const Arguments& arguments) {
  if (const auto resumed = choose_resumed(arguments)) {
    return stored_experiment(*resumed);
  }
  return new_experiment(arguments.required("SPEC"), arguments.value("--out"));
}

PreparedExperiment prepare(const Arguments& arguments, Experiment experiment) {
  try {
    return {std::move(experiment), version()};
  } catch (const InfeasibleFailure& failure) {
    throw InfeasibleFailure(arguments.error(failure.what()).what());
  }
}

RunHeader header_of(const Experiment& experiment, bool bounds) {
  const ExperimentSpec& spec = experiment.spec;
  Json strategies = Json::array();
  for (const ExperimentStrategy& rival : spec.strategies) {
    const SearchRequest& search = rival.search;
    const auto or_null = [](const std::string& text) {
      return text.empty() ? Json(nullptr) : Json(text);
    };
    Json row = {{"label", rival.label},
                {"strategy", search.strategy},
                {"options", joined_options(search.options)},
                {"policy", or_null(search.policy_file)},
                {"seed_from", or_null(search.seed_from)}};
    if (search.init_mapping != spec.common.init_mapping) {
      row["init"] = search.init_mapping;
    }
    strategies.push_back(std::move(row));
  }
  RunHeader header;
  header.version = version();
  header.command = "experiment";
  header.config = {{"workloads", labels_of(spec.workloads)},
                   {"chips", spec.chips},
                   {"strategies", strategies},
                   {"seeds", spec.seeds},
                   {"budget", spec.common.budget},
                   {"dtype", name_of(spec.common.dtype)},
                   {"objective", name_of(spec.common.objective)},
                   {"noise", spec.common.noise}};
  header.config.update(to_json(spec.common.mode_choice));
  add_chosen(header.config, experiment_fields(), spec.common);
  header.facts = {
      {"workloads", fmt::format("{}", fmt::join(labels_of(spec.workloads), " "))},
      {"chips", fmt::format("{}", fmt::join(spec.chips, " "))},
      {"seeds", fmt::format("{}", fmt::join(spec.seeds, " "))},
      {"budget", fmt::format("{} evaluations a run", spec.common.budget)},
      {"objective", std::string(name_of(spec.common.objective))},
  };
  add_chosen(header.facts, experiment_fields(), spec.common);
  // The same whether it was resumed or not.
  const std::string spec_file =
      experiment.directory ? path_in(*experiment.directory, kExperimentFile) : experiment.source;
  std::vector<std::string> again{"memplace", "experiment", spec_file};
  if (bounds) {
    header.config["bound"] = true;
    again.emplace_back("--bound");
  }
  header.again = shell_command(again);
  return header;
}

bool interrupted() { return InterruptGuard::signal() != 0; }

// What to say where a signal came; `done`: of the runs.
Interrupted stopped_at(const Experiment& experiment, std::size_t done, bool bounds) {
  const std::size_t runs = runs_of(experiment.spec).size();
  std::string text = fmt::format("experiment: stopped after {} of {} runs; ", done, runs);
  if (experiment.directory) {
    std::vector<std::string> again{"memplace", "experiment", "--resume", *experiment.directory};
    if (bounds) {
      again.emplace_back("--bound");
    }
    text += "all evaluations are saved, continue with: " + shell_command(again);
  } else {
    text += "nothing is kept without --out";
  }
  // Another rank may be the only one that was told.
  return {interrupted() ? InterruptGuard::signal() : SIGTERM, std::move(text)};
}

// All runs, shared with the other ranks; none where a signal came before the last. `done` becomes
// how many are.
std::vector<ExperimentGroup> execute_runs(const Console& console,
                                          const PreparedExperiment& prepared, std::size_t threads,
                                          std::size_t& done) {
  const ExperimentSpec& spec = prepared.experiment().spec;
  // By strategy; those that are over are only read.
  const std::size_t read = spec.strategies.size();
  std::vector<std::size_t> left(read + 1);
  std::vector<std::size_t> kinds;
  for (std::size_t run = 0; run < prepared.runs().size(); ++run) {
    kinds.push_back(prepared.is_over(run) ? read : prepared.runs()[run].strategy);
    ++left[kinds.back()];
  }
  WorkProgress progress(console, "experiment", "runs", std::move(left));
  const StopScope scope(InterruptGuard::overdue);
  return run_experiment(
      spec, *console.ranks.crew(fitting_threads(spec.common.model, threads)),
      [&](std::size_t run) { return prepared.execute(run, interrupted); },
      [&](std::size_t run, const ExperimentOutcome& outcome) {
        if (!outcome.warning.empty()) {
          progress.finish();
          console.err << fmt::format("experiment: {}\n", printable(outcome.warning)) << std::flush;
        }
        progress.add(1, kinds[run]);
        ++done;
      },
      interrupted);
}

// The bound of each group, on threads of this process alone: there are few. Throws Stopped.
void prove_bounds(const Console& console, const PreparedExperiment& prepared,
                  std::vector<ExperimentGroup>& groups, std::size_t threads) {
  const BoundClock clock(console, "experiment",
                         fmt::format("{} bounds, one a workload and chip", groups.size()));
  WorkProgress progress(console, "experiment", "bounds", {groups.size()});
  std::vector<Picoseconds> bounds(groups.size());
  const StopScope scope(interrupted);
  ThreadCrew crew(std::min(threads, groups.size()));
  crew.run(
      groups.size(),
      [&](std::size_t i, const TaskCrew::Give& give) {
        bounds[i] = proven_bound(prepared.program_of_group(i), best_latency(groups[i]));
        give({});
      },
      [&](const std::vector<std::string>& done) { progress.add(done.size()); }, {});
  for (std::size_t i = 0; i < groups.size(); ++i) {
    groups[i].bound = bounds[i];
  }
  progress.finish();
  clock.finish();
}

// What another rank than 0 does of an experiment: runs that rank 0 hands out.
void follow_experiment(const Arguments& arguments, const Console& console, std::size_t threads) {
  const PreparedExperiment prepared = prepare(arguments, read_shared(console.ranks.share("")));
  // A launcher that is stopped tells every rank; rank 0 then says how this one ends.
  const InterruptGuard guard;
  std::size_t done = 0;
  execute_runs(console, prepared, threads, done);
}

}  // namespace

void declare_experiment(Arguments& arguments) {
  arguments.add_positional("SPEC", "what to compare, a .yaml file as in\nconfigs/experiments",
                           files_ending({".yaml", ".yml"}));
  arguments.add_value("--out", "DIR",
                      "keep every run, summary.csv, summary.json and\ncurves.csv there",
                      directory());
  arguments.add_value("--resume", "DIR", "go on where the experiment of DIR stopped", directory());
  arguments.add_value("--threads", "N", "runs at once (as many as there are processors)");
  arguments.add_flag("--bound", "prove afterwards how much faster any mapping\ncould be at most");
  declare_output(arguments);
}

void execute_experiment(const Arguments& arguments, const Console& console) {
  const Format format = choose_format(arguments);
  const auto output = arguments.value("--output");
  check_outputs(arguments, std::array<std::string, 1>{"--output"},
                std::array<std::string, 1>{"SPEC"});
  const std::size_t threads = thread_count(arguments, console.ranks);
  if (!console.ranks.leads()) {
    follow_experiment(arguments, console, threads);
    return;
  }
  const Experiment experiment = choose_experiment(arguments);
  const ExperimentSpec& spec = experiment.spec;
  check_model(arguments, spec.common.model);
  const bool bounds = arguments.has("--bound");
  check_bound_flag(arguments, spec.common.objective);
  if (experiment.directory && output) {
    check_outside(arguments, *output, *experiment.directory, "experiment");
  }
  const PreparedExperiment prepared = prepare(arguments, experiment);
  const std::unique_ptr<DirectoryLock> lock = claim(experiment);
  if (experiment.directory && !arguments.has("--resume")) {
    begin_directory(experiment);
  }

  const InterruptGuard guard;
  console.ranks.share(write_shared(experiment));
  std::size_t done = 0;
  auto groups = execute_runs(console, prepared, threads, done);
  if (groups.empty()) {
    throw stopped_at(experiment, done, bounds);
  }
  if (bounds) {
    try {
      prove_bounds(console, prepared, groups, threads);
    } catch (const Stopped&) {
      throw stopped_at(experiment, done, bounds);
    }
  }

  RunHeader header = header_of(experiment, bounds);
  for (std::size_t group = 0; group < groups.size(); ++group) {
    add_warnings(header, prepared.program_of_group(group).graph().warnings());
  }
  show_warnings(console, "experiment", header.warnings);
  const ExperimentReport report{std::move(header), groups, experiment.spec.common.objective};
  if (experiment.directory) {
    write_file(path_in(*experiment.directory, kExperimentTable), to_csv(report));
    write_file(path_in(*experiment.directory, kExperimentSummary), pretty(to_json(report)));
    write_file(path_in(*experiment.directory, kExperimentCurves), curves_csv(report));
  }
  console.err << seconds_text(report, console.out_width) << std::flush;
  deliver(console, output, render(report, format, output ? std::nullopt : console.out_width));
}

}  // namespace memplace
