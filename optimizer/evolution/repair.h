// SPDX-License-Identifier: Apache-2.0
// Making drawn mappings feasible before they are evaluated.
#pragma once

#include <vector>

#include "base/rng.h"
#include "optimizer/moves/search_space.h"
#include "optimizer/search/strategy.h"
#include "sim/feasible/placer.h"
#include "sim/placement/mapping.h"

namespace memplace {

// Rectify serves tensors in schedule order, so that in a mapping that asks for too much it is
// always the last tensors that lose. Here those come first that ask for something new, and the
// others in random order; when all that fit the memory that they ask for are there, each of the
// rest gets the next slower one that it may be in and fits. So a child keeps the change that makes
// it different from its parent, chance says who pays for it, and who pays drives out nobody else.
//
// Not thread-safe. `space` outlives it.
class Repair {
 public:
  Repair(const StrategyTask& task, const SearchSpace& space);

  // Feasible by live bytes, if what the constraints leave no choice is; settled and allowed. What
  // fits nowhere is in the slowest memory that it may be in. Both mappings are settled and allowed.
  Mapping repair(const Mapping& asked, const Mapping& parent, Rng& rng);

  // Promotes what then fits a faster memory, in random order, but nothing in which `mapping`
  // differs from `parent` as it was asked. Only after repair().
  void fill(Mapping& mapping, Rng& rng);

 private:
  void demote(TensorId decision, Mapping& mapping);

  StrategyTask task_;
  const SearchSpace& space_;
  Placer placer_;
  std::vector<TensorId> news_;  // that ask for another memory than the parent has
  std::vector<TensorId> others_;
  std::vector<TensorId> refused_;
};

}  // namespace memplace
