// SPDX-License-Identifier: Apache-2.0
// Beam search over the schedule. docs/strategies/beam.md
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/rng.h"
#include "optimizer/moves/completion.h"
#include "optimizer/moves/op_decisions.h"
#include "optimizer/moves/proposal_queue.h"
#include "optimizer/moves/search_space.h"
#include "optimizer/moves/starts.h"
#include "optimizer/search/strategy.h"

namespace memplace {

struct BeamRule {
  std::string start = "native";
  OpOrder order = OpOrder::kBytes;
  std::size_t width = 0;  // 0: as many as let `sweeps` sweeps fit the budget
  std::uint64_t sweeps = 4;
};

// Decides op by op, as greedy-dp does, but keeps the `width` best mappings instead of one: at each
// op every choice is tried in each of them. What is not decided yet takes the room that is left
// (optimizer/moves/completion.h). Sweep after sweep, each from the mappings that the last one ended
// with. No mapping is asked twice.
class BeamStrategy final : public Strategy {
 public:
  BeamStrategy(const StrategyTask& task, const BeamRule& rule);

  std::vector<Proposal> ask(std::size_t room) override;
  void tell(std::span<const Evaluated> results) override;
  bool done() const override { return done_; }

  static StrategyInfo info();

 private:
  void expand();
  void select();
  void begin_sweep();

  StrategyTask task_;
  SearchSpace space_;
  Completion completion_;
  OpOrder order_;
  std::size_t width_;
  Rng rng_;
  ProposalQueue queue_;
  std::vector<CostedMapping> beam_;      // best first
  std::vector<CostedMapping> expanded_;  // of this op, as told
  std::vector<OpDecisions> ops_;         // of this sweep
  std::size_t next_op_ = 0;
  std::uint64_t sweep_ = 0;
  std::unordered_set<std::uint64_t> known_;  // mapping_hash of what was asked or given
  bool done_ = false;
};

}  // namespace memplace
