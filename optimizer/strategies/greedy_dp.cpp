// SPDX-License-Identifier: Apache-2.0
#include "optimizer/strategies/greedy_dp.h"

#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "optimizer/search/strategy_row.h"

namespace memplace {
GreedyDpStrategy::GreedyDpStrategy(const StrategyTask& task, const GreedyDpRule& rule)
    : task_(task),
      space_(task),
      ops_(decisions_by_op(task.problem.graph(), space_)),
      passes_(rule.passes),
      queue_(starts(task, rule.start)) {
  sort_by(rule.order, ops_);
}

std::vector<Proposal> GreedyDpStrategy::ask(std::size_t room) {
  MEMPLACE_ASSERT(!done(), task_.problem.graph().name());
  return queue_.ask(room);
}

void GreedyDpStrategy::tell(std::span<const Evaluated> results) {
  for (const Evaluated& result : results) {
    queue_.tell();
    known_.remember(result);
    if (best_.empty() || result.cost < least_) {
      best_ = result.given;
      least_ = result.cost;
      improved_ = started_;
    }
  }
  if (queue_.finished()) {
    started_ = true;
    visit();
  }
}

// The next op that has something new to try. What was tried before cannot be better than the best.
void GreedyDpStrategy::visit() {
  std::vector<Proposal> found;
  while (found.empty() && !done_) {
    if (next_op_ == ops_.size()) {
      next_op_ = 0;
      ++pass_;
      done_ = !std::exchange(improved_, false) || pass_ == passes_;
      continue;
    }
    for (Mapping& mapping : variants(task_, space_, ops_[next_op_], best_)) {
      if (!known_.contains(mapping)) {
        found.push_back({std::move(mapping), fmt::format("pass {}", pass_ + 1)});
      }
    }
    ++next_op_;
  }
  queue_.refill(std::move(found));
}

StrategyInfo GreedyDpStrategy::info() {
  OptionTable<GreedyDpRule> options = options_with_start(&GreedyDpRule::start);
  add_order(options, &GreedyDpRule::order);
  options.number("passes", "how often all ops are visited; 0: until nothing improves", 0, 1e6,
                 &GreedyDpRule::passes);
  return strategy_row<GreedyDpStrategy>(
      "greedy-dp", "greedy dynamic programming: op by op, every choice with the rest fixed",
      std::move(options));
}

}  // namespace memplace
