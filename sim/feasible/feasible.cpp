// SPDX-License-Identifier: Apache-2.0
#include "sim/feasible/feasible.h"

#include <utility>
#include <variant>

namespace memplace {

Rectified made_feasible(Rectifier& rectifier, const Mapping& asked) {
  RectifyResult result = rectifier.rectify(asked);
  if (const auto* infeasible = std::get_if<Infeasible>(&result)) {
    throw InfeasibleFailure(infeasible->message);
  }
  return std::get<Rectified>(std::move(result));
}

Rectified made_feasible(const Problem& problem, const Mapping& asked) {
  Rectifier rectifier(problem);
  return made_feasible(rectifier, asked);
}

Rectifier fitting_rectifier(const Problem& problem) {
  Rectifier rectifier(problem);
  static_cast<void>(made_feasible(rectifier, slowest_allowed(problem)));
  return rectifier;
}

}  // namespace memplace
