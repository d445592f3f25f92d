// SPDX-License-Identifier: Apache-2.0
// What the parameters of a policy have to fit.
#pragma once

#include <cstddef>

namespace memplace {

// Who hears whom along the graph's dependencies.
enum class EdgeDirections {
  kBoth,      // producers and consumers hear each other
  kForward,   // consumers hear producers
  kBackward,  // producers hear consumers
};

enum class FeatureSet {
  // What is recalled of EGRL: kind of op, weight bytes, input and output shape, input and output
  // bytes, ops left, weights left, groups, kernel, stride, padding, dilation, batch.
  kPaper,
  // Those, and what placement depends on besides: work, lifetimes, readers, and bytes beside the
  // capacities and rates of the chip's memories.
  kChip,
};

// Policies of equal shape work on every network.
struct PolicyShape {
  std::size_t hidden = 128;
  std::size_t heads = 4;
  std::size_t depth = 4;
  FeatureSet features = FeatureSet::kChip;
  EdgeDirections edges = EdgeDirections::kBoth;
  std::size_t memories = 3;

  bool operator==(const PolicyShape&) const = default;
};

// How many parameters a policy of that shape has.
std::size_t parameter_count(const PolicyShape& shape);

}  // namespace memplace
