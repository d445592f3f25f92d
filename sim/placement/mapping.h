// SPDX-License-Identifier: Apache-2.0
// Which memory each tensor lives in.
#pragma once

#include "base/strong_id.h"
#include "base/units.h"
#include "sim/chip/chip.h"
#include "sim/placement/problem.h"
#include "workloads/graph/graph.h"

namespace memplace {

// tensor -> memory, for every tensor of the graph. Only Problem::decisions() are free; all others
// follow their leader or are in Chip::io_memory. `settle` makes a mapping say so.
using Mapping = IdVector<TensorId, MemoryId>;

// Every decision in `memory`, or where that cannot hold it in the nearest_of() those that can;
// settled. Constraints are not asked.
Mapping uniform_mapping(const Problem& problem, MemoryId memory);

// Makes the tensors that are no decisions agree with those that are: followers with their leader,
// fixed ones with Chip::io_memory.
void settle(const Problem& problem, Mapping& mapping);

// Throws InternalError unless `mapping` is settled and every memory exists.
void check_settled(const Problem& problem, const Mapping& mapping);

// The mapping with every decision that is where it may not be in the nearest_of() what is allowed;
// settled.
Mapping allowed(const Problem& problem, Mapping mapping);

// Every decision in the slowest memory it may be in; settled.
Mapping slowest_allowed(const Problem& problem);

// By leader: the bytes of all storages that go with it, each counted once. Zero for all others.
IdVector<TensorId, Bytes> group_bytes(const Problem& problem);

}  // namespace memplace
