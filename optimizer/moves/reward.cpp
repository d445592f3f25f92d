// SPDX-License-Identifier: Apache-2.0
#include "optimizer/moves/reward.h"

#include <algorithm>
#include <cmath>

namespace memplace {

double gain(double cost, double native_cost, const RewardRule& rule) {
  // Some things cost nothing: energy, where a chip states none.
  constexpr double kGreatestRatio = 1e6;
  const double ratio = cost > 0 ? native_cost / cost : (native_cost > 0 ? kGreatestRatio : 1.0);
  return rule.scale * std::pow(std::min(ratio, kGreatestRatio), rule.exponent);
}

double reward(const Evaluated& evaluated, double native_cost, const RewardRule& rule) {
  if (evaluated.epsilon.demoted_bytes > Bytes(0)) {
    return -evaluated.epsilon.value();
  }
  return gain(evaluated.cost, native_cost, rule);
}

}  // namespace memplace
