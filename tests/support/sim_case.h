// SPDX-License-Identifier: Apache-2.0
// All that a run depends on, at random, made smaller, and as files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sim/chip/chip.h"
#include "sim/placement/mapping.h"
#include "sim/placement/moves.h"
#include "sim/timing/program.h"
#include "workloads/graph/graph.h"

namespace memplace::test {

// A move as it outlives changes of the graph: by names.
struct CaseMove {
  std::string tensor;
  MemoryId to;
  std::string after;  // an op; none where it is empty, or no op before the first that reads it
};

struct SimCase {
  std::shared_ptr<const Graph> graph;
  Chip chip;
  Mode mode;
  Mapping mapping;  // homes
  std::vector<CaseMove> moves = {};
};

// What is run: the case's moves as far as law 9 allows them.
MovePlan plan_of(const SimCase& c);

inline Program lower(const SimCase& c) {
  return memplace::lower(Problem(*c.graph, c.chip, c.mode));
}

// A function of the seed alone. Every second case has one stream, and mostly no bursts; a quarter
// have few ops with many tiles; in another quarter all is small and takes whole nanoseconds, so
// that much happens at the same instant. A run has at most 20,000 tiles.
SimCase random_case(std::uint64_t seed);

// The same with a random mover and moves: of each movable tensor with a memory above its home, more
// likely than not, after any op before the first that reads it. Capacities are not looked at.
SimCase random_moving_case(std::uint64_t seed);

// `c` without ops, operands, sizes and features of chip and mode that `fails` does not need, as far
// as `most_tries` calls of it lead. `fails(c)` holds; cases that cannot be lowered do not fail.
SimCase shrink(SimCase c, const std::function<bool(const SimCase&)>& fails,
               std::size_t most_tries = 2000);

// Writes graph.yaml, chip.yaml and mapping.yaml to `directory`, which is created where missing, and
// a README with the command that compares both models on them. Capacities, which take no time, are
// made large enough for the mapping. Returns the command.
std::string write_reproducer(const SimCase& c, const std::string& directory);

}  // namespace memplace::test
