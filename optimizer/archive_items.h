// SPDX-License-Identifier: Apache-2.0
// What strategies hold, as items of an archive (base/archive.h).
#pragma once

#include "base/archive.h"
#include "optimizer/strategy.h"
#include "sim/chip/chip.h"
#include "sim/mapping/mapping.h"
#include "workloads/graph/graph.h"

namespace memplace {

void save(ArchiveWriter& archive, const Mapping& mapping);
void save(ArchiveWriter& archive, const CostedMapping& costed);
void save(ArchiveWriter& archive, const Proposal& proposal);
void save(ArchiveWriter& archive, const Evaluated& evaluated);

// Throw Error where the archive holds something else, and where its mapping is none, or is not
// settled, for the graph on the chip.
Mapping load_mapping(ArchiveReader& archive, const Graph& graph, const Chip& chip);
CostedMapping load_costed_mapping(ArchiveReader& archive, const Graph& graph, const Chip& chip);
Proposal load_proposal(ArchiveReader& archive, const Graph& graph, const Chip& chip);
Evaluated load_evaluated(ArchiveReader& archive, const Graph& graph, const Chip& chip);

}  // namespace memplace
