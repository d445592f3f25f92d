// SPDX-License-Identifier: Apache-2.0
// Chips for sums by hand: one engine of one lane at 1 GHz, memories without latency.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/units.h"
#include "sim/chip/chip.h"

namespace memplace {

// Memories of these capacities in bytes, the slowest first. The fastest moves 1 B/ns, each slower
// one half as much as the next. Three are called dram, llc and sram, two dram and sram, one dram.
inline Chip small_chip(const std::vector<std::int64_t>& capacities) {
  const std::vector<std::string> names = capacities.size() < 3
                                             ? std::vector<std::string>{"dram", "sram"}
                                             : std::vector<std::string>{"dram", "llc", "sram"};
  Chip chip;
  chip.name = "small";
  chip.engines.clock = Frequency(1'000'000'000);
  chip.engines.vector.width = Bytes(1);
  chip.engines.vector.cost.fill(1);
  chip.engines.staging_buffer = Bytes(48);
  chip.engines.staging = {Bytes(16), Bytes(8), Bytes(8)};
  for (std::size_t i = 0; i < capacities.size(); ++i) {
    Memory memory;
    memory.name = names.at(i);
    memory.capacity = Bytes(capacities[i]);
    memory.read_bandwidth = Bandwidth(1'000'000'000 >> (capacities.size() - 1 - i));
    memory.write_bandwidth = memory.read_bandwidth;
    chip.memories.push_back(memory);
  }
  return chip;
}

}  // namespace memplace
