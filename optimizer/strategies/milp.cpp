// SPDX-License-Identifier: Apache-2.0
#include "optimizer/strategies/milp.h"

#include <algorithm>
#include <string>
#include <utility>

#include "optimizer/moves/relaxation.h"
#include "optimizer/moves/search_space.h"
#include "optimizer/search/strategy_row.h"

namespace memplace {

MilpStrategy::MilpStrategy(const StrategyTask& task, const MilpRule& rule)
    : task_(task), most_(rule.mappings), queue_(starts(task, rule.start)) {}

std::vector<Proposal> MilpStrategy::ask(std::size_t room) { return queue_.ask(room); }

void MilpStrategy::tell(std::span<const Evaluated> results) {
  for (const Evaluated& result : results) {
    queue_.tell();
    const Picoseconds latency = result.measures.latency;
    best_ = std::min(best_.value_or(latency), latency);
  }
  if (!queue_.finished() || relaxed_) {
    return;
  }
  relaxed_ = true;
  if (SearchSpace(task_).empty()) {
    return;
  }
  std::vector<Proposal> proposals;
  for (Mapping& mapping : relax(task_, *best_, most_).mappings) {
    proposals.push_back({std::move(mapping), "relaxed"});
  }
  queue_.refill(std::move(proposals));
}

StrategyInfo MilpStrategy::info() {
  OptionTable<MilpRule> options = options_with_start(&MilpRule::start);
  options.number("mappings", "of the relaxations that are asked", 1, 1000, &MilpRule::mappings);
  return strategy_row<MilpStrategy>(
      "milp", "what the relaxations of a bound would have: integer program, prices of room",
      std::move(options));
}

}  // namespace memplace
