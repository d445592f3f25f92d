// SPDX-License-Identifier: Apache-2.0
// Random chips, modes and mappings for property and differential tests.
#pragma once

#include "base/rng.h"
#include "sim/chip/chip.h"
#include "sim/placement/mapping.h"
#include "workloads/graph/graph.h"

namespace memplace {

// A chip of one to five levels with every feature: engine scope, now and then of the slowest too,
// split channels, bursts, memories of equal speed, zero latency, zero dispatch, rates that do not
// divide. Capacities are not to be relied on. A function of the rng's state alone.
Chip random_chip(Rng& rng);

// Such a chip with capacities that matter to `graph`: the slowest memory holds all of it for twelve
// streams unless `tight`; the others hold part of it, or all.
Chip random_chip(Rng& rng, const Graph& graph, bool tight = false);

// One to twelve streams, one to four inferences, as many engines as the chip has or fewer.
Mode random_mode(Rng& rng, const Chip& chip);

// Every decision uniformly in any memory; settled.
Mapping random_mapping(Rng& rng, const Graph& graph, const Chip& chip);

}  // namespace memplace
