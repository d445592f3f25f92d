// SPDX-License-Identifier: Apache-2.0
// A heuristic as a strategy: it proposes one mapping, after `init` where there is one, and is done.
#pragma once

#include <cstddef>
#include <vector>

#include "optimizer/heuristics/heuristic.h"
#include "optimizer/moves/proposal_queue.h"
#include "optimizer/search/strategy.h"

namespace memplace {

class HeuristicStrategy final : public Strategy {
 public:
  HeuristicStrategy(const StrategyTask& task, const HeuristicInfo& heuristic);

  std::vector<Proposal> ask(std::size_t room) override;
  void tell(std::span<const Evaluated> results) override;
  bool done() const override { return queue_.finished(); }

 private:
  ProposalQueue queue_;
};

// One row for each heuristic, in the order of their table.
std::vector<StrategyInfo> heuristic_strategies();

}  // namespace memplace
