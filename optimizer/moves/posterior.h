// SPDX-License-Identifier: Apache-2.0
// Probabilities over mappings: what every genome says, and how a mapping is drawn from them.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/rng.h"
#include "optimizer/moves/search_space.h"
#include "optimizer/search/strategy.h"
#include "sim/placement/mapping.h"

namespace memplace {

// For each free decision, in the order of SearchSpace::decisions(), the probability of each memory
// of the chip; 0 where it may not be. Each row sums to 1.
class Posterior {
 public:
  Posterior(std::size_t decisions, std::size_t memories)
      : memories_(memories), values_(decisions * memories) {}

  std::size_t decisions() const { return values_.size() / memories_; }
  std::span<double> row(std::size_t i) { return {values_.data() + i * memories_, memories_}; }
  std::span<const double> row(std::size_t i) const {
    return {values_.data() + i * memories_, memories_};
  }

 private:
  std::size_t memories_;
  std::vector<double> values_;
};

// The one of `choices`, of which there is one, whose part of [0, sum) holds `u`; the last possible
// one where rounding leaves none. `probabilities` are by memory of the chip; they need not add up
// to 1.
MemoryId pick(std::span<const MemoryId> choices, std::span<const double> probabilities, double u);

// Draws mappings. `space` outlives it.
class Sampler {
 public:
  Sampler(const StrategyTask& task, const SearchSpace& space);

  // Each free decision on its own; settled and allowed.
  Mapping draw(const Posterior& posterior, Rng& rng) const;

 private:
  StrategyTask task_;
  const SearchSpace& space_;
  Mapping base_;  // for what is not free
};

}  // namespace memplace
