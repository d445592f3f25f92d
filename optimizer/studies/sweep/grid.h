// SPDX-License-Identifier: Apache-2.0
// The points of a sweep, numbered: by workload, mapping source and axes, the last axis changing
// fastest.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "optimizer/studies/sweep/spec.h"

namespace memplace {

struct GridPlace {
  std::size_t workload = 0;
  std::size_t mapping = 0;
  std::size_t cell = 0;  // what the axes say together: a place among all their combinations

  bool operator==(const GridPlace&) const = default;
};

class SweepGrid {
 public:
  // `spec` outlives it.
  explicit SweepGrid(const SweepSpec& spec);

  std::size_t points() const { return points_; }
  std::size_t cells() const { return cells_; }
  GridPlace place(std::size_t point) const;
  std::size_t point(const GridPlace& place) const;

  // Which value of `axis` a cell has, and the cell that differs from it in that alone.
  std::size_t value_index(std::size_t cell, std::size_t axis) const;
  std::size_t with_value(std::size_t cell, std::size_t axis, std::size_t value) const;

  // The indices of an axis' values from small to large by its first parameter; of words as given.
  std::vector<std::size_t> ascending(std::size_t axis) const;

  // Path -> value in base units, for the cell.
  Json parameters(std::size_t cell) const;

 private:
  const SweepSpec& spec_;
  std::vector<std::size_t> strides_;  // by axis
  std::size_t cells_ = 1;
  std::size_t points_ = 0;
};

}  // namespace memplace
