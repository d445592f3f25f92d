// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "base/files.h"
#include "base/stopping.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/mapping_choice.h"
#include "cli/progress.h"
#include "cli/proven_bound.h"
#include "cli/search_setup.h"
#include "cli/setup.h"
#include "optimizer/learning/trained_policy.h"
#include "optimizer/studies/loading/simulators.h"
#include "optimizer/studies/run/affordable_horizon.h"
#include "optimizer/studies/run/run.h"
#include "optimizer/studies/run/run_directory.h"
#include "optimizer/studies/settings/search_fields.h"
#include "report/search_report.h"

namespace memplace {
namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

// What --resume goes with: a run has everything else of its own.
const std::array<std::string, 10> kBesideResume{
    "--resume",         "--budget", "--time",   "--threads", "--policy-out",
    "--snapshot-every", "--bound",  "--format", "--output",  "--save-mapping"};

constexpr std::int64_t kLongestSnapshotPeriod = 86'400;  // seconds

// Says on stderr where the number that was asked for cannot be had.
std::size_t choose_threads(const Arguments& arguments, const Simulator& simulator,
                           const Console& console) {
  if (arguments.has("--threads") && thread_count(arguments) > 1 && !simulator.thread_safe()) {
    console.err << "optimize: --threads: the SystemC model runs on one thread\n" << std::flush;
  }
  return thread_count(arguments);
}

// A new run's directory may be where its policy is to go.
void make_place_of(const std::string& file, const std::optional<std::string>& directory) {
  namespace fs = std::filesystem;
  std::error_code unknown;
  if (directory && fs::weakly_canonical(fs::absolute(file, unknown).parent_path(), unknown) ==
                       fs::weakly_canonical(fs::absolute(*directory, unknown), unknown)) {
    make_directory(*directory);
  }
}

SearchSetup choose_search(const Arguments& arguments) {
  const auto resumed = arguments.value("--resume");
  if (!resumed) {
    SearchSetup search = new_search(arguments);
    const auto directory = arguments.value("--out");
    search.config.keep_mappings = arguments.has("--keep-mappings");
    if (search.config.keep_mappings && !directory) {
      throw arguments.error("--keep-mappings goes with --out only");
    }
    if (directory && holds_run(*directory)) {
      throw arguments.error(fmt::format(
          "--out {}: already holds a run; name another directory, or continue it with --resume {}",
          *directory, *directory));
    }
    return search;
  }
  if (const auto other = arguments.given_beside(kBesideResume)) {
    throw arguments.error(fmt::format(
        "--resume: {} cannot go with it, as the run has its own; only --budget, --time, --threads, "
        "--policy-out, --snapshot-every, --bound, --save-mapping, --format and --output can",
        *other));
  }
  return stored_search(arguments, *resumed);
}

std::string how_to_go_on(const Arguments& arguments, const std::optional<std::string>& directory) {
  if (!directory) {
    return "nothing is kept without --out";
  }
  std::vector<std::string> again{"memplace", "optimize", "--resume", *directory};
  if (const auto policy_out = arguments.value("--policy-out")) {
    again.insert(again.end(), {"--policy-out", *policy_out});
  }
  if (arguments.has("--bound")) {
    again.emplace_back("--bound");
  }
  return "all are saved, continue with: " + shell_command(again);
}

// What is proven by the time of Ctrl-C.
Picoseconds prove(const Program& program, Picoseconds best, const Console& console) {
  const BoundClock clock(console, "optimize", "how fast a mapping could be at best");
  const Picoseconds bound =
      proven_bound(program, best, [] { return InterruptGuard::signal() != 0; });
  clock.finish();
  return bound;
}

}  // namespace

void declare_optimize(Arguments& arguments) {
  declare_program(arguments);
  declare_search(arguments);
  arguments.add_value("--threads", "N",
                      "evaluations at once; no result depends on it\n(all cores)");
  arguments.add_value("--out", "DIR",
                      "keep the run there: its settings, every\nevaluation, the best mapping",
                      directory());
  arguments.add_flag("--keep-mappings", "keep every mapping there, not only its hash");
  arguments.add_value("--resume", "DIR", "continue the run kept there", directory());
  arguments.add_value("--save-mapping", "FILE", "write the best mapping",
                      files_ending({".yaml", ".json"}));
  arguments.add_value("--policy-out", "FILE", "write what the strategy has learnt in the end",
                      any_file());
  arguments.add_value(
      "--snapshot-every", "SECONDS",
      "how often to keep what the strategy has\nlearned, so that --resume is quick (10)");
  arguments.add_flag("--bound",
                     "prove afterwards how much faster another\nmapping could be at most");
  declare_output(arguments);
}

void execute_optimize(const Arguments& arguments, const Console& console) {
  const Clock::time_point began = Clock::now();
  const Format format = choose_format(arguments);
  const auto output = arguments.value("--output");
  const std::array<std::string, 4> inputs{"WORKLOAD", "--chip", "--init", "--policy-in"};
  const auto saved = arguments.value("--save-mapping");
  check_outputs(arguments, std::array<std::string, 3>{"--output", "--save-mapping", "--policy-out"},
                inputs);
  check_mapping_output(arguments);
  const auto policy_out = arguments.value("--policy-out");
  SearchSetup search = choose_search(arguments);
  RunConfig& config = search.config;
  const Program& program = *search.program;
  show_warnings(console, "optimize", program.graph().warnings());
  check_bound_flag(arguments, config.objective);
  check_something_fits(arguments, program.problem);

  RunSurroundings surroundings;
  surroundings.directory = arguments.value("--out");
  if (const auto resumed = arguments.value("--resume")) {
    surroundings.directory = resumed;
  }
  for (const char* const name : {"--output", "--policy-out", "--save-mapping"}) {
    const auto file = arguments.value(name);
    if (surroundings.directory && file && is_run_file(*surroundings.directory, *file)) {
      throw arguments.error(
          fmt::format("{} {} would overwrite a file of the run", name, memplace::quoted(*file)));
    }
  }
  surroundings.reads_ended = !policy_out.has_value();
  if (policy_out) {
    arguments.named([&] { check_learns(config, program.problem); });
    make_place_of(*policy_out, surroundings.directory);
    const FileWriter trial(*policy_out);  // so that nobody learns of it after a long search
  }
  if (const auto seconds = arguments.integer("--snapshot-every", 0, kLongestSnapshotPeriod)) {
    if (!surroundings.directory) {
      throw arguments.error("--snapshot-every: goes with --out or --resume");
    }
    surroundings.snapshot_every = std::chrono::seconds(*seconds);
  }
  const std::unique_ptr<Simulator> simulator = make_simulator(config.model);
  surroundings.threads = choose_threads(arguments, *simulator, console);
  surroundings.began = began;
  surroundings.stop = [] { return InterruptGuard::signal() != 0; };
  const InterruptGuard guard;
  std::optional<StopScope> scope(InterruptGuard::overdue);
  if (search.budget_open && !config.horizon) {
    config.horizon = affordable_horizon(config, program, *simulator, surroundings.threads, began);
  }
  if (search.budget_open) {
    config.budget = kMostBudget;
  }
  Progress progress(console, config.budget, wall_time(config), config.objective);
  surroundings.observers = {&progress};
  surroundings.on_begin = [&](std::span<const Reference> references,
                              std::chrono::milliseconds elapsed) {
    progress.begin(references, elapsed);
  };
  surroundings.on_warning = [&](const std::string& warning) {
    console.err << fmt::format("optimize: {}\n", printable(warning)) << std::flush;
  };
  const RunResult run = execute_run(config, program, *simulator, surroundings);
  scope.reset();
  progress.finish();
  if (run.search.history.empty() && config.time_limit && InterruptGuard::signal() == 0) {
    throw arguments.error("--time: was over before anything was evaluated");
  }
  const SearchTimes& times = run.search.times;
  console.err << fmt::format("optimize: evaluations took {:.2f} s, the strategy itself {:.2f} s\n",
                             Seconds(times.evaluations).count(), Seconds(times.strategy).count())
              << std::flush;
  if (policy_out && run.over) {
    write_file(*policy_out, policy_bytes(*run.policy));
  }
  const bool proves = arguments.has("--bound") && run.over && run.search.best.has_value();
  if (run.search.best.has_value()) {
    SearchRequest usual;
    if (config.time_limit) {
      usual.budget = kMostBudget;  // what none is, beside a time
    }
    RunHeader header =
        header_of<SearchRequest>("optimize", search_fields(), config, program, usual);
    if (arguments.has("--bound")) {
      add_flag(header, "bound");
    }
    SearchReport report = make_search_report(std::move(header), program, config, run);
    if (proves) {
      report.bound = prove(program, report.verdict.best.measures.latency, console);
    }
    if (saved) {
      save_mapping(*saved, program.problem, report.verdict.best.given);
    }
    deliver(console, output, render(report, format, output ? std::nullopt : console.out_width));
  }
  if (!run.over) {
    throw Interrupted{InterruptGuard::signal(),
                      fmt::format("optimize: stopped after {}; {}",
                                  count_of_budget(run.search.history.size(), config.budget),
                                  how_to_go_on(arguments, surroundings.directory))};
  }
  if (proves && InterruptGuard::signal() != 0) {
    throw Interrupted{InterruptGuard::signal(), "optimize: stopped with what was proven by then"};
  }
}

}  // namespace memplace
