// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/strong_id.h"
#include "base/units.h"
#include "workloads/graph/graph.h"

namespace memplace {

// By leader: the bytes of all storages that go with it, each counted once. Zero for all others.
inline IdVector<TensorId, Bytes> group_bytes(const Graph& graph) {
  IdVector<TensorId, Bytes> bytes(graph.tensors().size());
  for (const TensorId id : graph.tensors()) {
    if (graph.storage(id) == id) {
      bytes[graph.leader(id)] += graph.tensor(id).bytes;
    }
  }
  return bytes;
}

}  // namespace memplace
