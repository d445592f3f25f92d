// SPDX-License-Identifier: Apache-2.0
// Decisions of a network on a chip whose memories hold everything.
#pragma once

#include <vector>

#include "sim/placement/decisions.h"

namespace memplace {

// In schedule order.
inline std::vector<TensorId> decisions_of(const Graph& graph) {
  const Decisions decisions(graph);
  return {decisions.tensors().begin(), decisions.tensors().end()};
}

}  // namespace memplace
