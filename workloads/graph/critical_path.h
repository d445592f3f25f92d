// SPDX-License-Identifier: Apache-2.0
// The heaviest chain of dependent ops.
#pragma once

#include "base/strong_id.h"
#include "base/units.h"
#include "workloads/graph/graph.h"

namespace memplace {

// The largest sum of weights along any path of dependencies, each op counted with its own weight.
// Weights are not negative and their sum fits 64 bits. Takes time linear in ops and dependencies.
Picoseconds heaviest_path(const Graph& graph, const IdVector<OpId, Picoseconds>& weights);

}  // namespace memplace
