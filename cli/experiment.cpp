// SPDX-License-Identifier: Apache-2.0
#include "optimizer/experiment/experiment.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/archive.h"
#include "base/files.h"
#include "base/task_crew.h"
#include "cli/commands.h"
#include "cli/networks.h"
#include "cli/progress.h"
#include "cli/proven_bound.h"
#include "cli/search_setup.h"
#include "cli/setup.h"
#include "cli/simulators.h"
#include "optimizer/learning/trained_policy.h"
#include "optimizer/run.h"
#include "report/experiment_report.h"
#include "sim/chip/chip_reader.h"

namespace memplace {
namespace {

// What is to be compared, and where its runs are kept.
struct Experiment {
  ExperimentSpec spec;
  std::string source;
  std::optional<std::string> directory;
};

// Every workload on every chip, by workload, then chip.
class Programs {
 public:
  // Throws Error, and InfeasibleFailure where a network does not fit a chip.
  Programs(const Arguments& arguments, const Experiment& experiment)
      : chips_(experiment.spec.chips.size()) {
    try {
      make(arguments, experiment.spec);
    } catch (const Error& error) {
      throw Error(fmt::format("{}: {}", experiment.source, error.what()));
    }
  }

  const Program& of(const ExperimentRun& run) const {
    return *programs_[run.workload * chips_ + run.chip];
  }
  const Program& of_group(std::size_t group) const { return *programs_[group]; }

 private:
  void make(const Arguments& arguments, const ExperimentSpec& spec) {
    std::vector<Chip> chips;
    chips.reserve(spec.chips.size());
    for (const std::string& name : spec.chips) {
      chips.push_back(load_chip(name));
    }
    NetworkOptions options;
    options.dtype = spec.dtype;
    for (const std::string& name : spec.workloads) {
      const auto graph = std::make_shared<const Graph>(load_network(name, options).graph);
      for (const Chip& chip : chips) {
        const Mode mode = resolve_mode(chip, spec.mode.streams, spec.mode.engines_per_stream,
                                       spec.mode.inferences);
        check_objective(spec.objective, mode);
        programs_.push_back(std::make_unique<const Program>(lower(graph, chip, mode)));
        check_something_fits(arguments, *programs_.back(), {spec.objective, {}, kQuickPacking});
      }
    }
  }

  std::size_t chips_;
  std::vector<std::unique_ptr<const Program>> programs_;
};

// How many runs are done, on stderr: a line drawn again and again on a terminal, elsewhere one at
// each tenth.
class RunCounter {
 public:
  RunCounter(const Console& console, std::size_t runs) : console_(console), runs_(runs) {}
  RunCounter(const RunCounter&) = delete;
  RunCounter& operator=(const RunCounter&) = delete;
  ~RunCounter() {
    if (console_.err_is_terminal && done_ > 0) {
      console_.err << '\r' << std::string(kWidth, ' ') << '\r' << std::flush;
    }
  }

  // `ignored`: why a snapshot of it was of no use, or empty.
  void add(const std::string& run, const std::string& ignored) {
    ++done_;
    if (!ignored.empty()) {
      console_.err << (console_.err_is_terminal && done_ > 1 ? "\n" : "")
                   << fmt::format("experiment: snapshot ignored: {}\n", ignored) << std::flush;
    }
    if (console_.err_is_terminal) {
      const std::string line =
          fmt::format("experiment: {} of {} runs, last {}", done_, runs_, run).substr(0, kWidth);
      console_.err << fmt::format("\r{:<{}}", line, kWidth) << std::flush;
    } else if (done_ * 10 / runs_ > (done_ - 1) * 10 / runs_) {
      console_.err << fmt::format("experiment: {} of {} runs\n", done_, runs_) << std::flush;
    }
  }

 private:
  static constexpr std::size_t kWidth = 78;

  const Console& console_;
  std::size_t runs_;
  std::size_t done_ = 0;
};

// By strategy, the bytes of its policy. Throws Error where one is damaged or does not fit a chip.
std::vector<std::optional<std::string>> policies_of(const Programs& programs,
                                                    const ExperimentSpec& spec) {
  std::vector<std::optional<std::string>> policies(spec.strategies.size());
  for (const ExperimentRun& run : runs_of(spec)) {
    const std::string& file = spec.strategies[run.strategy].policy;
    if (run.workload > 0 || run.seed > 0 || file.empty()) {
      continue;
    }
    const std::string bytes = read_file(file, kMostPolicyBytes);
    policies[run.strategy] = bytes;
    check_policy_fits(read_policy(bytes, file), programs.of(run).chip, file);
  }
  return policies;
}

RunConfig config_of(const ExperimentSpec& spec,
                    const std::vector<std::optional<std::string>>& policies,
                    const ExperimentRun& run, const Program& program) {
  const ExperimentStrategy& rival = spec.strategies[run.strategy];
  const StrategyInfo& info = find_strategy(rival.strategy);
  RunConfig config;
  config.version = version();
  config.workload = spec.workloads[run.workload];
  config.dtype = spec.dtype;
  config.chip = program.chip;
  config.named.chip = spec.chips[run.chip];
  config.mode = program.mode;
  config.strategy = rival.strategy;
  config.options = Options("strategy " + info.name, info.options, rival.options).resolved();
  config.seed = spec.seeds[run.seed];
  config.budget = spec.budget;
  config.objective = spec.objective;
  config.noise = spec.noise;
  config.keep_mappings = spec.keep_mappings;
  config.policy = policies[run.strategy];
  config.named.policy = rival.policy;
  config.seed_from = rival.seed_from;
  return config;
}

Experiment choose_experiment(const Arguments& arguments) {
  if (const auto resumed = choose_resumed(arguments)) {
    const std::string file = path_in(*resumed, kExperimentFile);
    if (!path_exists(file)) {
      throw Error(fmt::format("{}: holds no experiment (no {})", *resumed, kExperimentFile));
    }
    return {read_experiment(YamlDocument::from_file(file)), file, resumed};
  }
  const std::string source = arguments.required("SPEC");
  return {read_experiment(YamlDocument::from_file(source)), source, arguments.value("--out")};
}

void begin_directory(const Experiment& experiment) {
  const std::string file = path_in(*experiment.directory, kExperimentFile);
  if (path_exists(file)) {
    throw Error(fmt::format(
        "{0}: already holds an experiment; continue it with --resume {0}, or name another "
        "directory",
        *experiment.directory));
  }
  make_directory(*experiment.directory);
  write_file(file, write_experiment(experiment.spec));
}

RunHeader header_of(const Experiment& experiment, bool bounds) {
  const ExperimentSpec& spec = experiment.spec;
  Json strategies = Json::array();
  for (const ExperimentStrategy& rival : spec.strategies) {
    strategies.push_back(
        {{"label", rival.label},
         {"strategy", rival.strategy},
         {"options", rival.options},
         {"policy", rival.policy.empty() ? Json(nullptr) : Json(rival.policy)},
         {"seed_from", rival.seed_from.empty() ? Json(nullptr) : Json(rival.seed_from)}});
  }
  RunHeader header;
  header.version = version();
  header.command = "experiment";
  header.config = {{"workloads", spec.workloads},
                   {"chips", spec.chips},
                   {"strategies", strategies},
                   {"seeds", spec.seeds},
                   {"budget", spec.budget},
                   {"dtype", name_of(spec.dtype)},
                   {"objective", name_of(spec.objective)},
                   {"noise", spec.noise}};
  header.config.update(to_json(spec.mode));
  header.facts = {
      {"workloads", fmt::format("{}", fmt::join(spec.workloads, " "))},
      {"chips", fmt::format("{}", fmt::join(spec.chips, " "))},
      {"seeds", fmt::format("{}", fmt::join(spec.seeds, " "))},
      {"budget", fmt::format("{} evaluations a run", spec.budget)},
      {"objective", std::string(name_of(spec.objective))},
  };
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

// What the ranks must know to do the runs together.
std::string write_shared(const Experiment& experiment) {
  ArchiveWriter archive;
  archive.write_string(write_experiment(experiment.spec));
  archive.write_string(experiment.source);
  archive.write_flag(experiment.directory.has_value());
  archive.write_string(experiment.directory.value_or(""));
  return archive.bytes();
}

Experiment read_shared(const std::string& bytes) {
  ArchiveReader archive(bytes, "the experiment of rank 0");
  const std::string spec = archive.read_string();
  const std::string source = archive.read_string();
  Experiment experiment{read_experiment(YamlDocument::from_text(spec, source)), source, {}};
  const bool kept = archive.read_flag();
  const std::string directory = archive.read_string();
  if (kept) {
    experiment.directory = directory;
  }
  return experiment;
}

// All runs, shared with the other ranks.
std::vector<ExperimentGroup> execute_runs(const Console& console, const Experiment& experiment,
                                          const Programs& programs,
                                          const std::vector<std::optional<std::string>>& policies,
                                          std::size_t threads) {
  const ExperimentSpec& spec = experiment.spec;
  const std::vector<ExperimentRun> runs = runs_of(spec);
  const std::vector<std::string> directories = run_directories(spec);
  RunCounter counter(console, runs.size());
  return run_experiment(
      spec, *console.ranks.crew(threads),
      [&](std::size_t i) {
        const Program& program = programs.of(runs[i]);
        const RunConfig config = config_of(spec, policies, runs[i], program);
        const std::unique_ptr<Simulator> simulator = make_simulator(kDefaultModel);
        RunSurroundings surroundings;
        surroundings.reads_ended = true;
        if (experiment.directory) {
          surroundings.directory = path_in(*experiment.directory, directories[i]);
        }
        const RunResult result = execute_run(config, program, *simulator, surroundings);
        return ExperimentOutcome{
            outcome_of(config.seed, result.references, result.search, result.best_cost),
            result.references, result.snapshot_ignored};
      },
      [&](std::size_t i, const ExperimentOutcome& outcome) {
        counter.add(directories[i], outcome.snapshot_ignored);
      });
}

// The bound of each group, on threads of this process alone: there are few.
void prove_bounds(const Console& console, const Programs& programs,
                  std::vector<ExperimentGroup>& groups, std::size_t threads) {
  const BoundClock clock(console, "experiment",
                         fmt::format("{} bounds, one a workload and chip", groups.size()));
  WorkProgress progress(console.err, console.err_is_terminal, "experiment", "bounds", groups.size(),
                        0);
  std::vector<Picoseconds> bounds(groups.size());
  ThreadCrew crew(std::min(threads, groups.size()));
  crew.run(
      groups.size(),
      [&](std::size_t i, const TaskCrew::Give& give) {
        bounds[i] = proven_bound(programs.of_group(i), {}, best_latency(groups[i]));
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
  const Experiment experiment = read_shared(console.ranks.share(""));
  const Programs programs(arguments, experiment);
  execute_runs(console, experiment, programs, policies_of(programs, experiment.spec), threads);
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
  check_kept(arguments, "--output", std::array<std::string, 1>{"SPEC"});
  const std::size_t threads = thread_count(arguments, console.ranks);
  if (!console.ranks.leads()) {
    follow_experiment(arguments, console, threads);
    return;
  }
  const Experiment experiment = choose_experiment(arguments);
  const ExperimentSpec& spec = experiment.spec;
  const bool bounds = arguments.has("--bound");
  check_bound_flag(arguments, spec.objective);
  if (experiment.directory && output) {
    check_outside(arguments, *output, *experiment.directory, "experiment");
  }
  const Programs programs(arguments, experiment);
  const std::vector<std::optional<std::string>> policies = policies_of(programs, spec);
  if (experiment.directory && !arguments.has("--resume")) {
    begin_directory(experiment);
  }

  console.ranks.share(write_shared(experiment));
  auto groups = execute_runs(console, experiment, programs, policies, threads);
  if (bounds) {
    prove_bounds(console, programs, groups, threads);
  }

  const ExperimentReport report{header_of(experiment, bounds), groups};
  if (experiment.directory) {
    write_file(path_in(*experiment.directory, "summary.csv"), summary_csv(report));
    write_file(path_in(*experiment.directory, "summary.json"), pretty(to_json(report)));
    write_file(path_in(*experiment.directory, "curves.csv"), curves_csv(report));
  }
  deliver(console, output, render(report, format, output ? std::nullopt : console.out_width));
}

}  // namespace memplace
