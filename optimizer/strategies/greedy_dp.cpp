// SPDX-License-Identifier: Apache-2.0
#include "optimizer/strategies/greedy_dp.h"

#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "optimizer/moves/starts.h"

namespace memplace {
namespace {

constexpr std::int64_t kMostPasses = 1'000'000;

}  // namespace

GreedyDpStrategy::GreedyDpStrategy(const StrategyTask& task, const Options& options)
    : task_(task),
      space_(task),
      ops_(decisions_by_op(task.problem.graph(), space_)),
      passes_(static_cast<std::uint64_t>(options.integer("passes"))),
      queue_(starts(task, options.choice("start"))) {
  sort_by(options.choice("order"), ops_);
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
  StrategyInfo row;
  row.name = "greedy-dp";
  row.summary = "greedy dynamic programming: op by op, every choice with the rest fixed";
  row.options = {
      start_option(kBestStart),
      order_option(),
      {"passes",
       "how often all ops are visited; 0: until nothing improves",
       std::int64_t{0},
       0,
       static_cast<double>(kMostPasses),
       {}},
  };
  row.make = [](const StrategyTask& task, const Options& options) {
    return std::make_unique<GreedyDpStrategy>(task, options);
  };
  return row;
}

}  // namespace memplace
