// SPDX-License-Identifier: Apache-2.0
#include "optimizer/strategies/heuristic_strategy.h"

#include <algorithm>

#include "optimizer/starts.h"

namespace memplace {

HeuristicStrategy::HeuristicStrategy(const StrategyTask& task, const HeuristicInfo& heuristic) {
  if (task.init != nullptr) {
    proposals_.push_back({*task.init, "init"});
  }
  proposals_.push_back(
      {allowed(task, heuristic.make(task.graph, task.chip, task.mode)), "heuristic"});
}

std::vector<Proposal> HeuristicStrategy::ask(std::size_t room) {
  const auto begin = proposals_.begin() + static_cast<std::ptrdiff_t>(told_);
  return {begin, begin + static_cast<std::ptrdiff_t>(std::min(room, proposals_.size() - told_))};
}

void HeuristicStrategy::tell(std::span<const Evaluated> results) { told_ += results.size(); }

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
