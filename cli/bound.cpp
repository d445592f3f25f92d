// SPDX-License-Identifier: Apache-2.0
// How far from the best possible mapping is one?
#include "optimizer/bound/bound.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/quantity_text.h"
#include "base/stopping.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/mapping_choice.h"
#include "cli/progress.h"
#include "cli/search_setup.h"
#include "cli/setup.h"
#include "optimizer/heuristics/heuristic.h"
#include "optimizer/search/evaluator.h"
#include "optimizer/studies/loading/simulators.h"
#include "optimizer/studies/run/run.h"
#include "report/bound_report.h"
#include "sim/placement/constraint_patterns.h"

namespace memplace {
namespace {

using Clock = std::chrono::steady_clock;

// What is to be bounded.
struct BoundSettings : ProgramRequest {
  std::vector<std::string> pins;
  std::vector<std::string> forbids;
  std::optional<Picoseconds> time_limit;
  std::string mapping;  // to give the gap of as well; empty: none
};

Problem problem_of(const BoundSettings& settings, const Problem& loaded) {
  return loaded.under(read_constraints(loaded, settings.pins, settings.forbids));
}

std::span<const RequestField<BoundSettings>> bound_fields() {
  static const std::vector<RequestField<BoundSettings>> fields = [] {
    auto made = program_fields<BoundSettings>();
    for (auto& more : constraint_fields<BoundSettings>()) {
      made.push_back(std::move(more));
    }
    made.push_back(field<BoundSettings>(&BoundSettings::time_limit, duration_codec(),
                                        {.key = "time_limit",
                                         .flag = "--time",
                                         .json = "time_ps",
                                         .type = "TIME",
                                         .help = "stop after it, as in 60s, with what is\n"
                                                 "proven by then"}));
    made.push_back(
        field<BoundSettings>(&BoundSettings::mapping, text_codec(),
                             {.key = "mapping",
                              .flag = "--mapping",
                              .json = "mapping",
                              .label = "mapping",
                              .type = "MAPPING",
                              .help = "also give the gap of this one, as of simulate\n--mapping"}));
    for (RequestField<BoundSettings>& last : std::span(made).last(2)) {
      last.value = [value = last.value](const BoundSettings& settings) {
        const auto json = value(settings);
        return json->is_null() ? std::nullopt : json;
      };
    }
    return made;
  }();
  return fields;
}

// The best mapping met so far, and where it came from.
class Incumbent {
 public:
  Incumbent(const Program& program, Simulator& simulator) : pool_(program, simulator) {}

  Evaluated meet(const Mapping& mapping, const std::string& source) {
    Evaluated evaluated = pool_.evaluate(mapping);
    if (!best_ || evaluated.measures.latency < best_->measures.latency) {
      best_ = evaluated;
      source_ = source;
    }
    return evaluated;
  }

  bool empty() const { return !best_.has_value(); }
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
  explicit BoundProgress(const Console& console) : line_(console) {}

  void on_bound(std::string_view family, Picoseconds bound,
                std::optional<Picoseconds> best) override {
    const Clock::time_point now = Clock::now();
    const bool is_new = family != family_;
    constexpr std::chrono::milliseconds kRedraw(100);
    constexpr std::chrono::seconds kRepeat(10);
    if (!is_new &&
        now - drawn_ < (line_.drawn() ? Clock::duration(kRedraw) : Clock::duration(kRepeat))) {
      return;
    }
    family_ = family;
    drawn_ = now;
    std::string text = fmt::format("bound: {}: {} proven", family, rounded(bound));
    if (best) {
      text += fmt::format(", {} known, gap {}", rounded(*best), gap_text(*best, bound));
    }
    line_.draw(text);
    line_.print(text);
  }

  void finish() { line_.clear(); }

 private:
  StatusLine line_;
  std::string family_;
  Clock::time_point drawn_;
};

// How many evaluations take about a second of one core: each takes time for every op.
std::uint64_t evaluations_of_a_second(const Program& program) {
  constexpr std::size_t kOps = 1'500'000;
  return std::clamp<std::uint64_t>(kOps / std::max<std::size_t>(program.graph().ops().size(), 1),
                                   50, 20'000);
}

// The best mapping of a short search, so that there is something good to compare the bound with.
void search_briefly(const BoundSettings& settings, const Program& program, Simulator& simulator,
                    Incumbent& incumbent, const std::function<bool()>& stop) {
  SearchRequest request;
  static_cast<ProgramRequest&>(request) = static_cast<const ProgramRequest&>(settings);
  request.pins = settings.pins;
  request.forbids = settings.forbids;
  request.budget = evaluations_of_a_second(program);
  RunSurroundings surroundings;
  surroundings.stop = stop;
  const RunResult run =
      execute_run(settled(std::move(request), version()), program, simulator, surroundings);
  if (run.search.best.has_value()) {
    incumbent.meet(run.search.best->given,
                   fmt::format("a search of {} evaluations", run.search.history.size()));
  }
}

}  // namespace

void declare_bound(Arguments& arguments) {
  declare_program(arguments);
  declare_fields<BoundSettings>(
      arguments, select(bound_fields(), {"mapping", "time_limit", "pins", "forbids"}));
  arguments.add_value("--save-mapping", "FILE", "write the fastest mapping known",
                      files_ending({".yaml", ".json"}));
  declare_output(arguments);
}

void execute_bound(const Arguments& arguments, const Console& console) {
  const Format format = choose_format(arguments);
  const auto output = arguments.value("--output");
  const auto saved = arguments.value("--save-mapping");
  const std::array<std::string, 3> inputs{"WORKLOAD", "--chip", "--mapping"};
  check_outputs(arguments, std::array<std::string, 2>{"--output", "--save-mapping"}, inputs);
  check_mapping_output(arguments);
  const Clock::time_point begin = Clock::now();

  const auto settings = choose_request(arguments, bound_fields());
  const std::optional<Picoseconds>& limit = settings.time_limit;
  const auto lowered = load_program(arguments, settings);
  show_warnings(console, "bound", lowered->graph().warnings());
  const Program& program = *lowered;
  BoundRequest request;
  std::optional<Mapping> asked;
  if (!settings.mapping.empty()) {
    asked = choose_mapping(arguments, program.problem, settings.mapping);
  }
  check_something_fits(arguments, program.problem);

  const std::unique_ptr<Simulator> simulator = make_simulator(settings.model);
  Incumbent incumbent(program, *simulator);
  const InterruptGuard guard;
  const auto stopped_after = [&](std::chrono::nanoseconds more) {
    const bool over =
        limit && Clock::now() - begin >= std::chrono::nanoseconds(limit->count() / 1000) + more;
    return over || InterruptGuard::signal() != 0;
  };
  request.stop = [&] { return stopped_after({}); };
  BoundReport report;
  try {
    // Whatever the limit is, there is something to bound.
    constexpr std::chrono::milliseconds kPatience(250);
    const StopScope scope([&] { return stopped_after(kPatience); });
    for (const std::string& name : heuristic_names()) {
      incumbent.meet(apply_heuristic(name, program.problem), "heuristic " + name);
    }
    if (asked) {
      const Evaluated evaluated = incumbent.meet(*asked, "the mapping given");
      report.mapping = {settings.mapping, evaluated.measures.latency,
                        relaxed_time(program, evaluated.given),
                        evaluated.epsilon.demoted_bytes == Bytes(0)};
    } else {
      // Most of a limit is for proving.
      search_briefly(settings, program, *simulator, incumbent, [&] {
        const auto tenth =
            std::chrono::nanoseconds(limit.value_or(Picoseconds(0)).count() / 10'000);
        return request.stop() || (limit && Clock::now() - begin >= tenth);
      });
    }
  } catch (const Stopped&) {
    if (incumbent.empty() && InterruptGuard::signal() == 0) {
      throw arguments.error("--time: was over before anything was simulated");
    }
    if (incumbent.empty()) {
      throw;
    }
  }
  BoundProgress progress(console);
  request.known = incumbent.best().measures.latency;
  request.simulate = [&](const Mapping& found) {
    return incumbent.meet(found, "a relaxation's mapping").measures.latency;
  };
  request.observer = &progress;
  report.bound = prove_bound(program, request);
  progress.finish();
  report.header = header_of("bound", bound_fields(), settings, program);
  report.mode = program.mode();
  report.best_known = incumbent.best().measures.latency;
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
    save_mapping(*saved, program.problem, incumbent.best().given);
  }
  if (InterruptGuard::signal() != 0) {
    throw Interrupted{InterruptGuard::signal(), "bound: stopped with what was proven by then"};
  }
}

}  // namespace memplace
