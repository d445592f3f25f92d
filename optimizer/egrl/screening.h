// SPDX-License-Identifier: Apache-2.0
// Neighbours of good mappings that learned critics think best: evolution guided by a learned cost
// model, as in Ansor (Zheng et al., "Ansor: generating high-performance tensor programs for deep
// learning", OSDI 2020).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_set>
#include <vector>

#include "base/archive.h"
#include "base/rng.h"
#include "optimizer/evolution/evolution.h"
#include "optimizer/learning/learner.h"
#include "optimizer/learning/policy_model.h"
#include "optimizer/moves/neighbourhood.h"
#include "optimizer/moves/posterior.h"
#include "optimizer/moves/roulette.h"
#include "optimizer/moves/search_space.h"
#include "optimizer/search/strategy.h"

namespace memplace {

// The best of many candidates is often what critics are most wrong about, and where most moves do
// harm it is one that does nothing; the best of few gains less, but surely. Which is better depends
// on the network, so that the number is drawn from the powers of two, by how often what it led to
// was better than what it came from.
struct ScreeningRule {
  std::size_t screened = 0;    // proposals in a generation
  std::size_t candidates = 1;  // of which each is chosen, at most; powers of two are tried
  double trust = 1;            // part of them that critics choose; the others are not chosen at all
  double guided = 0;      // part of them chosen from what the policy makes; moves make the rest
  std::size_t moves = 1;  // by which a candidate differs, at most
};

// Not thread-safe. `space` outlives it.
class Screening {
 public:
  Screening(const StrategyTask& task, const SearchSpace& space, const ScreeningRule& rule,
            const DecodeRule& decode);

  // Of candidates near `from` that are not in `known`, the one of which the critic expects most;
  // the first where there is no critic. Nothing where all are known. The posterior is the
  // policy's; without one every candidate is made by moves.
  struct Screened {
    Proposal proposal;
    std::size_t way = 0;  // log2 of how many candidates there were
  };
  std::optional<Screened> choose(const Mapping& from, const Posterior* posterior,
                                 const ActionSpace& actions, const Critic* critic,
                                 const std::unordered_set<std::uint64_t>& known, Rng& rng);

  // Whether what was chosen that way was better than what it came from. What critics had no say in
  // tells of the way of one candidate.
  void tell(std::size_t way, bool better) { ways_.tell(way, better ? 1 : 0); }

  // Screened::way is less.
  std::size_t ways() const { return ways_.ways(); }

  void save(ArchiveWriter& archive) const { ways_.save(archive); }
  void load(ArchiveReader& archive) { ways_.load(archive); }

 private:
  Mapping moved(const Mapping& from, Rng& rng);
  Mapping guided(const Mapping& from, const Posterior& posterior, Rng& rng);

  const SearchSpace& space_;
  ScreeningRule rule_;
  Neighbourhood neighbourhood_;
  Decoder decoder_;
  Roulette ways_;
};

}  // namespace memplace
