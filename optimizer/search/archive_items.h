// SPDX-License-Identifier: Apache-2.0
// What strategies hold, as items of an archive (base/archive.h).
#pragma once

#include <cstdint>

#include "base/archive.h"
#include "optimizer/search/strategy.h"
#include "sim/placement/mapping.h"
#include "sim/placement/problem.h"

namespace memplace {

// Of a problem, or of a task. Readers throw Error where the archive holds something else, where its
// mapping is none, or is not settled, for the problem, and where a cost, a time or bytes are less
// than nothing.
void item(ArchiveWriter& archive, const Mapping& mapping, const Problem& problem);
void item(ArchiveReader& archive, Mapping& mapping, const Problem& problem);
void item(ArchiveWriter& archive, const CostedMapping& costed, const Problem& problem);
void item(ArchiveReader& archive, CostedMapping& costed, const Problem& problem);
void item(ArchiveWriter& archive, const Proposal& proposal, const Problem& problem);
void item(ArchiveReader& archive, Proposal& proposal, const Problem& problem);
void item(ArchiveWriter& archive, const Evaluated& evaluated, const Problem& problem);
void item(ArchiveReader& archive, Evaluated& evaluated, const Problem& problem);

void cost_item(auto& archive, auto& cost) { archive.item_within(cost, 0, kMostDouble); }

// What rewards are relative to: task.native_cost where that is known, else some cost.
void reference_item(auto& archive, auto& reference, const StrategyTask& task) {
  const double known = task.native_cost;
  archive.item_within(reference, known > 0 ? known : 0, known > 0 ? known : kMostDouble);
}

// How often something happened: far from where a double or 64 bits lose count.
void times_item(auto& archive, auto& times) {
  constexpr std::uint64_t kMostTimes = std::uint64_t{1} << 53U;
  archive.item_below(times, kMostTimes);
}

}  // namespace memplace
