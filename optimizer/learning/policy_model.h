// SPDX-License-Identifier: Apache-2.0
// A graph network as a policy for one task: everything but its parameters.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "optimizer/learning/action_space.h"
#include "optimizer/learning/network_input.h"
#include "optimizer/learning/policy_shape.h"
#include "optimizer/moves/posterior.h"
#include "optimizer/moves/search_space.h"
#include "optimizer/nn/critic_network.h"
#include "optimizer/nn/policy_network.h"
#include "optimizer/search/strategy.h"

namespace memplace {

class PolicyModel {
 public:
  // shape.memories are the task's. `space` outlives it. `uniform`: the
  // posterior is uniform whatever the parameters are, for comparisons.
  PolicyModel(const StrategyTask& task, const SearchSpace& space, const PolicyShape& shape,
              bool uniform = false);

  const PolicyShape& shape() const { return shape_; }
  const NetworkInput& input() const { return input_; }
  const ActionSpace& actions() const { return actions_; }
  const nn::PolicyNetwork<float>& policy() const { return policy_; }
  const nn::CriticNetwork<float>& critic() const { return critic_; }

  // One forward pass.
  Posterior posterior(std::span<const float> parameters) const;

 private:
  PolicyShape shape_;
  bool uniform_;
  NetworkInput input_;
  ActionSpace actions_;
  nn::PolicyNetwork<float> policy_;
  nn::CriticNetwork<float> critic_;
};

}  // namespace memplace
