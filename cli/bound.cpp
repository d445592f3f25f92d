// SPDX-License-Identifier: Apache-2.0
// How far from the best possible mapping is one?
#include "optimizer/bound/bound.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "base/files.h"
#include "base/quantity_text.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/mapping_choice.h"
#include "cli/progress.h"
#include "cli/search_setup.h"
#include "cli/setup.h"
#include "cli/simulators.h"
#include "optimizer/evaluator.h"
#include "optimizer/heuristics/heuristic.h"
#include "optimizer/run_directory.h"
#include "report/bound_report.h"
#include "sim/mapping/constraints.h"
#include "sim/mapping/mapping_file.h"

namespace memplace {
namespace {

using Clock = std::chrono::steady_clock;

// The best mapping met so far, and where it came from.
class Incumbent {
 public:
  Incumbent(const Program& program, Simulator& simulator, EvaluationRules rules)
      : pool_(program, simulator, std::move(rules)) {}

  Evaluated meet(const Mapping& mapping, const std::string& source) {
    Evaluated evaluated = pool_.evaluate(mapping);
    if (!best_ || evaluated.latency < best_->latency) {
      best_ = evaluated;
      source_ = source;
    }
    return evaluated;
  }

  const Evaluated& best() const { return *best_; }
  const std::string& source() const { return source_; }

 private:
  EvaluatorPool pool_;
  std::optional<Evaluated> best_;
  std::string source_;
};

// On a terminal one line drawn again and again; elsewhere a line for each family.
class BoundProgress final : public BoundObserver {
 public:
  BoundProgress(std::ostream& err, bool terminal) : err_(err), terminal_(terminal), line_(err) {}

  void on_bound(std::string_view family, Picoseconds bound,
                std::optional<Picoseconds> best) override {
    const Clock::time_point now = Clock::now();
    const bool is_new = family != family_;
    constexpr std::chrono::milliseconds kRedraw(100);
    constexpr std::chrono::seconds kRepeat(10);
    if (!is_new &&
        now - drawn_ < (terminal_ ? Clock::duration(kRedraw) : Clock::duration(kRepeat))) {
      return;
    }
    family_ = family;
    drawn_ = now;
    std::string text = fmt::format("bound: {}: {} proven", family, rounded(bound));
    if (best) {
      text += fmt::format(", {} known, gap {}", rounded(*best), gap_text(*best, bound));
    }
    if (terminal_) {
      line_.draw(text);
    } else {
      err_ << text << '\n' << std::flush;
    }
  }

  void finish() { line_.clear(); }

 private:
  std::ostream& err_;
  bool terminal_;
  StatusLine line_;
  std::string family_;
  Clock::time_point drawn_;
};

// The file of --mapping; of a run's directory its best mapping.
std::string mapping_file(const Arguments& arguments, const std::string& given) {
  std::error_code unknown;
  if (!std::filesystem::is_directory(given, unknown)) {
    return given;
  }
  const std::optional<std::string> file = load_findings(given).best_mapping_file;
  if (!file) {
    throw arguments.error(fmt::format("--mapping {}: holds no run with a mapping", given));
  }
  return *file;
}

}  // namespace

void declare_bound(Arguments& arguments) {
  declare_setup(arguments);
  arguments.add_value("--mapping", "MAPPING",
                      "also give the gap of this one: FILE.yaml,\nall:MEMORY, heuristic:NAME, or "
                      "the directory\nof a run",
                      mappings());
  arguments.add_value("--time", "TIME", "stop after it, as in 60s, with what is\nproven by then");
  declare_constraints(arguments);
  arguments.add_value("--save-mapping", "FILE", "write the fastest mapping known",
                      files_ending({".yaml"}));
  declare_output(arguments);
}

void execute_bound(const Arguments& arguments, const Console& console) {
  const Format format = choose_format(arguments);
  const auto output = arguments.value("--output");
  const auto saved = arguments.value("--save-mapping");
  const std::array<std::string, 3> inputs{"WORKLOAD", "--chip", "--mapping"};
  check_kept(arguments, "--output", inputs);
  check_kept(arguments, "--save-mapping", inputs);
  const std::optional<Picoseconds> limit = time_limit(arguments);
  const Clock::time_point begin = Clock::now();

  Setup setup(arguments);
  const Program& program = setup.program();
  BoundRequest request;
  request.constraints = choose_constraints(arguments, program);
  add_constraints(setup, arguments.list("--pin"), arguments.list("--forbid"));
  if (limit) {
    const std::string text = *arguments.value("--time");
    setup.add("time_ps", *limit, "", std::array{std::string("--time"), text});
  }
  std::optional<Mapping> asked;
  const auto mapping = arguments.value("--mapping");
  if (mapping) {
    setup.add("mapping", *mapping, *mapping, std::array{std::string("--mapping"), *mapping});
    asked = choose_mapping(arguments, program, mapping_file(arguments, *mapping));
  }
  EvaluationRules rules;
  rules.constraints = request.constraints;
  check_something_fits(arguments, program, rules);

  const std::unique_ptr<Simulator> simulator = make_simulator(setup.model());
  Incumbent incumbent(program, *simulator, rules);
  for (const std::string& name : heuristic_names()) {
    incumbent.meet(apply_heuristic(name, *program.graph, program.chip, program.mode),
                   "heuristic " + name);
  }
  BoundReport report;
  if (asked) {
    const Evaluated evaluated = incumbent.meet(*asked, "the mapping given");
    report.mapping = {*mapping, evaluated.latency, relaxed_time(program, evaluated.given),
                      evaluated.epsilon.demoted_bytes == Bytes(0)};
  }
  BoundProgress progress(console.err, console.err_is_terminal);
  const InterruptGuard guard;
  request.known = incumbent.best().latency;
  request.simulate = [&](const Mapping& found) {
    return incumbent.meet(found, "a relaxation's mapping").latency;
  };
  request.observer = &progress;
  request.stop = [&] {
    return InterruptGuard::signal() != 0 ||
           (limit && Clock::now() - begin >= std::chrono::nanoseconds(limit->count() / 1000));
  };
  report.bound = prove_bound(program, request);
  progress.finish();
  report.header = setup.header();
  report.mode = program.mode;
  report.best_known = incumbent.best().latency;
  report.best_source = incumbent.source();
  report.status = report.bound.proven == report.best_known ? BoundStatus::kOptimal
                  : InterruptGuard::signal() != 0          ? BoundStatus::kStopped
                  : report.bound.stopped                   ? BoundStatus::kTime
                                                           : BoundStatus::kFinished;
  report.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  if (!has_linear_solver()) {
    console.err << "bound: built without a linear solver; the families of the linear relaxation "
                   "are left out\n"
                << std::flush;
  }
  deliver(console, output, render(report, format, output ? std::nullopt : console.out_width));
  if (saved) {
    write_file(*saved, write_mapping(*program.graph, program.chip, incumbent.best().given));
  }
  if (InterruptGuard::signal() != 0) {
    throw Interrupted{InterruptGuard::signal(), "bound: stopped with what was proven by then"};
  }
}

}  // namespace memplace
