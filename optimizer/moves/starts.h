// SPDX-License-Identifier: Apache-2.0
// Where searches that move from mapping to mapping begin.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "optimizer/search/option_table.h"
#include "optimizer/search/strategy.h"

namespace memplace {

// What the option `start` may be: the name of a heuristic, or kBestStart: all of them are evaluated
// first.
inline constexpr const char* kBestStart = "best";
std::vector<std::string> start_names();

// A table whose first option that is.
template <class Rule>
OptionTable<Rule> options_with_start(std::string Rule::*start, Rule defaults = {}) {
  NamedValues<std::string> names;
  for (const std::string& name : start_names()) {
    names.emplace_back(name, name);
  }
  OptionTable<Rule> table(std::move(defaults));
  table.choice("start", "the heuristic to start from, or best: all are evaluated first",
               std::move(names), start);
  return table;
}

// `task.warm.init` alone where there is one; else the heuristic that `start` names or, for
// kBestStart, all of them in the order of their table, each moved to where it is allowed to be and
// none twice. Then what a Relaxation among its knowledge has. Never empty; the proposals' part is
// "init", "start" or "relaxed".
std::vector<Proposal> starts(const StrategyTask& task, const std::string& start);

}  // namespace memplace
