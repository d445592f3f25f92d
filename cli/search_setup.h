// SPDX-License-Identifier: Apache-2.0
// What `optimize` searches: from its arguments, or from the directory of a run.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cli/arguments.h"
#include "cli/setup.h"
#include "optimizer/search/evaluator.h"
#include "optimizer/search/options.h"
#include "optimizer/search/strategy.h"
#include "optimizer/studies/run/run_config.h"
#include "sim/placement/problem.h"

namespace memplace {

// What learns, where something has to and nobody says what.
inline constexpr const char* kLearningStrategy = "egrl";

// --strategy, --preset and --option; `fallback` stands in the help for the default.
void declare_strategy(Arguments& arguments, const std::string& fallback);
const StrategyInfo& choose_strategy(const Arguments& arguments, const std::string& fallback);
Options choose_options(const Arguments& arguments, const StrategyInfo& info);

// All options of a search beside those of declare_program().
void declare_search(Arguments& arguments);

struct SearchSetup {
  std::shared_ptr<const Program> program;
  RunConfig config;
  // --time stands alone: config has no budget yet.
  bool budget_open = false;
};

// Throws Error.
SearchSetup new_search(const Arguments& arguments);
SearchSetup stored_search(const Arguments& arguments, const std::string& directory);

// Throws InfeasibleFailure where no mapping at all fits the chip under the constraints.
void check_something_fits(const Arguments& arguments, const Problem& problem);

}  // namespace memplace
