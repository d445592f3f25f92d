// SPDX-License-Identifier: Apache-2.0
// All that a run depends on, at random, made smaller, and as files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "sim/chip/chip.h"
#include "sim/placement/mapping.h"
#include "sim/timing/program.h"
#include "workloads/graph/graph.h"

namespace memplace::test {

struct SimCase {
  std::shared_ptr<const Graph> graph;
  Chip chip;
  Mode mode;
  Mapping mapping;
};

inline Program lower(const SimCase& c) {
  return memplace::lower(Problem(*c.graph, c.chip, c.mode));
}

// A function of the seed alone. Every second case has one stream, and mostly no bursts; a quarter
// have few ops with many tiles; in another quarter all is small and takes whole nanoseconds, so
// that much happens at the same instant. A run has at most 20,000 tiles.
SimCase random_case(std::uint64_t seed);

// `c` without ops, operands, sizes and features of chip and mode that `fails` does not need, as far
// as `most_tries` calls of it lead. `fails(c)` holds; cases that cannot be lowered do not fail.
SimCase shrink(SimCase c, const std::function<bool(const SimCase&)>& fails,
               std::size_t most_tries = 2000);

// Writes graph.yaml, chip.yaml and mapping.yaml to `directory`, which is created where missing, and
// a README with the command that compares both models on them. Capacities, which take no time, are
// made large enough for the mapping. Returns the command.
std::string write_reproducer(const SimCase& c, const std::string& directory);

}  // namespace memplace::test
