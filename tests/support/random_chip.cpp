// SPDX-License-Identifier: Apache-2.0
#include "tests/support/random_chip.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "tests/support/decisions.h"

namespace memplace {
namespace {

constexpr std::uint32_t kSlowestScope = 10;  // a purpose

// Between least and most, small values as likely as large ones.
std::int64_t log_uniform(Rng& rng, std::int64_t least, std::int64_t most) {
  const std::int64_t high = rng.between(least, most);
  return rng.chance(0.5) ? rng.between(least, high) : high;
}

Memory random_memory(Rng& rng, std::string name, bool allow_engine_scope) {
  Memory memory;
  memory.name = std::move(name);
  memory.capacity = Bytes(log_uniform(rng, 1, 1 << 20));
  // Some rates divide a second exactly, some do not.
  const std::int64_t bandwidth = rng.chance(0.5) ? 1'000'000'000 * rng.between(1, 64)
                                                 : log_uniform(rng, 1'000'000, 999'999'999'999);
  memory.read_bandwidth = Bandwidth(bandwidth);
  memory.write_bandwidth = Bandwidth(rng.chance(0.7) ? bandwidth : bandwidth / 2 + 1);
  memory.latency = rng.chance(0.3) ? Picoseconds(0) : Picoseconds(rng.between(1, 200'000));
  memory.scope = allow_engine_scope && rng.chance(0.4) ? Scope::kEngine : Scope::kChip;
  memory.channels = rng.chance(0.3) ? Channels::kSplit : Channels::kShared;
  if (rng.chance(0.3)) {
    memory.max_burst = Bytes(rng.between(64, 4096));
  }
  return memory;
}

}  // namespace

Chip random_chip(Rng& rng) {
  Chip chip;
  chip.name = "random";
  Engines& engines = chip.engines;
  engines.count = rng.between(1, 16);
  engines.clock =
      Frequency(rng.chance(0.5) ? 1'000'000'000 : rng.between(1'000'000, 2'000'000'000));
  engines.grid = {rng.between(1, 16), rng.between(1, 16), rng.between(1, 4)};
  engines.passes = {1, rng.between(1, 2), rng.between(2, 4)};
  engines.vector.width = Bytes(rng.between(1, 64));
  for (std::int64_t& cost : engines.vector.cost) {
    cost = rng.between(rng.chance(0.1) ? 0 : 1, 8);
  }
  engines.staging = {Bytes(rng.between(2048, 16384)), Bytes(rng.between(2048, 16384)),
                     Bytes(rng.between(1024, 8192))};
  engines.staging_buffer =
      engines.staging.weights + 2 * engines.staging.input_slot + 2 * engines.staging.output_slot;
  engines.dispatch_overhead =
      rng.chance(0.4) ? Picoseconds(0) : Picoseconds(rng.between(1, 500'000));
  const std::int64_t levels = rng.between(1, 5);
  for (std::int64_t i = 0; i < levels; ++i) {
    Memory memory = random_memory(rng, "m" + std::to_string(i), i > 0);
    if (i > 0 && rng.chance(0.2)) {  // as fast as the one before
      const Memory& other = chip.memories[MemoryId(static_cast<std::size_t>(i - 1))];
      memory.read_bandwidth = other.read_bandwidth;
      memory.write_bandwidth = other.write_bandwidth;
      memory.latency = other.latency;
    }
    chip.memories.push_back(memory);
  }
  chip.memories[chip.slowest()].capacity = 1_GiB;
  // Of a stream of its own, so that what is drawn next is the same with it and without.
  Rng next = rng;
  if (Rng(next.next(), kSlowestScope).chance(0.1)) {
    chip.memories[chip.slowest()].scope = Scope::kEngine;
  }
  return chip;
}

Chip random_chip(Rng& rng, const Graph& graph, bool tight) {
  Chip chip = random_chip(rng);
  std::int64_t total = 1;
  for (const TensorId id : graph.tensors()) {
    total += graph.tensor(id).bytes.count();
  }
  for (Memory& memory : chip.memories) {
    memory.capacity = Bytes(rng.between(1, total));
  }
  if (!tight) {
    chip.memories[chip.slowest()].capacity = Bytes(12 * total);
  }
  return chip;
}

Mode random_mode(Rng& rng, const Chip& chip) {
  Mode mode;
  const std::int64_t most =
      std::min<std::int64_t>(chip.engines.count, static_cast<std::int64_t>(kMaxStreams));
  mode.streams = rng.chance(0.5) ? 1 : rng.between(1, most);
  mode.engines_per_stream = rng.between(1, chip.engines.count / mode.streams);
  mode.inferences = rng.chance(0.5) ? 1 : rng.between(1, 4);
  return mode;
}

Mapping random_mapping(Rng& rng, const Graph& graph, const Chip& chip) {
  Mapping mapping = uniform_mapping(Problem(graph, chip), chip.slowest());
  for (const TensorId decision : decisions_of(graph)) {
    mapping[decision] = MemoryId(static_cast<std::size_t>(rng.below(chip.memories.size())));
  }
  settle(Problem(graph, chip), mapping);
  return mapping;
}

}  // namespace memplace
