// SPDX-License-Identifier: Apache-2.0
// Proposals that wait to be asked and told: what makes a strategy's proposals the same whatever
// room it is offered.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "base/archive.h"
#include "base/error.h"
#include "optimizer/search/archive_items.h"
#include "optimizer/search/strategy.h"

namespace memplace {

// A batch of proposals. The strategy makes the next one when all of this one were told.
class ProposalQueue {
 public:
  ProposalQueue() = default;
  explicit ProposalQueue(std::vector<Proposal> batch) : batch_(std::move(batch)) {}

  void refill(std::vector<Proposal> batch) {
    MEMPLACE_ASSERT(finished(), "proposals that nobody was told about");
    batch_ = std::move(batch);
    told_ = 0;
  }

  // The first `room` of those that were not told yet, or as many as there are.
  std::vector<Proposal> ask(std::size_t room) const {
    const std::size_t end = told_ + std::min(room, batch_.size() - told_);
    return {batch_.begin() + static_cast<std::ptrdiff_t>(told_),
            batch_.begin() + static_cast<std::ptrdiff_t>(end)};
  }

  // The first is told: its index in the batch.
  std::size_t tell() {
    MEMPLACE_ASSERT(!finished(), "told what was not asked");
    return told_++;
  }

  bool finished() const { return told_ == batch_.size(); }

  std::span<const Proposal> batch() const { return batch_; }
  std::size_t told() const { return told_; }  // of the batch

  void save(ArchiveWriter& archive, const Problem& problem) const {
    visit(archive, *this, problem);
  }
  // Throws Error where the archive holds no queue of such proposals.
  void load(ArchiveReader& archive, const Problem& problem) { visit(archive, *this, problem); }

 private:
  static void visit(auto& archive, auto& self, const Problem& problem) {
    archive.item(self.told_);
    archive.items(self.batch_, [&](auto& proposal) { item(archive, proposal, problem); });
    archive.require(self.told_ <= self.batch_.size(),
                    "holds a queue of which more was told than it has");
  }

  std::vector<Proposal> batch_;
  std::size_t told_ = 0;
};

}  // namespace memplace
