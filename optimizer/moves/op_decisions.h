// SPDX-License-Identifier: Apache-2.0
// Decisions op by op: what searches are made of that walk the schedule.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/units.h"
#include "optimizer/moves/search_space.h"
#include "optimizer/search/option_table.h"
#include "optimizer/search/strategy.h"
#include "sim/chip/chip.h"
#include "sim/placement/mapping.h"
#include "workloads/graph/graph.h"

namespace memplace {

// The free decisions of an op: its weights, its output or both. Shared weights are the first op's
// that reads them.
struct OpDecisions {
  OpId op;
  std::vector<TensorId> decisions;  // weights before the output
  Bytes bytes;                      // of all that they move
};

// Every op that decides something, in schedule order.
std::vector<OpDecisions> decisions_by_op(const Graph& graph, const SearchSpace& space);

// `base` under every combination of the op's choices but its own, settled: at most memories x
// memories - 1. Need not be feasible.
std::vector<Mapping> variants(const StrategyTask& task, const SearchSpace& space,
                              const OpDecisions& op, const Mapping& base);

// The option `order`.
enum class OpOrder {
  kSchedule,
  kBytes,  // the most first
};
template <class Rule>
void add_order(OptionTable<Rule>& table, OpOrder Rule::*order) {
  table.choice(
      "order", "in which order ops are visited: as they run, or those with most bytes first",
      NamedValues<OpOrder>{{"schedule", OpOrder::kSchedule}, {"bytes", OpOrder::kBytes}}, order);
}

void sort_by(OpOrder order, std::vector<OpDecisions>& ops);

}  // namespace memplace
