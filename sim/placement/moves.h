// SPDX-License-Identifier: Apache-2.0
// Tensors that change place during an inference (law 9 of docs/model/timing.md).
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/units.h"
#include "sim/chip/chip.h"
#include "sim/placement/mapping.h"
#include "workloads/graph/graph.h"
#include "workloads/graph/types.h"

namespace memplace {

// One tensor's copy, made once an inference.
struct Move {
  TensorId tensor;
  MemoryId from;  // its home
  MemoryId to;
  Bytes bytes;
  std::optional<OpId> after;  // it may begin when that op has computed; none: with the inference
  OpId first_op;              // that reads the tensor, and is no view; `after` comes before it
  OpId last_op;
  Bytes offset;  // of the first stream's copy in an instance of `to`

  // When the copy is there or under way.
  Lifetime steps() const {
    return {after.has_value() ? after->index() + 1 : 0, last_op.index() + 1};
  }

  bool operator==(const Move&) const = default;
};

// What a planner makes of a placement: where ops find every tensor, and the moves, in the order of
// (first_op, tensor). A placement that leaves everything at home has none.
struct MovePlan {
  Mapping near;
  std::vector<Move> moves;

  bool operator==(const MovePlan&) const = default;
};

// What simulators run: a plan, or a mapping under which nothing moves. Refers to what it was made
// of.
class Placed {
 public:
  Placed(const Mapping& mapping) : near_(&mapping) {}  // NOLINT(google-explicit-constructor)
  Placed(const MovePlan& plan)                         // NOLINT(google-explicit-constructor)
      : near_(&plan.near), moves_(plan.moves) {}

  const Mapping& near() const { return *near_; }
  std::span<const Move> moves() const { return moves_; }

 private:
  const Mapping* near_;
  std::span<const Move> moves_;
};

// Throws InternalError unless the plan is one that law 9 allows: moves in order, each of a movable
// tensor, from a slower memory to `near`, with an `after` before its first op; and what does not
// move settled.
void check_settled(const Problem& problem, const Placed& placed);

}  // namespace memplace
