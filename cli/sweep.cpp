// SPDX-License-Identifier: Apache-2.0
#include "optimizer/studies/sweep/sweep.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/files.h"
#include "base/prefix.h"
#include "base/stopping.h"
#include "base/task_crew.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "cli/setup.h"
#include "optimizer/studies/loading/networks.h"
#include "optimizer/studies/loading/simulators.h"
#include "optimizer/studies/settings/spec_parts.h"
#include "optimizer/studies/sweep/directory.h"
#include "optimizer/studies/sweep/shared_sweep.h"
#include "report/sweep_report.h"

namespace memplace {
namespace {

// What is to be swept, and where it is kept.
struct ChosenSweep {
  SweepSpec spec;
  std::string source;
  std::optional<std::string> directory;
};

ChosenSweep choose_sweep(const Arguments& arguments) {
  if (const auto resumed = choose_resumed(arguments)) {
    ChosenSweep chosen{load_sweep(*resumed, version()), *resumed, resumed};
    if (arguments.has("--bound") && !chosen.spec.bound) {
      throw arguments.error(
          fmt::format("--bound: the sweep of {} began without bounds; sweep again into another "
                      "directory",
                      *resumed));
    }
    return chosen;
  }
  const std::string source = arguments.required("SPEC");
  ChosenSweep chosen{read_sweep(YamlDocument::from_file(source)), source, arguments.value("--out")};
  chosen.spec.bound = chosen.spec.bound || arguments.has("--bound");
  if (chosen.directory && holds_sweep(*chosen.directory)) {
    throw Error(
        fmt::format("{0}: already holds a sweep; continue it with --resume {0}, or name another "
                    "directory",
                    *chosen.directory));
  }
  return chosen;
}

std::vector<std::string> files_read(const SweepSpec& spec) {
  std::vector<std::string> files = names_of(spec.workloads);
  files.push_back(spec.chip.name);
  return files;
}

std::unique_ptr<const Sweep> make_sweep(const ChosenSweep& chosen) {
  std::vector<Graph> graphs;
  graphs.reserve(chosen.spec.workloads.size());
  try {
    for (const WorkloadChoice& workload : chosen.spec.workloads) {
      const SearchRequest request = of_workload(chosen.spec.common, workload);
      graphs.push_back(load_network(request).graph);
    }
    return std::make_unique<const Sweep>(chosen.spec, std::move(graphs), version(), make_simulator);
  } catch (const Error& mistake) {
    throw Error(with_prefix(chosen.source, mistake.what(), files_read(chosen.spec)));
  }
}

// Keeps points and shows how far the sweep is.
class Recorder : public SweepObserver {
 public:
  // `directory` may be null.
  Recorder(SweepDirectory* directory, const SweepGrid& grid, WorkProgress& progress)
      : directory_(directory), grid_(grid), progress_(progress) {}

  void on_points(const std::vector<SweepPoint>& points,
                 const std::vector<std::string>& lines) override {
    if (directory_ != nullptr) {
      directory_->record(lines);
    }
    for (const SweepPoint& point : points) {
      progress_.add(1, grid_.place(point.index).mapping);
    }
  }

 private:
  SweepDirectory* directory_;
  const SweepGrid& grid_;
  WorkProgress& progress_;
};

// Where points failed: what to say of it, with the first of them.
std::string failures_text(const SweepPoints& points) {
  const std::size_t failed = count_failed(points);
  const auto first =
      std::find_if(points.begin(), points.end(), [](const auto& point) { return point->failed(); });
  return fmt::format("sweep: {} of {} points failed; the first, point {}: {}",
                     failed == points.size() ? "all" : std::to_string(failed), points.size(),
                     (*first)->index, printable((*first)->error));
}

// What another rank than 0 does of a sweep: points that rank 0 hands out.
void follow_sweep(Ranks& ranks, std::size_t threads) {
  class Nobody : public SweepObserver {
    void on_points(const std::vector<SweepPoint>&, const std::vector<std::string>&) override {}
  };
  SharedSweep shared = read_shared_sweep(ranks.share(""));
  const std::unique_ptr<const Sweep> sweep =
      make_sweep({std::move(shared.spec), "the sweep of rank 0", std::nullopt});
  SweepPoints points(sweep->grid().points());
  for (SweepPoint& point : shared.points) {
    const std::size_t index = point.index;
    points[index] = std::move(point);
  }
  // A launcher that is stopped tells every rank; rank 0 then says how this one ends.
  const InterruptGuard guard;
  const StopScope scope(InterruptGuard::overdue);
  Nobody nobody;
  run_sweep(*sweep, *ranks.crew(fitting_threads(sweep->spec().common.model, threads)), points,
            nobody, {});
}

}  // namespace

void declare_sweep(Arguments& arguments) {
  arguments.add_positional("SPEC", "what to sweep, a .yaml file as in\nconfigs/experiments",
                           files_ending({".yaml", ".yml"}));
  arguments.add_value("--out", "DIR", "keep every point there, and what they say\ntogether",
                      directory());
  arguments.add_value("--resume", "DIR", "go on where the sweep of DIR stopped", directory());
  arguments.add_value("--threads", "N", "points at once; no result depends on it\n(all cores)");
  arguments.add_flag("--bound",
                     "prove how much faster each point could be at\nmost, as bound: true of SPEC");
  declare_output(arguments);
}

void execute_sweep(const Arguments& arguments, const Console& console) {
  const Format format = choose_format(arguments);
  const auto output = arguments.value("--output");
  check_outputs(arguments, std::array<std::string, 1>{"--output"},
                std::array<std::string, 1>{"SPEC"});
  const std::size_t threads = thread_count(arguments, console.ranks);
  if (!console.ranks.leads()) {
    follow_sweep(console.ranks, threads);
    return;
  }
  const ChosenSweep chosen = choose_sweep(arguments);
  if (chosen.directory && output) {
    check_outside(arguments, *output, *chosen.directory, "sweep");
  }
  if (output) {
    check_kept_files(arguments, *output, files_read(chosen.spec));
  }
  check_model(arguments, chosen.spec.common.model);
  const std::unique_ptr<const Sweep> sweep = make_sweep(chosen);
  std::optional<SweepDirectory> directory;
  SweepPoints points(sweep->grid().points());
  if (chosen.directory) {
    directory.emplace(*chosen.directory, *sweep);
    points = directory->points();
  }

  const std::size_t done = count_known(points);
  std::vector<std::size_t> left(chosen.spec.mappings.size());  // by mapping source
  for (std::size_t i = 0; i < points.size(); ++i) {
    left[sweep->grid().place(i).mapping] += points[i].has_value() ? 0U : 1U;
  }
  WorkProgress progress(console, "sweep", "points", std::move(left), done);
  const InterruptGuard guard;
  const StopScope scope(InterruptGuard::overdue);
  console.ranks.share(write_shared_sweep(*sweep, points));
  const std::unique_ptr<TaskCrew> crew = console.ranks.crew(std::max<std::size_t>(
      1, std::min(fitting_threads(chosen.spec.common.model, threads), points.size() - done)));
  Recorder recorder(directory ? &*directory : nullptr, sweep->grid(), progress);
  const bool complete =
      run_sweep(*sweep, *crew, points, recorder, [] { return InterruptGuard::signal() != 0; });
  progress.finish();
  if (!complete) {
    const int signal = InterruptGuard::signal();
    throw Interrupted{
        signal != 0 ? signal : SIGTERM,  // another rank may be the only one that was told
        fmt::format("sweep: stopped after {} of {} points; {}", count_known(points), points.size(),
                    chosen.directory ? "all are saved, continue with: " +
                                           shell_command(std::vector<std::string>{
                                               "memplace", "sweep", "--resume", *chosen.directory})
                                     : "nothing is kept without --out")};
  }
  const std::string spec_file =
      chosen.directory ? path_in(*chosen.directory, kSweepFile) : chosen.source;
  const SweepReport report{sweep_header(*sweep, spec_file), *sweep, points,
                           analyse(*sweep, points)};
  show_warnings(console, "sweep", report.header.warnings);
  if (directory) {
    directory->finish(points, {{std::string(kParetoFile), pareto_csv(report)},
                               {std::string(kMarginalFile), marginal_csv(report)},
                               {std::string(kSummaryFile), pretty(sweep_json(report))}});
  }
  const std::size_t failed = count_failed(points);
  if (failed == points.size()) {
    throw InfeasibleFailure(failures_text(points));
  }
  if (failed > 0) {
    console.err << failures_text(points) << '\n' << std::flush;
  }
  deliver(console, output, render(report, format, output ? std::nullopt : console.out_width));
}

}  // namespace memplace
