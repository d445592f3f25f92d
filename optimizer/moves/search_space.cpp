// SPDX-License-Identifier: Apache-2.0
#include "optimizer/moves/search_space.h"

#include <algorithm>

#include "sim/placement/mapping.h"

namespace memplace {
SearchSpace::SearchSpace(const StrategyTask& task)
    : bytes_(group_bytes(task.problem)), choices_(task.problem.graph().tensors().size()) {
  for (const TensorId id : task.problem.decisions().tensors()) {
    if (bytes_[id] == Bytes(0)) {
      continue;
    }
    Slice& slice = choices_[id];
    slice.begin = memories_.size();
    for (const MemoryId memory : task.problem.chip().memories.ids()) {
      if (task.problem.constraints().allows(id, memory)) {
        memories_.push_back(memory);
      }
    }
    slice.end = memories_.size();
    if (is_free(id)) {
      decisions_.push_back(id);
    }
  }
}

std::span<const MemoryId> SearchSpace::choices(TensorId decision) const {
  const Slice& slice = choices_[decision];
  return {memories_.data() + slice.begin, memories_.data() + slice.end};
}

bool SearchSpace::allows(TensorId decision, MemoryId memory) const {
  const std::span<const MemoryId> allowed = choices(decision);
  return std::find(allowed.begin(), allowed.end(), memory) != allowed.end();
}

}  // namespace memplace
