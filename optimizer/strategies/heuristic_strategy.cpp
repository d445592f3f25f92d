// SPDX-License-Identifier: Apache-2.0
#include "optimizer/strategies/heuristic_strategy.h"

#include <utility>

#include "optimizer/moves/starts.h"

namespace memplace {

HeuristicStrategy::HeuristicStrategy(const StrategyTask& task, const HeuristicInfo& heuristic) {
  std::vector<Proposal> proposals;
  if (task.warm.init.has_value()) {
    proposals.push_back({*task.warm.init, "init"});
  }
  proposals.push_back({allowed(task.problem, heuristic.make(task.problem)), "heuristic"});
  queue_.refill(std::move(proposals));
}

std::vector<Proposal> HeuristicStrategy::ask(std::size_t room) { return queue_.ask(room); }

void HeuristicStrategy::tell(std::span<const Evaluated> results) {
  for (std::size_t i = 0; i < results.size(); ++i) {
    queue_.tell();
  }
}

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
