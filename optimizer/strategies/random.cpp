// SPDX-License-Identifier: Apache-2.0
#include "optimizer/strategies/random.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <utility>

#include "optimizer/moves/posterior.h"
#include "optimizer/search/strategy_row.h"

namespace memplace {
namespace {

constexpr std::uint32_t kDrawPurpose = 0x72616e64;  // "rand"
// Proposals in one ask, so that many can be evaluated at once.
constexpr std::size_t kBatch = 64;

// What the shares of the choices add up to.
double sum_of(std::span<const MemoryId> choices, const std::vector<double>& shares) {
  double sum = 0;
  for (const MemoryId memory : choices) {
    sum += shares[memory.index()];
  }
  return sum;
}

}  // namespace

RandomStrategy::RandomStrategy(const StrategyTask& task, const RandomRule& rule)
    : task_(task),
      space_(task),
      base_(slowest_allowed(task.problem)),
      init_(task.warm.init),
      equal_shares_(rule.equal_shares) {}

std::vector<Proposal> RandomStrategy::ask(std::size_t room) {
  std::vector<Proposal> proposals;
  if (init_.has_value()) {
    proposals.push_back({*std::exchange(init_, std::nullopt), "init"});
  }
  while (proposals.size() < std::min(room, kBatch)) {
    proposals.push_back({draw(), "draw"});
  }
  return proposals;
}

void RandomStrategy::tell(std::span<const Evaluated> /*results*/) {}

bool RandomStrategy::save(ArchiveWriter& archive) const {
  archive.write_flag(init_.has_value());
  archive.write_u64(drawn_);
  return true;
}

void RandomStrategy::load(ArchiveReader& archive) {
  const bool init_waits = archive.read_flag();
  if (init_waits && !init_.has_value()) {
    archive.fail("holds a start that the task does not have");
  }
  if (!init_waits) {
    init_.reset();
  }
  drawn_ = archive.read_u64();
}

// A proposal has a stream of its own, so that it does not depend on how many were asked for at
// once.
Mapping RandomStrategy::draw() {
  Rng rng(task_.seed, kDrawPurpose, drawn_++);
  const std::vector<double> shares = draw_shares(rng);
  Mapping mapping = base_;
  for (const TensorId id : space_.decisions()) {
    const std::span<const MemoryId> choices = space_.choices(id);
    mapping[id] = pick(choices, shares, rng.uniform() * sum_of(choices, shares));
  }
  settle(task_.problem, mapping);
  return mapping;
}

// The probability of each memory. Normalised exponentials are uniform over all such vectors.
std::vector<double> RandomStrategy::draw_shares(Rng& rng) const {
  const std::size_t memories = task_.problem.chip().memories.size();
  std::vector<double> shares(memories, 1.0);
  if (!equal_shares_) {
    for (double& share : shares) {
      share = -std::log1p(-rng.uniform());
    }
  }
  double sum = 0;
  for (const double share : shares) {
    sum += share;
  }
  for (double& share : shares) {
    share = sum > 0 ? share / sum : 1.0 / static_cast<double>(memories);
  }
  return shares;
}

StrategyInfo RandomStrategy::info() {
  OptionTable<RandomRule> options;
  options.choice(
      "shares",
      "how likely each memory is: equally, or with probabilities drawn anew for each mapping",
      NamedValues<bool>{{"equal", true}, {"drawn", false}}, &RandomRule::equal_shares);
  return strategy_row<RandomStrategy>(
      "random", "mappings drawn at random, one independent of the other", std::move(options));
}

}  // namespace memplace
