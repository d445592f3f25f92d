// SPDX-License-Identifier: Apache-2.0
// Several strategies at one budget. docs/strategies/portfolio.md
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/rng.h"
#include "optimizer/moves/proposal_queue.h"
#include "optimizer/moves/reward.h"
#include "optimizer/search/catalog.h"
#include "optimizer/search/strategy.h"

namespace memplace {

struct PortfolioRule {
  enum class Allocation { kEqual, kUcb, kRelay };

  std::string members = "beam+tabu";  // names of strategies, joined by +
  Allocation allocation = Allocation::kRelay;
  std::uint64_t turn = 50;   // evaluations
  double exploration = 0.9;  // kUcb: weight of the bound's width
  double memory = 0.2;       // kUcb: weight of the latest turn in a member's value
};

// Gives its members turns: so many evaluations in which one member asks and is told, and nobody
// else. Each takes its share of the budget for all of it, and has the portfolio's seed. Shares are
// equal, but for what members leave that are done before others have had their first turn.
//
// A start that several members ask for is evaluated once: the second is told what the first was.
class PortfolioStrategy final : public Strategy {
 public:
  // Its members are in `catalog`, which outlives it.
  PortfolioStrategy(const StrategyTask& task, const PortfolioRule& rule, const Catalog& catalog);

  std::vector<Proposal> ask(std::size_t room) override;
  void tell(std::span<const Evaluated> results) override;
  void hear(const Evaluated& better) override;
  bool done() const override { return queue_.finished(); }

  // A row of the table: portfolios that are composed so, unless options say otherwise.
  static StrategyInfo info(std::string name, std::string summary, const PortfolioRule& composition,
                           const Catalog& catalog);

 private:
  struct Member {
    const StrategyInfo* info = nullptr;
    std::unique_ptr<Strategy> strategy;  // made at its first turn
    std::uint64_t share = 0;             // of the budget; known once it is made
    std::uint64_t spent = 0;
    std::uint64_t turns = 0;
    double value = 0;  // moving average of the best gain of a turn
  };
  bool finished(const Member& member) const {
    return member.strategy != nullptr && member.strategy->done();
  }
  void find_next();
  bool choose();
  std::optional<std::size_t> next_member();
  std::optional<std::size_t> roulette();
  void begin_turn(std::size_t member);
  void end_turn();
  void make(Member& member);
  std::uint64_t next_share() const;
  void tell_member();

  StrategyTask task_;
  PortfolioRule rule_;
  Rng rng_;
  std::vector<Member> members_;

  std::optional<std::size_t> current_;  // whose turn it is
  std::uint64_t turn_left_ = 0;
  std::optional<double> turn_best_;  // the least cost of this turn
  double reference_;                 // the cost that gains are relative to; 0 until one is known

  // What the current member asked: by proposal what it is to be told, and of those without an
  // answer yet the place in that list.
  std::vector<std::optional<Evaluated>> answers_;
  ProposalQueue queue_;
  std::vector<std::size_t> place_;  // by proposal of queue_
  std::vector<bool> is_start_;      // likewise

  std::unordered_map<std::uint64_t, Evaluated> starts_;  // by mapping_hash of what was asked
  std::optional<Evaluated> best_;
};

}  // namespace memplace
