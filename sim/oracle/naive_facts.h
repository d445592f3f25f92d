// SPDX-License-Identifier: Apache-2.0
// What the validators know about tensors: found again from the ops alone, without asking the graph
// for lifetimes, leaders or storages.
#pragma once

#include <cstddef>
#include <optional>

#include "base/strong_id.h"
#include "base/units.h"
#include "sim/chip/chip.h"
#include "workloads/graph/graph.h"

namespace memplace {

// Everything the rules need to know about one tensor.
struct NaiveFacts {
  TensorId source;
  std::optional<std::size_t> written;  // of the source
  bool kept = false;                   // needed after the last op
  std::size_t last_read = 0;           // of the source under any name
};

IdVector<TensorId, NaiveFacts> find_naive_facts(const Graph& graph);

bool is_live(const Tensor& tensor, const NaiveFacts& facts, std::size_t step);

// What one instance of a memory has: a chip-wide one its capacity, a stream's pool that of all its
// engines.
Bytes naive_capacity(const Memory& memory, const Mode& mode);

}  // namespace memplace
