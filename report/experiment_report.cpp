// SPDX-License-Identifier: Apache-2.0
#include "report/experiment_report.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "base/quantity_text.h"
#include "optimizer/bound/bound.h"
#include "report/bound_report.h"
#include "report/json_table.h"
#include "report/objective_value.h"
#include "report/table.h"

namespace memplace {
namespace {

Json cell_json(const CellSummary& cell, Objective objective,
               const std::optional<Picoseconds>& bound) {
  Json json = {{"workload", cell.workload},           {"chip", cell.chip},
               {"strategy", cell.strategy},           {"seeds", cell.seeds},
               {"mean_speedup", cell.mean_speedup},   {"stderr_speedup", cell.stderr_speedup},
               {"best_latency_ps", cell.best_latency}};
  if (objective != Objective::kLatency) {
    add_cost(json, objective, cell.best_cost, "best_");
  }
  json["evaluations"] = cell.evaluations;
  json["own_speedup"] = cell.own_speedup;
  json["own_stderr"] = cell.own_stderr;
  if (bound) {
    json["bound_ps"] = *bound;
    json["gap"] = gap_of(cell.best_latency, *bound);
  }
  return json;
}

Json curve_json(const std::vector<CurvePoint>& curve) {
  Json points = Json::array();
  for (const CurvePoint& point : curve) {
    points.push_back({{"evaluation", point.evaluation},
                      {"mean_speedup", point.mean_speedup},
                      {"stderr_speedup", point.stderr_speedup}});
  }
  return points;
}

const Reference& best_heuristic(const ExperimentGroup& group) {
  return *std::min_element(group.references.begin(), group.references.end(),
                           [](const Reference& a, const Reference& b) { return a.cost < b.cost; });
}

double speedup_of_best_heuristic(const ExperimentGroup& group) {
  const double cost = best_heuristic(group).cost;
  return cost == 0 ? 1.0 : native_of(group.references).cost / cost;
}

std::vector<std::size_t> best_first(const std::vector<CellSummary>& cells) {
  std::vector<std::size_t> order(cells.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return cells[a].own_speedup > cells[b].own_speedup;
  });
  return order;
}

std::string group_text(const ExperimentGroup& group, Objective objective,
                       std::optional<std::size_t> width) {
  Table table;
  table.add_column("strategy", Table::Column::kName);
  const std::string value(name_of(objective));  // what the least cost says
  for (const std::string& title : {std::string("speed-up"), std::string("own"), std::string("+-"),
                                   std::string("over it"), value, std::string("evals")}) {
    table.add_column(title, Table::Column::kNumber);
  }
  if (group.bound) {
    table.add_column("gap", Table::Column::kNumber);
  }
  const double heuristic = speedup_of_best_heuristic(group);
  for (const std::size_t i : best_first(group.cells)) {
    const CellSummary& cell = group.cells[i];
    std::vector<std::string> row{cell.strategy,
                                 fmt::format("{:.3f}x", cell.mean_speedup),
                                 fmt::format("{:.3f}x", cell.own_speedup),
                                 fmt::format("{:.3f}", cell.own_stderr),
                                 fmt::format("{:.3f}x", cell.own_speedup / heuristic),
                                 cost_text(objective, cell.best_cost),
                                 std::to_string(cell.evaluations)};
    if (group.bound) {
      row.push_back(gap_text(cell.best_latency, *group.bound));
    }
    table.add_row(std::move(row));
  }
  return fmt::format("\n{} on {}; best heuristic {}, {:.3f}x native\n", group.workload, group.chip,
                     best_heuristic(group).name, heuristic) +
         (group.bound ? fmt::format("  proven bound {}\n", bound_remark(*group.bound)) : "") +
         table.text(width, "  ");
}

}  // namespace

Json to_json(const ExperimentReport& report) {
  Json json = begin_json(report.header);
  json["cells"] = Json::array();
  json["heuristics"] = Json::array();
  for (const ExperimentGroup& group : report.groups) {
    for (std::size_t i = 0; i < group.cells.size(); ++i) {
      Json cell = cell_json(group.cells[i], report.objective, group.bound);
      cell["best_speedup"] = group.cells[i].best_speedup;
      cell["curve"] = curve_json(group.curves[i]);
      json["cells"].push_back(std::move(cell));
    }
    for (const Reference& reference : group.references) {
      Json row = {{"workload", group.workload},
                  {"chip", group.chip},
                  {"heuristic", reference.name},
                  {"latency_ps", reference.latency}};
      add_cost(row, report.objective, reference.cost);
      json["heuristics"].push_back(std::move(row));
    }
  }
  return json;
}

std::string to_text(const ExperimentReport& report, std::optional<std::size_t> width) {
  std::string text = text_head(report.header);
  for (const ExperimentGroup& group : report.groups) {
    text += group_text(group, report.objective, width);
  }
  return text;
}

std::string seconds_text(const ExperimentReport& report, std::optional<std::size_t> width) {
  Table table;
  table.add_column("strategy", Table::Column::kName);
  table.add_column("seconds", Table::Column::kNumber);
  for (std::size_t i = 0; !report.groups.empty() && i < report.groups.front().cells.size(); ++i) {
    std::vector<double> seconds;
    for (const ExperimentGroup& group : report.groups) {
      if (group.cells[i].seconds.has_value()) {
        seconds.push_back(*group.cells[i].seconds);
      }
    }
    if (!seconds.empty()) {
      table.add_row(
          {report.groups.front().cells[i].strategy, fmt::format("{:.2f}", moments(seconds).mean)});
    }
  }
  return table.rows().empty()
             ? ""
             : "experiment: wall time of a run, mean over seeds, workloads and chips\n" +
                   table.text(width, "  ");
}

std::string to_csv(const ExperimentReport& report) {
  Json rows = Json::array();
  for (const ExperimentGroup& group : report.groups) {
    for (const CellSummary& cell : group.cells) {
      rows.push_back(cell_json(cell, report.objective, group.bound));
    }
  }
  return json_rows_to_csv(rows);
}

std::string curves_csv(const ExperimentReport& report) {
  Json rows = Json::array();
  for (const ExperimentGroup& group : report.groups) {
    for (std::size_t i = 0; i < group.cells.size(); ++i) {
      for (const Json& point : curve_json(group.curves[i])) {
        Json row = {{"workload", group.workload},
                    {"chip", group.chip},
                    {"strategy", group.cells[i].strategy}};
        row.update(point);
        rows.push_back(std::move(row));
      }
    }
  }
  return json_rows_to_csv(rows);
}

}  // namespace memplace
