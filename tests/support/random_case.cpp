// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>

#include "base/error.h"
#include "base/rng.h"
#include "tests/support/random_chip.h"
#include "tests/support/random_graph.h"
#include "tests/support/sim_case.h"

namespace memplace::test {
namespace {

constexpr std::uint32_t kPurpose = 9;
constexpr std::int64_t kMostTiles = 20'000;

enum class Kind { kAny, kLarge, kEven };

// A byte, a cycle and a latency take a few nanoseconds each.
void make_even(Rng& rng, Chip& chip) {
  chip.engines.clock = Frequency(1'000'000'000);
  chip.engines.dispatch_overhead = Picoseconds(1000 * rng.between(0, 3));
  for (Memory& memory : chip.memories) {
    memory.read_bandwidth = memory.write_bandwidth =
        Bandwidth(1'000'000'000 / (std::int64_t{1} << rng.between(0, 2)));
    memory.latency = Picoseconds(1000 * rng.between(0, 2));
    if (memory.max_burst) {
      memory.max_burst = Bytes(rng.between(1, 8));
    }
  }
  chip.engines.staging = {Bytes(rng.between(64, 128)), Bytes(rng.between(64, 128)),
                          Bytes(rng.between(32, 64))};
}

SimCase draw(Rng& rng, bool one_stream, Kind kind) {
  RandomGraphOptions options;
  if (kind == Kind::kEven) {
    options.most_elements = 64;
    options.most_channels = 4;
  }
  if (kind == Kind::kLarge) {
    options.most_elements = 1 << 22;
    options.most_ops = 6;
    options.most_channels = 1024;
  }
  SimCase c;
  c.graph = std::make_shared<const Graph>(random_graph(rng, options));
  c.chip = random_chip(rng);
  for (std::int64_t& cost : c.chip.engines.vector.cost) {
    cost = std::max<std::int64_t>(cost, 1);  // no chip file can say 0
  }
  if (kind == Kind::kEven) {
    make_even(rng, c.chip);
  }
  c.mode = random_mode(rng, c.chip);
  if (one_stream) {
    c.mode.streams = 1;
    c.mode.engines_per_stream = rng.between(1, c.chip.engines.count);
    if (rng.chance(0.8)) {
      for (Memory& memory : c.chip.memories) {
        memory.max_burst.reset();
      }
    }
  }
  c.mapping = random_mapping(rng, *c.graph, c.chip);
  return c;
}

bool is_small_enough(const SimCase& c) {
  try {
    const auto tiles = static_cast<std::int64_t>(lower(c).tiles.size());
    return tiles * c.mode.streams * c.mode.inferences <= kMostTiles;
  } catch (const Error&) {
    return false;  // a position of its input does not fit a slot
  }
}

}  // namespace

SimCase random_case(std::uint64_t seed) {
  for (std::uint64_t attempt = 0;; ++attempt) {
    Rng rng(seed, kPurpose, attempt);
    const std::uint64_t kind = seed % 8;
    SimCase c = draw(rng, seed % 2 == 0,
                     kind == 2 || kind == 5   ? Kind::kLarge
                     : kind == 3 || kind == 6 ? Kind::kEven
                                              : Kind::kAny);
    if (is_small_enough(c)) {
      return c;
    }
  }
}

}  // namespace memplace::test
