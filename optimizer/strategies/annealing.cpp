// SPDX-License-Identifier: Apache-2.0
#include "optimizer/strategies/annealing.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "optimizer/moves/starts.h"
#include "optimizer/search/strategy_row.h"

namespace memplace {
namespace {

constexpr std::uint32_t kAnnealingPurpose = 0x616e6e65;  // "anne"
constexpr double kLeastTemperature = 1e-9;

// Steps over mappings seen before, without an evaluation. After so many in a row the neighbourhood
// is taken for exhausted and every step is accepted, whatever its cost: a restart elsewhere...
constexpr int kPatience = 20;
// ...and after so many, the whole space is. Far above what a walk over the few hundred mappings of
// a toy network needs to come past all of them.
constexpr int kMostFreeSteps = 5000;

}  // namespace

AnnealingStrategy::AnnealingStrategy(const StrategyTask& task, const AnnealingRule& rule)
    : rule_(rule),
      budget_(task.budget),
      cycles_(rule.restarts + 1),
      neighbourhood_(task),
      queue_(starts(task, rule.start)) {
  for (std::uint64_t i = 0; i < rule.chains; ++i) {
    const std::string part = rule.chains == 1 ? "move" : fmt::format("chain {}", i + 1);
    chains_.push_back({Rng(task.seed, kAnnealingPurpose, i), part, {}, {}});
  }
}

std::vector<Proposal> AnnealingStrategy::ask(std::size_t room) {
  MEMPLACE_ASSERT(!done(), std::to_string(told_));
  return queue_.ask(room);
}

void AnnealingStrategy::tell(std::span<const Evaluated> results) {
  for (const Evaluated& result : results) {
    known_.remember(result);
    const std::size_t index = queue_.tell();
    CostedMapping state{result.given, result.cost};
    if (started_) {
      step(chains_[by_[index]], std::move(state));
    } else if (!start_.has_value() || state.cost < start_->cost) {
      start_ = std::move(state);
    }
    ++told_;
  }
  if (!queue_.finished()) {
    return;
  }
  if (!started_) {
    begin(*start_);
  }
  find_next();
}

void AnnealingStrategy::begin(const CostedMapping& start) {
  started_ = true;
  for (Chain& chain : chains_) {
    chain.current = chain.best = start;
  }
}

void AnnealingStrategy::find_next() {
  if (cycle() != cycle_) {
    cycle_ = cycle();
    for (Chain& chain : chains_) {
      chain.current = chain.best;
    }
  }
  std::vector<Proposal> found;
  by_.clear();
  for (std::size_t i = 0; i < chains_.size() && !neighbourhood_.empty(); ++i) {
    if (auto mapping = find_new(chains_[i], found)) {
      found.push_back({*std::move(mapping), chains_[i].part});
      by_.push_back(i);
    }
  }
  queue_.refill(std::move(found));
}

// Walks on over mappings seen before until it comes to a new one that no other chain proposes.
// Nothing where it finds none.
std::optional<Mapping> AnnealingStrategy::find_new(Chain& chain,
                                                   const std::vector<Proposal>& others) {
  const auto taken = [&](const Mapping& mapping) {
    return std::any_of(others.begin(), others.end(),
                       [&](const Proposal& other) { return other.mapping == mapping; });
  };
  for (int i = 0; i < kMostFreeSteps; ++i) {
    const bool lost = i >= kPatience;
    const MoveChances chances = lost ? MoveChances{} : rule_.chances;
    Mapping neighbour = neighbourhood_.propose(chain.current.mapping, chances, chain.rng);
    auto seen = known_.find(neighbour);
    if (!seen.has_value()) {
      if (!taken(neighbour)) {
        return neighbour;
      }
      continue;
    }
    if (lost) {
      chain.current = *std::move(seen);
    } else {
      step(chain, *std::move(seen));
    }
  }
  return std::nullopt;
}

void AnnealingStrategy::step(Chain& chain, CostedMapping neighbour) const {
  if (neighbour.cost < chain.best.cost) {
    chain.best = neighbour;
  }
  if (accepts(chain, neighbour.cost)) {
    chain.current = std::move(neighbour);
  }
}

bool AnnealingStrategy::accepts(Chain& chain, double cost) const {
  return chain.rng.chance(std::exp(-(cost - chain.current.cost) / temperature()));
}

// Beyond its plan it goes on with further cycles.
std::uint64_t AnnealingStrategy::cycle() const { return told_ * cycles_ / budget_; }

// A cost. From t_start to t_end, as parts of the start's cost, over each cycle.
double AnnealingStrategy::temperature() const {
  const double spent = static_cast<double>(told_ * cycles_) / static_cast<double>(budget_) -
                       static_cast<double>(cycle());
  return start_->cost * rule_.t_start * std::pow(rule_.t_end / rule_.t_start, spent);
}

StrategyInfo AnnealingStrategy::info() {
  using Rule = AnnealingRule;
  OptionTable<Rule> options = options_with_start(&Rule::start);
  options.part(chance_options(Rule().chances), &Rule::chances)
      .number("t_start", "first temperature, as a part of the start's cost", kLeastTemperature, 1,
              &Rule::t_start)
      .number("t_end", "last temperature, likewise", kLeastTemperature, 1, &Rule::t_end)
      .number("restarts", "how often it begins anew, hot, from the best it has seen", 0, 1000,
              &Rule::restarts)
      .number("chains", "independent walks, which can be evaluated at once", 1, 1024,
              &Rule::chains);
  return strategy_row<AnnealingStrategy>("annealing", "simulated annealing over decisions",
                                         std::move(options));
}

}  // namespace memplace
