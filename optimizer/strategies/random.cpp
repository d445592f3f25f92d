// SPDX-License-Identifier: Apache-2.0
#include "optimizer/strategies/random.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <utility>

#include "optimizer/moves/starts.h"

namespace memplace {
namespace {

constexpr std::uint32_t kDrawPurpose = 0x72616e64;  // "rand"
// Proposals in one ask, so that many can be evaluated at once.
constexpr std::size_t kBatch = 64;

constexpr const char* kEqualShares = "equal";
constexpr const char* kDrawn = "drawn";

// The choice whose part of the sum of their shares `u`, in [0, 1), falls into.
MemoryId pick(std::span<const MemoryId> choices, const std::vector<double>& shares, double u) {
  double sum = 0;
  for (const MemoryId memory : choices) {
    sum += shares[memory.index()];
  }
  u *= sum;
  std::size_t i = 0;
  for (; i + 1 < choices.size() && u >= shares[choices[i].index()]; ++i) {
    u -= shares[choices[i].index()];
  }
  return choices[i];
}

}  // namespace

RandomStrategy::RandomStrategy(const StrategyTask& task, const Options& options)
    : task_(task),
      space_(task),
      base_(slowest_allowed(task.problem)),
      init_(task.warm.init),
      equal_shares_(options.choice("shares") == kEqualShares) {}

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
    mapping[id] = pick(space_.choices(id), shares, rng.uniform());
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
  StrategyInfo row;
  row.name = "random";
  row.summary = "mappings drawn at random, one independent of the other";
  row.options = {choice_option(
      "shares",
      "how likely each memory is: equally, or with probabilities drawn anew for each mapping",
      {kEqualShares, kDrawn})};
  row.make = [](const StrategyTask& task, const Options& options) {
    return std::make_unique<RandomStrategy>(task, options);
  };
  return row;
}

}  // namespace memplace
