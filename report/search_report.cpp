// SPDX-License-Identifier: Apache-2.0
#include "report/search_report.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/quantity_text.h"
#include "optimizer/bound/bound.h"
#include "optimizer/search/history.h"
#include "report/bound_report.h"
#include "report/json_table.h"
#include "report/objective_value.h"
#include "report/table.h"

namespace memplace {
namespace {

constexpr std::size_t kImprovementsShown = 10;

std::vector<PlacedBytes> placed_bytes(const Program& program, const Mapping& mapping) {
  std::vector<PlacedBytes> placed;
  for (const Memory& memory : program.chip().memories) {
    placed.push_back({memory.name, {}, {}});
  }
  const Graph& graph = program.graph();
  for (const TensorId id : graph.tensors()) {
    if (graph.storage(id) == id) {
      PlacedBytes& row = placed[mapping[id].index()];
      const Tensor& tensor = graph.tensor(id);
      (tensor.kind == TensorKind::kWeights ? row.weights : row.activations) += tensor.bytes;
    }
  }
  return placed;
}

Json to_json(const Reference& reference, Objective objective) {
  Json json = {{"name", reference.name}, {"latency_ps", reference.latency}};
  add_cost(json, objective, reference.cost);
  return json;
}

Json history_json(const SearchReport& report) {
  Json rows = Json::array();
  for (const HistoryEntry& entry : report.improvements) {
    Json row = {
        {"evaluation", entry.evaluation}, {"part", entry.part}, {"latency_ps", entry.latency}};
    add_cost(row, report.objective, entry.cost);
    rows.push_back(std::move(row));
  }
  return rows;
}

bool is_feasible(const Evaluated& found) { return found.epsilon.demoted_bytes == Bytes(0); }

// `cost` is without noise.
Json found_json(const Evaluated& found, Objective objective, double cost) {
  Json json = {{"latency_ps", found.measures.latency}};
  add_cost(json, objective, cost);
  json["feasible"] = is_feasible(found);
  json["epsilon"] = found.epsilon.value();
  return json;
}

Json own_json(const SearchReport& report) {
  Json json = found_json(report.own, report.objective, report.verdict.own_cost);
  add_cost(json, report.objective, report.own.cost, "measured_");
  json["evaluation"] = report.own_evaluation;
  json["part"] = report.own_part;
  return json;
}

std::string placement(const SearchReport& report, std::optional<std::size_t> width) {
  Table table;
  table.add_column("memory", Table::Column::kName);
  table.add_column("weights", Table::Column::kNumber);
  table.add_column("activations", Table::Column::kNumber);
  for (const PlacedBytes& row : report.placed) {
    table.add_row({row.memory, rounded(row.weights), rounded(row.activations)});
  }
  return "\nWhere the best mapping keeps its bytes\n" + table.text(width, "  ");
}

bool is_latency(const SearchReport& report) { return report.objective == Objective::kLatency; }

std::string heuristics(const SearchReport& report, std::optional<std::size_t> width) {
  Table table;
  table.add_column("heuristic", Table::Column::kName);
  table.add_column("latency", Table::Column::kNumber);
  if (!is_latency(report)) {
    table.add_column(std::string(name_of(report.objective)), Table::Column::kNumber);
  }
  table.add_column("speed-up of best over it", Table::Column::kNumber);
  for (const Reference& reference : report.heuristics) {
    std::vector<std::string> row{reference.name, rounded(reference.latency)};
    if (!is_latency(report)) {
      row.push_back(cost_text(report.objective, reference.cost));
    }
    row.push_back(fmt::format("{:.3f}x", speedup_of(report.verdict.best.cost, reference.cost)));
    table.add_row(row);
  }
  return "\nHeuristics\n" + table.text(width, "  ");
}

// The first improvements matter little: the last are shown.
std::string improvements(const SearchReport& report, std::optional<std::size_t> width) {
  Table table;
  table.add_column("evaluation", Table::Column::kNumber);
  table.add_column("part", Table::Column::kName);
  table.add_column("latency", Table::Column::kNumber);
  if (!is_latency(report)) {
    table.add_column(std::string(name_of(report.objective)), Table::Column::kNumber);
  }
  table.add_column(report.noise > 0 ? "over native, measured" : "over native",
                   Table::Column::kNumber);
  const std::size_t size = report.improvements.size();
  const std::size_t shown = std::min(size, kImprovementsShown);
  for (std::size_t i = size - shown; i < size; ++i) {
    const HistoryEntry& entry = report.improvements[i];
    std::vector<std::string> row{std::to_string(entry.evaluation), entry.part,
                                 rounded(entry.latency)};
    if (!is_latency(report)) {
      row.push_back(cost_text(report.objective, entry.cost));
    }
    row.push_back(fmt::format("{:.3f}x", speedup_of(entry.cost, report.baseline.cost)));
    table.add_row(std::move(row));
  }
  const std::string which = shown == size ? "" : fmt::format(" (last {} of {})", shown, size);
  return fmt::format("\nImprovements{}\n", which) + table.text(width, "  ");
}

// The strategy's part that found the mapping of an evaluation, whoever measured it again.
std::string part_of(const SearchResult& result, std::uint64_t evaluation) {
  const std::size_t index = static_cast<std::size_t>(evaluation) - 1;
  return result.history[proposal_of(result.history, index)].part;
}

// Why the search ended, for people.
std::string ended(const SearchReport& report) {
  switch (report.stopped) {
    case StopReason::kBudget:
      return "budget spent";
    case StopReason::kDone:
      return "the strategy has nothing more to propose";
    case StopReason::kTarget:
      return "target reached";
    case StopReason::kPatience:
      return "no new best for as long as patience says";
    case StopReason::kStopped:
      return "interrupted; it can be continued";
    case StopReason::kTime:
      return "time is up";
  }
  throw InternalError("no such reason to stop");
}

}  // namespace

double speedup_of(Picoseconds latency, Picoseconds reference) {
  return speedup_of(static_cast<double>(latency.count()), static_cast<double>(reference.count()));
}

double speedup_of(double cost, double reference) { return cost == 0 ? 1.0 : reference / cost; }

SearchReport make_search_report(RunHeader header, const Program& program, const RunConfig& config,
                                const RunResult& run) {
  const SearchResult& result = run.search;
  MEMPLACE_ASSERT(result.best.has_value(), config.strategy);
  SearchReport report;
  report.header = std::move(header);
  report.workload = program.graph().name();
  report.chip = program.chip().name;
  report.mode = program.mode();
  report.strategy = config.strategy;
  report.seed = config.seed;
  report.objective = config.objective;
  report.noise = config.noise;
  report.stopped = result.stopped;
  report.evaluations = result.history.size();
  report.baseline = native_of(run.references);
  report.best_heuristic =
      *std::min_element(run.references.begin(), run.references.end(),
                        [](const Reference& a, const Reference& b) { return a.cost < b.cost; });
  report.heuristics = run.references;
  report.verdict = run.verdict;
  report.own = *result.best;
  report.own_evaluation = result.best_evaluation;
  report.own_part = part_of(result, result.best_evaluation);
  report.placed = placed_bytes(program, run.verdict.best.given);
  for (const Improvement& improvement : result.improvements) {
    HistoryEntry entry = result.history[static_cast<std::size_t>(improvement.evaluation) - 1];
    entry.part = part_of(result, improvement.evaluation);
    entry.cost = improvement.cost;
    report.improvements.push_back(std::move(entry));
  }
  return report;
}

Json to_json(const SearchReport& report) {
  Json json = begin_json(report.header);
  json["workload"] = report.workload;
  json["chip"] = report.chip;
  json["mode"] = to_json(report.mode);
  json["strategy"] = report.strategy;
  json["seed"] = report.seed;
  json["objective"] = name_of(report.objective);
  json["cost_unit"] = unit_of(report.objective);
  json["noise"] = report.noise;
  json["stopped"] = name_of(report.stopped);
  json["evaluations"] = report.evaluations;
  json["baseline"] = to_json(report.baseline, report.objective);
  json["best_heuristic"] = to_json(report.best_heuristic, report.objective);
  const Evaluated& best = report.verdict.best;
  const Json own = own_json(report);
  json["best"] = own;
  if (!report.verdict.own()) {
    for (auto& [name, value] : json["best"].items()) {
      value = nullptr;  // what is of a search alone stays so
    }
    json["best"].update(found_json(best, report.objective, best.cost));
  }
  json["best"]["source"] = source_of(report.verdict);
  json["search_best"] = own;
  json["speedup"] = speedup_of(best.cost, report.baseline.cost);
  json["speedup_over_best_heuristic"] = speedup_of(best.cost, report.best_heuristic.cost);
  if (report.bound) {
    json["bound_ps"] = *report.bound;
    json["gap"] = gap_of(best.measures.latency, *report.bound);
  }
  json["heuristics"] = Json::array();
  for (const Reference& reference : report.heuristics) {
    json["heuristics"].push_back(to_json(reference, report.objective));
  }
  json["placed"] = Json::array();
  for (const PlacedBytes& row : report.placed) {
    json["placed"].push_back({{"memory", row.memory},
                              {"weight_bytes", row.weights},
                              {"activation_bytes", row.activations}});
  }
  json["history"] = history_json(report);
  return json;
}

std::string to_text(const SearchReport& report, std::optional<std::size_t> width) {
  const auto value = [&](const Reference& reference) {
    return is_latency(report) ? rounded(reference.latency)
                              : cost_text(report.objective, reference.cost);
  };
  std::string text = text_head(report.header) + '\n';
  const Evaluated& best = report.verdict.best;
  const std::string own =
      fmt::format("{}, evaluation {} of {} ({})", rounded(report.own.measures.latency),
                  report.own_evaluation, report.evaluations, report.own_part);
  text +=
      key_line("best latency", report.verdict.own()
                                   ? own
                                   : fmt::format("{}, heuristic {}", rounded(best.measures.latency),
                                                 report.verdict.heuristic));
  if (!is_latency(report)) {
    text += key_line(fmt::format("best {}", name_of(report.objective)),
                     cost_text(report.objective, best.cost) +
                         (report.objective == Objective::kEnergy ? " an inference" : ""));
  }
  if (!report.verdict.own()) {
    text += key_line("search's own", own);
    if (!is_latency(report)) {
      text += key_line("", cost_text(report.objective, report.verdict.own_cost));
    }
  }
  text += key_line(
      "speed-up", fmt::format("{:.3f}x over native ({})",
                              speedup_of(best.cost, report.baseline.cost), value(report.baseline)));
  // A cost with its unit would make the line too long; the table of heuristics has it.
  const std::string of_best =
      is_latency(report) ? fmt::format(" ({})", rounded(report.best_heuristic.latency)) : "";
  text += key_line("", fmt::format("{:.3f}x over the best heuristic, {}{}",
                                   speedup_of(best.cost, report.best_heuristic.cost),
                                   report.best_heuristic.name, of_best));
  if (report.bound) {
    text += key_line("proven bound", bound_remark(*report.bound));
    text += key_line("gap", gap_remark(best.measures.latency, *report.bound));
  }
  if (report.noise > 0) {
    text += key_line("measured", fmt::format("{}, noise included{}",
                                             cost_text(report.objective, report.own.cost),
                                             report.verdict.own() ? "" : ", of the search's own"));
  }
  text += key_line("feasible", is_feasible(best) ? "yes, as asked"
                                                 : fmt::format("after demotions, epsilon {:.4g}",
                                                               best.epsilon.value()));
  text += key_line("ended", ended(report));
  return text + heuristics(report, width) + placement(report, width) + improvements(report, width);
}

std::string to_csv(const SearchReport& report) {
  Json rows = history_json(report);
  if (report.bound) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      rows[i]["bound_ps"] = *report.bound;
      rows[i]["gap"] = gap_of(report.improvements[i].latency, *report.bound);
    }
  }
  return json_rows_to_csv(rows);
}

}  // namespace memplace
