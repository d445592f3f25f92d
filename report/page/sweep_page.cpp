// SPDX-License-Identifier: Apache-2.0
#include "report/page/sweep_page.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "base/fnv.h"
#include "base/line_chain.h"
#include "base/yaml_reader.h"
#include "optimizer/studies/sweep/metric.h"
#include "report/run_header.h"

namespace memplace {
namespace {

constexpr const char* kAll = "all";
constexpr const char* kPrefix = "memories.";

// Parameters that change together; the values are those of the first.
struct Axis {
  std::string parameter;
  std::string label;
  std::vector<Json> values;
  std::vector<std::string> labels;

  std::string label_of(const Json& value) const {
    const auto found = std::find(values.begin(), values.end(), value);
    if (found == values.end()) {
      return value.is_string() ? value.get<std::string>() : one_line(value);
    }
    return labels[static_cast<std::size_t>(found - values.begin())];
  }
};

std::string without_prefix(const std::string& parameter) {
  return parameter.starts_with(kPrefix) ? parameter.substr(std::string(kPrefix).size()) : parameter;
}

std::vector<Axis> axes_of(const Json& summary) {
  std::vector<Axis> axes;
  for (const Json& row : summary.at("axes")) {
    const auto parameter = row.at("parameter").get<std::string>();
    const auto index = row.contains("axis") ? whole<std::size_t>(row.at("axis")) : axes.size();
    if (index < axes.size()) {
      axes[index].label += " with " + parameter.substr(parameter.rfind('.') + 1);
      continue;
    }
    axes.push_back({parameter, without_prefix(parameter), row.at("values").get<std::vector<Json>>(),
                    row.at("labels").get<std::vector<std::string>>()});
    if (axes.back().values.size() != axes.back().labels.size()) {
      throw Error(fmt::format("not a label for each value of {}", memplace::quoted(parameter)));
    }
  }
  return axes;
}

std::string axis_field(std::size_t axis) { return fmt::format("axis{}", axis); }
std::string axis_label_field(std::size_t axis) { return fmt::format("axis{}_label", axis); }

// What a point says, and how the page calls it.
struct Quantity {
  const char* field;
  const char* label;  // in a list to choose from
  const char* title;  // of an axis
  const char* shown;  // the calculated field, in the title's unit
  const char* cost;   // that of which less is better
};
constexpr std::array<Quantity, 6> kQuantities{
    {{"latency_ps", "latency", "latency, µs", "latency_us", "latency_us"},
     {"throughput_per_s", "throughput", "inferences a second", "throughput_per_s",
      "throughput_cost"},
     {"energy_pj", "energy", "energy, µJ", "energy_uj", "energy_uj"},
     {"area_mm2", "area", "area, mm²", "area_mm2", "area_mm2"},
     {"epsilon", "epsilon (demoted bytes)", "epsilon", "epsilon", "epsilon"},
     {"gap", "gap to the proven bound", "gap", "gap", "gap"}}};

class SweepTables {
 public:
  SweepTables(const Json& summary, const std::vector<Json>& lines)
      : summary_(summary), axes_(axes_of(summary)) {
    for (const Json& row : summary.at("pareto")) {
      for (const Json& point : row.at("points")) {
        fronts_.insert({name_of(row), whole<std::size_t>(point)});
      }
    }
    for (const Json& row : summary.at("best")) {
      if (const std::optional<std::size_t> point = best_point(row)) {
        bests_.insert({name_of(row), *point});
      } else {
        without_best_.push_back(name_of(row));
      }
    }
    bounds_ = std::any_of(lines.begin(), lines.end(),
                          [](const Json& line) { return line.contains("bound_ps"); });
    make_points(lines);
    make_best();
    make_marginal();
    make_sensitivity();
    make_limits();
  }

  void move_to(PageDocument& page) const {
    page.add_dataset("limits", limits_);
    page.add_dataset("points", points_);
    page.add_dataset("best", best_);
    page.add_dataset("marginal", marginal_);
    page.add_dataset("sensitivity", sensitivity_);
    page.add_dataset("failed", failed_);
  }

  const std::vector<Axis>& axes() const { return axes_; }

  // "latency", "product of latency and area".
  std::string best_by() const {
    std::string text;
    std::size_t count = 0;
    for (const Json& key : summary_.value("best_by", summary_.at("objectives"))) {
      text += (count++ == 0 ? "" : " and ") + label_of(key.get<std::string>());
    }
    return count > 1 ? "product of " + text : text;
  }

  // A sentence for each network and mapping none of whose points may be the best, and for each
  // constraint that is not drawn.
  std::vector<std::string> notes() const {
    std::vector<std::string> notes;
    notes.reserve(without_best_.size() + far_limits_.size());
    for (const auto& [workload, mapping] : without_best_) {
      notes.push_back(fmt::format("{}, {}: no point meets the constraints.", workload, mapping));
    }
    notes.insert(notes.end(), far_limits_.begin(), far_limits_.end());
    return notes;
  }

  // Values of an axis at the best point of all, to begin with where nothing is chosen.
  Json best_value(std::size_t axis) const {
    return best_values_.empty() ? Json() : best_values_[axis];
  }

  // The quantities that some point has.
  std::vector<Quantity> quantities() const {
    std::vector<Quantity> found;
    for (const Quantity& quantity : kQuantities) {
      const auto& fields = points_.fields();
      const auto field = std::find_if(fields.begin(), fields.end(),
                                      [&](const Field& one) { return one.name == quantity.field; });
      if (field == fields.end()) {
        continue;
      }
      const auto at = static_cast<std::size_t>(field - fields.begin());
      if (std::any_of(points_.rows().begin(), points_.rows().end(), [&](const auto& row) {
            return row[at].is_number() && row[at] != Json(0.0);
          })) {
        found.push_back(quantity);
      }
    }
    return found;
  }

 private:
  using Name = std::pair<std::string, std::string>;  // workload and mapping

  static Name name_of(const Json& row) {
    return {row.at("workload").get<std::string>(), row.at("mapping").get<std::string>()};
  }

  // None where no point meets the constraints.
  static std::optional<std::size_t> best_point(const Json& row) {
    const Json& point = row.at("point");
    return point.is_null() ? std::nullopt : std::optional(point.get<std::size_t>());
  }

  std::vector<Json> axis_values(const Json& line) const {
    std::vector<Json> values;
    for (const Axis& axis : axes_) {
      values.push_back(line.at("parameters").at(axis.parameter));
    }
    return values;
  }

  std::vector<Json> cells_of(const Name& name, const std::vector<Json>& values,
                             std::size_t point) const {
    std::vector<Json> cells{name.first, name.second};
    for (std::size_t i = 0; i < axes_.size(); ++i) {
      cells.push_back(values[i]);
      cells.emplace_back(axes_[i].label_of(values[i]));
    }
    cells.emplace_back(point);
    return cells;
  }

  std::vector<Field> fields_with(const std::vector<std::string>& more) const {
    std::vector<Field> fields{field_of("workload"), field_of("mapping")};
    for (std::size_t i = 0; i < axes_.size(); ++i) {
      fields.push_back({axis_field(i), axes_[i].label, ""});
      fields.push_back({axis_label_field(i), axes_[i].label, ""});
    }
    fields.push_back(field_of("point"));
    for (const std::string& name : more) {
      fields.push_back(field_of(name));
    }
    return fields;
  }

  void make_points(const std::vector<Json>& lines) {
    std::vector<std::string> values{"latency_ps", "throughput_per_s", "energy_pj",  "area_mm2",
                                    "compute_ps", "epsilon",          "evaluations"};
    if (bounds_) {
      values.insert(values.end(), {"bound_ps", "gap"});
    }
    values.insert(values.end(), {"front", "best"});
    points_ = Dataset(fields_with(values));
    failed_ = Dataset(fields_with({"error"}));
    // Of `all`: a mapping on a chip, and what each network says of it.
    std::map<std::pair<std::string, std::string>, std::vector<const Json*>> chips;
    std::vector<const Json*> firsts;
    for (const Json& line : lines) {
      const auto point = whole<std::size_t>(line.at("point"));
      std::vector<Json> cells = cells_of(name_of(line), axis_values(line), point);
      if (line.contains("error")) {
        cells.push_back(line.at("error"));
        failed_.add_row(std::move(cells));
        continue;
      }
      add_point(
          std::move(cells), name_of(line), point,
          {line.at("latency_ps"), line.at("throughput_per_s"), line.at("energy_pj"),
           line.at("area_mm2"), line.at("compute_ps"), line.at("epsilon"), line.at("evaluations")},
          line.value("bound_ps", Json()), line.value("gap", Json()));
      auto& same = chips[{line.at("mapping").get<std::string>(), one_line(line.at("parameters"))}];
      if (same.empty()) {
        firsts.push_back(&line);
      }
      same.push_back(&line);
    }
    const std::size_t workloads = summary_.at("workloads").size();
    if (workloads < 2) {
      return;
    }
    for (const Json* const line : firsts) {
      const auto& same =
          chips[{line->at("mapping").get<std::string>(), one_line(line->at("parameters"))}];
      if (same.size() == workloads) {
        add_mean(same);
      }
    }
  }

  void add_point(std::vector<Json> cells, const Name& name, std::size_t point,
                 const std::vector<Json>& values, const Json& bound, const Json& gap) {
    cells.insert(cells.end(), values.begin(), values.end());
    if (bounds_) {
      cells.insert(cells.end(), {bound, gap});
    }
    cells.emplace_back(fronts_.count({name, point}) > 0 ? "yes" : "");
    cells.emplace_back(bests_.count({name, point}) > 0 ? "yes" : "");
    points_.add_row(std::move(cells));
  }

  // One mapping on one chip over all networks: geometric means, under the first one's number.
  void add_mean(const std::vector<const Json*>& same) {
    const Json& first = *same.front();
    const Name name{kAll, first.at("mapping").get<std::string>()};
    const auto point = whole<std::size_t>(first.at("point"));
    const auto mean = [&](const char* key) {
      double logarithms = 0;
      for (const Json* const line : same) {
        if (!line->at(key).is_number() || line->at(key).get<double>() <= 0) {
          return Json();
        }
        logarithms += std::log(line->at(key).get<double>());
      }
      return Json(std::exp(logarithms / static_cast<double>(same.size())));
    };
    const auto rounded = [&](const char* key) {
      const Json value = mean(key);
      return value.is_null() ? value : Json(std::llround(value.get<double>()));
    };
    add_point(cells_of(name, axis_values(first), point), name, point,
              {rounded("latency_ps"), mean("throughput_per_s"), rounded("energy_pj"),
               first.at("area_mm2"), Json(), Json(), Json()},
              Json(), Json());
  }

  void make_best() {
    best_ = Dataset(fields_with({"latency_ps", "throughput_per_s", "energy_pj", "area_mm2"}));
    const std::size_t at = 2 + 2 * axes_.size();
    std::map<std::size_t, std::vector<Json>> values;
    for (const std::vector<Json>& row : points_.rows()) {
      std::vector<Json>& axis = values[whole<std::size_t>(row[at])];
      axis.clear();
      for (std::size_t i = 0; i < axes_.size(); ++i) {
        axis.push_back(row[2 + 2 * i]);
      }
    }
    for (const Json& row : summary_.at("best")) {
      const std::optional<std::size_t> point = best_point(row);
      const auto found = point ? values.find(*point) : values.end();
      if (found == values.end()) {
        continue;
      }
      best_values_ = found->second;  // the last is that of all networks, where there are several
      std::vector<Json> cells = cells_of(name_of(row), found->second, found->first);
      for (const char* const key : {"latency_ps", "throughput_per_s", "energy_pj", "area_mm2"}) {
        cells.push_back(row.at(key));
      }
      best_.add_row(std::move(cells));
    }
  }

  void make_marginal() {
    marginal_ = Dataset(std::vector<Field>{field_of("workload"),
                                           field_of("mapping"),
                                           field_of("parameter"),
                                           {"axis0", "from", ""},
                                           {"step", "step", ""},
                                           field_of("point"),
                                           {"saved_ps", "saved", "ps"},
                                           {"more_mm2", "more area", "mm2"},
                                           {"saved_ps_per_mm2", "saved a mm²", "ps"}});
    for (const Json& row : summary_.at("marginal")) {
      const auto parameter = row.at("parameter").get<std::string>();
      const auto axis = std::find_if(axes_.begin(), axes_.end(),
                                     [&](const Axis& one) { return one.parameter == parameter; });
      if (axis == axes_.end()) {
        throw Error(fmt::format("unknown parameter {}", memplace::quoted(parameter)));
      }
      const Json& gain = row.at("gain_ps_per_mm2");
      marginal_.add_row({row.at("workload"), row.at("mapping"), axis->label, row.at("from"),
                         axis->label_of(row.at("from")) + " → " + axis->label_of(row.at("to")),
                         row.at("point"), -row.at("latency_ps").get<double>(), row.at("area_mm2"),
                         gain.is_number() ? Json(std::round(gain.get<double>())) : Json()});
    }
  }

  void make_sensitivity() {
    sensitivity_ = Dataset(std::vector<Field>{field_of("workload"),
                                              field_of("mapping"),
                                              field_of("memory"),
                                              {"point", "best point", ""},
                                              {"least_factor", "stays best from (x its area)", ""},
                                              {"most_factor", "stays best up to (x its area)", ""},
                                              {"then_point_below", "best below that", ""},
                                              {"then_point_above", "best above that", ""}});
    for (const Json& row : summary_.at("area_sensitivity")) {
      sensitivity_.add_row({row.at("workload"), row.at("mapping"), row.at("memory"),
                            row.at("point"), row.at("least_factor"), row.at("most_factor"),
                            row.at("then_point_below"), row.at("then_point_above")});
    }
  }

  // Constraints in the units of the axes.
  void make_limits() {
    limits_ = Dataset({"quantity", "limit", "text"});
    for (const Json& text : summary_.at("constraints")) {
      const YamlDocument document = YamlDocument::from_text(one_line(text), "constraints");
      const MetricLimit limit = read_limit(document.root());
      const std::string key(key_of(limit.metric));
      for (const Quantity& quantity : kQuantities) {
        if (key != quantity.field) {
          continue;
        }
        if (is_near(key, limit.limit)) {
          const bool millionths = key.ends_with("_ps") || key.ends_with("_pj");
          limits_.add_row(
              {quantity.shown, millionths ? limit.limit / 1e6 : limit.limit, limit.text});
        } else {
          far_limits_.push_back(
              fmt::format("{}: too far from all points to be drawn.", limit.text));
        }
      }
    }
  }

  // Whether a line there leaves room for the points.
  bool is_near(const std::string& key, double limit) const {
    const auto& fields = points_.fields();
    const auto field = std::find_if(fields.begin(), fields.end(),
                                    [&](const Field& one) { return one.name == key; });
    double least = limit;
    double most = limit;
    bool any = false;
    for (const std::vector<Json>& row : points_.rows()) {
      const Json& value = row[static_cast<std::size_t>(field - fields.begin())];
      if (value.is_number()) {
        least = any ? std::min(least, value.get<double>()) : value.get<double>();
        most = any ? std::max(most, value.get<double>()) : value.get<double>();
        any = true;
      }
    }
    const double room = std::max(most - least, most / 10);
    return limit >= least - room && limit <= most + room;
  }

  static std::string label_of(const std::string& key) {
    const auto* const found =
        std::find_if(kQuantities.begin(), kQuantities.end(),
                     [&](const Quantity& quantity) { return key == quantity.field; });
    return found == kQuantities.end() ? key : found->label;
  }

  const Json& summary_;
  std::vector<Axis> axes_;
  std::set<std::pair<Name, std::size_t>> fronts_, bests_;
  std::vector<Name> without_best_;
  std::vector<std::string> far_limits_;
  std::vector<Json> best_values_;
  bool bounds_ = false;  // whether points have one
  Dataset points_, best_, marginal_, sensitivity_, failed_, limits_;
};

// A control that puts one of the quantities in place of PLACE and its title.
Json quantity_switch(const std::vector<Quantity>& quantities, const char* name, const char* label,
                     const std::string& place, std::size_t first) {
  Json options = Json::array();
  for (const Quantity& quantity : quantities) {
    const std::string datum = fmt::format("datum.{}", quantity.shown);
    options.push_back(
        {{"label", quantity.label},
         {"set",
          {{place, quantity.shown},
           {place + "_title", quantity.title},
           {place + "_cost", quantity.cost},
           {place + "_rises", fmt::format("datum.{} < datum.least_before", quantity.cost)},
           {place + "_text",
            fmt::format("abs({0}) < 1000 ? format({0}, '.4~g') : format({0}, ',.0f')", datum)}}}});
  }
  return {{"name", name}, {"label", label}, {"first", first}, {"options", std::move(options)}};
}

Json axis_switch(const std::vector<Axis>& axes, const char* name, const char* label,
                 const std::string& place, std::size_t first) {
  Json options = Json::array();
  for (std::size_t i = 0; i < axes.size(); ++i) {
    options.push_back({{"label", axes[i].label},
                       {"set",
                        {{place, axis_field(i)},
                         {place + "_label", axis_label_field(i)},
                         {place + "_title", axes[i].label}}}});
  }
  return {{"name", name},
          {"label", label},
          {"group", "axes"},
          {"first", std::min(first, axes.size() - 1)},
          {"options", std::move(options)}};
}

// Of an axis that is not drawn one value is shown, at first that of the best point.
Json axis_filters(const SweepTables& tables) {
  Json filters = Json::array();
  for (std::size_t i = 0; i < tables.axes().size(); ++i) {
    filters.push_back({{"field", axis_field(i)},
                       {"name", axis_label_field(i)},
                       {"label", tables.axes()[i].label},
                       {"start", tables.best_value(i)}});
  }
  return filters;
}

void add_charts(PageDocument& page, const SweepTables& tables) {
  const std::vector<Quantity> quantities = tables.quantities();
  const auto place_of = [&](const std::string& field) {
    const auto found =
        std::find_if(quantities.begin(), quantities.end(),
                     [&](const Quantity& quantity) { return quantity.field == field; });
    return found == quantities.end() ? 0 : static_cast<std::size_t>(found - quantities.begin());
  };
  page.begin_section(
      "results", "Which memories pay",
      fmt::format(
          "Best are the points of least {}, among those that keep the constraints. Of several "
          "networks, \"all\" has geometric means.",
          tables.best_by()));
  for (const std::string& note : tables.notes()) {
    page.add_note(note);
  }
  page.add_table("best-table", "Best points", "", "best");
  if (!quantities.empty()) {
    page.add_chart("pareto",
                   {{"switches",
                     {quantity_switch(quantities, "x", "Across", "@x", place_of("area_mm2")),
                      quantity_switch(quantities, "y", "Upwards", "@y", place_of("latency_ps"))}}});
  }
  page.begin_section("map", "Every point", "");
  if (!quantities.empty() && !tables.axes().empty()) {
    Json switches = Json::array({quantity_switch(quantities, "quantity", "Colour", "@q", 0)});
    if (tables.axes().size() > 1) {
      switches.push_back(axis_switch(tables.axes(), "x", "Across", "@x", 0));
      switches.push_back(axis_switch(tables.axes(), "y", "Upwards", "@y", 1));
    } else {
      switches.push_back(axis_switch(tables.axes(), "x", "Across", "@x", 0));
      switches.push_back(
          {{"name", "y"},
           {"label", "Upwards"},
           {"options",
            {{{"label", "mapping"},
              {"set", {{"@y", "mapping"}, {"@y_label", "mapping"}, {"@y_title", "mapping"}}}}}}});
    }
    page.add_chart("heatmap",
                   {{"switches", std::move(switches)}, {"filters", axis_filters(tables)}});
  }
  page.begin_section("steps", "What a step is worth", "");
  page.add_chart("marginal");
  page.add_table("sensitivity-table", "How sure the best point is",
                 "By how much the area of a MiB of each memory may differ from what the chip file "
                 "assumes before another point is best. Nothing stands where none would be.",
                 "sensitivity");
  page.begin_section("tables", "Tables", "");
  page.add_table("points-table", "Points", "", "points");
  page.add_table("marginal-table", "Steps between neighbours",
                 "One step along one axis, all else being equal.", "marginal");
  page.add_table("failed-table", "Points that failed", "With their reasons.", "failed");
}

std::string joined(const Json& texts) {
  std::string text;
  for (const Json& one : texts) {
    text += (text.empty() ? "" : ", ") + (one.is_string() ? one.get<std::string>() : one_line(one));
  }
  return text;
}

PageDocument make_page(const std::string& version, const SweepFiles& files, const Json& summary,
                       const std::vector<Json>& lines) {
  PageDocument page(
      version, "sweep",
      fmt::format("Sweep of {} chips like {}",
                  lines.size() / std::max<std::size_t>(1, summary.at("workloads").size() *
                                                              summary.at("mappings").size()),
                  summary.at("chip").get<std::string>()));
  PageSource source;
  source.title = "Sweep";
  source.facts = {{"directory", files.directory},
                  {"version", summary.at("version").get<std::string>()},
                  {"chip", summary.at("chip").get<std::string>()},
                  {"networks", joined(summary.at("workloads"))},
                  {"mappings", joined(summary.at("mappings"))},
                  {"minimized", joined(summary.at("objectives"))},
                  {"constraints", joined(summary.at("constraints"))},
                  {"points", fmt::format("{}, of which {} failed", lines.size(),
                                         whole<std::size_t>(summary.at("failed")))}};
  source.again =
      shell_command(std::vector<std::string>{"memplace", "sweep", files.directory + "/sweep.yaml"});
  source.text = files.spec;
  page.add_source(source);
  const SweepTables tables(summary, lines);
  tables.move_to(page);
  page.add_choice("workload", "Network");
  page.add_choice("mapping", "Mapping");
  add_charts(page, tables);
  return page;
}

}  // namespace

PageDocument sweep_page(const std::string& version, const SweepFiles& files) {
  const std::string summary_file = files.directory + "/sweep.json";
  const std::string points_file = files.directory + "/points.jsonl";
  const Json summary = parse_json(files.summary, summary_file);
  std::vector<Json> lines;
  LineChain chain(fnv1a(files.spec));
  read_lines(files.points, points_file, "sweep.yaml", chain,
             [&](std::size_t number, const std::string& line) {
               lines.push_back(parse_json(line, fmt::format("{}:{}", points_file, number)));
             });
  try {
    return make_page(version, files, summary, lines);
  } catch (const Json::exception& missing) {
    throw Error(fmt::format("{}: damaged, or not of this version: {}", files.directory,
                            printable(missing.what())));
  } catch (const Error& wrong) {
    throw Error(fmt::format("{}: damaged: {}", files.directory, wrong.what()));
  }
}

}  // namespace memplace
