// SPDX-License-Identifier: Apache-2.0
// Strategies and their options, for people to read.
#pragma once

#include <cstddef>
#include <string>

#include "optimizer/search/strategy.h"

namespace memplace {

std::string default_text(const OptionInfo& option);
// "0 to 1", "chip or paper"; empty where only the option itself can say.
std::string allowed_text(const OptionInfo& option);
// "a=1, b=2".
std::string options_text(const Preset& preset);

// Every strategy with its summary, on lines of at most `width` columns.
std::string strategies_text(std::size_t width);
// One strategy: a row for each option, then its presets.
std::string strategy_text(const StrategyInfo& info, std::size_t width);

}  // namespace memplace
