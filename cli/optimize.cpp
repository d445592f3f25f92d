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
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "cli/proven_bound.h"
#include "cli/search_setup.h"
#include "cli/setup.h"
#include "cli/simulators.h"
#include "optimizer/learning/trained_policy.h"
#include "optimizer/run.h"
#include "optimizer/run_directory.h"
#include "report/search_report.h"
#include "sim/mapping/constraints.h"
#include "sim/mapping/rectify.h"

namespace memplace {
namespace {

using Seconds = std::chrono::duration<double>;

// What --resume goes with: a run has everything else of its own.
const std::array<std::string, 7> kBesideResume{
    "--resume", "--threads", "--policy-out", "--snapshot-every", "--bound", "--format", "--output"};

constexpr std::int64_t kLongestSnapshotPeriod = 86'400;  // seconds

// Says on stderr where the number that was asked for cannot be had.
std::size_t choose_threads(const Arguments& arguments, const Simulator& simulator,
                           const Console& console) {
  if (arguments.has("--threads") && thread_count(arguments) > 1 && !simulator.thread_safe()) {
    console.err << "optimize: --threads: the SystemC model runs on one thread\n" << std::flush;
  }
  return thread_count(arguments);
}

// The evaluations that --time allows where it stands alone: strategies plan with their number. They
// are counted for a moment, and a tenth is kept back, since late evaluations may be slower.
std::uint64_t affordable_budget(RunConfig config, const Program& program, Simulator& simulator,
                                std::size_t threads) {
  using Clock = std::chrono::steady_clock;
  constexpr Seconds kLeast(0.05);
  constexpr Seconds kMost(1);
  constexpr double kUsed = 0.9;
  const Seconds limit = *wall_time(config);
  const Seconds trial = std::clamp(limit / 20, kLeast, kMost);
  config.time_limit = std::nullopt;
  config.target_latency = std::nullopt;
  config.patience = 0;
  Clock::time_point begin = Clock::now();
  RunSurroundings surroundings;
  surroundings.threads = threads;
  surroundings.on_begin = [&](std::span<const Reference>, std::chrono::milliseconds) {
    begin = Clock::now();
  };
  surroundings.stop = [&] { return Clock::now() - begin >= trial; };
  const RunResult run = execute_run(config, program, simulator, surroundings);
  const Seconds spent = Clock::now() - begin;
  const double rate =
      static_cast<double>(run.search.history.size()) / std::max(spent.count(), 1e-9);
  const double budget = rate * (limit - spent).count() * kUsed;
  return static_cast<std::uint64_t>(std::clamp(budget, 1.0, static_cast<double>(kMaxBudget)));
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
        "--resume: {} cannot go with it, as the run has its own; only --threads, --policy-out, "
        "--snapshot-every, --bound, --format and --output can",
        *other));
  }
  return stored_search(arguments, *resumed);
}

// What is proven by the time of Ctrl-C.
Picoseconds prove(const Program& program, const Constraints& constraints, Picoseconds best,
                  const Console& console) {
  const BoundClock clock(console, "optimize", "how fast a mapping could be at best");
  const InterruptGuard guard;
  const Picoseconds bound =
      proven_bound(program, constraints, best, [] { return InterruptGuard::signal() != 0; });
  clock.finish();
  return bound;
}

}  // namespace

void declare_optimize(Arguments& arguments) {
  declare_setup(arguments);
  declare_search(arguments);
  arguments.add_value("--threads", "N",
                      "evaluations at once; no result depends on it\n(all cores)");
  arguments.add_value("--out", "DIR",
                      "keep the run there: its settings, every\nevaluation, the best mapping",
                      directory());
  arguments.add_flag("--keep-mappings", "keep every mapping there, not only its hash");
  arguments.add_value("--resume", "DIR", "continue the run kept there", directory());
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
  const Format format = choose_format(arguments);
  const auto output = arguments.value("--output");
  const std::array<std::string, 4> inputs{"WORKLOAD", "--chip", "--init", "--policy-in"};
  check_kept(arguments, "--output", inputs);
  const auto policy_out = arguments.value("--policy-out");
  SearchSetup search = choose_search(arguments);
  RunConfig& config = search.config;
  const Program& program = search.setup.program();
  check_bound_flag(arguments, config.objective);
  if (arguments.has("--bound")) {
    search.setup.add("bound", true, "", std::array{std::string("--bound")});
  }
  const EvaluationRules rules = rules_of(config, *program.graph);
  check_something_fits(arguments, program, rules);

  RunSurroundings surroundings;
  surroundings.directory = arguments.value("--out");
  if (const auto resumed = arguments.value("--resume")) {
    surroundings.directory = resumed;
  }
  for (const char* const name : {"--output", "--policy-out"}) {
    const auto file = arguments.value(name);
    if (surroundings.directory && file && is_run_file(*surroundings.directory, *file)) {
      throw arguments.error(
          fmt::format("{} {} would overwrite a file of the run", name, memplace::quoted(*file)));
    }
  }
  surroundings.reads_ended = !policy_out.has_value();
  if (policy_out) {
    arguments.named([&] { check_learns(config, program); });
    make_place_of(*policy_out, surroundings.directory);
    check_policy_output(arguments, inputs);
  }
  if (const auto seconds = arguments.integer("--snapshot-every", 0, kLongestSnapshotPeriod)) {
    if (!surroundings.directory) {
      throw arguments.error("--snapshot-every: goes with --out or --resume");
    }
    surroundings.snapshot_every = std::chrono::seconds(*seconds);
  }
  const std::unique_ptr<Simulator> simulator = make_simulator(config.model);
  surroundings.threads = choose_threads(arguments, *simulator, console);
  if (search.budget_open) {
    config.budget = affordable_budget(config, program, *simulator, surroundings.threads);
  }
  Progress progress(console.err, console.err_is_terminal, config.budget, wall_time(config));
  surroundings.observers = {&progress};
  surroundings.on_begin = [&](std::span<const Reference> references,
                              std::chrono::milliseconds elapsed) {
    progress.begin(native_of(references).cost, elapsed);
  };
  std::optional<InterruptGuard> guard;
  if (surroundings.directory) {
    guard.emplace();
    surroundings.stop = [] { return InterruptGuard::signal() != 0; };
  }
  const RunResult run = execute_run(config, program, *simulator, surroundings);
  progress.finish();
  const SearchTimes& times = run.search.times;
  console.err << fmt::format("optimize: evaluations took {:.2f} s, the strategy itself {:.2f} s\n",
                             Seconds(times.evaluations).count(), Seconds(times.strategy).count())
              << std::flush;
  if (policy_out && run.over) {
    write_file(*policy_out, policy_bytes(*run.policy));
  }
  if (!run.snapshot_ignored.empty()) {
    console.err << fmt::format("optimize: snapshot ignored: {}\n", run.snapshot_ignored)
                << std::flush;
  }
  const bool proves = arguments.has("--bound") && run.over && run.search.best.has_value();
  if (run.search.best.has_value()) {
    SearchReport report = make_search_report(header_of(search), program, config, run);
    if (proves) {
      report.bound = prove(program, rules.constraints, report.best_latency, console);
    }
    deliver(console, output, render(report, format, output ? std::nullopt : console.out_width));
  }
  if (!run.over) {
    std::vector<std::string> again{"memplace", "optimize", "--resume", *surroundings.directory};
    if (policy_out) {
      again.insert(again.end(), {"--policy-out", *policy_out});
    }
    if (arguments.has("--bound")) {
      again.emplace_back("--bound");
    }
    throw Interrupted{InterruptGuard::signal(),
                      fmt::format("optimize: stopped after {} of {} evaluations; all are saved, "
                                  "continue with: {}",
                                  run.search.history.size(), config.budget, shell_command(again))};
  }
  if (proves && InterruptGuard::signal() != 0) {
    throw Interrupted{InterruptGuard::signal(), "optimize: stopped with what was proven by then"};
  }
}

}  // namespace memplace
