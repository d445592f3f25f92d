// SPDX-License-Identifier: Apache-2.0
#include "optimizer/egrl/companion.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "optimizer/archive_items.h"
#include "optimizer/options.h"

namespace memplace {

Companion::Companion(const StrategyTask& task, std::string name, std::uint64_t budget)
    : task_(task), name_(std::move(name)) {
  task_.budget = budget;
  // What it learns, if it learns, is its own.
  task_.policy = nullptr;
  task_.shared = nullptr;
  if (budget > 0) {
    const StrategyInfo& info = find_strategy(name_);
    strategy_ = info.make(task_, Options("strategy " + info.name, info.options, {}));
  }
}

bool Companion::done() const { return strategy_ == nullptr || strategy_->done(); }

std::vector<Proposal> Companion::ask(std::size_t room) {
  room_ = static_cast<std::size_t>(std::min<std::uint64_t>(room, task_.budget - spent_));
  asked_ = true;
  std::vector<Proposal> proposals = strategy_->ask(room_);
  for (Proposal& proposal : proposals) {
    proposal.part = fmt::format("{}/{}", name_, proposal.part);
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

void Companion::save(ArchiveWriter& archive) const {
  archive.write_flag(asked_);
  archive.write_u64(room_);
  archive.write_u64(events_.size());
  for (const Event& event : events_) {
    archive.write_flag(event.heard);
    archive.write_u64(event.room);
    archive.write_u64(event.results.size());
    for (const Evaluated& result : event.results) {
      memplace::save(archive, result);
    }
  }
}

void Companion::load(ArchiveReader& archive) {
  const bool asked = archive.read_flag();
  const auto last_room = static_cast<std::size_t>(archive.read_u64());
  const std::size_t count = archive.read_count();
  for (std::size_t i = 0; i < count; ++i) {
    const bool heard = archive.read_flag();
    const auto room = static_cast<std::size_t>(archive.read_u64());
    std::vector<Evaluated> results;
    const std::size_t size = archive.read_count();
    results.reserve(size);
    for (std::size_t j = 0; j < size; ++j) {
      results.push_back(load_evaluated(archive, task_.graph, task_.chip));
    }
    if (strategy_ == nullptr || (heard && size != 1)) {
      archive.fail("holds what nobody was told");
    }
    if (heard) {
      hear(results.front());
    } else {
      if (room == 0 || done() || ask(room).size() != size) {
        archive.fail("holds answers to what was not asked");
      }
      tell(std::move(results));
    }
  }
  if (asked && !done()) {
    ask(last_room);
  }
}

}  // namespace memplace
