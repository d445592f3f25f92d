// SPDX-License-Identifier: Apache-2.0
#include "report/search_figures/search_figures.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "optimizer/search/history.h"
#include "optimizer/search/mapping_digits.h"
#include "optimizer/studies/settings/codec.h"
#include "report/numbers.h"
#include "report/search_figures/embedding.h"
#include "report/search_figures/placements.h"
#include "report/search_figures/progress_of_runs.h"
#include "report/search_report.h"

namespace memplace {
namespace {

// Six digits, or the whole number: more would depend on the machine.
std::string number(double value) {
  constexpr double kNothing = 1e-9;
  return significant(std::abs(value) < kNothing ? 0.0 : value, 6);
}

Table table_of(std::initializer_list<const char*> columns) {
  Table table;
  for (const char* const column : columns) {
    table.add_column(column, Table::Column::kName);
  }
  return table;
}

RunProgress progress_of(const StoredSearch& run) {
  return {run.history, run.over, improvements_of(run.history, run.config.remeasurements)};
}

// The evaluations of a run that visit a mapping which is kept, as indices.
std::vector<std::size_t> visits_of(const StoredSearch& run) {
  std::vector<std::size_t> visits;
  for (std::size_t i = 0; i < run.history.size(); ++i) {
    if (!run.history[i].given.empty() && run.history[i].part != kRemeasurePart) {
      visits.push_back(i);
    }
  }
  return visits;
}

// The place among `visits` of the run's best mapping.
std::size_t best_visit(const StoredSearch& run, const std::vector<std::size_t>& visits) {
  const auto last = std::find_if(run.history.rbegin(), run.history.rend(),
                                 [](const HistoryEntry& entry) { return entry.improved; });
  const auto index = static_cast<std::size_t>(run.history.rend() - last) - 1;
  const auto found =
      std::lower_bound(visits.begin(), visits.end(), proposal_of(run.history, index));
  return static_cast<std::size_t>(found - visits.begin());
}

}  // namespace

SearchFigures::SearchFigures()
    : curves_{"curves.csv",
              table_of({"chip", "workload", "strategy", "evaluation", "seeds", "mean_speedup",
                        "stderr_speedup", "least_speedup", "greatest_speedup"})},
      parts_{"parts.csv", table_of({"chip", "workload", "strategy", "part", "seeds",
                                    "mean_evaluations", "mean_improvements", "mean_speedup_gain"})},
      transitions_{"transitions.csv",
                   table_of({"chip", "workload", "strategy", "seed", "kind", "from_memory",
                             "to_memory", "bytes", "from_share"})},
      strips_{"strips.csv", table_of({"chip", "workload", "mapping", "seed", "position", "op",
                                      "tensor", "kind", "bytes", "memory", "memory_index"})},
      embedding_{"embedding.csv", table_of({"chip", "workload", "strategy", "seed", "evaluation",
                                            "x", "y", "speedup", "feasible", "explained_share"})} {}

void SearchFigures::Figure::row(std::vector<std::string> cells) {
  table.add_row(std::move(cells));
  ++rows;
}

void SearchFigures::add(const SearchGroup& group) {
  add_strip(group, "heuristic:native", "", group.native);
  for (std::size_t first = 0; first < group.runs.size();) {
    std::size_t end = first + 1;
    while (end < group.runs.size() && group.runs[end].strategy == group.runs[first].strategy) {
      ++end;
    }
    add_strategy(group, first, end);
    first = end;
  }
  add_embedding(group);
}

// The runs [first, end), which are all of one strategy.
void SearchFigures::add_strategy(const SearchGroup& group, std::size_t first, std::size_t end) {
  const std::string& strategy = group.runs[first].strategy;
  std::vector<RunProgress> runs;
  std::vector<RunProgress> mapped;  // that have a mapping to show
  std::vector<std::size_t> mapped_runs;
  for (std::size_t i = first; i < end; ++i) {
    runs.push_back(progress_of(group.runs[i]));
    if (group.runs[i].best.has_value()) {
      mapped.push_back(runs.back());
      mapped_runs.push_back(i);
    }
  }
  // Where only time ended them, there is no budget to come to the end of.
  std::uint64_t longest = 1;
  for (std::size_t i = first; i < end; ++i) {
    longest = std::max<std::uint64_t>(longest, group.runs[i].history.size());
  }
  const std::uint64_t budget = group.runs[first].config.budget;
  const std::vector<std::uint64_t> grid =
      curve_grid(budget == kMostBudget ? longest : budget, kCurvePoints);
  for (const SpreadPoint& point : spread_curve(runs, group.native_cost, grid)) {
    curves_.row({group.chip, group.workload, strategy, std::to_string(point.evaluation),
                 std::to_string(point.seeds), number(point.mean), number(point.standard_error),
                 number(point.least), number(point.greatest)});
  }
  for (const PartShare& share : part_shares(runs, group.native_cost)) {
    parts_.row({group.chip, group.workload, strategy, share.part, std::to_string(runs.size()),
                number(share.evaluations), number(share.improvements), number(share.speedup_gain)});
  }
  if (mapped.empty()) {
    return;
  }
  const StoredSearch& median = group.runs[mapped_runs[median_run(mapped)]];
  const std::string seed = std::to_string(median.config.seed);
  const Program& program = *group.program;
  const auto& memories = program.chip().memories;
  for (const Transition& cell : transitions(program.problem, group.native, *median.best)) {
    transitions_.row({group.chip, group.workload, strategy, seed, std::string(name_of(cell.kind)),
                      memories[cell.from].name, memories[cell.to].name,
                      std::to_string(cell.bytes.count()), number(cell.from_share)});
  }
  add_strip(group, strategy, seed, *median.best);
}

void SearchFigures::add_strip(const SearchGroup& group, const std::string& name,
                              const std::string& seed, const Mapping& mapping) {
  const Graph& graph = group.program->graph();
  std::size_t position = 0;
  for (const StripPlace& place : strip_places(group.program->problem)) {
    const Tensor& tensor = graph.tensor(place.tensor);
    const MemoryId memory = mapping[place.tensor];
    strips_.row({group.chip, group.workload, name, seed, std::to_string(++position), place.op,
                 tensor.name, std::string(name_of(tensor.kind)),
                 std::to_string(place.bytes.count()), group.program->chip().memories[memory].name,
                 std::to_string(memory.index())});
  }
}

void SearchFigures::add_embedding(const SearchGroup& group) {
  std::vector<std::vector<std::size_t>> visits;  // by run
  std::vector<std::size_t> sizes;
  std::vector<std::size_t> kept;
  std::size_t visited = 0;
  for (const StoredSearch& run : group.runs) {
    visits.push_back(visits_of(run));
    sizes.push_back(visits.back().size());
    kept.push_back(best_visit(run, visits.back()));
    visited += sizes.back();
  }
  if (visited == 0) {
    return;
  }
  const auto drawn = thinned(sizes, kept, kEmbeddedMappings);
  std::vector<std::string> mappings;
  for (std::size_t run = 0; run < drawn.size(); ++run) {
    for (const std::size_t place : drawn[run]) {
      mappings.push_back(group.runs[run].history[visits[run][place]].given);
    }
  }
  const PlaneEmbedding plane = embed_mappings(mappings);
  std::size_t point = 0;
  for (std::size_t run = 0; run < drawn.size(); ++run) {
    const StoredSearch& of_run = group.runs[run];
    for (const std::size_t place : drawn[run]) {
      const HistoryEntry& entry = of_run.history[visits[run][place]];
      const auto& [x, y] = plane.points[point++];
      embedding_.row({group.chip, group.workload, of_run.strategy,
                      std::to_string(of_run.config.seed), std::to_string(entry.evaluation),
                      number(x), number(y), number(speedup_of(entry.cost, group.native_cost)),
                      entry.demoted == Bytes(0) ? "true" : "false", number(plane.explained_share)});
    }
  }
  embeddings_.push_back(
      {group.workload, group.chip, mappings.size(), visited, plane.explained_share});
}

std::vector<FigureFile> SearchFigures::files() const {
  std::vector<FigureFile> files;
  for (const Figure* const figure : {&curves_, &parts_, &transitions_, &strips_, &embedding_}) {
    files.push_back({figure->name, figure->table.csv(), figure->rows, figure->table});
  }
  return files;
}

}  // namespace memplace
