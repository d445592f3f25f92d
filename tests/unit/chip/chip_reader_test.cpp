// SPDX-License-Identifier: Apache-2.0
#include "sim/chip/chip_reader.h"

#include <fstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "base/files.h"

namespace memplace {
namespace {

// Line numbers matter: the messages below name them.
const std::string kGood =
    "chip: c\n"
    "engines:\n"
    "  count: 2\n"
    "  clock: 1 GHz\n"
    "  grid: {output_channels: 4, input_channels: 2, positions: 1}\n"
    "  passes: {int8: 1, fp16: 2, fp32: 4}\n"
    "  vector:\n"
    "    width: 8 B\n"
    "    cost: {copy: 1, elementwise: 2, transcendental: 3, softmax: 4, normalization: 5, "
    "reduction: 6, mac: 7}\n"
    "  staging_buffer: 48 B\n"
    "  staging: {weights: 16 B, input_slot: 8 B, output_slot: 8 B}\n"
    "  dispatch_overhead: 5 ns\n"
    "memories:\n"
    "  - {name: dram, capacity: 1 KiB, read_bandwidth: 1 GB/s, latency: 10 ns}\n"
    "  - {name: sram, capacity: 64 B, read_bandwidth: 4 GB/s, latency: 1 ns}\n";

Chip read(const std::string& text) { return read_chip(YamlDocument::from_text(text, "c.yaml")); }

// The good file with the first `from` replaced.
std::string with(const std::string& from, const std::string& to) {
  std::string text = kGood;
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string error_of(const std::string& text) {
  try {
    read(text);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST_CASE("a chip file with only what is required gets the documented defaults", "[chip]") {
  const Chip chip = read(kGood);
  CHECK(chip.name == "c");
  CHECK(chip.description.empty());
  CHECK(chip.engines.count == 2);
  CHECK(chip.engines.clock == Frequency(1'000'000'000));
  CHECK(chip.engines.grid == Grid{4, 2, 1});
  CHECK(chip.engines.passes == std::array<std::int64_t, 3>{1, 2, 4});
  CHECK(chip.engines.vector.width == 8_B);
  CHECK(chip.engines.vector.cost == std::array<std::int64_t, 7>{1, 2, 3, 4, 5, 6, 7});
  CHECK(chip.engines.staging_buffer == 48_B);
  CHECK(chip.engines.staging == Staging{16_B, 8_B, 8_B});
  CHECK(chip.engines.dispatch_overhead == 5_ns);
  CHECK(chip.engines.area == Area(0));
  REQUIRE(chip.memories.size() == 2);
  const Memory& dram = chip.memories[MemoryId(0)];
  CHECK(dram.name == "dram");
  CHECK(dram.capacity == 1_KiB);
  CHECK(dram.read_bandwidth == Bandwidth(1'000'000'000));
  CHECK(dram.write_bandwidth == dram.read_bandwidth);
  CHECK(dram.latency == 10_ns);
  CHECK(dram.scope == Scope::kChip);
  CHECK(dram.channels == Channels::kShared);
  CHECK(dram.max_burst == std::nullopt);
  CHECK(dram.alignment == 64_B);
  CHECK(dram.read_energy == EnergyPerByte(0));
  CHECK(dram.write_energy == EnergyPerByte(0));
  CHECK(dram.static_power == Power(0));
  CHECK(dram.area == AreaPerMebibyte(0));
}

const std::string kEverything =
    "sram, capacity: 64 B, read_bandwidth: 4 GB/s, write_bandwidth: 2 GB/s, latency: 1 ns, "
    "read_energy: 1.5 pJ/B, write_energy: 2 pJ/B, static_power: 3 mW, area: 0.5 mm2/MiB, "
    "scope: engine, channels: split, max_burst: 32 B, alignment: 16 B}";

TEST_CASE("every optional key is read", "[chip]") {
  const Chip chip =
      read(with("sram, capacity: 64 B, read_bandwidth: 4 GB/s, latency: 1 ns}", kEverything));
  const Memory& sram = chip.memories[MemoryId(1)];
  CHECK(sram.write_bandwidth == Bandwidth(2'000'000'000));
  CHECK(sram.read_energy == EnergyPerByte(1500));
  CHECK(sram.write_energy == EnergyPerByte(2000));
  CHECK(sram.static_power == Power(3000));
  CHECK(sram.area == AreaPerMebibyte(500'000));
  CHECK(sram.scope == Scope::kEngine);
  CHECK(sram.channels == Channels::kSplit);
  CHECK(sram.max_burst == 32_B);
  CHECK(sram.alignment == 16_B);
  CHECK(read(with("chip: c\n", "chip: c\ndescription: two words\n")).description == "two words");
  CHECK(read(with("  count: 2\n", "  count: 2\n  area: 1.5 mm2\n")).engines.area ==
        Area(1'500'000));
}

TEST_CASE("a memory may be read-only, and a chip says where inputs and outputs are", "[chip]") {
  const Chip plain = read(kGood);
  CHECK_FALSE(plain.memories[MemoryId(0)].read_only);
  CHECK(plain.io_memory == MemoryId(0));
  CHECK(write_chip(plain).find("io_memory") == std::string::npos);
  CHECK(write_chip(plain).find("read_only") == std::string::npos);
  const std::string flash = with("latency: 10 ns", "latency: 10 ns, read_only: true");
  const Chip rom = read(flash);
  CHECK(rom.memories[MemoryId(0)].read_only);
  CHECK(rom.io_memory == MemoryId(1));
  CHECK(read(write_chip(rom)) == rom);
  const Chip fast = read("io_memory: sram\n" + kGood);
  CHECK(fast.io_memory == MemoryId(1));
  CHECK(read(write_chip(fast)) == fast);
  CHECK(error_of("io_memory: dram\n" + flash) ==
        "c.yaml:1:12: io_memory: \"dram\" is read-only, and a network's inputs and outputs are "
        "written");
  CHECK(error_of("io_memory: sra\n" + kGood) ==
        "c.yaml:1:12: io_memory: unknown memory \"sra\"; known: dram, sram (did you mean "
        "\"sram\"?)");
  std::string all = flash;
  all.replace(all.find("latency: 1 ns"), 13, "latency: 1 ns, read_only: true");
  CHECK(error_of(all) ==
        "c.yaml:14:3: memories: all memories are read-only, and nothing can hold what is written");
}

TEST_CASE("the mover of a chip, and what it is by default", "[chip]") {
  CHECK(read(kGood).mover == Mover{64_KiB, 2, 0_ps, MoverService::kDemandFirst});
  const Chip some = read(kGood + "mover: {in_flight: 64, service: fcfs}\n");
  CHECK(some.mover == Mover{64_KiB, 64, 0_ps, MoverService::kFcfs});
  const Chip all =
      read(kGood + "mover: {piece: 3 B, in_flight: 1, overhead: 7 ns, service: demand_first}\n");
  CHECK(all.mover == Mover{3_B, 1, 7_ns, MoverService::kDemandFirst});
  CHECK(read(write_chip(all)) == all);
  // So that a chip with the usual mover is called what it always was.
  CHECK(write_chip(read(kGood)).find("mover") == std::string::npos);
  CHECK(error_of(kGood + "mover: {piece: 0 B}\n") ==
        "c.yaml:16:16: mover.piece: got 0 B, expected 1 B to 1024 TiB");
  CHECK(error_of(kGood + "mover: {in_flight: 65}\n") ==
        "c.yaml:16:20: mover.in_flight: got \"65\", expected a whole number from 1 to 64");
  CHECK(error_of(kGood + "mover: {service: fifo}\n") ==
        "c.yaml:16:18: mover.service: unknown service \"fifo\"; known: demand_first, fcfs (did "
        "you mean \"fcfs\"?)");
  CHECK(error_of(kGood + "mover: {pieces: 3 B}\n") ==
        "c.yaml:16:9: mover.pieces: unknown key (did you mean \"piece\"?)");
}

TEST_CASE("a written chip reads back as the same chip", "[chip]") {
  Chip chip =
      read(with("sram, capacity: 64 B, read_bandwidth: 4 GB/s, latency: 1 ns}", kEverything));
  chip.name = "12: \"odd\" #name";
  chip.description = "two\nlines: {and} more";
  chip.engines.clock = Frequency(333'333'333);
  chip.engines.area = Area(1'234'567);
  chip.memories[MemoryId(0)].name = "null";
  CHECK(read(write_chip(chip)) == chip);
  CHECK(read(write_chip(read(kGood))) == read(kGood));
}

TEST_CASE("keys: unknown, missing and repeated ones are refused", "[chip]") {
  CHECK(error_of(with("chip: c\n", "")) == "c.yaml:1:1: missing key \"chip\"");
  CHECK(error_of(with("  clock: 1 GHz\n", "")) == "c.yaml:3:3: engines: missing key \"clock\"");
  CHECK(error_of(with("  clock: 1 GHz\n", "  clok: 1 GHz\n  clock: 1 GHz\n")) ==
        "c.yaml:4:3: engines.clok: unknown key (did you mean \"clock\"?)");
  CHECK(error_of(with("latency: 10 ns", "latency: 10 ns, latancy: 1 ns")) ==
        "c.yaml:14:75: memories[0].latancy: unknown key (did you mean \"latency\"?)");
  CHECK(error_of(with("  count: 2\n", "  count: 2\n  count: 3\n")) ==
        "c.yaml:4:3: engines.count: key given twice (first at line 3)");
  CHECK(error_of(with("fp16: 2, ", "")) == "c.yaml:6:11: engines.passes: missing key \"fp16\"");
  CHECK(error_of(with("softmax: 4, ", "")) ==
        "c.yaml:9:11: engines.vector.cost: missing key \"softmax\"");
  CHECK(error_of(with("mac: 7", "mac: 7, relu: 1")) ==
        "c.yaml:9:108: engines.vector.cost.relu: unknown key; known: copy, elementwise, "
        "transcendental, softmax, normalization, reduction, mac");
  CHECK(error_of(with(", input_slot: 8 B", "")) ==
        "c.yaml:11:12: engines.staging: missing key \"input_slot\"");
}

TEST_CASE("values: wrong types, missing units and values out of range are refused", "[chip]") {
  CHECK(error_of(with("count: 2", "count: 0")) ==
        "c.yaml:3:10: engines.count: got \"0\", expected a whole number from 1 to 4096");
  CHECK(error_of(with("count: 2", "count: 4097")) ==
        "c.yaml:3:10: engines.count: got \"4097\", expected a whole number from 1 to 4096");
  CHECK(error_of(with("count: 2", "count: two")) ==
        "c.yaml:3:10: engines.count: got \"two\", expected a whole number from 1 to 4096");
  CHECK(error_of(with("clock: 1 GHz", "clock: 1")) ==
        "c.yaml:4:10: engines.clock: got \"1\", expected a frequency such as \"0.86 GHz\"");
  CHECK(error_of(with("clock: 1 GHz", "clock: 2000 GHz")) ==
        "c.yaml:4:10: engines.clock: got 2000 GHz, expected 1 Hz to 1000 GHz");
  CHECK(error_of(with("positions: 1", "positions: 0")) ==
        "c.yaml:5:60: engines.grid.positions: got \"0\", expected a whole number from 1 to 65536");
  CHECK(error_of(with("fp32: 4", "fp32: 65")) ==
        "c.yaml:6:36: engines.passes.fp32: got \"65\", expected a whole number from 1 to 64");
  CHECK(error_of(with("width: 8 B", "width: 0 B")) ==
        "c.yaml:8:12: engines.vector.width: got 0 B, expected 1 B to 1 MiB");
  CHECK(error_of(with("softmax: 4", "softmax: 1001")) ==
        "c.yaml:9:65: engines.vector.cost.softmax: got \"1001\", expected a whole number from 1 to "
        "1000");
  CHECK(error_of(with("capacity: 1 KiB", "capacity: 2048 TiB")) ==
        "c.yaml:14:28: memories[0].capacity: got 2048 TiB, expected 0 B to 1024 TiB");
  CHECK(error_of(with("read_bandwidth: 1 GB/s", "read_bandwidth: 1 GBps")) ==
        "c.yaml:14:51: memories[0].read_bandwidth: got \"1 GBps\", expected a rate such as \"68 "
        "GB/s\"");
  CHECK(error_of(with("read_bandwidth: 1 GB/s", "read_bandwidth: 0 GB/s")) ==
        "c.yaml:14:51: memories[0].read_bandwidth: got \"0 GB/s\", expected a rate above zero");
  CHECK(error_of(with("latency: 10 ns", "latency: 1001 ms")) ==
        "c.yaml:14:68: memories[0].latency: got 1.001 s, expected 0 ps to 1 s");
  CHECK(error_of(with("latency: 10 ns", "latency: 10 ns, alignment: 48 B")) ==
        "c.yaml:14:86: memories[0].alignment: got 48 B, expected a power of two");
  CHECK(error_of(with("latency: 10 ns", "latency: 10 ns, max_burst: 0 B")) ==
        "c.yaml:14:86: memories[0].max_burst: got 0 B, expected 1 B to 1024 TiB");
  CHECK(error_of(with("latency: 10 ns", "latency: 10 ns, scope: engin")) ==
        "c.yaml:14:82: memories[0].scope: unknown scope \"engin\"; known: chip, engine (did you "
        "mean \"engine\"?)");
  CHECK(
      error_of(with("latency: 10 ns", "latency: 10 ns, channels: two")) ==
      "c.yaml:14:85: memories[0].channels: unknown kind of channels \"two\"; known: shared, split");
  CHECK(error_of(with("latency: 10 ns", "latency: 10 ns, read_energy: 20 nJ/B")) ==
        "c.yaml:14:88: memories[0].read_energy: got 20 nJ/B, expected 0 fJ/B to 10 nJ/B");
  CHECK(read(with("latency: 10 ns", "latency: 10 ns, static_power: 1 kW"))
            .memories[MemoryId(0)]
            .static_power == Power(1'000'000'000));
  CHECK(error_of(with("latency: 10 ns", "latency: 10 ns, static_power: 1001 W")) ==
        "c.yaml:14:89: memories[0].static_power: got 1.001 kW, expected 0 uW to 1 kW");
  CHECK(error_of(with("name: dram", "name: d.ram")) ==
        "c.yaml:14:12: memories[0].name: got \"d.ram\", expected at most 32 letters, digits, '-' "
        "and '_', not digits alone");
  CHECK(error_of(with("name: dram", "name: 1")) ==
        "c.yaml:14:12: memories[0].name: got \"1\", expected at most 32 letters, digits, '-' and "
        "'_', not digits alone");
}

TEST_CASE("a chip must hold together", "[chip]") {
  CHECK(
      error_of(with("name: sram", "name: dram")) ==
      "c.yaml:15:12: memories[1].name: there is another memory named \"dram\"; names must differ");
  CHECK(error_of(with("staging_buffer: 48 B", "staging_buffer: 47 B")) ==
        "c.yaml:11:12: engines.staging: weights + 2 x input_slot + 2 x output_slot = 16 B + 2 x 8 "
        "B + 2 x 8 B = 48 B, expected at most the staging_buffer of 47 B");
  std::string text = kGood.substr(0, kGood.find("memories:"));
  CHECK(error_of(text + "memories: []\n") ==
        "c.yaml:13:11: memories: got 0 memories, expected 1 to 8");
  text += "memories:\n";
  for (int i = 0; i < 9; ++i) {
    text += "  - {name: m" + std::to_string(i) +
            ", capacity: 1 B, read_bandwidth: 1 B/s, latency: 0 ns}\n";
  }
  CHECK(error_of(text) == "c.yaml:14:3: memories: got 9 memories, expected 1 to 8");
  CHECK(error_of(with("memories:\n", "memories: none\nrest:\n")) ==
        "c.yaml:13:11: memories: got \"none\", expected a list");
}

}  // namespace
}  // namespace memplace
