// SPDX-License-Identifier: Apache-2.0
// A sweep's report for people.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/quantity_text.h"
#include "report/bound_report.h"
#include "report/numbers.h"
#include "report/sweep_report.h"
#include "report/table.h"

namespace memplace {
namespace {

constexpr std::size_t kFrontShown = 12;

// A value as people read it; what is computed may have no short exact text.
std::string rounded(const ParameterValue& value) {
  if (value.quantity.has_value() && value.quantity->kind == QuantityKind::kBytes) {
    return memplace::rounded(Bytes(value.quantity->count));
  }
  if (value.quantity.has_value() && value.quantity->kind == QuantityKind::kBandwidth) {
    return memplace::rounded(Bandwidth(value.quantity->count));
  }
  return value.text;
}

std::string time_text(double picoseconds) {
  return memplace::rounded(Picoseconds(std::llround(picoseconds)));
}

std::string signed_time(double picoseconds) {
  return picoseconds < 0 ? "-" + time_text(-picoseconds) : time_text(picoseconds);
}

std::string energy_text(double picojoules) {
  constexpr double kMicro = 1e6;
  constexpr double kMilli = 1e9;
  constexpr double kLongest = 9999.5;  // more has five digits
  return picojoules < kLongest * kMicro ? significant(picojoules / kMicro) + " uJ"
                                        : significant(picojoules / kMilli) + " mJ";
}

// What the best point is best in.
std::string goal(const SweepSpec& spec) {
  std::vector<std::string> names;
  names.reserve(spec.best.size());
  for (const Metric metric : spec.best) {
    names.push_back(metric == Metric::kThroughput ? "1/throughput" : std::string(name_of(metric)));
  }
  return fmt::format("least {}", fmt::join(names, " x "));
}

// The front, evenly thinned where it is long; the best point is always there.
std::vector<std::size_t> shown(const SweepGroup& group) {
  const std::size_t size = group.front.size();
  std::vector<std::size_t> cells;
  for (std::size_t i = 0; i < size; ++i) {
    const bool picked = size <= kFrontShown || i + 1 == size ||
                        i * (kFrontShown - 1) / (size - 1) !=
                            (i == 0 ? size : (i - 1) * (kFrontShown - 1) / (size - 1));
    if (picked || group.front[i] == group.best) {
      cells.push_back(group.front[i]);
    }
  }
  return cells;
}

std::string front_table(const SweepGroup& group, const SweepReport& report,
                        std::optional<std::size_t> width) {
  const SweepSpec& spec = report.sweep.spec();
  const SweepGrid& grid = report.sweep.grid();
  const bool throughput = spec.common.objective == Objective::kThroughput ||
                          std::find(spec.objectives.begin(), spec.objectives.end(),
                                    Metric::kThroughput) != spec.objectives.end();
  Table table;
  table.add_column("", Table::Column::kName);
  for (const SweepAxis& axis : spec.axes) {
    table.add_column(short_path(axis.parameters.front().path), Table::Column::kNumber);
  }
  for (const char* const title : {"latency", "energy", "area mm2"}) {
    table.add_column(title, Table::Column::kNumber);
  }
  if (throughput) {
    table.add_column("per s", Table::Column::kNumber);
  }
  const bool bounds = spec.bound && group.workload != kAllWorkloads;
  if (bounds) {
    table.add_column("gap", Table::Column::kNumber);
  }
  for (const std::size_t cell : shown(group)) {
    const SweepCell& values = *group.cells[cell];
    std::vector<std::string> row{cell == group.best ? "best" : ""};
    for (std::size_t axis = 0; axis < spec.axes.size(); ++axis) {
      row.push_back(
          rounded(spec.axes[axis].parameters.front().values[grid.value_index(cell, axis)]));
    }
    row.push_back(time_text(values.value(Metric::kLatency)));
    row.push_back(energy_text(values.value(Metric::kEnergy)));
    row.push_back(fmt::format("{:.2f}", values.value(Metric::kArea)));
    if (throughput) {
      row.push_back(significant(values.value(Metric::kThroughput)));
    }
    if (bounds) {
      const PointResult& result = report.points[values.point]->result;
      row.push_back(gap_text(result.latency, *result.bound));
    }
    table.add_row(std::move(row));
  }
  return table.text(width, "  ");
}

// "0.71x to 2.3x", or nothing where no factor changes the best point.
std::string factors_text(const FactorRange& factors) {
  const auto text = [](const FactorEnd& end) { return significant(end.factor, 3) + 'x'; };
  if (factors.least.has_value() && factors.most.has_value()) {
    return fmt::format("{} to {}", text(*factors.least), text(*factors.most));
  }
  if (factors.least.has_value()) {
    return fmt::format("{} or more", text(*factors.least));
  }
  return factors.most.has_value() ? fmt::format("{} or less", text(*factors.most)) : "";
}

std::string sensitivity_text(const SweepGroup& group) {
  std::vector<std::string> parts;
  for (const MemorySensitivity& row : group.sensitivity) {
    const std::string factors = factors_text(row.factors);
    if (!factors.empty()) {
      parts.push_back(fmt::format("{} {}", row.memory, factors));
    }
  }
  return parts.empty()
             ? "  It stays the best whatever a memory's area for each MiB really is.\n"
             : fmt::format(
                   "  It stays the best while a memory's area for each MiB is, as a factor "
                   "on\n  what is assumed: {}.\n",
                   fmt::join(parts, "; "));
}

std::string group_text(const SweepGroup& group, const SweepReport& report,
                       std::optional<std::size_t> width) {
  const auto there = static_cast<std::int64_t>(
      std::count_if(group.cells.begin(), group.cells.end(),
                    [](const std::optional<SweepCell>& cell) { return cell.has_value(); }));
  const std::string title = fmt::format(
      "\n{}, {}\n",
      group.workload == kAllWorkloads ? "All workloads (geometric mean)" : group.workload,
      group.mapping);
  if (!group.best.has_value()) {
    return title + fmt::format("  None of {} meets the constraints.\n", plural(there, "point"));
  }
  const std::size_t rows = shown(group).size();
  return title +
         fmt::format("  Pareto front: {} of {}{}; best: {}\n", group.front.size(),
                     plural(there, "point"),
                     rows == group.front.size() ? "" : fmt::format(", {} shown", rows),
                     goal(report.sweep.spec())) +
         front_table(group, report, width) + sensitivity_text(group);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

// A step of one axis: what it buys, in the middle of all places on the other axes.
void add_step(Table& table, const SweepGroup& group, const SweepSpec& spec, std::size_t axis,
              std::size_t from) {
  const SweepParameter& parameter = spec.axes[axis].parameters.front();
  std::vector<double> saved;
  std::vector<double> areas;
  std::vector<double> gains;
  std::size_t to = 0;
  for (const MarginalValue& step : group.marginal) {
    if (step.axis == axis && step.from == from) {
      to = step.to;
      saved.push_back(-step.latency_ps);
      areas.push_back(step.area_mm2);
      if (step.gain_ps_per_mm2.has_value()) {
        gains.push_back(*step.gain_ps_per_mm2);
      }
    }
  }
  if (saved.empty()) {
    return;
  }
  const double time = median(saved);
  const double area = median(areas);
  const ParameterValue& begin = parameter.values[from];
  const ParameterValue& end = parameter.values[to];
  std::string per_mebibyte;
  if (begin.quantity.has_value() && begin.quantity->kind == QuantityKind::kBytes) {
    constexpr double kMebibyte = 1 << 20;
    per_mebibyte = signed_time(time * kMebibyte /
                               static_cast<double>(end.quantity->count - begin.quantity->count));
  }
  table.add_row({short_path(parameter.path), fmt::format("{} -> {}", rounded(begin), rounded(end)),
                 signed_time(time), fmt::format("{:.3f}", area), per_mebibyte,
                 gains.empty() ? "" : signed_time(median(gains))});
}

std::string marginal_text(const SweepGroup& group, const SweepReport& report,
                          std::optional<std::size_t> width) {
  const SweepSpec& spec = report.sweep.spec();
  Table table;
  table.add_column("parameter", Table::Column::kName);
  table.add_column("step", Table::Column::kName);
  for (const char* const title : {"saves", "mm2", "a MiB", "a mm2"}) {
    table.add_column(title, Table::Column::kNumber);
  }
  for (std::size_t axis = 0; axis < spec.axes.size(); ++axis) {
    for (const std::size_t from : report.sweep.grid().ascending(axis)) {
      add_step(table, group, spec, axis, from);
    }
  }
  return fmt::format("\nWhat a step buys{}, {}\n  Median over all places on the other axes.\n",
                     group.workload == kAllWorkloads ? "" : " " + group.workload, group.mapping) +
         table.text(width, "  ");
}

}  // namespace

std::string to_text(const SweepReport& report, std::optional<std::size_t> width) {
  std::string text = text_head(report.header);
  for (const SweepGroup& group : report.groups) {
    text += group_text(group, report, width);
  }
  const bool several = report.sweep.spec().workloads.size() > 1;
  for (const SweepGroup& group : report.groups) {
    if ((!several || group.workload == kAllWorkloads) && !group.marginal.empty()) {
      text += marginal_text(group, report, width);
    }
  }
  return text;
}

}  // namespace memplace
