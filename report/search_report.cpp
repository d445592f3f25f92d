// SPDX-License-Identifier: Apache-2.0
#include "report/search_report.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.h"
#include "base/quantity_text.h"
#include "report/json_table.h"
#include "report/table.h"

namespace memplace {
namespace {

constexpr std::size_t kImprovementsShown = 10;

std::vector<PlacedBytes> placed_bytes(const Program& program, const Mapping& mapping) {
  std::vector<PlacedBytes> placed;
  for (const Memory& memory : program.chip.memories) {
    placed.push_back({memory.name, {}, {}});
  }
  const Graph& graph = *program.graph;
  for (const TensorId id : graph.tensors()) {
    if (graph.storage(id) == id) {
      PlacedBytes& row = placed[mapping[id].index()];
      const Tensor& tensor = graph.tensor(id);
      (tensor.kind == TensorKind::kWeights ? row.weights : row.activations) += tensor.bytes;
    }
  }
  return placed;
}

Json to_json(const Reference& reference) {
  return {{"name", reference.name}, {"latency_ps", reference.latency}};
}

Json history_json(const SearchReport& report) {
  Json rows = Json::array();
  for (const HistoryEntry& entry : report.improvements) {
    rows.push_back({{"evaluation", entry.evaluation}, {"latency_ps", entry.latency}});
  }
  return rows;
}

std::string key_line(std::string_view key, std::string_view value) {
  return fmt::format("{:<16}{}\n", key, value);
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

std::string heuristics(const SearchReport& report, std::optional<std::size_t> width) {
  Table table;
  table.add_column("heuristic", Table::Column::kName);
  table.add_column("latency", Table::Column::kNumber);
  table.add_column("speed-up of best over it", Table::Column::kNumber);
  for (const Reference& reference : report.heuristics) {
    table.add_row({reference.name, rounded(reference.latency),
                   fmt::format("{:.3f}x", speedup_of(report.best_latency, reference.latency))});
  }
  return "\nHeuristics\n" + table.text(width, "  ");
}

// The first improvements matter little: the last are shown.
std::string improvements(const SearchReport& report, std::optional<std::size_t> width) {
  Table table;
  table.add_column("evaluation", Table::Column::kNumber);
  table.add_column("latency", Table::Column::kNumber);
  table.add_column("over native", Table::Column::kNumber);
  const std::size_t size = report.improvements.size();
  const std::size_t shown = std::min(size, kImprovementsShown);
  for (std::size_t i = size - shown; i < size; ++i) {
    const HistoryEntry& entry = report.improvements[i];
    table.add_row({std::to_string(entry.evaluation), rounded(entry.latency),
                   fmt::format("{:.3f}x", speedup_of(entry.latency, report.baseline.latency))});
  }
  const std::string which = shown == size ? "" : fmt::format(" (last {} of {})", shown, size);
  return fmt::format("\nImprovements{}\n", which) + table.text(width, "  ");
}

}  // namespace

double speedup_of(Picoseconds latency, Picoseconds reference) {
  return latency == Picoseconds(0)
             ? 1.0
             : static_cast<double>(reference.count()) / static_cast<double>(latency.count());
}

SearchReport make_search_report(RunHeader header, const Program& program, std::string strategy,
                                std::uint64_t seed, std::span<const Reference> heuristics,
                                const SearchResult& result) {
  MEMPLACE_ASSERT(result.best.has_value(), strategy);
  const auto native = std::find_if(heuristics.begin(), heuristics.end(),
                                   [](const Reference& row) { return row.name == "native"; });
  MEMPLACE_ASSERT(native != heuristics.end(), "no heuristic named native");
  SearchReport report;
  report.header = std::move(header);
  report.workload = program.graph->name();
  report.chip = program.chip.name;
  report.mode = program.mode;
  report.strategy = std::move(strategy);
  report.seed = seed;
  report.evaluations = result.history.size();
  report.baseline = *native;
  report.best_heuristic = *std::min_element(
      heuristics.begin(), heuristics.end(),
      [](const Reference& a, const Reference& b) { return a.latency < b.latency; });
  report.heuristics.assign(heuristics.begin(), heuristics.end());
  report.best_latency = result.best->latency;
  report.best_evaluation = result.best_evaluation;
  report.best_feasible = result.best->epsilon.demoted_bytes == Bytes(0);
  report.best_epsilon = result.best->epsilon.value();
  report.placed = placed_bytes(program, result.best->given);
  std::copy_if(result.history.begin(), result.history.end(),
               std::back_inserter(report.improvements),
               [](const HistoryEntry& entry) { return entry.improved; });
  return report;
}

Json to_json(const SearchReport& report) {
  Json json = begin_json(report.header);
  json["workload"] = report.workload;
  json["chip"] = report.chip;
  json["mode"] = to_json(report.mode);
  json["strategy"] = report.strategy;
  json["seed"] = report.seed;
  json["evaluations"] = report.evaluations;
  json["baseline"] = to_json(report.baseline);
  json["best_heuristic"] = to_json(report.best_heuristic);
  json["best"] = {{"latency_ps", report.best_latency},
                  {"evaluation", report.best_evaluation},
                  {"feasible", report.best_feasible},
                  {"epsilon", report.best_epsilon}};
  json["speedup"] = speedup_of(report.best_latency, report.baseline.latency);
  json["speedup_over_best_heuristic"] =
      speedup_of(report.best_latency, report.best_heuristic.latency);
  json["heuristics"] = Json::array();
  for (const Reference& reference : report.heuristics) {
    json["heuristics"].push_back(to_json(reference));
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
  std::string text = text_head(report.header) + '\n';
  text +=
      key_line("best latency", fmt::format("{}, evaluation {} of {}", rounded(report.best_latency),
                                           report.best_evaluation, report.evaluations));
  text += key_line("speed-up", fmt::format("{:.3f}x over native ({})",
                                           speedup_of(report.best_latency, report.baseline.latency),
                                           rounded(report.baseline.latency)));
  text +=
      key_line("", fmt::format("{:.3f}x over the best heuristic, {} ({})",
                               speedup_of(report.best_latency, report.best_heuristic.latency),
                               report.best_heuristic.name, rounded(report.best_heuristic.latency)));
  text += key_line("feasible", report.best_feasible ? "yes, as asked"
                                                    : fmt::format("after demotions, epsilon {:.4g}",
                                                                  report.best_epsilon));
  return text + heuristics(report, width) + placement(report, width) + improvements(report, width);
}

std::string to_csv(const SearchReport& report) {
  return begin_csv(report.header) + json_rows_to_csv(history_json(report));
}

}  // namespace memplace
