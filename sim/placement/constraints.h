// SPDX-License-Identifier: Apache-2.0
// Where tensors may be, whatever a search or a compiler would like.
#pragma once

#include <cstddef>

#include "base/strong_id.h"
#include "sim/chip/memory_set.h"
#include "workloads/graph/types.h"

namespace memplace {

// The memories that each decision may be in; none of the sets is empty. Only decisions are looked
// at: the tensors that follow one go with it, and those that none decides on are where they are.
struct Constraints {
  IdVector<TensorId, MemorySet> allowed;  // empty: everything is allowed

  bool none() const { return allowed.empty(); }
  bool allows(TensorId decision, MemoryId memory) const {
    return none() || allowed[decision].contains(memory);
  }
  // Of a chip with that many memories.
  MemorySet of(TensorId decision, std::size_t memories) const {
    return none() ? MemorySet::first(memories) : allowed[decision];
  }

  bool operator==(const Constraints&) const = default;
};

}  // namespace memplace
