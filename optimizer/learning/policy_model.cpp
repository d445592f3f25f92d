// SPDX-License-Identifier: Apache-2.0
#include "optimizer/learning/policy_model.h"

#include "base/error.h"

namespace memplace {
namespace {

nn::GraphUNetShape unet_shape(const PolicyShape& shape) {
  nn::GraphUNetShape unet;
  unet.inputs = feature_count(shape.features, shape.memories);
  unet.hidden = shape.hidden;
  unet.heads = shape.heads;
  unet.depth = shape.depth;
  return unet;
}

}  // namespace

std::size_t parameter_count(const PolicyShape& shape) {
  return nn::PolicyNetwork<float>(unet_shape(shape), 2 * shape.memories).layout().size();
}

PolicyModel::PolicyModel(const StrategyTask& task, const SearchSpace& space,
                         const PolicyShape& shape, bool uniform)
    : shape_(shape),
      uniform_(uniform),
      input_(network_input(task.problem, shape.features, shape.edges)),
      actions_(task, space),
      policy_(unet_shape(shape), actions_.columns()),
      critic_(unet_shape(shape), actions_.columns()) {
  MEMPLACE_ASSERT(shape.memories == actions_.memories(), "a policy for another chip");
}

Posterior PolicyModel::posterior(std::span<const float> parameters) const {
  if (uniform_) {
    const auto rows = static_cast<Eigen::Index>(actions_.nodes());
    const auto columns = static_cast<Eigen::Index>(actions_.columns());
    return actions_.posterior(nn::Matrix<float>::Zero(rows, columns));
  }
  return actions_.posterior(policy_.forward(parameters, input_.topology, input_.features));
}

}  // namespace memplace
