// SPDX-License-Identifier: Apache-2.0
#include "optimizer/nn/adam.h"

#include <cmath>
#include <string>
#include <utility>

#include "base/error.h"
#include "optimizer/nn/parameters.h"

namespace memplace::nn {

Adam::Adam(std::size_t parameters, const AdamRule& rule)
    : rule_(rule), first_(parameters, 0.0F), second_(parameters, 0.0F) {}

void Adam::step(std::span<float> parameters, std::span<const float> gradient) {
  MEMPLACE_ASSERT(parameters.size() == first_.size() && gradient.size() == first_.size(),
                  "Adam for " + std::to_string(first_.size()) + " parameters");
  ++steps_;
  double scale = 1;
  if (rule_.clip > 0) {
    double square = 0;
    for (const float g : gradient) {
      square += static_cast<double>(g) * static_cast<double>(g);
    }
    const double norm = std::sqrt(square);
    if (norm > rule_.clip) {
      scale = rule_.clip / norm;
    }
  }
  const auto t = static_cast<double>(steps_);
  const double unbias1 = 1 - std::pow(rule_.beta1, t);
  const double unbias2 = 1 - std::pow(rule_.beta2, t);
  // rate * (m / unbias1) / (sqrt(v / unbias2) + epsilon), with what is the same for all outside.
  const auto factor = static_cast<float>(rule_.rate / unbias1);
  const auto spread = static_cast<float>(1 / std::sqrt(unbias2));
  const auto epsilon = static_cast<float>(rule_.epsilon);
  const auto keep1 = static_cast<float>(rule_.beta1);
  const auto take1 = static_cast<float>((1 - rule_.beta1) * scale);
  const auto keep2 = static_cast<float>(rule_.beta2);
  const auto take2 = static_cast<float>((1 - rule_.beta2) * scale * scale);
  float* __restrict p = parameters.data();
  float* __restrict m = first_.data();
  float* __restrict v = second_.data();
  const float* __restrict g = gradient.data();
  for (std::size_t i = 0; i < first_.size(); ++i) {
    m[i] = keep1 * m[i] + take1 * g[i];
    v[i] = keep2 * v[i] + take2 * (g[i] * g[i]);
    // Rates are the user's: whatever they do, networks stay finite. What is no number is the least.
    const float moved = p[i] - factor * m[i] / (std::sqrt(v[i]) * spread + epsilon);
    const float raised = moved > -kMostParameter ? moved : -kMostParameter;
    p[i] = raised < kMostParameter ? raised : kMostParameter;
  }
}

void follow(std::span<float> target, std::span<const float> source, double share) {
  MEMPLACE_ASSERT(target.size() == source.size(), "arrays of different networks");
  const auto part = static_cast<float>(share);
  for (std::size_t i = 0; i < target.size(); ++i) {
    target[i] += part * (source[i] - target[i]);
  }
}

}  // namespace memplace::nn
