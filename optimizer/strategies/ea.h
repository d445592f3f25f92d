// SPDX-License-Identifier: Apache-2.0
// Evolution of Boltzmann chromosomes. docs/strategies/ea.md
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "optimizer/evolution/boltzmann.h"
#include "optimizer/evolution/population.h"
#include "optimizer/evolution/posterior.h"
#include "optimizer/evolution/repair.h"
#include "optimizer/proposal_queue.h"
#include "optimizer/reward.h"
#include "optimizer/search_space.h"
#include "optimizer/strategy.h"

namespace memplace {

// A generation is a batch: a mapping is drawn from each new chromosome and evaluated once. The
// first one asks the starts, and mappings drawn from chromosomes that favour them; the following
// ones keep the elites, with the fitness they have, and breed the others. No mapping is asked twice
// while new ones are easily found.
class EaStrategy final : public Strategy {
 public:
  EaStrategy(const StrategyTask& task, const Options& options);

  std::vector<Proposal> ask(std::size_t room) override;
  void tell(std::span<const Evaluated> results) override;
  bool done() const override { return space_.empty() && queue_.finished(); }

  static StrategyInfo info();

 private:
  void found(const std::vector<Proposal>& starts, const BoltzmannShape& shape);
  void breed_next();
  Mapping draw(const Genome& genome, const Mapping& parent, Rng& rng);
  bool mutate_until_new(Genome& genome, Mapping& mapping, const Mapping& parent, Rng& rng);
  void add(std::vector<Proposal>& batch, std::unique_ptr<Genome> genome, Mapping mapping,
           std::string part);
  double fitness_of(const Evaluated& evaluated) const;

  StrategyTask task_;
  SearchSpace space_;
  Sampler sampler_;
  Repair repair_;
  std::size_t size_;
  std::size_t elites_;
  Breeding breeding_;
  RewardRule rule_;
  bool punish_;    // the infeasible: the reward, not the gain after rectify, is the fitness
  bool repairs_;   // before a mapping is asked
  bool inherits_;  // what evaluation made of a mapping
  double fill_;
  double reference_;  // the cost that rewards are relative to; 0 until something is known

  Population population_;
  std::vector<Individual> generation_;  // being evaluated, by proposal
  ProposalQueue queue_;
  std::uint64_t bred_ = 0;                   // chromosomes so far
  std::unordered_set<std::uint64_t> known_;  // mapping_hash of what was asked or given
};

}  // namespace memplace
