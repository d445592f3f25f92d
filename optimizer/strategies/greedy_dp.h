// SPDX-License-Identifier: Apache-2.0
// Greedy dynamic programming, op by op. docs/strategies/greedy-dp.md
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "optimizer/moves/known_mappings.h"
#include "optimizer/moves/op_decisions.h"
#include "optimizer/moves/proposal_queue.h"
#include "optimizer/moves/search_space.h"
#include "optimizer/moves/starts.h"
#include "optimizer/search/strategy.h"

namespace memplace {

struct GreedyDpRule {
  std::string start = kBestStart;
  OpOrder order = OpOrder::kSchedule;
  std::uint64_t passes = 0;  // 0: any number
};

// Visits the ops one by one, tries every combination of an op's choices while all else stays, and
// keeps the best: ops are taken to be independent. Pass after pass, until one changes nothing. No
// mapping is asked twice.
class GreedyDpStrategy final : public Strategy {
 public:
  GreedyDpStrategy(const StrategyTask& task, const GreedyDpRule& rule);

  std::vector<Proposal> ask(std::size_t room) override;
  void tell(std::span<const Evaluated> results) override;
  bool done() const override { return done_; }

  static StrategyInfo info();

 private:
  void visit();

  StrategyTask task_;
  SearchSpace space_;
  std::vector<OpDecisions> ops_;
  std::uint64_t passes_;  // 0: any number
  ProposalQueue queue_;
  Mapping best_;
  double least_ = 0;
  KnownMappings known_;
  std::size_t next_op_ = 0;
  std::uint64_t pass_ = 0;
  bool improved_ = false;  // in this pass
  bool started_ = false;
  bool done_ = false;
};

}  // namespace memplace
