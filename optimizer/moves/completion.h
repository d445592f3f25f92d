// SPDX-License-Identifier: Apache-2.0
// Partial mappings made whole: what is decided stays, and the rest takes the room that is left.
#pragma once

#include <optional>
#include <vector>

#include "base/strong_id.h"
#include "optimizer/moves/search_space.h"
#include "optimizer/search/strategy.h"
#include "sim/chip/chip.h"
#include "sim/feasible/placer.h"
#include "sim/placement/mapping.h"
#include "workloads/graph/graph.h"

namespace memplace {

// Where rectify would serve decisions in schedule order, this serves those first that a search has
// made already. Not thread-safe.
class Completion {
 public:
  explicit Completion(const StrategyTask& task);

  void decide(TensorId decision) { decided_[decision] = 1; }
  void forget();  // all decided

  // The decided and those that are not free stay where `mapping` has them. All others, in schedule
  // order, go where it has them or else to the next slower memory that they may be in and fit; then
  // each of them, in the same order, to the fastest that it fits now. Settled and, by live bytes,
  // feasible. Nothing where something would have no place.
  std::optional<Mapping> complete(Mapping mapping);

 private:
  bool is_decided(TensorId decision) const {
    return decided_[decision] != 0 || !space_.is_free(decision);
  }

  Problem problem_;
  SearchSpace space_;
  Placer placer_;
  IdVector<TensorId, char> decided_;
};

}  // namespace memplace
