// SPDX-License-Identifier: Apache-2.0
#include "optimizer/strategies/annealing.h"

#include <cmath>
#include <string>
#include <utility>

#include "base/error.h"
#include "optimizer/heuristics/heuristic.h"
#include "optimizer/mapping_hash.h"

namespace memplace {
namespace {

constexpr std::uint32_t kMovePurpose = 0x616e6e65;  // "anne"
constexpr const char* kBestStart = "best";
constexpr double kLeastTemperature = 1e-9;

// Steps over mappings seen before, without an evaluation. After so many in a row the neighbourhood
// is taken for exhausted and every step is accepted, whatever its latency: a restart elsewhere...
constexpr int kPatience = 20;
// ...and after so many, the whole space is. Far above what a walk over the few hundred mappings of
// a toy network needs to come past all of them.
constexpr int kMostSteps = 5000;

std::vector<Mapping> find_starts(const StrategyTask& task, const std::string& start) {
  std::vector<Mapping> starts;
  for (const HeuristicInfo& info : heuristics()) {
    if (start == kBestStart || start == info.name) {
      starts.push_back(info.make(task.graph, task.chip, task.mode));
    }
  }
  return starts;
}

}  // namespace

AnnealingStrategy::AnnealingStrategy(const StrategyTask& task, const Options& options)
    : budget_(task.budget),
      chances_{options.number("swap"), options.number("fill")},
      t_start_(options.number("t_start")),
      t_end_(options.number("t_end")),
      rng_(task.seed, kMovePurpose),
      neighbourhood_(task.graph, task.chip, task.mode),
      starts_(find_starts(task, options.choice("start"))),
      next_(starts_.front()) {}

std::vector<Mapping> AnnealingStrategy::ask(std::size_t /*room*/) {
  MEMPLACE_ASSERT(!done(), std::to_string(told_));
  return {*next_};
}

void AnnealingStrategy::tell(std::span<const Evaluated> results) {
  MEMPLACE_ASSERT(results.size() == 1, std::to_string(results.size()));
  const Evaluated& result = results.front();
  known_.emplace(mapping_hash(result.given), result.latency);
  if (told_ < starts_.size()) {
    if (!state_.has_value() || result.latency < state_->latency) {
      state_ = State{result.given, result.latency};
      start_latency_ = result.latency;
    }
  } else {
    step({result.given, result.latency});
  }
  ++told_;
  next_ = told_ < starts_.size() ? starts_[told_] : find_new();
}

void AnnealingStrategy::step(State neighbour) {
  if (accepts(neighbour.latency)) {
    state_ = std::move(neighbour);
  }
}

std::optional<Mapping> AnnealingStrategy::find_new() {
  if (neighbourhood_.empty()) {
    return std::nullopt;
  }
  for (int i = 0; i < kMostSteps; ++i) {
    const bool lost = i >= kPatience;
    const MoveChances chances = lost ? MoveChances{} : chances_;
    Mapping neighbour = neighbourhood_.propose(state_->mapping, chances, rng_);
    const auto seen = known_.find(mapping_hash(neighbour));
    if (seen == known_.end()) {
      return neighbour;
    }
    if (lost) {
      state_ = State{std::move(neighbour), seen->second};
    } else {
      step({std::move(neighbour), seen->second});
    }
  }
  return std::nullopt;
}

bool AnnealingStrategy::accepts(Picoseconds latency) {
  const auto rise = static_cast<double>((latency - state_->latency).count());
  return rng_.chance(std::exp(-rise / temperature()));
}

// In picoseconds. From t_start to t_end, as parts of the start's latency, over the budget.
double AnnealingStrategy::temperature() const {
  const double spent = static_cast<double>(told_) / static_cast<double>(budget_);
  return static_cast<double>(start_latency_.count()) * t_start_ *
         std::pow(t_end_ / t_start_, spent);
}

StrategyInfo AnnealingStrategy::info() {
  OptionInfo start;
  start.name = "start";
  start.summary = "the heuristic to start from, or best: all are evaluated first";
  start.default_value = std::string("native");
  start.choices = heuristic_names();
  start.choices.emplace_back(kBestStart);

  StrategyInfo row;
  row.name = "annealing";
  row.summary = "simulated annealing over decisions";
  row.options = {
      start,
      {"swap", "probability of a move that swaps two decisions", 0.1, 0, 1, {}},
      {"fill", "probability of promoting what fits after a move", 0.9, 0, 1, {}},
      {"t_start",
       "first temperature, as a part of the start's latency",
       0.001,
       kLeastTemperature,
       1,
       {}},
      {"t_end", "last temperature, likewise", 1e-5, kLeastTemperature, 1, {}},
  };
  row.make = [](const StrategyTask& task, const Options& options) {
    return std::make_unique<AnnealingStrategy>(task, options);
  };
  return row;
}

}  // namespace memplace
