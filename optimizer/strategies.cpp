// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "optimizer/egrl/egrl.h"
#include "optimizer/strategies/annealing.h"
#include "optimizer/strategies/beam.h"
#include "optimizer/strategies/greedy_dp.h"
#include "optimizer/strategies/heuristic_strategy.h"
#include "optimizer/strategies/milp.h"
#include "optimizer/strategies/portfolio.h"
#include "optimizer/strategies/random.h"
#include "optimizer/strategies/tabu.h"
#include "optimizer/strategy.h"

namespace memplace {
namespace {

std::vector<StrategyInfo> make_table() {
  std::vector<StrategyInfo> table;
  table.push_back(PortfolioStrategy::auto_info());
  table.push_back(EgrlStrategy::egrl_info());
  table.push_back(AnnealingStrategy::info());
  table.push_back(TabuStrategy::info());
  table.push_back(EgrlStrategy::ea_info());
  table.push_back(EgrlStrategy::pg_info());
  table.push_back(PortfolioStrategy::info());
  table.push_back(BeamStrategy::info());
  table.push_back(MilpStrategy::info());
  table.push_back(GreedyDpStrategy::info());
  table.push_back(RandomStrategy::info());
  for (StrategyInfo& row : heuristic_strategies()) {
    table.push_back(std::move(row));
  }
  return table;
}

const Preset& find_preset(const StrategyInfo& info, std::string_view name) {
  std::vector<std::string> names;
  for (const Preset& preset : info.presets) {
    if (preset.name == name) {
      return preset;
    }
    names.push_back(preset.name);
  }
  if (names.empty()) {
    throw Error(
        fmt::format("strategy {}: unknown preset \"{}\"; it has no presets", info.name, name));
  }
  throw Error(
      fmt::format("strategy {}: {}", info.name, unknown_name_message("preset", name, names)));
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

std::vector<std::string> with_preset(const StrategyInfo& info, std::string_view preset,
                                     std::span<const std::string> given) {
  std::vector<std::string> options;
  if (!preset.empty()) {
    for (const std::string& option : find_preset(info, preset).options) {
      const std::string head = option.substr(0, option.find('=') + 1);
      const auto names_it = [&](const std::string& other) { return other.starts_with(head); };
      if (std::none_of(given.begin(), given.end(), names_it)) {
        options.push_back(option);
      }
    }
  }
  options.insert(options.end(), given.begin(), given.end());
  return options;
}

std::vector<std::string> learning_strategies() {
  std::vector<std::string> names;
  for (const StrategyInfo& info : strategies()) {
    if (info.learns) {
      names.push_back(info.name);
    }
  }
  return names;
}

}  // namespace memplace
