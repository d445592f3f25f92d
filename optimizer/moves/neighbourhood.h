// SPDX-License-Identifier: Apache-2.0
// Moves from one feasible mapping to another: what local searches are made of.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "base/rng.h"
#include "optimizer/moves/search_space.h"
#include "optimizer/search/option_table.h"
#include "optimizer/search/strategy.h"
#include "sim/chip/chip.h"
#include "sim/feasible/placer.h"
#include "sim/placement/mapping.h"
#include "sim/placement/problem.h"

namespace memplace {

// How moves are chosen; probabilities.
struct MoveChances {
  double swap = 0;  // exchange the memories of two decisions; otherwise relocate one
  double fill = 0;  // promote, after the move, what then fits a faster memory
};
OptionTable<MoveChances> chance_options(const MoveChances& defaults);

// Random neighbours of feasible mappings, by live bytes always feasible themselves: whether there
// are addresses too is left to rectify.
//
//   relocate  A random decision goes to a random other memory. Where that is full while the
//             decision lives, random holders that live then leave it until the decision fits. Each
//             of them returns if there is room for it yet, or else falls to the next slower memory
//             that it fits.
//   swap      Two decisions in different memories exchange them, if both fit.
//   fill      After either, all other decisions are tried in random order in each faster memory,
//             the fastest first. Without it every relocation would leave a hole that takes another
//             move to use.
//
// Every decision only goes where the problem's constraints allow it to be. Those that are not free
// stay where they are (optimizer/moves/search_space.h). Not thread-safe.
class Neighbourhood {
 public:
  explicit Neighbourhood(const StrategyTask& task);

  // Whether there is but one mapping that matters.
  bool empty() const { return space_.empty(); }

  // A neighbour of `from`, which is feasible, allowed and settled; so is the neighbour. Equal to
  // `from` only where kMostTries moves led nowhere, as where no tensor fits a faster memory. Not to
  // be called where empty().
  Mapping propose(const Mapping& from, const MoveChances& chances, Rng& rng);

  // The neighbour of `from` that a relocation of `decision`, one of SearchSpace's, to `to` leads
  // to; by chance with fill after it. Nothing where there is no such neighbour.
  std::optional<Mapping> relocated(const Mapping& from, TensorId decision, MemoryId to, double fill,
                                   Rng& rng);

  const SearchSpace& space() const { return space_; }

  static constexpr int kMostTries = 100;

 private:
  bool relocate(Mapping& mapping, Rng& rng);
  bool relocate(Mapping& mapping, TensorId id, MemoryId to, Rng& rng);
  bool swap(Mapping& mapping, Rng& rng);
  void fill(Mapping& mapping, Rng& rng);
  void load(const Mapping& mapping);
  void put(Mapping& mapping, TensorId decision, MemoryId memory);
  TensorId any(Rng& rng) const { return space_.decisions()[rng.below(space_.decisions().size())]; }
  bool place_at_or_below(TensorId decision, MemoryId memory, Mapping& mapping);
  bool overlap(TensorId a, TensorId b) const;

  Problem problem_;
  SearchSpace space_;
  Placer placer_;
  std::vector<TensorId> moved_;    // by the move at hand: fill leaves them alone
  std::vector<TensorId> holders_;  // scratch
  std::vector<TensorId> evicted_;
  std::vector<TensorId> order_;
};

}  // namespace memplace
