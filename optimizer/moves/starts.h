// SPDX-License-Identifier: Apache-2.0
// Where searches that move from mapping to mapping begin.
#pragma once

#include <string>
#include <vector>

#include "optimizer/search/options.h"
#include "optimizer/search/strategy.h"

namespace memplace {

// The option `start`: the name of a heuristic, or kBestStart: all of them are evaluated first.
inline constexpr const char* kBestStart = "best";
OptionInfo start_option(std::string default_value);

// `task.warm.init` alone where there is one; else the heuristic that `start` names or, for
// kBestStart, all of them in the order of their table, each moved to where it is allowed to be and
// none twice. Then what a Relaxation among its knowledge has. Never empty; the proposals' part is
// "init", "start" or "relaxed".
std::vector<Proposal> starts(const StrategyTask& task, const std::string& start);

}  // namespace memplace
