// SPDX-License-Identifier: Apache-2.0
// How fast the networks of searches that learn are, on a workload's graph.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "bench/interleaved.h"
#include "workloads/graph/graph.h"

namespace memplace::bench {

// A step of learning. A gradient is forward and backward, and counts as three times forward's
// operations: each product has two on the way back.
struct LearningRow {
  std::string step;  // policy-forward, policy-gradient, critic-gradient
  std::size_t nodes = 0;
  std::size_t hidden = 0;
  std::size_t batch = 0;  // joint actions at once; 0 for the policy, which sees the graph alone
  double milliseconds = 0;
  double gflops = 0;
  double share_of_peak = 0;  // of the rate of a product of 512 x 512 floats, in the same rounds
};

std::vector<LearningRow> measure_learning(const Graph& graph, const Effort& effort);

}  // namespace memplace::bench
