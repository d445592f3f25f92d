// SPDX-License-Identifier: Apache-2.0
// Rows of the table of strategies.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "optimizer/search/option_table.h"
#include "optimizer/search/strategy.h"

namespace memplace {

// The row of a strategy that is made of a task and the rule that its options make.
template <class Made, class Rule>
StrategyInfo strategy_row(std::string name, std::string summary, OptionTable<Rule> options) {
  StrategyInfo row;
  row.name = std::move(name);
  row.summary = std::move(summary);
  row.options = options.infos();
  row.make = [options = std::move(options)](const StrategyTask& task, const Options& given) {
    return std::make_unique<Made>(task, options.read(given));
  };
  return row;
}

}  // namespace memplace
