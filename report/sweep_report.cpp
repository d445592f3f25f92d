// SPDX-License-Identifier: Apache-2.0
#include "report/sweep_report.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/schema.h"
#include "optimizer/bound/bound.h"
#include "optimizer/studies/settings/search_fields.h"
#include "optimizer/studies/settings/spec_parts.h"
#include "report/describe.h"
#include "report/json_table.h"
#include "sim/chip/chip_reader.h"

namespace memplace {
namespace {

std::vector<std::string> mapping_labels(const SweepSpec& spec) {
  std::vector<std::string> labels;
  labels.reserve(spec.mappings.size());
  for (const MappingSource& source : spec.mappings) {
    labels.push_back(source.label);
  }
  return labels;
}

std::vector<std::string> limit_texts(const SweepSpec& spec) {
  std::vector<std::string> texts;
  texts.reserve(spec.constraints.size());
  for (const MetricLimit& limit : spec.constraints) {
    texts.push_back(limit.text);
  }
  return texts;
}

Json keys_of(const std::vector<Metric>& metrics) {
  Json keys = Json::array();
  for (const Metric metric : metrics) {
    keys.push_back(key_of(metric));
  }
  return keys;
}

// One entry a parameter; those of a zip follow each other and name their axis.
Json axes_json(const SweepSpec& spec) {
  Json axes = Json::array();
  for (std::size_t axis = 0; axis < spec.axes.size(); ++axis) {
    for (const SweepParameter& parameter : spec.axes[axis].parameters) {
      Json values = Json::array();
      Json labels = Json::array();
      for (const ParameterValue& value : parameter.values) {
        values.push_back(value);
        labels.push_back(value.text);
      }
      axes.push_back({{"parameter", parameter.path},
                      {"axis", axis},
                      {"unit", unit_of(parameter.values.front())},
                      {"values", std::move(values)},
                      {"labels", std::move(labels)}});
    }
  }
  return axes;
}

Json mapping_json(const MappingSource& source) {
  Json json = {{"label", source.label}};
  if (!source.searches()) {
    json["heuristic"] = source.heuristic;
    return json;
  }
  const SearchRequest& search = source.search;
  json["strategy"] = search.strategy;
  json["options"] = joined_options(search.options);
  json["budget"] = search.budget;
  json["seed"] = search.seed;
  json["warm_start"] = source.warm_start;
  add_chosen(json, source_fields(), search);
  return json;
}

// Means of all workloads are rounded to the unit.
Json cell_values(const SweepCell& cell) {
  const auto whole = [&](Metric metric) { return std::llround(cell.value(metric)); };
  const auto& throughput = cell.values.at(static_cast<std::size_t>(Metric::kThroughput));
  return {{"latency_ps", whole(Metric::kLatency)},
          {"throughput_per_s", throughput.has_value() ? Json(*throughput) : Json(nullptr)},
          {"energy_pj", whole(Metric::kEnergy)},
          {"area_mm2", cell.value(Metric::kArea)}};
}

Json point_of(const SweepGroup& group, std::size_t cell) { return group.cells[cell]->point; }

Json pareto_json(const SweepGroup& group) {
  Json points = Json::array();
  for (const std::size_t cell : group.front) {
    points.push_back(point_of(group, cell));
  }
  return {{"workload", group.workload}, {"mapping", group.mapping}, {"points", std::move(points)}};
}

// Of a point that has one, else empty cells.
Json bound_json(const SweepPoint& point) {
  const std::optional<Picoseconds>& bound = point.result.bound;
  return bound ? Json{{"bound_ps", *bound}, {"gap", gap_of(point.result.latency, *bound)}}
               : Json{{"bound_ps", ""}, {"gap", ""}};
}

// The same of a cell; what is a mean over networks has none.
Json bound_json(const SweepReport& report, const SweepGroup& group, const SweepCell& cell) {
  return bound_json(group.workload == kAllWorkloads ? SweepPoint() : *report.points[cell.point]);
}

Json best_json(const SweepReport& report, const SweepGroup& group) {
  Json best = {{"workload", group.workload}, {"mapping", group.mapping}, {"point", nullptr}};
  if (group.best.has_value()) {
    best["point"] = point_of(group, *group.best);
    const SweepCell& cell = *group.cells[*group.best];
    best.update(cell_values(cell));
    if (report.sweep.spec().bound && group.workload != kAllWorkloads) {
      best.update(bound_json(report, group, cell));
    }
  }
  return best;
}

Json marginal_json(const SweepGroup& group, const MarginalValue& step, const SweepSpec& spec) {
  const SweepParameter& parameter = spec.axes[step.axis].parameters.front();
  return {{"workload", group.workload},
          {"mapping", group.mapping},
          {"parameter", parameter.path},
          {"from", parameter.values[step.from]},
          {"to", parameter.values[step.to]},
          {"latency_ps", std::llround(step.latency_ps)},
          {"area_mm2", step.area_mm2},
          {"point", step.point},
          {"gain_ps_per_mm2",
           step.gain_ps_per_mm2.has_value() ? Json(*step.gain_ps_per_mm2) : Json(nullptr)}};
}

Json sensitivity_json(const SweepGroup& group, const MemorySensitivity& row) {
  const auto factor = [](const std::optional<FactorEnd>& end) {
    return end.has_value() ? Json(end->factor) : Json(nullptr);
  };
  const auto then = [&](const std::optional<FactorEnd>& end) {
    return end.has_value() && end->then.has_value() ? point_of(group, *end->then) : Json(nullptr);
  };
  return {{"workload", group.workload},
          {"mapping", group.mapping},
          {"memory", row.memory},
          {"point", point_of(group, *group.best)},
          {"least_factor", factor(row.factors.least)},
          {"then_point_below", then(row.factors.least)},
          {"constraint_below", row.factors.least.has_value() && row.factors.least->forbidden},
          {"most_factor", factor(row.factors.most)},
          {"then_point_above", then(row.factors.most)},
          {"constraint_above", row.factors.most.has_value() && row.factors.most->forbidden}};
}

// One array of what `rows` makes of each group.
template <class Rows>
Json of_groups(const SweepReport& report, const Rows& rows) {
  Json array = Json::array();
  for (const SweepGroup& group : report.groups) {
    rows(group, array);
  }
  return array;
}

Json marginal_rows(const SweepReport& report) {
  return of_groups(report, [&](const SweepGroup& group, Json& array) {
    for (const MarginalValue& step : group.marginal) {
      array.push_back(marginal_json(group, step, report.sweep.spec()));
    }
  });
}

// Tables have as many columns in each row.
Json point_row(const SweepPoint& point, bool bounds) {
  Json row = {{"point", point.index}, {"workload", point.workload}, {"mapping", point.mapping}};
  row.update(point.parameters);
  const PointResult& result = point.result;
  const auto cell = [&](Json value) { return point.failed() ? Json("") : std::move(value); };
  row["feasible"] = cell(result.feasible);
  row["epsilon"] = cell(result.epsilon);
  row["latency_ps"] = cell(result.latency);
  row["makespan_ps"] = cell(result.makespan);
  row["throughput_per_s"] =
      result.throughput_per_s.has_value() ? Json(*result.throughput_per_s) : Json("");
  row["energy_pj"] = cell(result.energy_pj);
  row["area_mm2"] = cell(square_millimetres(result.area));
  row["compute_ps"] = cell(result.compute);
  row["evaluations"] = cell(result.evaluations);
  if (bounds) {
    row.update(bound_json(point));
  }
  row["error"] = point.error;
  return row;
}

// That of most points: the chip before anything is changed may have too few engines for it.
std::optional<Mode> mode_of(const SweepSpec& spec, const Chip& chip) {
  try {
    return resolve_mode(chip, spec.common.mode_choice);
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::string area_remark(const SweepSpec& spec, const Chip& chip) {
  bool has_engines = chip.engines.area > Area(0);
  for (const SweepAxis& axis : spec.axes) {
    for (const SweepParameter& parameter : axis.parameters) {
      has_engines = has_engines || parameter.path == "engines.area";
    }
  }
  return has_engines ? "of memories and engines"
                     : "of memories alone: the chip file gives its engines none";
}

}  // namespace

std::string short_path(const std::string& path) {
  constexpr std::string_view kMemories = "memories.";
  return path.starts_with(kMemories) ? path.substr(kMemories.size()) : path;
}

RunHeader sweep_header(const Sweep& sweep, const std::string& spec_file) {
  const SweepSpec& spec = sweep.spec();
  Json parameters = Json::object();
  std::vector<std::string> grid;
  for (const SweepAxis& axis : spec.axes) {
    std::vector<std::string> together;
    for (const SweepParameter& parameter : axis.parameters) {
      parameters[parameter.path] = Json::array();
      for (const ParameterValue& value : parameter.values) {
        parameters[parameter.path].push_back(value.text);
      }
      together.push_back(short_path(parameter.path));
    }
    grid.push_back(fmt::format("{} x {}", axis.size(), fmt::join(together, " with ")));
  }
  Json mappings = Json::array();
  for (const MappingSource& source : spec.mappings) {
    mappings.push_back(mapping_json(source));
  }
  RunHeader header;
  for (std::size_t i = 0; i < spec.workloads.size(); ++i) {
    add_warnings(header, sweep.graph(i).warnings());
  }
  header.version = spec.version;
  header.command = "sweep";
  header.config = {{"workloads", labels_of(spec.workloads)},
                   {"chip", spec.chip.name},
                   {"parameters", std::move(parameters)},
                   {"mappings", std::move(mappings)},
                   {"dtype", name_of(spec.common.dtype)},
                   {"mode", to_json(spec.common.mode_choice)},
                   {"objective", name_of(spec.common.objective)},
                   {"objectives", keys_of(spec.objectives)},
                   {"best", keys_of(spec.best)},
                   {"constraints", limit_texts(spec)}};
  if (spec.bound) {
    header.config["bound"] = true;
  }
  add_chosen(header.config, sweep_fields(), spec.common);
  const Chip chip = read_chip(YamlDocument::from_text(spec.chip.yaml.text, spec.chip.yaml.source));
  header.facts = {{"workloads", fmt::format("{} ({})", fmt::join(labels_of(spec.workloads), " "),
                                            name_of(spec.common.dtype))},
                  {"chip", fmt::format("{}: {}", chip.name, summary_of(chip))}};
  if (const std::optional<Mode> mode = mode_of(spec, chip)) {
    header.facts.emplace_back("mode", summary_of(*mode));
  }
  for (std::size_t axis = 0; axis < grid.size(); ++axis) {
    header.facts.emplace_back(axis == 0 ? "grid" : "", grid[axis]);
  }
  header.facts.emplace_back("mappings", fmt::format("{}", fmt::join(mapping_labels(spec), " ")));
  add_chosen(header.facts, sweep_fields(), spec.common);
  header.facts.emplace_back("area", area_remark(spec, chip));
  if (!spec.constraints.empty()) {
    header.facts.emplace_back("within", fmt::format("{}", fmt::join(limit_texts(spec), ", ")));
  }
  std::vector<std::string> again{"memplace", "sweep", spec_file};
  if (spec.bound) {
    again.emplace_back("--bound");
  }
  header.again = shell_command(again);
  return header;
}

Json sweep_json(const SweepReport& report) {
  const SweepSpec& spec = report.sweep.spec();
  return {{"version", spec.version},
          {"schema_version", kSchemaVersion},
          {"chip", spec.chip.name},
          {"mode", to_json(spec.common.mode_choice)},
          {"objectives", keys_of(spec.objectives)},
          {"best_by", keys_of(spec.best)},
          {"constraints", limit_texts(spec)},
          {"axes", axes_json(spec)},
          {"workloads", labels_of(spec.workloads)},
          {"mappings", mapping_labels(spec)},
          {"points", report.points.size()},
          {"failed", count_failed(report.points)},
          {"pareto", rows_to_json(report.groups, pareto_json)},
          {"best", rows_to_json(report.groups,
                                [&](const SweepGroup& group) { return best_json(report, group); })},
          {"marginal", marginal_rows(report)},
          {"area_sensitivity", of_groups(report, [](const SweepGroup& group, Json& array) {
             for (const MemorySensitivity& row : group.sensitivity) {
               array.push_back(sensitivity_json(group, row));
             }
           })}};
}

Json to_json(const SweepReport& report) {
  Json json = begin_json(report.header);
  json.update(sweep_json(report));
  json["results"] = Json::array();
  for (const auto& point : report.points) {
    json["results"].push_back(Json::parse(point_line(*point)));
  }
  return json;
}

std::string to_csv(const SweepReport& report) {
  Json rows = Json::array();
  for (const auto& point : report.points) {
    rows.push_back(point_row(*point, report.sweep.spec().bound));
  }
  return json_rows_to_csv(rows);
}

std::string pareto_csv(const SweepReport& report) {
  return json_rows_to_csv(of_groups(report, [&](const SweepGroup& group, Json& array) {
    for (const std::size_t cell : group.front) {
      Json row = {{"workload", group.workload},
                  {"mapping", group.mapping},
                  {"point", point_of(group, cell)}};
      row.update(report.sweep.grid().parameters(cell));
      row.update(cell_values(*group.cells[cell]));
      if (report.sweep.spec().bound) {
        row.update(bound_json(report, group, *group.cells[cell]));
      }
      array.push_back(std::move(row));
    }
  }));
}

std::string marginal_csv(const SweepReport& report) {
  return json_rows_to_csv(marginal_rows(report));
}

}  // namespace memplace
