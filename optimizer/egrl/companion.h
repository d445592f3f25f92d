// SPDX-License-Identifier: Apache-2.0
// A strategy that another one employs.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/archive.h"
#include "optimizer/search/strategy.h"

namespace memplace {

// It has its default options and its share of the budget. Its state is what it was told.
class Companion {
 public:
  // The strategy's row outlives it.
  Companion(const StrategyTask& task, const StrategyInfo& info, std::uint64_t budget);

  // As Strategy's; parts are "name/part".
  std::vector<Proposal> ask(std::size_t room);
  void tell(std::vector<Evaluated> results);
  void hear(const Evaluated& better);
  bool done() const;

  std::uint64_t spent() const { return spent_; }
  // Whether it has evaluations left.
  bool able() const { return spent_ < task_.budget && !done(); }

  void save(ArchiveWriter& archive) const;
  // Returns what it asks and has no answer to. Throws Error where the archive holds what such a
  // companion was not told.
  std::vector<Proposal> load(ArchiveReader& archive);

 private:
  struct Event {
    bool heard = false;      // not told
    std::uint64_t room = 0;  // that was offered with the question before
    std::vector<Evaluated> results;
  };
  static void visit(auto& archive, auto& asked, auto& room, auto& events, const Problem& problem);
  // As they happened before. Throw Error, in the name of `archive`, where they cannot have.
  void repeat(Event event, const ArchiveReader& archive);
  std::vector<Proposal> ask_again(std::uint64_t room, const ArchiveReader& archive);

  StrategyTask task_;
  const StrategyInfo& info_;
  std::unique_ptr<Strategy> strategy_;
  std::uint64_t spent_ = 0;
  std::uint64_t room_ = 0;  // that was offered with the last question...
  bool asked_ = false;      // ...which has no answer yet
  std::vector<Event> events_;
};

}  // namespace memplace
