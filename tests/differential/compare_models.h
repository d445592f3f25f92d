// SPDX-License-Identifier: Apache-2.0
// The event model against the reference, in everything that either says.
#pragma once

#include <cstdint>
#include <string>

#include "sim/simulator.h"
#include "tests/support/sim_case.h"

namespace memplace::test {

// What the event model did in a set of comparisons, so that a test can tell that it did something.
struct Exercise {
  std::uint64_t cases = 0;
  std::uint64_t moving = 0;         // cases with moves
  std::uint64_t moves = 0;          // in all
  std::uint64_t walked = 0;         // cases of Walk
  std::uint64_t leapt = 0;          // tiles that it leapt over
  std::uint64_t rebased = 0;        // bases of IncrementalWalk
  std::uint64_t stopped_early = 0;  // its walks from the first op on that did not come to the last
  std::uint64_t started_late = 0;   // those that walked no op of the first half
};

// "" where the event model agrees with `reference`: in all events and statistics, in latency(),
// rebase() and, for ten mappings that differ in one to three decisions, latency_near(), one of
// which is compared with the reference. A case with moves differs by a few of them too; the same
// without any is the base of some more. Otherwise the first difference. `seed` is of the changes.
std::string difference_of(const SimCase& c, std::uint64_t seed, Simulator& reference,
                          Exercise& exercise);

}  // namespace memplace::test
