// SPDX-License-Identifier: Apache-2.0
// What mappings are made for.
#pragma once

#include <memory>
#include <utility>

#include "sim/chip/chip.h"
#include "sim/placement/constraints.h"
#include "sim/placement/decisions.h"
#include "sim/placement/movables.h"
#include "sim/placement/packing_effort.h"
#include "workloads/graph/graph.h"

namespace memplace {

// A network on a chip in a mode, what is left to decide, where tensors are allowed to be, and how
// hard addresses are looked for. Immutable and freely shared between threads: a copy is the same
// problem.
class Problem {
 public:
  // `mode` is one that resolve_mode() gives for the chip. Constraints leave each decision a memory
  // that can hold it.
  Problem(Graph graph, Chip chip, const Mode& mode = {}, Constraints constraints = {},
          const PackingEffort& effort = kQuickPacking);

  const Graph& graph() const { return data_->graph; }
  const Chip& chip() const { return data_->chip; }
  const Mode& mode() const { return data_->mode; }
  const Decisions& decisions() const { return data_->decisions; }
  const Movables& movables() const { return data_->movables; }
  // Those given, less the memories that cannot hold a decision.
  const Constraints& constraints() const { return data_->constraints; }
  const PackingEffort& effort() const { return data_->effort; }

  // The same network on the same chip in the same mode.
  Problem under(Constraints constraints, const PackingEffort& effort = kQuickPacking) const;

 private:
  struct Data {
    Graph graph;
    Chip chip;
    Mode mode;
    Decisions decisions;
    Movables movables;
    Constraints constraints;
    PackingEffort effort;
  };
  std::shared_ptr<const Data> data_;
};

}  // namespace memplace
