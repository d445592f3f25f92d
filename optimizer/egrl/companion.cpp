// SPDX-License-Identifier: Apache-2.0
#include "optimizer/egrl/companion.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "optimizer/learning/learner.h"
#include "optimizer/learning/trained_policy.h"
#include "optimizer/search/archive_items.h"
#include "optimizer/search/options.h"

namespace memplace {

Companion::Companion(const StrategyTask& task, const StrategyInfo& info, std::uint64_t budget)
    : task_(task), info_(info) {
  task_.budget = budget;
  // What it learns, if it learns, is its own.
  task_.warm.knowledge.drop<const TrainedPolicy>();
  task_.warm.knowledge.drop<SharedLearner>();
  if (budget > 0) {
    strategy_ = info.make(task_, Options("strategy " + info.name, info.options, {}));
  }
}

bool Companion::done() const { return strategy_ == nullptr || strategy_->done(); }

std::vector<Proposal> Companion::ask(std::size_t room) {
  room_ = static_cast<std::size_t>(std::min<std::uint64_t>(room, task_.budget - spent_));
  asked_ = true;
  std::vector<Proposal> proposals = strategy_->ask(room_);
  for (Proposal& proposal : proposals) {
    proposal.part = fmt::format("{}/{}", info_.name, proposal.part);
  }
  return proposals;
}

void Companion::tell(std::vector<Evaluated> results) {
  asked_ = false;
  strategy_->tell(results);
  spent_ += results.size();
  events_.push_back({false, room_, std::move(results)});
}

void Companion::hear(const Evaluated& better) {
  if (strategy_ != nullptr) {
    strategy_->hear(better);
    events_.push_back({true, 0, {better}});
  }
}

void Companion::visit(auto& archive, auto& asked, auto& room, auto& events,
                      const Problem& problem) {
  archive.item(asked);
  archive.item(room);
  archive.items(events, [&](auto& event) {
    archive.item(event.heard);
    archive.item(event.room);
    archive.items(event.results, [&](auto& result) { item(archive, result, problem); });
  });
}

void Companion::save(ArchiveWriter& archive) const {
  visit(archive, asked_, room_, events_, task_.problem);
}

std::vector<Proposal> Companion::load(ArchiveReader& archive) {
  bool asked = false;
  std::uint64_t last_room = 0;
  std::vector<Event> events;
  visit(archive, asked, last_room, events, task_.problem);
  for (Event& event : events) {
    repeat(std::move(event), archive);
  }
  if (asked) {
    return ask_again(last_room, archive);
  }
  if (last_room != room_) {
    archive.fail("holds a question that nobody asked");
  }
  return {};
}

void Companion::repeat(Event event, const ArchiveReader& archive) {
  if (strategy_ == nullptr || (event.heard && event.results.size() != 1)) {
    archive.fail("holds what nobody was told");
  }
  if (event.heard) {
    hear(event.results.front());
    return;
  }
  const std::vector<Proposal> asked = ask_again(event.room, archive);
  const bool answers = std::equal(
      asked.begin(), asked.end(), event.results.begin(), event.results.end(),
      [](const auto& proposal, const auto& result) { return proposal.mapping == result.asked; });
  if (!answers) {
    archive.fail("holds answers to what was not asked");
  }
  tell(std::move(event.results));
}

std::vector<Proposal> Companion::ask_again(std::uint64_t room, const ArchiveReader& archive) {
  if (room == 0 || room > task_.budget - spent_ || done()) {
    archive.fail("holds answers to what was not asked");
  }
  return ask(static_cast<std::size_t>(room));
}

}  // namespace memplace
