// SPDX-License-Identifier: Apache-2.0
// The mappings that simulators are measured and signed with: seeded, so that they are the same
// everywhere.
#pragma once

#include <cstddef>
#include <vector>

#include "base/rng.h"
#include "sim/placement/mapping.h"
#include "sim/timing/program.h"

namespace memplace::bench {

// The decisions that have bytes: those whose memory can matter.
std::vector<TensorId> decisions_with_bytes(const Program& program);

// A random memory for each decision. Settled; it need not fit.
Mapping random_mapping(const Program& program, Rng& rng);

// `from` with `count` decisions that have bytes, or all there are, each in a random other memory.
// Settled; it need not fit.
Mapping change_decisions(const Program& program, const Mapping& from, std::size_t count, Rng& rng);

// What a search evaluates, in the small: 64 feasible mappings. The heuristics' come first; the
// rest are in equal parts random ones and neighbours of native, with one to three decisions
// changed, as rectified. Throws Error where not even the slowest memory holds the network.
std::vector<Mapping> typical_mappings(const Program& program);

// native with one decision changed: 64 of them. They need not fit, for rectifying might change
// more.
std::vector<Mapping> one_tensor_changes(const Program& program);

// The same for the decisions whose first op lies in a tenth of the schedule: at most 16. Empty
// where it has no decisions.
std::vector<Mapping> one_tensor_changes_in_tenth(const Program& program, std::size_t tenth);

// The ops of a tenth of the schedule: from its first to before its last.
struct Steps {
  std::size_t begin = 0;
  std::size_t end = 0;
};
Steps steps_of_tenth(const Program& program, std::size_t tenth);

}  // namespace memplace::bench
