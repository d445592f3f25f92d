// SPDX-License-Identifier: Apache-2.0
#include "optimizer/learning/policy_objective.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace memplace {
namespace {

double log_of(double probability) {
  // p log p is 0 where p is.
  return probability > 0 ? std::log(probability) : 0;
}

double per_decision(const ActionSpace& actions) {
  return 1.0 / static_cast<double>(std::max<std::size_t>(1, actions.decisions()));
}

double per_model(const PolicyObjective& objective) {
  return 1.0 / static_cast<double>(std::max<std::size_t>(1, objective.models.size()));
}

}  // namespace

double objective_of(const ActionSpace& actions, const Posterior& posterior,
                    const PolicyObjective& objective) {
  double value = 0;
  double entropy = 0;
  double likelihood = 0;
  for (std::size_t i = 0; i < actions.decisions(); ++i) {
    for (const MemoryId memory : actions.allowed(i)) {
      const double p = posterior.row(i)[memory.index()];
      value += objective.values.row(i)[memory.index()] * p;
      entropy -= p * log_of(p);
    }
    for (const Experience& model : objective.models) {
      likelihood += log_of(posterior.row(i)[model.choices[i]]);
    }
  }
  return value + per_decision(actions) * (objective.alpha * entropy +
                                          objective.imitation * per_model(objective) * likelihood);
}

std::vector<double> logit_gradient(const ActionSpace& actions, const Posterior& posterior,
                                   const PolicyObjective& objective) {
  std::vector<double> gradient(actions.nodes() * actions.columns(), 0.0);
  const double entropy_weight = objective.alpha * per_decision(actions);
  const double model_weight = objective.imitation * per_decision(actions) * per_model(objective);
  for (std::size_t i = 0; i < actions.decisions(); ++i) {
    const std::span<const double> p = posterior.row(i);
    const std::span<const double> values = objective.values.row(i);
    // By the probabilities, as if they were free; then through the softmax.
    const auto slope = [&](std::size_t j) {
      return values[j] - entropy_weight * (log_of(p[j]) + 1);
    };
    double mean = 0;
    for (const MemoryId memory : actions.allowed(i)) {
      mean += p[memory.index()] * slope(memory.index());
    }
    double* const out = gradient.data() + actions.offset(i);
    for (const MemoryId memory : actions.allowed(i)) {
      const std::size_t j = memory.index();
      out[j] = p[j] * (slope(j) - mean);
    }
    for (const Experience& model : objective.models) {
      for (const MemoryId memory : actions.allowed(i)) {
        const std::size_t j = memory.index();
        out[j] += model_weight * ((j == model.choices[i] ? 1.0 : 0.0) - p[j]);
      }
    }
  }
  return gradient;
}

}  // namespace memplace
