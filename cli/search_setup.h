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
#include "optimizer/evaluator.h"
#include "optimizer/options.h"
#include "optimizer/run_config.h"
#include "optimizer/strategy.h"
#include "sim/mapping/constraints.h"

namespace memplace {

inline constexpr std::int64_t kMaxBudget = 1'000'000'000;

// What learns, where something has to and nobody says what.
inline constexpr const char* kLearningStrategy = "egrl";

// --strategy, --preset and --option; `fallback` stands in the help for the default.
void declare_strategy(Arguments& arguments, const std::string& fallback);
const StrategyInfo& choose_strategy(const Arguments& arguments, const std::string& fallback);
Options choose_options(const Arguments& arguments, const StrategyInfo& info);

// --seed
void declare_seed(Arguments& arguments);
std::uint64_t choose_seed(const Arguments& arguments);

// Throws Error where --policy-out is given and cannot be written, or would overwrite what is read
// as one of `inputs`.
void check_policy_output(const Arguments& arguments, std::span<const std::string> inputs);

// --time, which others than searches have too; none where it is not given.
std::optional<Picoseconds> time_limit(const Arguments& arguments);

// --pin and --forbid. Throws Error.
void declare_constraints(Arguments& arguments);
Constraints choose_constraints(const Arguments& arguments, const Program& program);
void add_constraints(Setup& setup, const std::vector<std::string>& pins,
                     const std::vector<std::string>& forbids);

// All options of a search beside those of declare_setup().
void declare_search(Arguments& arguments);

struct SearchSetup {
  Setup setup;
  RunConfig config;
  // --time stands alone: config.budget is not chosen yet.
  bool budget_open = false;
};

// Throws Error.
SearchSetup new_search(const Arguments& arguments);
SearchSetup stored_search(const Arguments& arguments, const std::string& directory);

// The head of the search's report, which is the same when the run is continued.
RunHeader header_of(const SearchSetup& search);

// Throws InfeasibleFailure where no mapping at all fits the chip under the rules.
void check_something_fits(const Arguments& arguments, const Program& program,
                          const EvaluationRules& rules);

}  // namespace memplace
