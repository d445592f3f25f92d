// SPDX-License-Identifier: Apache-2.0
#include "optimizer/strategies/heuristic_strategy.h"

namespace memplace {

HeuristicStrategy::HeuristicStrategy(const StrategyTask& task, const HeuristicInfo& heuristic)
    : mapping_(heuristic.make(task.graph, task.chip, task.mode)) {}

std::vector<Mapping> HeuristicStrategy::ask(std::size_t /*room*/) { return {mapping_}; }

void HeuristicStrategy::tell(std::span<const Evaluated> /*results*/) { done_ = true; }

std::vector<StrategyInfo> heuristic_strategies() {
  std::vector<StrategyInfo> rows;
  for (const HeuristicInfo& heuristic : heuristics()) {
    StrategyInfo row;
    row.name = heuristic.name;
    row.summary = heuristic.summary;
    row.make = [&heuristic](const StrategyTask& task, const Options& /*options*/) {
      return std::make_unique<HeuristicStrategy>(task, heuristic);
    };
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace memplace
