// SPDX-License-Identifier: Apache-2.0
// Random mappings: what any search must beat.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/rng.h"
#include "optimizer/moves/search_space.h"
#include "optimizer/search/strategy.h"

namespace memplace {

struct RandomRule {
  bool equal_shares = true;  // of the memories; else they are drawn anew for each mapping
};

// Every proposal is drawn on its own and nothing is learned from results. docs/strategies/random.md
class RandomStrategy final : public Strategy {
 public:
  RandomStrategy(const StrategyTask& task, const RandomRule& rule);

  std::vector<Proposal> ask(std::size_t room) override;
  void tell(std::span<const Evaluated> results) override;
  bool save(ArchiveWriter& archive) const override;
  void load(ArchiveReader& archive) override;

  static StrategyInfo info();

 private:
  Mapping draw();
  std::vector<double> draw_shares(Rng& rng) const;

  StrategyTask task_;
  SearchSpace space_;
  Mapping base_;  // for what is not drawn
  std::optional<Mapping> init_;
  bool equal_shares_;
  std::uint64_t drawn_ = 0;
};

}  // namespace memplace
