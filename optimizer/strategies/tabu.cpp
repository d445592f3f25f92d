// SPDX-License-Identifier: Apache-2.0
#include "optimizer/strategies/tabu.h"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "optimizer/search/strategy_row.h"

namespace memplace {
namespace {

constexpr std::uint32_t kTabuPurpose = 0x74616275;  // "tabu"

// Moves that lead to mappings seen before, or nowhere, cost no evaluation. After so many in a row
// the search walks on over known mappings, whatever they cost...
constexpr int kMostDraws = 100;
// ...and after so many steps of such a walk, the whole space is known.
constexpr int kMostWalk = 5000;

// Decisions that a restart moves.
constexpr std::size_t kKicks = 5;

}  // namespace

TabuStrategy::TabuStrategy(const StrategyTask& task, const TabuRule& rule)
    : rule_(rule),
      memories_(task.problem.chip().memories.size()),
      neighbourhood_(task),
      rng_(task.seed, kTabuPurpose),
      queue_(starts(task, rule.start)),
      tabu_until_(task.problem.graph().tensors().size() * memories_, 0),
      moves_(task.problem.graph().tensors().size(), 0) {}

std::vector<Proposal> TabuStrategy::ask(std::size_t room) {
  MEMPLACE_ASSERT(!done(), std::to_string(told_));
  return queue_.ask(room);
}

void TabuStrategy::tell(std::span<const Evaluated> results) {
  for (const Evaluated& result : results) {
    const std::size_t index = queue_.tell();
    ++told_;
    known_.remember(result);
    judge(result, !arriving_ && tabu_[index] != 0);
  }
  if (queue_.finished()) {
    step();
    find_next();
  }
}

// A tabu neighbour counts only where it is a new best.
void TabuStrategy::judge(const Evaluated& result, bool tabu) {
  ++listed_;
  if (!best_.has_value() || result.cost < best_->cost) {
    best_ = CostedMapping{result.given, result.cost};
    last_best_ = told_;
  } else if (tabu) {
    return;
  }
  if (!candidate_.has_value() || result.cost < candidate_->cost) {
    candidate_ = CostedMapping{result.given, result.cost};
  }
}

void TabuStrategy::step() {
  if (candidate_.has_value() &&
      (arriving_ || candidate_->cost < current_.cost || listed_ >= rule_.list)) {
    if (!arriving_) {
      ++steps_;
      for (const TensorId id : neighbourhood_.space().decisions()) {
        if (candidate_->mapping[id] != current_.mapping[id]) {
          tabu_until({id, current_.mapping[id]}) = steps_ + rule_.tenure;
          ++moves_[id];
        }
      }
    }
    current_ = *std::exchange(candidate_, std::nullopt);
    listed_ = 0;
  }
  arriving_ = false;
}

void TabuStrategy::find_next() {
  std::vector<Proposal> found;
  tabu_.clear();
  if (neighbourhood_.empty()) {
    done_ = true;
  } else if (rule_.patience > 0 && told_ - last_best_ >= rule_.patience) {
    last_best_ = told_;
    if (auto mapping = restart()) {
      found.push_back({*std::move(mapping), "restart"});
      arriving_ = true;
    }
  }
  while (!done_ && !arriving_ && found.size() < rule_.batch) {
    auto neighbour = draw();
    if (!neighbour.has_value()) {
      break;
    }
    const bool twice = std::any_of(found.begin(), found.end(), [&](const Proposal& other) {
      return other.mapping == neighbour->mapping;
    });
    if (twice) {
      break;
    }
    found.push_back({std::move(neighbour->mapping), "move"});
    tabu_.push_back(neighbour->tabu ? 1 : 0);
  }
  done_ = found.empty();
  queue_.refill(std::move(found));
}

// A neighbour that was not asked before. Nothing where there is none.
std::optional<TabuStrategy::Neighbour> TabuStrategy::draw() {
  for (int i = 0; i < kMostDraws; ++i) {
    std::optional<Neighbour> neighbour;
    if (rng_.chance(rule_.chances.swap)) {
      neighbour = {neighbourhood_.propose(current_.mapping, {1, rule_.chances.fill}, rng_), false};
    } else {
      neighbour = relocate_next();
    }
    if (neighbour.has_value() && !known_.contains(neighbour->mapping)) {
      return neighbour;
    }
  }
  return walk();
}

// The next of all relocations, each of which comes up once before one comes up again. Nothing where
// it leads nowhere.
std::optional<TabuStrategy::Neighbour> TabuStrategy::relocate_next() {
  const SearchSpace& space = neighbourhood_.space();
  if (targets_.empty()) {
    for (const TensorId id : space.decisions()) {
      for (const MemoryId memory : space.choices(id)) {
        if (memory != current_.mapping[id]) {
          targets_.push_back({id, memory});
        }
      }
    }
    rng_.shuffle(std::span<Target>(targets_));
  }
  const Target target = targets_.back();
  targets_.pop_back();
  auto mapping = neighbourhood_.relocated(current_.mapping, target.decision, target.memory,
                                          rule_.chances.fill, rng_);
  if (!mapping.has_value()) {
    return std::nullopt;
  }
  return Neighbour{*std::move(mapping), tabu_until(target) > steps_};
}

// Over known mappings to one that is not.
std::optional<TabuStrategy::Neighbour> TabuStrategy::walk() {
  for (int i = 0; i < kMostWalk; ++i) {
    Mapping mapping = neighbourhood_.propose(current_.mapping, MoveChances{}, rng_);
    auto seen = known_.find(mapping);
    if (!seen.has_value()) {
      return Neighbour{std::move(mapping), false};
    }
    current_ = *std::move(seen);
  }
  return std::nullopt;
}

// From the best, with those decisions moved that were moved least often so far. Nothing where that
// was asked before.
std::optional<Mapping> TabuStrategy::restart() {
  candidate_.reset();
  listed_ = 0;
  current_ = *best_;
  std::fill(tabu_until_.begin(), tabu_until_.end(), 0);
  const SearchSpace& space = neighbourhood_.space();
  std::vector<TensorId> order(space.decisions().begin(), space.decisions().end());
  rng_.shuffle(std::span<TensorId>(order));
  std::stable_sort(order.begin(), order.end(),
                   [&](TensorId a, TensorId b) { return moves_[a] < moves_[b]; });
  order.resize(std::min(order.size(), kKicks));
  Mapping mapping = current_.mapping;
  for (const TensorId id : order) {
    const std::span<const MemoryId> choices = space.choices(id);
    const MemoryId to = choices[rng_.below(choices.size())];
    if (auto moved = neighbourhood_.relocated(mapping, id, to, rule_.chances.fill, rng_)) {
      mapping = *std::move(moved);
    }
    ++moves_[id];
  }
  if (known_.contains(mapping)) {
    return std::nullopt;
  }
  return mapping;
}

StrategyInfo TabuStrategy::info() {
  using Rule = TabuRule;
  constexpr double kMostSteps = 1e6;
  OptionTable<Rule> options = options_with_start(&Rule::start);
  options.part(chance_options(Rule().chances), &Rule::chances)
      .number("batch", "neighbours to evaluate at once", 1, 1024, &Rule::batch)
      .number("list", "neighbours to evaluate before a step to a worse one", 1, kMostSteps,
              &Rule::list)
      .number("tenure", "steps for which what was moved may not go back", 0, kMostSteps,
              &Rule::tenure)
      .number("patience", "evaluations without a new best before a restart from it; 0: none", 0,
              kMostSteps, &Rule::patience);
  return strategy_row<TabuStrategy>("tabu", "tabu search over decisions", std::move(options));
}

}  // namespace memplace
