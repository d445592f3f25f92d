// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/units.h"
#include "optimizer/moves/proposal_queue.h"
#include "optimizer/moves/starts.h"
#include "optimizer/search/strategy.h"

namespace memplace {

struct MilpRule {
  std::string start = kBestStart;
  std::size_t mappings = 32;  // of the relaxations that are asked
};

// Asks the heuristics, then what the relaxations of a bound would have
// (optimizer/moves/relaxation.h): the mapping of the integer program, the linear one rounded, the
// chain's. Then it is done: it knows nothing of moves, and is meant as the first member of a
// portfolio.
class MilpStrategy final : public Strategy {
 public:
  MilpStrategy(const StrategyTask& task, const MilpRule& rule);

  std::vector<Proposal> ask(std::size_t room) override;
  void tell(std::span<const Evaluated> results) override;
  bool done() const override { return queue_.finished(); }

  static StrategyInfo info();

 private:
  StrategyTask task_;
  std::size_t most_;
  ProposalQueue queue_;
  std::optional<Picoseconds> best_;
  bool relaxed_ = false;
};

}  // namespace memplace
