// SPDX-License-Identifier: Apache-2.0
// Evolutionary graph reinforcement learning, and the halves it is made of. docs/strategies/egrl.md,
// pg.md, ea.md
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "optimizer/egrl/companion.h"
#include "optimizer/egrl/screening.h"
#include "optimizer/evolution/evolution.h"
#include "optimizer/learning/learner.h"
#include "optimizer/learning/policy_model.h"
#include "optimizer/learning/replay.h"
#include "optimizer/moves/proposal_queue.h"
#include "optimizer/moves/search_space.h"
#include "optimizer/search/catalog.h"
#include "optimizer/search/strategy.h"

namespace memplace {

// Which parts there are, and how they work together.
struct EgrlRule {
  std::string start;
  DecodeRule decode;
  FitnessRule fitness;
  std::optional<EvolutionRule> evolution;  // none: only the policy searches

  bool learns = false;  // a policy takes gradient steps from all that is evaluated
  std::function<std::unique_ptr<Learner>(const PolicyModel& model, Rng& rng)> learner;
  PolicyShape shape;         // shape.memories is the task's
  bool uniform = false;      // every policy is indifferent and nothing is learnt: for comparisons
  std::size_t rollouts = 1;  // mappings of the learner's policy in a generation
  ScreeningRule screening;
  double steps = 1;           // gradient steps an evaluation
  std::size_t warm_up = 0;    // gradient steps toward the best start, before all others
  std::size_t replay = 1;     // experiences that are kept
  std::size_t elites = 1;     // best experiences that are imitated
  std::size_t migration = 1;  // generations between migrations of the policy; 0: none

  const StrategyInfo* companion = nullptr;  // another strategy that takes turns; null: none
  double companion_share = 0;               // of the budget
};

// A generation is a batch: the children of the evolution and rollouts of the policy. When all of it
// is told, the replay has every mapping, the policy takes its gradient steps and may migrate into
// the evolution, and the next generation is made. The companion has turns in between, whenever it
// is behind its share, and what it finds is in the replay too.
class EgrlStrategy final : public Strategy {
 public:
  EgrlStrategy(const StrategyTask& task, EgrlRule rule);

  std::vector<Proposal> ask(std::size_t room) override;
  void tell(std::span<const Evaluated> results) override;
  bool done() const override { return space_.empty() && queue_.finished(); }
  bool save(ArchiveWriter& archive) const override;
  void load(ArchiveReader& archive) override;
  Knowledge learnt() const override;

  // The rows of the table: egrl and its halves.
  static StrategyInfo egrl_info(const Catalog& catalog);
  static StrategyInfo ea_info();
  static StrategyInfo pg_info();

 private:
  enum class Turn : std::uint8_t { kFirst, kGeneration, kCompanion };

  std::shared_ptr<Learner> make_learner(const std::vector<float>& parameters) const;
  std::vector<Proposal> first_batch(const std::vector<Proposal>& starts,
                                    const std::vector<float>& policy);
  void observe(const Evaluated& result);
  void finish_batch();
  void learn(std::size_t evaluations);
  void make_companion_turn(std::vector<Proposal>& batch);
  void make_generation(std::vector<Proposal>& batch);
  void add_rollouts(const Posterior& posterior, std::vector<Proposal>& batch);
  void add_screened(const Posterior& posterior, std::vector<Proposal>& batch);
  void check_batch(const ArchiveReader& archive, const std::vector<Proposal>& asked) const;

  StrategyTask task_;
  SearchSpace space_;
  EgrlRule rule_;
  Decoder decoder_;  // of the learner's policy
  std::shared_ptr<const PolicyModel> model_;
  std::shared_ptr<Learner> learner_;  // shared where the task says so
  std::optional<Evolution> evolution_;
  std::optional<Companion> companion_;
  Screening screening_;
  Replay replay_;
  Mapping start_;

  ProposalQueue queue_;
  Turn turn_ = Turn::kGeneration;
  std::size_t children_ = 0;     // of the generation: its first proposals
  std::vector<Evaluated> told_;  // of the batch
  struct Trial {
    std::size_t way = 0;
    double from = 0;  // the reward of what it came from
  };
  std::size_t first_screened_ = 0;  // of the generation...
  std::vector<Trial> trials_;       // ...whose last proposals they are
  std::optional<CostedMapping> best_;
  double reference_;      // the cost that rewards are relative to; 0 until something is known
  double steps_due_ = 0;  // gradient steps
  bool warm_ = false;     // the policy starts from something
  std::uint64_t generations_ = 0;
  std::uint64_t spent_ = 0;  // evaluations
  std::uint64_t updates_ = 0;
  std::uint64_t rolled_ = 0;                 // rollouts
  std::uint64_t screened_ = 0;               // neighbours
  std::unordered_set<std::uint64_t> known_;  // mapping_hash of what was asked or given
};

}  // namespace memplace
