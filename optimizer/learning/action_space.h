// SPDX-License-Identifier: Apache-2.0
// Decisions as a policy makes them: each op has two, each of one memory in M.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "optimizer/moves/posterior.h"
#include "optimizer/moves/search_space.h"
#include "optimizer/nn/matrix.h"
#include "optimizer/search/strategy.h"
#include "sim/placement/mapping.h"

namespace memplace {

// What a mapping decides, as the index of a memory for each of SearchSpace::decisions().
using Choices = std::vector<std::uint8_t>;

// A row an op, 2 M columns: the memories of its weights, then those of its output. EGRL's action.
// Choices that are not free have no say: their columns are 0 in actions and unused in logits.
class ActionSpace {
 public:
  // `space` outlives it.
  ActionSpace(const StrategyTask& task, const SearchSpace& space);

  std::size_t nodes() const { return nodes_; }
  std::size_t columns() const { return 2 * memories_; }
  std::size_t memories() const { return memories_; }
  std::size_t decisions() const { return first_.size(); }

  // Softmax over the memories that each decision may be in.
  Posterior posterior(const nn::Matrix<float>& logits) const;

  Choices choices(const Mapping& mapping) const;

  // `base` with these choices, settled.
  Mapping mapping(const Choices& choices, Mapping base) const;

  // Writes one-hot actions into rows [row, row + nodes()) of `actions`; its other columns are 0.
  void write_actions(const Choices& choices, std::size_t row, nn::Matrix<float>& actions) const;

  // Where decision i's M columns begin: row-major offset into a nodes x columns matrix.
  std::size_t offset(std::size_t decision) const { return first_[decision]; }
  std::span<const MemoryId> allowed(std::size_t decision) const {
    return space_->choices(space_->decisions()[decision]);
  }

 private:
  const SearchSpace* space_;
  Problem problem_;
  std::size_t nodes_;
  std::size_t memories_;
  std::vector<std::size_t> first_;  // by decision
};

}  // namespace memplace
