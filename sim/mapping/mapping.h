// SPDX-License-Identifier: Apache-2.0
// Which memory each tensor lives in.
#pragma once

#include "base/strong_id.h"
#include "sim/chip/chip.h"
#include "workloads/graph/graph.h"

namespace memplace {

// tensor -> memory, for every tensor of the graph. Only Graph::decisions() are free; all others
// follow their leader or are in the slowest memory. `settle` makes a mapping say so.
using Mapping = IdVector<TensorId, MemoryId>;

// Every decision set to `memory`, everything else settled.
Mapping uniform_mapping(const Graph& graph, const Chip& chip, MemoryId memory);

// Makes the tensors that are no decisions agree with those that are: followers with their leader,
// fixed ones with the slowest memory.
void settle(const Graph& graph, const Chip& chip, Mapping& mapping);

// Throws InternalError unless `mapping` is settled and every memory exists.
void check_settled(const Graph& graph, const Chip& chip, const Mapping& mapping);

}  // namespace memplace
