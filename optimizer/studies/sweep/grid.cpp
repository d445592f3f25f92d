// SPDX-License-Identifier: Apache-2.0
#include "optimizer/studies/sweep/grid.h"

#include <algorithm>
#include <numeric>

namespace memplace {

SweepGrid::SweepGrid(const SweepSpec& spec) : spec_(spec), strides_(spec.axes.size()) {
  for (std::size_t axis = spec.axes.size(); axis-- > 0;) {
    strides_[axis] = cells_;
    cells_ *= spec.axes[axis].size();
  }
  points_ = spec.workloads.size() * spec.mappings.size() * cells_;
}

GridPlace SweepGrid::place(std::size_t point) const {
  const std::size_t group = point / cells_;
  return {group / spec_.mappings.size(), group % spec_.mappings.size(), point % cells_};
}

std::size_t SweepGrid::point(const GridPlace& place) const {
  return (place.workload * spec_.mappings.size() + place.mapping) * cells_ + place.cell;
}

std::size_t SweepGrid::value_index(std::size_t cell, std::size_t axis) const {
  return cell / strides_[axis] % spec_.axes[axis].size();
}

std::size_t SweepGrid::with_value(std::size_t cell, std::size_t axis, std::size_t value) const {
  return cell - value_index(cell, axis) * strides_[axis] + value * strides_[axis];
}

std::vector<std::size_t> SweepGrid::ascending(std::size_t axis) const {
  const std::vector<ParameterValue>& values = spec_.axes[axis].parameters.front().values;
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto count = [&](std::size_t index) {
    const ParameterValue& value = values[index];
    return value.quantity.has_value() ? value.quantity->count : 0;
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return count(a) < count(b); });
  return order;
}

Json SweepGrid::parameters(std::size_t cell) const {
  Json parameters = Json::object();
  for (std::size_t axis = 0; axis < spec_.axes.size(); ++axis) {
    const std::size_t index = value_index(cell, axis);
    for (const SweepParameter& parameter : spec_.axes[axis].parameters) {
      parameters[parameter.path] = parameter.values[index];
    }
  }
  return parameters;
}

}  // namespace memplace
