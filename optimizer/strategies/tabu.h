// SPDX-License-Identifier: Apache-2.0
// Tabu search over decisions. docs/strategies/tabu.md
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/rng.h"
#include "base/strong_id.h"
#include "optimizer/moves/known_mappings.h"
#include "optimizer/moves/neighbourhood.h"
#include "optimizer/moves/proposal_queue.h"
#include "optimizer/moves/starts.h"
#include "optimizer/search/strategy.h"

namespace memplace {

struct TabuRule {
  std::string start = kBestStart;
  MoveChances chances{0.1, 0.9};
  std::size_t batch = 4;       // neighbours evaluated at once
  std::uint64_t list = 128;    // neighbours evaluated before a step to a worse one
  std::uint64_t tenure = 5;    // steps for which what was moved may not go back
  std::uint64_t patience = 0;  // evaluations without a new best before a restart; 0: none
};

// Local search with a candidate list and a short memory (Glover, "Tabu search, part I", ORSA
// Journal on Computing 1, 1989). Neighbours of the current mapping are evaluated a few at once; the
// first few with a better one among them end the list, or else the list's length does, and the best
// of the list becomes current, be it worse. What a step has moved may not be moved back for
// `tenure` steps, unless that leads to a new best. No mapping is asked twice.
class TabuStrategy final : public Strategy {
 public:
  TabuStrategy(const StrategyTask& task, const TabuRule& rule);

  std::vector<Proposal> ask(std::size_t room) override;
  void tell(std::span<const Evaluated> results) override;
  bool done() const override { return done_; }

  static StrategyInfo info();

 private:
  struct Target {
    TensorId decision;
    MemoryId memory;
  };
  struct Neighbour {
    Mapping mapping;
    bool tabu = false;
  };

  void judge(const Evaluated& result, bool tabu);
  void step();
  void find_next();
  std::optional<Neighbour> draw();
  std::optional<Neighbour> relocate_next();
  std::optional<Neighbour> walk();
  std::optional<Mapping> restart();
  std::uint64_t& tabu_until(Target target) {
    return tabu_until_[target.decision.index() * memories_ + target.memory.index()];
  }

  TabuRule rule_;
  std::size_t memories_;
  Neighbourhood neighbourhood_;
  Rng rng_;
  ProposalQueue queue_;
  std::vector<char> tabu_;       // by proposal of the queue
  std::vector<Target> targets_;  // relocations to try, the next one last
  CostedMapping current_;
  std::optional<CostedMapping> best_;
  std::optional<CostedMapping> candidate_;  // the best of the list
  std::uint64_t listed_ = 0;
  std::uint64_t steps_ = 0;
  std::uint64_t told_ = 0;
  std::uint64_t last_best_ = 0;              // told_ when it was found, or at the last restart
  std::vector<std::uint64_t> tabu_until_;    // step, by decision and memory
  IdVector<TensorId, std::uint64_t> moves_;  // how often each was moved
  KnownMappings known_;
  bool arriving_ = true;  // what is told becomes current, whatever its cost
  bool done_ = false;
};

}  // namespace memplace
