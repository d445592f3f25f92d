// SPDX-License-Identifier: Apache-2.0
// A network and a chip as a policy sees them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "optimizer/learning/policy_shape.h"
#include "optimizer/nn/matrix.h"
#include "optimizer/nn/topology.h"
#include "sim/placement/problem.h"

namespace memplace {

struct NetworkInput {
  std::vector<std::string> names;  // of the features: the same for all chips of as many memories
  nn::Matrix<float> features;      // a row an op, in schedule order
  nn::Topology topology;           // of ops, without loops
};

// How many features there are on chips of so many memories.
std::size_t feature_count(FeatureSet set, std::size_t memories);

// Numbers mean the same in every network, so that what is learned on one carries over: sizes are
// log2(1 + x) / 32, bytes are of the whole tensor, parts are parts of the network's own sum in
// [0, 1], kinds of work are indicators.
NetworkInput network_input(const Problem& problem, FeatureSet set, EdgeDirections directions);

}  // namespace memplace
