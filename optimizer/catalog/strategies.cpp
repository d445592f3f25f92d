// SPDX-License-Identifier: Apache-2.0
#include "optimizer/catalog/strategies.h"

#include <utility>

#include "optimizer/egrl/egrl.h"
#include "optimizer/strategies/annealing.h"
#include "optimizer/strategies/beam.h"
#include "optimizer/strategies/greedy_dp.h"
#include "optimizer/strategies/heuristic_strategy.h"
#include "optimizer/strategies/milp.h"
#include "optimizer/strategies/portfolio.h"
#include "optimizer/strategies/random.h"
#include "optimizer/strategies/tabu.h"

namespace memplace {
namespace {

// The best known combination of docs/results/searches.md.
PortfolioRule best_known() {
  PortfolioRule rule;
  rule.members = "beam+tabu";
  return rule;
}

void fill(Catalog& catalog) {
  catalog.add(PortfolioStrategy::info(
      "auto", "the best known combination; may change with versions", best_known(), catalog));
  catalog.add(EgrlStrategy::egrl_info(catalog));
  catalog.add(AnnealingStrategy::info());
  catalog.add(TabuStrategy::info());
  catalog.add(EgrlStrategy::ea_info());
  catalog.add(EgrlStrategy::pg_info());
  catalog.add(PortfolioStrategy::info("portfolio", "several strategies at one budget",
                                      PortfolioRule(), catalog));
  catalog.add(BeamStrategy::info());
  catalog.add(MilpStrategy::info());
  catalog.add(GreedyDpStrategy::info());
  catalog.add(RandomStrategy::info());
  for (StrategyInfo& row : heuristic_strategies()) {
    catalog.add(std::move(row));
  }
}

}  // namespace

const Catalog& strategies() {
  static Catalog catalog;
  static const bool filled = (fill(catalog), true);
  static_cast<void>(filled);
  return catalog;
}

}  // namespace memplace
