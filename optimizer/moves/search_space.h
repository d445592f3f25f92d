// SPDX-License-Identifier: Apache-2.0
// What a search may decide: which tensors, and on which memories.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/strong_id.h"
#include "base/units.h"
#include "optimizer/search/strategy.h"
#include "sim/chip/chip.h"
#include "workloads/graph/graph.h"

namespace memplace {

// The decisions that matter and are free: those with bytes that the task's constraints leave more
// than one memory. All others stay where they are in every mapping of a search.
class SearchSpace {
 public:
  explicit SearchSpace(const StrategyTask& task);

  // In schedule order, an op's weights before its output.
  std::span<const TensorId> decisions() const { return decisions_; }

  // Whether there is but one mapping that matters.
  bool empty() const { return decisions_.empty(); }

  // The memories that a decision may be in, from slow to fast; two or more for decisions().
  std::span<const MemoryId> choices(TensorId decision) const;
  bool allows(TensorId decision, MemoryId memory) const;
  bool is_free(TensorId decision) const { return choices(decision).size() > 1; }

  // Of everything that the decision moves.
  Bytes bytes(TensorId decision) const { return bytes_[decision]; }

 private:
  IdVector<TensorId, Bytes> bytes_;  // by leader
  std::vector<TensorId> decisions_;
  std::vector<MemoryId> memories_;
  struct Slice {
    std::size_t begin = 0, end = 0;
  };
  IdVector<TensorId, Slice> choices_;  // in memories_; empty but for decisions with bytes
};

}  // namespace memplace
