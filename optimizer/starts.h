// SPDX-License-Identifier: Apache-2.0
// Where searches that move from mapping to mapping begin.
#pragma once

#include <string>
#include <vector>

#include "optimizer/options.h"
#include "optimizer/strategy.h"

namespace memplace {

// The option `start`: the name of a heuristic, or kBestStart: all of them are evaluated first.
inline constexpr const char* kBestStart = "best";
OptionInfo start_option(std::string default_value);

// `task.init` alone where there is one; else the heuristic that `start` names or, for kBestStart,
// all of them in the order of their table, each moved to where it is allowed to be and none twice.
// Then what `task.relaxation` has, where there is one. Never empty; the proposals' part is "init",
// "start" or "relaxed".
std::vector<Proposal> starts(const StrategyTask& task, const std::string& start);

// `mapping` with what is forbidden moved to where the task allows it, settled.
Mapping allowed(const StrategyTask& task, Mapping mapping);

}  // namespace memplace
