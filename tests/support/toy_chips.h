// SPDX-License-Identifier: Apache-2.0
// A chip on which a human can do the sums.
#pragma once

#include <string>
#include <utility>

#include "base/rates.h"
#include "base/units.h"
#include "sim/chip/chip.h"

namespace memplace::test {

inline Memory toy_memory(std::string name, Bytes capacity, Bandwidth bandwidth) {
  Memory memory;
  memory.name = std::move(name);
  memory.capacity = capacity;
  memory.read_bandwidth = memory.write_bandwidth = bandwidth;
  return memory;
}

// One engine at 1 GHz: a multiply-accumulate, or a byte of vector work, takes a nanosecond. DRAM
// moves a byte in 4 ns, LLC in 2 ns, SRAM in 1 ns, all without latency. Staging: 16 B of weights
// (so chunks of at most 8 B), input and output slots of 8 B. No dispatch overhead.
inline Chip toy_chip() {
  Chip chip;
  chip.name = "toy";
  chip.engines.count = 1;
  chip.engines.clock = Frequency(1'000'000'000);
  chip.engines.vector.width = 1_B;
  chip.engines.vector.cost.fill(1);
  chip.engines.staging_buffer = 48_B;
  chip.engines.staging = {16_B, 8_B, 8_B};
  chip.memories.push_back(toy_memory("dram", 1_MiB, 1_B / 4_ns));
  chip.memories.push_back(toy_memory("llc", 64_B, 1_B / 2_ns));
  chip.memories.push_back(toy_memory("sram", 32_B, 1_B / 1_ns));
  return chip;
}

inline constexpr MemoryId kDram{std::size_t{0}};
inline constexpr MemoryId kLlc{std::size_t{1}};
inline constexpr MemoryId kSram{std::size_t{2}};

}  // namespace memplace::test
