// SPDX-License-Identifier: Apache-2.0
#include "optimizer/egrl/screening.h"

#include <algorithm>
#include <bit>
#include <span>
#include <string>
#include <utility>

#include "optimizer/search/mapping_hash.h"

namespace memplace {
namespace {

// How neighbours are made: annealing's defaults.
constexpr MoveChances kMoves{0.1, 0.9};

// CERL's weight of exploration; a longer memory than CERL's 0.2, since trials are many and most are
// worth nothing.
constexpr double kExploration = 0.9;
constexpr double kMemory = 0.02;

}  // namespace

Screening::Screening(const StrategyTask& task, const SearchSpace& space, const ScreeningRule& rule,
                     const DecodeRule& decode)
    : space_(space),
      rule_(rule),
      neighbourhood_(task),
      decoder_(task, space, decode),
      ways_(static_cast<std::size_t>(std::bit_width(rule.candidates)), kExploration, kMemory) {}

std::optional<Screening::Screened> Screening::choose(
    const Mapping& from, const Posterior* posterior, const ActionSpace& actions,
    const Critic* critic, const std::unordered_set<std::uint64_t>& known, Rng& rng) {
  std::vector<Proposal> candidates;
  std::vector<Choices> choices;
  // Never both kinds at once: critics think too well of what the policy likes, which has learnt
  // from them, and would choose little else.
  const bool by_policy = posterior != nullptr && rng.chance(rule_.guided);
  const bool trusted = critic != nullptr && rng.chance(rule_.trust);
  const std::size_t way = trusted ? ways_.draw(rng) : 0;
  for (std::size_t i = 0; i < std::size_t{1} << way; ++i) {
    Mapping mapping = by_policy ? guided(from, *posterior, rng) : moved(from, rng);
    if (known.count(mapping_hash(mapping)) == 0) {
      choices.push_back(actions.choices(mapping));
      candidates.push_back({std::move(mapping), by_policy ? "guided" : "screened"});
    }
  }
  if (candidates.empty()) {
    return std::nullopt;
  }
  std::size_t chosen = 0;
  if (critic != nullptr && candidates.size() > 1) {
    const std::vector<double> values = critic->values(choices);
    chosen =
        static_cast<std::size_t>(std::max_element(values.begin(), values.end()) - values.begin());
  }
  return Screened{std::move(candidates[chosen]), way};
}

Mapping Screening::moved(const Mapping& from, Rng& rng) {
  Mapping mapping = from;
  for (std::uint64_t moves = 1 + rng.below(rule_.moves); moves > 0; --moves) {
    mapping = neighbourhood_.propose(mapping, kMoves, rng);
  }
  return mapping;
}

// Decides anew where the policy is least content with what is, by what it would have instead.
Mapping Screening::guided(const Mapping& from, const Posterior& posterior, Rng& rng) {
  const std::span<const TensorId> decisions = space_.decisions();
  std::vector<double> discontent(decisions.size());
  double sum = 0;
  for (std::size_t i = 0; i < decisions.size(); ++i) {
    discontent[i] = 1 - posterior.row(i)[from[decisions[i]].index()];
    sum += discontent[i];
  }
  Mapping mapping = from;
  for (std::uint64_t moves = 1 + rng.below(rule_.moves); moves > 0; --moves) {
    const std::size_t i = rng.weighted(discontent, sum);
    std::vector<double> others(posterior.row(i).begin(), posterior.row(i).end());
    others[from[decisions[i]].index()] = 0;
    double left = 0;
    for (const double other : others) {
      left += other;
    }
    if (left > 0) {
      mapping[decisions[i]] = MemoryId(rng.weighted(others, left));
    }
  }
  return decoder_.made_feasible(std::move(mapping), from, rng);
}

}  // namespace memplace
