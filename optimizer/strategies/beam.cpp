// SPDX-License-Identifier: Apache-2.0
#include "optimizer/strategies/beam.h"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "optimizer/search/mapping_hash.h"
#include "optimizer/search/strategy_row.h"

namespace memplace {
namespace {

constexpr std::uint32_t kOrderPurpose = 0x6265616d;  // "beam"
// After so many sweeps in a row that found nothing new to try, the search is done.
constexpr int kMostIdleSweeps = 20;
constexpr std::uint64_t kMostWidth = 1024;

std::uint64_t variants_of(const SearchSpace& space, const OpDecisions& op) {
  std::uint64_t count = 1;
  for (const TensorId id : op.decisions) {
    count *= space.choices(id).size();
  }
  return count - 1;
}

// What it costs to visit every op with one mapping.
std::uint64_t sweep_cost(const SearchSpace& space, std::span<const OpDecisions> ops) {
  std::uint64_t cost = 0;
  for (const OpDecisions& op : ops) {
    cost += variants_of(space, op);
  }
  return cost;
}

}  // namespace

BeamStrategy::BeamStrategy(const StrategyTask& task, const BeamRule& rule)
    : task_(task),
      space_(task),
      completion_(task),
      order_(rule.order),
      width_(rule.width),
      rng_(task.seed, kOrderPurpose),
      queue_(starts(task, rule.start)) {
  if (width_ == 0) {
    const std::uint64_t cost = sweep_cost(space_, decisions_by_op(task.problem.graph(), space_));
    const std::uint64_t affordable = task.budget / std::max<std::uint64_t>(1, cost * rule.sweeps);
    width_ = std::clamp<std::uint64_t>(affordable, 1, kMostWidth);
  }
}

std::vector<Proposal> BeamStrategy::ask(std::size_t room) {
  MEMPLACE_ASSERT(!done(), task_.problem.graph().name());
  return queue_.ask(room);
}

void BeamStrategy::tell(std::span<const Evaluated> results) {
  for (const Evaluated& result : results) {
    queue_.tell();
    known_.insert(mapping_hash(result.asked));
    known_.insert(mapping_hash(result.given));
    expanded_.push_back({result.given, result.cost});
  }
  if (queue_.finished()) {
    select();
    expand();
  }
}

// The best of the beam and of what came of it, each mapping once; of equals the newer.
void BeamStrategy::select() {
  beam_.insert(beam_.begin(), std::make_move_iterator(expanded_.begin()),
               std::make_move_iterator(expanded_.end()));
  expanded_.clear();
  std::stable_sort(beam_.begin(), beam_.end(),
                   [](const CostedMapping& a, const CostedMapping& b) { return a.cost < b.cost; });
  std::vector<CostedMapping> kept;
  for (CostedMapping& state : beam_) {
    const bool twice = std::any_of(kept.begin(), kept.end(), [&](const CostedMapping& other) {
      return other.mapping == state.mapping;
    });
    if (!twice && kept.size() < width_) {
      kept.push_back(std::move(state));
    }
  }
  beam_ = std::move(kept);
}

// The first sweep goes in the order of the option over the ops that the budget has room for, and
// where it has not for all, the heaviest. Later ones go over all of them, in random orders.
void BeamStrategy::begin_sweep() {
  ops_ = decisions_by_op(task_.problem.graph(), space_);
  if (sweep_ == 0) {
    sort_by(OpOrder::kBytes, ops_);
    std::uint64_t cost = 0;
    std::size_t count = 0;
    for (; count < ops_.size() && (count == 0 || cost < task_.budget); ++count) {
      cost += variants_of(space_, ops_[count]) * width_;
    }
    ops_.resize(count);
    sort_by(order_, ops_);
  } else {
    rng_.shuffle(std::span<OpDecisions>(ops_));
  }
  next_op_ = 0;
  completion_.forget();
  ++sweep_;
}

// Goes on to the next op of which something new can be tried.
void BeamStrategy::expand() {
  std::vector<Proposal> found;
  for (int idle = 0; found.empty() && idle < kMostIdleSweeps;) {
    if (sweep_ == 0 || next_op_ == ops_.size()) {
      begin_sweep();
      ++idle;
      continue;
    }
    for (const TensorId id : ops_[next_op_].decisions) {
      completion_.decide(id);
    }
    for (const CostedMapping& state : beam_) {
      for (Mapping& variant : variants(task_, space_, ops_[next_op_], state.mapping)) {
        auto mapping = completion_.complete(std::move(variant));
        if (mapping.has_value() && known_.insert(mapping_hash(*mapping)).second) {
          found.push_back({*std::move(mapping), fmt::format("sweep {}", sweep_)});
        }
      }
    }
    ++next_op_;
  }
  done_ = found.empty();
  queue_.refill(std::move(found));
}

StrategyInfo BeamStrategy::info() {
  OptionTable<BeamRule> options = options_with_start(&BeamRule::start);
  add_order(options, &BeamRule::order);
  options
      .number("width",
              "mappings that go on from op to op; 0: as many as let so many sweeps fit the budget",
              0, static_cast<double>(kMostWidth), &BeamRule::width)
      .number("sweeps", "how many sweeps a width of 0 is made for", 1, 1024, &BeamRule::sweeps);
  return strategy_row<BeamStrategy>(
      "beam", "beam search op by op: the best few mappings go on, the rest is completed",
      std::move(options));
}

}  // namespace memplace
