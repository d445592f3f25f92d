// SPDX-License-Identifier: Apache-2.0
#include "sim/metrics.h"

#include <cstdint>
#include <limits>
#include <memory>

#include <catch2/catch.hpp>

#include "sim/timing/program.h"
#include "tests/support/toy_chips.h"
#include "workloads/io/graph_text.h"

namespace memplace::test {

TEST_CASE("energy is exact and rounded once", "[metrics]") {
  Memory memory;
  memory.name = "m";
  memory.read_energy = EnergyPerByte(1);  // fJ/B
  memory.write_energy = EnergyPerByte(100);
  const MemoryActivity activity{{}, Bytes(400), Bytes(1)};
  // 400 x 1 fJ + 1 x 100 fJ = 500 fJ, which rounds up to 1 pJ.
  CHECK(energy_picojoules(memory, activity, 1_ns, 1) == 1);
  CHECK(energy_picojoules(memory, {{}, Bytes(399), Bytes(1)}, 1_ns, 1) == 0);
  // 3 uW over 1 s in 2 instances: 6 uJ = 6,000,000 pJ, and the 500 fJ.
  memory.static_power = Power(3);
  CHECK(energy_picojoules(memory, activity, Picoseconds(1'000'000'000'000), 2) == 6'000'001);
  memory.read_energy = EnergyPerByte(std::numeric_limits<std::int64_t>::max());
  CHECK_THROWS_WITH(energy_picojoules(memory, {{}, 1_MiB, {}}, 1_ns, 1),
                    "memory \"m\": its energy does not fit 64 bits of picojoules; the energies or "
                    "the power of the chip cannot be meant");
}

TEST_CASE("throughput leaves out each stream's first inference", "[metrics]") {
  SimResult result;
  // Two streams of three inferences; 4 completions between 12 ns (the latest first) and 32 ns.
  result.completions = {10_ns, 20_ns, 30_ns, 12_ns, 22_ns, 32_ns};
  result.makespan = 32_ns;
  CHECK(throughput_per_second({2, 1, 3}, result) == 4.0 / 20e-9);
  CHECK_FALSE(throughput_per_second({2, 1, 1}, result).has_value());
}

TEST_CASE("the energy of a run is that of all its memories", "[metrics]") {
  Chip chip = toy_chip();
  for (const MemoryId id : chip.memories.ids()) {
    Memory& memory = chip.memories[id];
    memory.read_energy = EnergyPerByte(1000);
    memory.write_energy = EnergyPerByte(2000);
    memory.static_power = Power(0);
  }
  const auto graph = std::make_shared<const Graph>(
      parse_graph_text("graph tiny\ninput x 4\na: elementwise(2) in=x out=2\n"));
  const Program program = lower(Problem(*graph, chip));
  SimResult result;
  for (std::int64_t i = 1; i <= static_cast<std::int64_t>(chip.memories.size()); ++i) {
    result.memories.push_back({{}, Bytes(i), Bytes(10 * i)});
  }
  // Three memories: (1 + 2 + 3) B read at 1 pJ and ten times as much written at 2 pJ.
  CHECK(energy_picojoules(program, result) == 6 + 120);
}

TEST_CASE("a chip's area is that of all its memories and engines", "[metrics]") {
  Chip chip;
  chip.name = "c";
  chip.engines.count = 3;
  chip.engines.area = Area(1000);
  Memory memory;
  memory.name = "shared";
  memory.capacity = 2_MiB;
  memory.area = AreaPerMebibyte(500);
  chip.memories.push_back(memory);
  memory.name = "own";
  memory.capacity = 1_MiB + 512_KiB;
  memory.area = AreaPerMebibyte(101);
  memory.scope = Scope::kEngine;
  chip.memories.push_back(memory);
  // 2 x 500; 3 x 1.5 x 101 = 454.5, rounded up; 3 x 1000.
  CHECK(area_of(chip, MemoryId(0)) == Area(1000));
  CHECK(area_of(chip, MemoryId(1)) == Area(455));
  CHECK(area_of(chip) == Area(4455));
  chip.memories[MemoryId(0)].capacity = Bytes(std::int64_t{1} << 50);
  chip.memories[MemoryId(0)].area = AreaPerMebibyte(1'000'000'000'000);
  CHECK_THROWS_WITH(area_of(chip),
                    "chip \"c\": its area does not fit 64 bits of square micrometres; its areas "
                    "cannot be meant");
}

}  // namespace memplace::test
