// SPDX-License-Identifier: Apache-2.0
#include "optimizer/studies/sweep/analysis.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "optimizer/studies/sweep/pareto.h"
#include "sim/metrics.h"

namespace memplace {
namespace {

SweepCell cell_of(const SweepPoint& point, const SweepSpec& spec) {
  SweepCell cell;
  cell.point = point.index;
  for (const Metric metric : all_metrics()) {
    cell.values.at(static_cast<std::size_t>(metric)) = value_of(metric, point.result);
  }
  for (const MetricLimit& limit : spec.constraints) {
    const auto& value = cell.values.at(static_cast<std::size_t>(limit.metric));
    const bool holds = value.has_value() && limit.holds(*value);
    bool& meets = limit.metric == Metric::kArea ? cell.meets_area : cell.meets_others;
    meets = meets && holds;
  }
  return cell;
}

SweepGroup group_of(const Sweep& sweep, const SweepPoints& points, std::size_t workload,
                    std::size_t mapping) {
  SweepGroup group;
  group.workload = sweep.spec().workloads[workload].label();
  group.mapping = sweep.spec().mappings[mapping].label;
  group.cells.resize(sweep.grid().cells());
  for (std::size_t cell = 0; cell < group.cells.size(); ++cell) {
    const SweepPoint& point = *points[sweep.grid().point({workload, mapping, cell})];
    if (!point.failed()) {
      group.cells[cell] = cell_of(point, sweep.spec());
    }
  }
  return group;
}

// Of as many groups of one mapping source, one for each workload.
std::optional<SweepCell> mean_cell(const std::vector<const SweepGroup*>& groups, std::size_t cell) {
  const auto has_cell = [&](const SweepGroup* group) { return group->cells[cell].has_value(); };
  if (!std::all_of(groups.begin(), groups.end(), has_cell)) {
    return std::nullopt;
  }
  SweepCell mean = *groups.front()->cells[cell];
  for (const Metric metric : all_metrics()) {
    auto& value = mean.values.at(static_cast<std::size_t>(metric));
    double logarithms = 0;
    for (const SweepGroup* const group : groups) {
      const auto& one = group->cells[cell]->values.at(static_cast<std::size_t>(metric));
      value = one.has_value() && value.has_value() ? value : std::nullopt;
      logarithms += one.has_value() ? std::log(*one) : 0;
    }
    // The area is the chip's, the same for each.
    if (value.has_value() && metric != Metric::kArea) {
      value = std::exp(logarithms / static_cast<double>(groups.size()));
    }
  }
  for (const SweepGroup* const group : groups) {
    mean.meets_others = mean.meets_others && group->cells[cell]->meets_others;
  }
  return mean;
}

SweepGroup group_of_all(const std::vector<const SweepGroup*>& groups) {
  SweepGroup all;
  all.workload = kAllWorkloads;
  all.mapping = groups.front()->mapping;
  all.cells.reserve(groups.front()->cells.size());
  for (std::size_t cell = 0; cell < groups.front()->cells.size(); ++cell) {
    all.cells.push_back(mean_cell(groups, cell));
  }
  return all;
}

bool has_objectives(const SweepCell& cell, const SweepSpec& spec) {
  return std::all_of(spec.objectives.begin(), spec.objectives.end(), [&](Metric metric) {
    return cell.values.at(static_cast<std::size_t>(metric)).has_value();
  });
}

Costs costs_of(const SweepCell& cell, const SweepSpec& spec) {
  Costs costs;
  costs.reserve(spec.objectives.size());
  for (const Metric metric : spec.objectives) {
    costs.push_back(cost_of(metric, cell.value(metric)));
  }
  return costs;
}

// The product of what the spec calls best, of all but `metric`.
double product_without(std::optional<Metric> metric, const SweepCell& cell, const SweepSpec& spec) {
  double product = 1;
  for (const Metric factor : spec.best) {
    product *= factor == metric ? 1 : cost_of(factor, cell.value(factor));
  }
  return product;
}

void find_best(SweepGroup& group, const SweepSpec& spec) {
  std::vector<std::size_t> cells;
  std::vector<Costs> costs;
  for (std::size_t i = 0; i < group.cells.size(); ++i) {
    const auto& cell = group.cells[i];
    if (cell.has_value() && cell->admissible() && has_objectives(*cell, spec)) {
      cells.push_back(i);
      costs.push_back(costs_of(*cell, spec));
    }
  }
  for (const std::size_t member : pareto_front(costs)) {
    group.front.push_back(cells[member]);
    const auto product = [&](std::size_t cell) {
      return product_without(std::nullopt, *group.cells[cell], spec);
    };
    // Of equal products the one with the least first objective, which comes first.
    if (!group.best.has_value() || product(cells[member]) < product(*group.best)) {
      group.best = cells[member];
    }
  }
}

// A difference of areas, which are whole square micrometres.
double without_noise(double square_millimetres) {
  return std::round(square_millimetres * kSquareMicrometresPerSquareMillimetre) /
         kSquareMicrometresPerSquareMillimetre;
}

void find_marginal(SweepGroup& group, const Sweep& sweep) {
  const SweepGrid& grid = sweep.grid();
  for (std::size_t axis = 0; axis < sweep.spec().axes.size(); ++axis) {
    const std::vector<std::size_t> order = grid.ascending(axis);
    for (std::size_t cell = 0; cell < group.cells.size(); ++cell) {
      const std::size_t from = grid.value_index(cell, axis);
      const auto next = std::find(order.begin(), order.end(), from) + 1;
      if (next == order.end()) {
        continue;
      }
      const auto& before = group.cells[cell];
      const auto& after = group.cells[grid.with_value(cell, axis, *next)];
      if (!before.has_value() || !after.has_value()) {
        continue;
      }
      MarginalValue step{axis, from, *next, before->point, 0, 0, std::nullopt};
      step.latency_ps = after->value(Metric::kLatency) - before->value(Metric::kLatency);
      step.area_mm2 = without_noise(after->value(Metric::kArea) - before->value(Metric::kArea));
      if (step.area_mm2 != 0) {
        step.gain_ps_per_mm2 = (0 - step.latency_ps) / step.area_mm2;  // no -0
      }
      group.marginal.push_back(step);
    }
  }
}

// Of a cell, by memory, in square millimetres; empty where the cell is no chip.
using MemoryAreas = std::vector<double>;

std::vector<MemoryAreas> areas_of(const Sweep& sweep) {
  std::vector<MemoryAreas> areas(sweep.grid().cells());
  for (std::size_t cell = 0; cell < areas.size(); ++cell) {
    try {
      const Chip chip = sweep.chip(cell);
      MemoryAreas memories;
      memories.reserve(chip.memories.size());
      for (const MemoryId id : chip.memories.ids()) {
        memories.push_back(square_millimetres(area_of(chip, id)));
      }
      areas[cell] = std::move(memories);
    } catch (const Error&) {  // as its points say
      continue;
    }
  }
  return areas;
}

AreaRules area_rules(const SweepSpec& spec) {
  AreaRules rules;
  rules.is_objective =
      std::find(spec.best.begin(), spec.best.end(), Metric::kArea) != spec.best.end();
  rules.breaks_ties = std::find(spec.objectives.begin(), spec.objectives.end(), Metric::kArea) !=
                      spec.objectives.end();
  for (const MetricLimit& limit : spec.constraints) {
    if (limit.metric == Metric::kArea && limit.at_most) {
      rules.most = std::min(rules.most, limit.limit);
    } else if (limit.metric == Metric::kArea) {
      rules.least = std::max(rules.least, limit.limit);
    }
  }
  return rules;
}

void find_sensitivity(SweepGroup& group, const Sweep& sweep,
                      const std::vector<MemoryAreas>& areas) {
  if (!group.best.has_value()) {
    return;
  }
  const SweepSpec& spec = sweep.spec();
  const AreaRules rules = area_rules(spec);
  const Chip best_chip = sweep.chip(*group.best);
  for (const MemoryId memory : best_chip.memories.ids()) {
    std::vector<std::size_t> cells;
    std::vector<AreaRival> rivals;
    std::size_t best = 0;
    for (std::size_t i = 0; i < group.cells.size(); ++i) {
      const auto& cell = group.cells[i];
      if (!cell.has_value() || !cell->meets_others || !has_objectives(*cell, spec)) {
        continue;
      }
      const double others = product_without(Metric::kArea, *cell, spec);
      AreaRival rival{others, cell->value(Metric::kArea), areas[i].at(memory.index())};
      // As the front is ordered.
      for (auto metric = spec.objectives.begin();
           metric != spec.objectives.end() && *metric != Metric::kArea; ++metric) {
        rival.first.push_back(cost_of(*metric, cell->value(*metric)));
      }
      best = i == *group.best ? rivals.size() : best;
      cells.push_back(i);
      rivals.push_back(std::move(rival));
    }
    FactorRange factors = stable_factors(rivals, best, rules);
    for (std::optional<FactorEnd>* const end : {&factors.least, &factors.most}) {
      if (end->has_value() && (*end)->then.has_value()) {
        (*end)->then = cells[*(*end)->then];
      }
    }
    group.sensitivity.push_back({best_chip.memories[memory].name, factors});
  }
}

}  // namespace

std::vector<SweepGroup> analyse(const Sweep& sweep, const SweepPoints& points) {
  const SweepSpec& spec = sweep.spec();
  const std::size_t workloads = spec.workloads.size();
  const std::size_t mappings = spec.mappings.size();
  std::vector<SweepGroup> groups;
  groups.reserve((workloads + 1) * mappings);
  for (std::size_t workload = 0; workload < workloads; ++workload) {
    for (std::size_t mapping = 0; mapping < mappings; ++mapping) {
      groups.push_back(group_of(sweep, points, workload, mapping));
    }
  }
  for (std::size_t mapping = 0; mapping < mappings && workloads > 1; ++mapping) {
    std::vector<const SweepGroup*> same;
    for (std::size_t workload = 0; workload < workloads; ++workload) {
      same.push_back(&groups[workload * mappings + mapping]);
    }
    groups.push_back(group_of_all(same));
  }
  const std::vector<MemoryAreas> areas = areas_of(sweep);
  for (SweepGroup& group : groups) {
    find_best(group, spec);
    find_marginal(group, sweep);
    find_sensitivity(group, sweep, areas);
  }
  return groups;
}

}  // namespace memplace
