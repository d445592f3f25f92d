// SPDX-License-Identifier: Apache-2.0
#include "optimizer/strategies/portfolio.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/split.h"
#include "optimizer/moves/roulette.h"
#include "optimizer/search/catalog.h"
#include "optimizer/search/mapping_hash.h"
#include "optimizer/search/option_table.h"

namespace memplace {
namespace {

constexpr std::uint32_t kTurnPurpose = 0x7475726e;  // "turn"
constexpr char kSeparator = '+';

// Keeps normalised values from jumping where all members are nearly alike; CERL's constant.
constexpr double kLeastSpread = 0.1;

std::vector<std::string> names_of(const std::string& members) {
  const std::vector<std::string_view> names = split(members, kSeparator);
  return {names.begin(), names.end()};
}

void check_members(const Catalog& catalog, const std::string& text) {
  std::vector<std::string> known;
  std::vector<std::string> portfolios;
  for (const StrategyInfo& info : catalog) {
    (info.is_portfolio ? portfolios : known).push_back(info.name);
  }
  const std::vector<std::string> names = names_of(text);
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (std::find(portfolios.begin(), portfolios.end(), names[i]) != portfolios.end()) {
      throw Error("a portfolio cannot be a member of a portfolio");
    }
    if (std::find(known.begin(), known.end(), names[i]) == known.end()) {
      throw Error(unknown_name_message("member", names[i], known));
    }
    if (std::find(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(i), names[i]) !=
        names.begin() + static_cast<std::ptrdiff_t>(i)) {
      throw Error(fmt::format("member \"{}\" is named twice", names[i]));
    }
  }
}

bool is_start(const Proposal& proposal) {
  return proposal.part == "init" || proposal.part == "start" || proposal.part == "relaxed";
}

}  // namespace

PortfolioStrategy::PortfolioStrategy(const StrategyTask& task, const PortfolioRule& rule,
                                     const Catalog& catalog)
    : task_(task), rule_(rule), rng_(task.seed, kTurnPurpose), reference_(task.native_cost) {
  for (const std::string& name : names_of(rule.members)) {
    members_.emplace_back().info = &catalog.find(name);
  }
  find_next();
}

std::vector<Proposal> PortfolioStrategy::ask(std::size_t room) { return queue_.ask(room); }

void PortfolioStrategy::tell(std::span<const Evaluated> results) {
  for (const Evaluated& result : results) {
    if (reference_ <= 0) {
      reference_ = result.cost;
    }
    turn_best_ = std::min(turn_best_.value_or(result.cost), result.cost);
    if (!best_.has_value() || result.cost < best_->cost) {
      best_ = result;
    }
    answers_[place_[queue_.tell()]] = result;
  }
  if (queue_.finished()) {
    tell_member();
    find_next();
  }
}

// The next member of a relay starts from it.
void PortfolioStrategy::hear(const Evaluated& better) {
  if (!best_.has_value() || better.cost < best_->cost) {
    best_ = better;
  }
}

void PortfolioStrategy::tell_member() {
  std::vector<Evaluated> told;
  told.reserve(answers_.size());
  for (std::optional<Evaluated>& answer : answers_) {
    told.push_back(*std::move(answer));
  }
  for (std::size_t i = 0; i < place_.size(); ++i) {
    const Evaluated& result = told[place_[i]];
    if (is_start_[i]) {
      starts_.emplace(mapping_hash(result.asked), result);
    }
  }
  members_[*current_].strategy->tell(told);
}

// Lets members ask until there is something that has no answer yet. Nothing where all are done.
void PortfolioStrategy::find_next() {
  std::vector<Proposal> batch;
  while (batch.empty() && choose()) {
    Member& member = members_[*current_];
    const std::vector<Proposal> proposals = member.strategy->ask(turn_left_);
    answers_.assign(proposals.size(), std::nullopt);
    place_.clear();
    is_start_.clear();
    for (std::size_t i = 0; i < proposals.size(); ++i) {
      const Proposal& proposal = proposals[i];
      const auto known =
          is_start(proposal) ? starts_.find(mapping_hash(proposal.mapping)) : starts_.end();
      if (known != starts_.end()) {
        answers_[i] = known->second;
        continue;
      }
      batch.push_back({proposal.mapping, fmt::format("{}/{}", member.info->name, proposal.part)});
      place_.push_back(i);
      is_start_.push_back(is_start(proposal));
    }
    member.spent += batch.size();
    turn_left_ -= batch.size();
    if (batch.empty()) {
      tell_member();
    }
  }
  queue_.refill(std::move(batch));
}

// Sees to it that it is the turn of a member that is not done; false where all are.
bool PortfolioStrategy::choose() {
  if (current_.has_value() && turn_left_ > 0 && !finished(members_[*current_])) {
    return true;
  }
  end_turn();
  // A member can be done as soon as it is made.
  for (;;) {
    const std::optional<std::size_t> chosen =
        rule_.allocation == PortfolioRule::Allocation::kUcb ? roulette() : next_member();
    if (!chosen.has_value()) {
      return false;
    }
    begin_turn(*chosen);
    if (!finished(members_[*chosen])) {
      return true;
    }
  }
}

// In a relay the first member that has not spent its share, otherwise the next in turn; the shares
// of those who are done early go to all others in turn.
std::optional<std::size_t> PortfolioStrategy::next_member() {
  const std::size_t count = members_.size();
  const std::size_t first =
      rule_.allocation == PortfolioRule::Allocation::kRelay || !current_.has_value()
          ? 0
          : *current_ + 1;
  for (const bool within_share : {true, false}) {
    // Who ran last in a relay goes on where all shares are spent.
    const bool stays = !within_share && first == 0 && current_.has_value();
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t index = ((stays ? *current_ : first) + i) % count;
      const Member& member = members_[index];
      if (!finished(member) &&
          (!within_share || member.strategy == nullptr || member.spent < member.share)) {
        return index;
      }
    }
  }
  return std::nullopt;
}

// Who never had a turn comes first.
std::optional<std::size_t> PortfolioStrategy::roulette() {
  std::vector<std::size_t> able;
  std::vector<TriedWay> tried;
  able.reserve(members_.size());
  tried.reserve(members_.size());
  for (std::size_t i = 0; i < members_.size(); ++i) {
    const Member& member = members_[i];
    if (finished(member)) {
      continue;
    }
    if (member.turns == 0) {
      return i;
    }
    able.push_back(i);
    tried.push_back({member.value, static_cast<double>(member.turns)});
  }
  if (able.empty()) {
    return std::nullopt;
  }
  return able[spin_roulette(tried, rule_.exploration, kLeastSpread, rng_)];
}

void PortfolioStrategy::begin_turn(std::size_t member) {
  current_ = member;
  turn_best_.reset();
  Member& chosen = members_[member];
  if (chosen.strategy == nullptr) {
    make(chosen);
  }
  const std::uint64_t share_left = chosen.share - std::min(chosen.spent, chosen.share);
  turn_left_ = rule_.turn;
  if (share_left > 0 && rule_.allocation == PortfolioRule::Allocation::kRelay) {
    turn_left_ = share_left;
  } else if (share_left > 0 && rule_.allocation == PortfolioRule::Allocation::kEqual) {
    turn_left_ = std::min(turn_left_, share_left);
  }
}

void PortfolioStrategy::end_turn() {
  if (!current_.has_value()) {
    return;
  }
  Member& member = members_[*current_];
  if (turn_best_.has_value()) {
    const double gained = gain(*turn_best_, reference_, RewardRule{});
    member.value =
        member.turns == 0 ? gained : (1 - rule_.memory) * member.value + rule_.memory * gained;
  }
  ++member.turns;
}

// Members that have had no turn yet have equal parts of what is neither spent nor another's share.
std::uint64_t PortfolioStrategy::next_share() const {
  std::uint64_t taken = 0;
  std::uint64_t waiting = 0;
  for (const Member& member : members_) {
    taken += finished(member) ? member.spent : member.share;
    waiting += member.strategy == nullptr ? 1U : 0U;
  }
  const std::uint64_t left = task_.budget - std::min(taken, task_.budget);
  return std::max<std::uint64_t>((left + waiting - 1) / waiting, 1);
}

// In a relay each member but the first starts from what the ones before it have found.
void PortfolioStrategy::make(Member& member) {
  member.share = next_share();
  StrategyTask task = task_;
  task.budget = member.share;
  if (rule_.allocation == PortfolioRule::Allocation::kRelay && best_.has_value()) {
    task.warm.init = best_->asked;
    starts_.emplace(mapping_hash(best_->asked), *best_);
  }
  member.strategy = member.info->make(
      task, Options(fmt::format("strategy {}", member.info->name), member.info->options, {}));
}

StrategyInfo PortfolioStrategy::info(std::string name, std::string summary,
                                     const PortfolioRule& composition, const Catalog& catalog) {
  using Rule = PortfolioRule;
  OptionTable<Rule> options(composition);
  options
      .text(
          "members", "names of strategies, joined by +",
          [&catalog](const std::string& text) { check_members(catalog, text); }, &Rule::members)
      .choice("allocation",
              "whose turn it is: one after the other, each from where the last one ended; or all "
              "equally; or by upper confidence bounds",
              NamedValues<Rule::Allocation>{{"relay", Rule::Allocation::kRelay},
                                            {"equal", Rule::Allocation::kEqual},
                                            {"ucb", Rule::Allocation::kUcb}},
              &Rule::allocation)
      .number("turn", "evaluations of a turn", 1, 1e6, &Rule::turn)
      .number("exploration", "ucb: weight of the bound's width", 0, 100, &Rule::exploration)
      .number("memory", "ucb: weight of the latest turn in a member's value", 0, 1, &Rule::memory);
  StrategyInfo row;
  row.name = std::move(name);
  row.summary = std::move(summary);
  row.options = options.infos();
  row.is_portfolio = true;
  row.make = [&catalog, options](const StrategyTask& task, const Options& given) {
    return std::make_unique<PortfolioStrategy>(task, options.read(given), catalog);
  };
  row.multiplies = [&catalog, options](const Options& given) {
    const std::vector<std::string> names = names_of(options.read(given).members);
    return std::any_of(names.begin(), names.end(), [&](const std::string& member) {
      const StrategyInfo& info = catalog.find(member);
      return info.multiplies && info.multiplies(Options(info.name, info.options, {}));
    });
  };
  return row;
}

}  // namespace memplace
