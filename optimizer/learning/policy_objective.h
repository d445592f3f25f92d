// SPDX-License-Identifier: Apache-2.0
// What a policy's gradient steps raise, apart from the network that makes its logits.
#pragma once

#include <span>
#include <vector>

#include "optimizer/learning/action_space.h"
#include "optimizer/learning/replay.h"
#include "optimizer/moves/posterior.h"

namespace memplace {

// For a posterior p over D decisions:
//   sum of values * p  +  alpha * mean over decisions of entropy(p)
//                      +  imitation * mean over decisions and models of log p(model's choice)
// `values` are the critics' derivative by the probabilities, for each decision and memory.
struct PolicyObjective {
  Posterior values;
  double alpha = 0;
  double imitation = 0;
  std::span<const Experience> models;
};

double objective_of(const ActionSpace& actions, const Posterior& posterior,
                    const PolicyObjective& objective);

// Its derivative by the logits of which `posterior` is the softmax: a number for each of nodes x
// columns, row by row; 0 where a logit has no say.
std::vector<double> logit_gradient(const ActionSpace& actions, const Posterior& posterior,
                                   const PolicyObjective& objective);

}  // namespace memplace
