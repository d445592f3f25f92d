// SPDX-License-Identifier: Apache-2.0
// Where the relaxations of a bound would have the tensors: something for searches to begin with.
#pragma once

#include <cstddef>
#include <vector>

#include "base/units.h"
#include "optimizer/moves/posterior.h"
#include "optimizer/moves/search_space.h"
#include "optimizer/search/strategy.h"
#include "sim/placement/mapping.h"

namespace memplace {

struct Relaxation {
  // How much of each decision (Problem::decisions()) the linear relaxation has in each memory; by
  // decision, then memory. Empty where memplace was built without a solver.
  std::vector<double> shares;
  // Settled, allowed and each once: of the integer program, of the linear one rounded, and of the
  // chain, the last first. They need not be feasible.
  std::vector<Mapping> mappings;
};

// A function of the task's problem alone, and of `known`, the latency of some feasible mapping.
// Takes seconds. At most `most` mappings.
Relaxation relax(const StrategyTask& task, Picoseconds known, std::size_t most);

// The shares of what is free, none of an allowed memory below `least`. Needs shares.
Posterior posterior_of(const Relaxation& relaxation, const StrategyTask& task,
                       const SearchSpace& space, double least);

}  // namespace memplace
