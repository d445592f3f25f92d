// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "base/strong_id.h"
#include "base/units.h"
#include "sim/placement/problem.h"
#include "workloads/graph/types.h"

namespace memplace {

// In which order decisions are placed: the confined ones first, which may not be in the slowest
// memory and so cannot always give way; each kind in the schedule's order.
struct PlacingOrder {
  explicit PlacingOrder(const Problem& problem);

  std::vector<TensorId> decisions;
  std::size_t confined = 0;                  // the first so many
  std::vector<Bytes> bytes;                  // of each decision's group
  IdVector<TensorId, std::size_t> schedule;  // the place of a decision in the schedule's order
  IdVector<TensorId, char> movable;          // the decisions that are not confined
  std::vector<TensorId> fixed;
  std::vector<std::pair<TensorId, TensorId>> followers;  // and whom they follow
};

}  // namespace memplace
