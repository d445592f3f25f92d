// SPDX-License-Identifier: Apache-2.0
// What strategies hold, as items of an archive (base/archive.h).
#pragma once

#include <cstdint>

#include "base/archive.h"
#include "optimizer/search/strategy.h"
#include "sim/placement/mapping.h"
#include "sim/placement/problem.h"

namespace memplace {

void save(ArchiveWriter& archive, const Mapping& mapping);
void save(ArchiveWriter& archive, const CostedMapping& costed);
void save(ArchiveWriter& archive, const Proposal& proposal);
void save(ArchiveWriter& archive, const Evaluated& evaluated);

// Throw Error where the archive holds something else, where its mapping is none, or is not settled,
// for the problem, and where a cost, a time or bytes are less than nothing.
Mapping load_mapping(ArchiveReader& archive, const Problem& problem);
CostedMapping load_costed_mapping(ArchiveReader& archive, const Problem& problem);
Proposal load_proposal(ArchiveReader& archive, const Problem& problem);
Evaluated load_evaluated(ArchiveReader& archive, const Problem& problem);

double load_cost(ArchiveReader& archive);
// What rewards are relative to: task.native_cost where that is known, else some cost.
double load_reference(ArchiveReader& archive, const StrategyTask& task);

// How often something happened: far from where a double or 64 bits lose count.
std::uint64_t load_times(ArchiveReader& archive);

}  // namespace memplace
