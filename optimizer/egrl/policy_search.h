// SPDX-License-Identifier: Apache-2.0
// The learner's half of egrl: a policy that learns from all that is evaluated and proposes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <unordered_set>
#include <vector>

#include "base/archive.h"
#include "optimizer/egrl/egrl_rule.h"
#include "optimizer/egrl/screening.h"
#include "optimizer/evolution/evolution.h"
#include "optimizer/learning/learner.h"
#include "optimizer/learning/policy_model.h"
#include "optimizer/learning/replay.h"
#include "optimizer/moves/posterior.h"
#include "optimizer/moves/search_space.h"
#include "optimizer/search/strategy.h"

namespace memplace {

// What the likeliest mapping of a policy is drawn with, and the first rollout.
Rng rollout_rng(const StrategyTask& task, std::uint64_t rollout);

// In each generation it proposes rollouts of its policy, then neighbours of the best mappings that
// its critics choose. `space` outlives it.
class PolicySearch {
 public:
  // The learner is the one that is shared, where the task's knowledge has one already. `parameters`
  // are those that a new policy begins with, where not empty; its likeliest mapping was the first
  // rollout then. `start` says where tensors are that nobody decides about.
  PolicySearch(const StrategyTask& task, const SearchSpace& space, const EgrlRule& rule,
               std::shared_ptr<const PolicyModel> model, Mapping start,
               const std::vector<float>& parameters);

  // A generation's proposals, behind those of `batch`. Nothing is kept of the last generation.
  void propose(const Mapping& parent, std::vector<Proposal>& batch);
  // A generation without any.
  void propose_nothing();
  std::size_t proposed() const { return rollouts_ + trials_.size(); }

  // What proposal `place` of the generation was worth; of others nothing follows.
  void tell(std::size_t place, double reward);
  // What anybody's evaluation was worth.
  void observe(const Evaluated& result, double reward);
  // The gradient steps that so many evaluations pay for.
  void learn(std::size_t evaluations);

  std::span<const float> policy() const { return learner_->policy(); }

  void save(ArchiveWriter& archive) const;
  // Throws Error where the archive holds no such search.
  void load(ArchiveReader& archive);

 private:
  // A neighbour that was proposed.
  struct Trial {
    std::size_t way = 0;
    double from = 0;  // the reward of what it came from
  };

  static void visit(auto& archive, auto& self);
  std::shared_ptr<Learner> make_learner(const std::vector<float>& parameters) const;
  void add_rollouts(const Posterior& posterior, const Mapping& parent,
                    std::vector<Proposal>& batch);
  void add_screened(const Posterior& posterior, std::vector<Proposal>& batch);

  StrategyTask task_;
  const SearchSpace& space_;
  PolicyRule rule_;
  bool punish_;   // what was asked is learnt from, not what rectify made of it
  bool uniform_;  // nothing is learnt
  std::shared_ptr<const PolicyModel> model_;
  std::shared_ptr<Learner> learner_;  // shared where the task says so
  Decoder decoder_;
  Screening screening_;
  Replay replay_;
  Mapping start_;

  std::size_t rollouts_ = 0;   // of the generation...
  std::vector<Trial> trials_;  // ...and the proposals behind them
  double steps_due_ = 0;       // gradient steps
  bool warm_;                  // the policy starts from something
  std::uint64_t updates_ = 0;
  std::uint64_t rolled_;                     // rollouts
  std::uint64_t screened_ = 0;               // neighbours
  std::unordered_set<std::uint64_t> known_;  // mapping_hash of what was asked or given
};

}  // namespace memplace
