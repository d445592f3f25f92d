// SPDX-License-Identifier: Apache-2.0
// Random networks for property and differential tests.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/rng.h"
#include "workloads/graph/graph.h"

namespace memplace {

struct RandomGraphOptions {
  std::size_t least_ops = 1;
  std::size_t most_ops = 24;
  // Elements of the largest inputs and activations. Most are far smaller; some have none.
  std::int64_t most_elements = 65536;
  // Bounds a grid op's input and output channels, and so what one position reads and writes. Its
  // batch is at most 8 and its kernel at most 9, which bounds weights.
  std::int64_t most_channels = 64;
};

// A network of every feature a Graph has: branches and joins, several inputs and outputs, outputs
// that are read on, shared weights, tensors without bytes, views (of inputs, of views), partial
// reads, one tensor read twice, ops without inputs or weights, ops with several outputs, every kind
// of work. Ops are o0, o1, ... and tensors are named as in workloads/io/graph_text.h. A function of
// the rng's state and the options alone.
Graph random_graph(Rng& rng, const RandomGraphOptions& options);

}  // namespace memplace
