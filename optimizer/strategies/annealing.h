// SPDX-License-Identifier: Apache-2.0
// Simulated annealing over decisions. docs/strategies/annealing.md
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/rng.h"
#include "optimizer/moves/known_mappings.h"
#include "optimizer/moves/neighbourhood.h"
#include "optimizer/moves/proposal_queue.h"
#include "optimizer/moves/starts.h"
#include "optimizer/search/strategy.h"

namespace memplace {

struct AnnealingRule {
  std::string start = kBestStart;
  MoveChances chances{0.1, 0.9};
  double t_start = 0.001;  // temperatures, as parts of the start's cost
  double t_end = 1e-5;
  std::uint64_t restarts = 0;
  std::uint64_t chains = 1;
};

// Asks the starts first, then neighbours of the current mapping, one for each chain. A dearer one
// becomes the current one with probability exp(-rise / temperature) (Kirkpatrick, Gelatt, Vecchi,
// "Optimization by simulated annealing", Science 220, 1983); the temperature falls geometrically
// over the budget, `restarts` + 1 times; each time a chain starts from the best it has seen. No
// neighbour is asked twice: the cost of one seen before is remembered.
class AnnealingStrategy final : public Strategy {
 public:
  AnnealingStrategy(const StrategyTask& task, const AnnealingRule& rule);

  std::vector<Proposal> ask(std::size_t room) override;
  void tell(std::span<const Evaluated> results) override;
  bool done() const override { return queue_.finished(); }

  static StrategyInfo info();

 private:
  struct Chain {
    Rng rng;
    std::string part;
    CostedMapping current;
    CostedMapping best;
  };

  void begin(const CostedMapping& start);
  void find_next();
  std::optional<Mapping> find_new(Chain& chain, const std::vector<Proposal>& others);
  void step(Chain& chain, CostedMapping neighbour) const;
  bool accepts(Chain& chain, double cost) const;
  double temperature() const;
  std::uint64_t cycle() const;

  AnnealingRule rule_;
  std::uint64_t budget_;
  std::uint64_t cycles_;
  Neighbourhood neighbourhood_;
  std::vector<Chain> chains_;
  ProposalQueue queue_;          // starts, or one of each chain
  std::vector<std::size_t> by_;  // whose they are
  std::size_t told_ = 0;
  std::uint64_t cycle_ = 0;
  bool started_ = false;
  std::optional<CostedMapping> start_;
  KnownMappings known_;
};

}  // namespace memplace
