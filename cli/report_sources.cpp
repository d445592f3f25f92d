// SPDX-License-Identifier: Apache-2.0
#include "cli/report_sources.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/files.h"
#include "cli/proven_bound.h"
#include "cli/setup.h"
#include "optimizer/studies/experiment/directory.h"
#include "optimizer/studies/experiment/experiment.h"
#include "optimizer/studies/loading/simulators.h"
#include "optimizer/studies/run/run.h"
#include "optimizer/studies/run/run_directory.h"
#include "optimizer/studies/sweep/directory.h"
#include "report/page/search_page.h"
#include "report/page/simulation_page.h"
#include "report/page/sweep_page.h"
#include "report/search_figures/stored_searches.h"
#include "sim/feasible/feasible.h"

namespace memplace {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostResultBytes = std::size_t{1} << 30;  // of a result

bool is_directory(const std::string& path) {
  std::error_code unknown;
  return fs::is_directory(path, unknown);
}

PageDocument simulations_in(const std::vector<std::string>& files) {
  std::vector<NamedSimulation> simulations;
  simulations.reserve(files.size());
  for (const std::string& file : files) {
    const Json json = parse_json(read_file(file, kMostResultBytes), file);
    simulations.push_back({file, read_simulation_report(json, file, version())});
  }
  return simulation_page(version(), simulations);
}

// The last improvement of a run is its best, also where noise misled it.
const HistoryEntry* best_of(const StoredSearch& run) {
  const auto last = std::find_if(run.history.rbegin(), run.history.rend(),
                                 [](const HistoryEntry& entry) { return entry.improved; });
  return last == run.history.rend() ? nullptr : &*last;
}

// The best of each strategy, in the order of its runs.
void add_bests(const SearchGroup& group, std::vector<SearchBest>& bests) {
  const std::size_t first = bests.size();
  for (const StoredSearch& run : group.runs) {
    const HistoryEntry* const best = best_of(run);
    if (best == nullptr) {
      continue;
    }
    if (bests.size() == first || bests.back().strategy != run.strategy) {
      bests.push_back({group.workload, group.chip, run.strategy, best->latency, best->cost});
    } else if (best->cost < bests.back().cost) {
      bests.back().latency = best->latency;
      bests.back().cost = best->cost;
    }
  }
}

// What is proven of a group's network on its chip, beside the best that its runs found.
SearchBound bound_of(const SearchGroup& group) {
  std::optional<Picoseconds> best;
  for (const StoredSearch& run : group.runs) {
    const HistoryEntry* const last = best_of(run);
    if (last != nullptr && (!best || last->latency < *best)) {
      best = last->latency;
    }
  }
  return {group.workload, group.chip, *best, proven_bound(*group.program, *best)};
}

// Nothing where the mapping that a search found is not kept yet.
std::optional<SearchAnswer> answer_of(const SearchGroup& group) {
  const StoredSearch& run = group.runs.front();
  if (!run.best) {
    return std::nullopt;
  }
  const Program& program = *group.program;
  const std::unique_ptr<Simulator> simulator = make_simulator(run.config.model);
  EvaluatorPool evaluators(program, *simulator, run.config.objective);
  const std::vector<Evaluated> heuristics = evaluate_heuristics(evaluators);
  const auto best =
      std::min_element(heuristics.begin(), heuristics.end(),
                       [](const Evaluated& a, const Evaluated& b) { return a.cost < b.cost; });
  const auto report = [&](const Mapping& mapping) {
    const Rectified rectified = made_feasible(program.problem, mapping);
    return make_simulation_report({}, program, mapping, rectified,
                                  simulator->run(program, rectified.mapping));
  };
  return SearchAnswer{
      run.config.objective,
      references_of(heuristics)[static_cast<std::size_t>(best - heuristics.begin())].name,
      best->cost,
      evaluators.evaluate(*run.best).cost,
      std::nullopt,
      compare({}, report(best->given), report(*run.best))};
}

PageDocument searches_in(const Arguments& arguments, const Console& console,
                         const std::string& directory) {
  std::vector<SearchBound> bounds;
  std::vector<SearchBest> bests;
  Objective objective = Objective::kLatency;  // of all runs there
  const bool several = holds_experiment(directory);
  std::optional<SearchAnswer> answer;
  std::optional<BoundClock> clock;
  const SearchesRead searches = read_searches(directory, [&](const SearchGroup& group) {
    objective = group.runs.front().config.objective;
    add_bests(group, bests);
    if (!several) {
      answer = answer_of(group);
    }
    check_bound_flag(arguments, objective);
    if (arguments.has("--bound")) {
      if (!clock) {
        clock.emplace(console, "report", "a bound for each workload and chip");
      }
      bounds.push_back(bound_of(group));
      if (answer) {
        answer->bound = bounds.back().bound;
      }
    }
  });
  if (clock) {
    clock->finish();
  }
  const std::string experiment = path_in(directory, kExperimentFile);
  const std::string file = several ? experiment : path_in(directory, kRunFile);
  PageSource source;
  source.title = several ? "Experiment" : "Search";
  source.facts = {{"directory", directory}, {"runs", std::to_string(searches.runs)}};
  source.again = shell_command(
      several ? std::vector<std::string>{"memplace", "experiment", experiment}
              : std::vector<std::string>{"memplace", "optimize", "--resume", directory});
  source.text = read_file(file);
  const std::string name = fs::path(directory).lexically_normal().filename().string();
  return search_page(version(), fmt::format("{} {}", source.title, name.empty() ? directory : name),
                     source, searches.figures, searches.notes(), bounds, bests, objective, answer);
}

// Throws Error for a sweep that is not over.
bool holds_finished_sweep(const std::string& directory) {
  if (path_exists(path_in(directory, kSummaryFile))) {
    return true;
  }
  if (holds_sweep(directory)) {
    throw Error(fmt::format("{0}: the sweep is not over; go on with memplace sweep --resume {0}",
                            directory));
  }
  return false;
}

PageDocument sweep_in(const Arguments& arguments, const std::string& directory) {
  if (arguments.has("--bound") && !load_sweep(directory, version()).bound) {
    throw arguments.error(fmt::format(
        "--bound: the points of {} have none; sweep --bound proves one for each", directory));
  }
  const auto content = [&](std::string_view name) {
    return read_file(path_in(directory, name), kMostResultBytes);
  };
  return sweep_page(version(),
                    {directory, content(kSummaryFile), content(kPointsFile), content(kSweepFile)});
}

}  // namespace

std::vector<std::string> SearchesRead::notes() const {
  std::vector<std::string> notes;
  if (figures.embeddings().empty()) {
    notes.emplace_back("no embedding: the searches did not keep their mappings (--keep-mappings)");
  }
  if (unfinished > 0) {
    notes.push_back(
        fmt::format("not over: {} of {} runs, shown as far as they are", unfinished, runs));
  }
  if (empty > 0) {
    notes.push_back(fmt::format("without an evaluation: {} of {} runs, left out", empty, runs));
  }
  return notes;
}

SearchesRead read_searches(const std::string& directory,
                           const std::function<void(const SearchGroup& group)>& on_group) {
  const SearchPlaces places = find_searches(directory, version());
  SearchesRead read;
  read.runs = places.missing;
  read.empty = places.missing;
  for (const GroupPlaces& group : places.groups) {
    const SearchGroup searches = read_group(group, version(), make_simulator);
    read.runs += group.runs.size();
    read.empty += searches.empty;
    read.unfinished +=
        static_cast<std::size_t>(std::count_if(searches.runs.begin(), searches.runs.end(),
                                               [](const StoredSearch& run) { return !run.over; }));
    if (!searches.runs.empty()) {
      read.figures.add(searches);
      if (on_group) {
        on_group(searches);
      }
    }
  }
  if (read.empty == read.runs) {
    throw Error(fmt::format("{}: no search there has made an evaluation yet", directory));
  }
  return read;
}

PageDocument page_of(const Arguments& arguments, const Console& console) {
  const std::vector<std::string>& inputs = arguments.list("INPUT");
  const auto directory = std::find_if(inputs.begin(), inputs.end(), is_directory);
  if (directory == inputs.end()) {
    if (arguments.has("--bound")) {
      throw arguments.error(
          "--bound: a result of simulate has no network to prove anything of; see memplace bound "
          "WORKLOAD --mapping MAPPING");
    }
    return simulations_in(inputs);
  }
  if (inputs.size() > 1) {
    throw Error(fmt::format("report: {} is a directory; a page shows one directory, or files alone",
                            memplace::quoted(*directory)));
  }
  return holds_finished_sweep(*directory) ? sweep_in(arguments, *directory)
                                          : searches_in(arguments, console, *directory);
}

}  // namespace memplace
