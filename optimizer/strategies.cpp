// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "base/error.h"
#include "optimizer/strategies/annealing.h"
#include "optimizer/strategies/beam.h"
#include "optimizer/strategies/ea.h"
#include "optimizer/strategies/greedy_dp.h"
#include "optimizer/strategies/heuristic_strategy.h"
#include "optimizer/strategies/portfolio.h"
#include "optimizer/strategies/random.h"
#include "optimizer/strategies/tabu.h"
#include "optimizer/strategy.h"

namespace memplace {
namespace {

std::vector<StrategyInfo> make_table() {
  std::vector<StrategyInfo> table;
  table.push_back(AnnealingStrategy::info());
  table.push_back(TabuStrategy::info());
  table.push_back(EaStrategy::info());
  table.push_back(PortfolioStrategy::info());
  table.push_back(BeamStrategy::info());
  table.push_back(GreedyDpStrategy::info());
  table.push_back(RandomStrategy::info());
  for (StrategyInfo& row : heuristic_strategies()) {
    table.push_back(std::move(row));
  }
  return table;
}

}  // namespace

std::span<const StrategyInfo> strategies() {
  static const std::vector<StrategyInfo> table = make_table();
  return table;
}

const StrategyInfo& find_strategy(std::string_view name) {
  std::vector<std::string> names;
  for (const StrategyInfo& info : strategies()) {
    if (info.name == name) {
      return info;
    }
    names.push_back(info.name);
  }
  throw Error(unknown_name_message("strategy", name, names));
}

}  // namespace memplace
