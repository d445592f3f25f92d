// SPDX-License-Identifier: Apache-2.0
// Adam (Kingma, Ba, "Adam: a method for stochastic optimization", ICLR 2015).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace memplace::nn {

struct AdamRule {
  double rate = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  // A gradient whose Euclidean norm is greater is scaled down to it; 0: never.
  double clip = 0;
};

class Adam {
 public:
  Adam(std::size_t parameters, const AdamRule& rule);

  // Moves `parameters` against `gradient`, within [-kMostParameter, kMostParameter].
  void step(std::span<float> parameters, std::span<const float> gradient);

  std::uint64_t steps() const { return steps_; }

  // Hands over all state, for snapshots: the steps and both moments, by parameter.
  template <class Visit>
  void visit(Visit visit) const {
    visit(steps_, first_, second_);
  }
  template <class Visit>
  void visit(Visit visit) {
    visit(steps_, first_, second_);
  }

 private:
  AdamRule rule_;
  std::uint64_t steps_ = 0;
  std::vector<float> first_, second_;  // moments
};

// target += share * (source - target): Polyak's averaging.
void follow(std::span<float> target, std::span<const float> source, double share);

}  // namespace memplace::nn
