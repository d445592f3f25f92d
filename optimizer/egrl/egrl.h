// SPDX-License-Identifier: Apache-2.0
// Evolutionary graph reinforcement learning, and the halves it is made of. docs/strategies/egrl.md,
// pg.md, ea.md
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "optimizer/egrl/companion.h"
#include "optimizer/egrl/egrl_rule.h"
#include "optimizer/egrl/policy_search.h"
#include "optimizer/evolution/evolution.h"
#include "optimizer/moves/proposal_queue.h"
#include "optimizer/moves/search_space.h"
#include "optimizer/search/catalog.h"
#include "optimizer/search/strategy.h"

namespace memplace {

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

  static void visit(auto& archive, auto& self);
  std::vector<Proposal> first_batch(const std::vector<Proposal>& starts,
                                    std::optional<Proposal> zero_shot);
  void observe(const Evaluated& result, double reward);
  void finish_batch();
  void make_companion_turn(std::vector<Proposal>& batch);
  void make_generation(std::vector<Proposal>& batch);
  void check_batch(const ArchiveReader& archive, const std::vector<Proposal>& asked) const;

  StrategyTask task_;
  SearchSpace space_;
  EgrlRule rule_;
  std::optional<Evolution> evolution_;
  std::optional<PolicySearch> policy_;
  std::optional<Companion> companion_;
  Mapping start_;

  ProposalQueue queue_;
  Turn turn_ = Turn::kGeneration;
  std::uint64_t children_ = 0;   // of the generation: its first proposals; then the policy's
  std::vector<Evaluated> told_;  // of the batch
  std::optional<CostedMapping> best_;
  double reference_;  // the cost that rewards are relative to; 0 until something is known
  std::uint64_t generations_ = 0;
  std::uint64_t spent_ = 0;  // evaluations
};

}  // namespace memplace
