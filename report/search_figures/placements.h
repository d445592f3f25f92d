// SPDX-License-Identifier: Apache-2.0
// What mappings do differently: bytes that move between memories, and strips in schedule order.
#pragma once

#include <string>
#include <vector>

#include "sim/placement/mapping.h"
#include "sim/placement/problem.h"

namespace memplace {

// Bytes in memory `from` under one mapping and in `to` under another.
struct Transition {
  TensorKind kind = TensorKind::kWeights;  // or kActivation
  MemoryId from;
  MemoryId to;
  Bytes bytes;
  double from_share = 0;  // of all bytes of this kind in `from`; 0 where there are none
};

// Weights, then activations, each by `from`, then `to`: every pair of memories, from the slowest.
// Tensors that no mapping decides on are left out.
std::vector<Transition> transitions(const Problem& problem, const Mapping& from, const Mapping& to);

// A decision in its place of the schedule.
struct StripPlace {
  TensorId tensor;
  std::string op;  // the first that reads the weights; that writes the activation
  Bytes bytes;     // with what follows the decision
};
std::vector<StripPlace> strip_places(const Problem& problem);

}  // namespace memplace
