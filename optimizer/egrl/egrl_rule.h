// SPDX-License-Identifier: Apache-2.0
// What egrl and its halves are made of: what their options say.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/rng.h"
#include "optimizer/egrl/screening.h"
#include "optimizer/evolution/evolution.h"
#include "optimizer/learning/learner.h"
#include "optimizer/learning/policy_model.h"
#include "optimizer/moves/starts.h"
#include "optimizer/search/strategy.h"

namespace memplace {

// What a policy learns from all that is evaluated, and what it proposes in a generation.
struct PolicyRule {
  std::size_t rollouts = 1;  // mappings of the policy
  ScreeningRule screening;
  double steps = 1;              // gradient steps an evaluation
  std::size_t warm_up = 100;     // gradient steps toward the best start, before all others
  std::size_t imitated = 1;      // best mappings that are imitated, and screened near
  std::size_t replay = 100'000;  // mappings that are kept
  std::function<std::unique_ptr<Learner>(const PolicyModel& model, Rng& rng)> learner;
};

// Which parts there are, and how they work together.
struct EgrlRule {
  std::string start = kBestStart;
  DecodeRule decode;
  FitnessRule fitness;
  PolicyShape shape;     // shape.memories is the task's
  bool uniform = false;  // every policy is indifferent and nothing is learnt: for comparisons

  std::optional<EvolutionRule> evolution;  // none: only the policy searches
  std::optional<PolicyRule> policy;        // none: only the evolution does
  std::size_t migration = 1;               // generations between migrations of the policy; 0: none

  const StrategyInfo* companion = nullptr;  // another strategy that takes turns; null: none
  double companion_share = 0.3;             // of the budget
};

}  // namespace memplace
