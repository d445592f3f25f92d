// SPDX-License-Identifier: Apache-2.0
// What a learner is paid for an evaluation: EGRL's reward.
#pragma once

#include "optimizer/search/strategy.h"

namespace memplace {

// The constants of the reward. Its structure is EGRL's; these two values are recalled, not checked.
struct RewardRule {
  double exponent = 2;
  double scale = 5;
};

// scale * (native_cost / cost) ^ exponent: more is better, `scale` is what the native heuristic
// gets. The ratio is at most a million, which is what costs nothing where native costs something;
// where neither costs anything it is 1.
double gain(double cost, double native_cost, const RewardRule& rule);

// The gain of a mapping that was feasible as asked; of any other -epsilon, whatever rectify made of
// it, so that the least infeasible one is the best of them and each feasible one is better.
double reward(const Evaluated& evaluated, double native_cost, const RewardRule& rule);

}  // namespace memplace
