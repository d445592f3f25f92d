// SPDX-License-Identifier: Apache-2.0
// The shipped chips, and loading chips by name, path and override.
#include <filesystem>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "base/files.h"
#include "sim/chip/chip_reader.h"

namespace memplace {
namespace {

std::string load_error(const std::string& name, const std::vector<std::string>& overrides = {}) {
  try {
    load_chip(name, overrides);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST_CASE("every file of configs/chips is built in, as it is on disk", "[chip]") {
  std::size_t files = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(MEMPLACE_SOURCE_DIR "/configs/chips")) {
    ++files;
    const std::string name = entry.path().stem().string();
    CAPTURE(name);
    CHECK(builtin_chip_text(name) == read_file(entry.path().string()));
    CHECK(load_chip(name) == load_chip(entry.path().string()));
    CHECK(load_chip(name).name == name);
  }
  CHECK(chip_names().size() == files);
  CHECK(chip_names() == std::vector<std::string>{"nnpi", "nnpi-12ice", "toy"});
}

TEST_CASE("written built-in chips read back equal", "[chip]") {
  for (const std::string& name : chip_names()) {
    const Chip chip = load_chip(name);
    CHECK(read_chip(YamlDocument::from_text(write_chip(chip), "written")) == chip);
  }
}

// The numbers of docs/model/chips.md.
TEST_CASE("nnpi is the chip of the published numbers", "[chip]") {
  const Chip chip = load_chip("nnpi");
  CHECK(chip.engines.count == 12);
  CHECK(chip.engines.clock == Frequency(860'000'000));
  CHECK(chip.engines.grid == Grid{32, 32, 4});
  CHECK(chip.engines.staging == Staging{128_KiB, 48_KiB, 16_KiB});
  CHECK(chip.engines.staging_buffer == 256_KiB);
  REQUIRE(chip.memories.size() == 3);
  const Memory& dram = chip.memories[MemoryId(0)];
  const Memory& llc = chip.memories[MemoryId(1)];
  const Memory& sram = chip.memories[MemoryId(2)];
  CHECK(dram.name == "dram");
  CHECK(dram.capacity == 16_GiB);
  CHECK(dram.read_bandwidth == Bandwidth(67'200'000'000));
  CHECK(dram.latency == 100_ns);
  CHECK(llc.name == "llc");
  CHECK(llc.capacity == 24_MiB);
  CHECK(llc.read_bandwidth == Bandwidth(680'000'000'000));
  CHECK(llc.latency == 20_ns);
  CHECK(sram.name == "sram");
  CHECK(sram.capacity == 4_MiB);
  CHECK(sram.read_bandwidth == Bandwidth(6'800'000'000'000));
  CHECK(sram.latency == 2_ns);
  CHECK(sram.scope == Scope::kChip);
  for (const Memory& memory : chip.memories) {
    CHECK(memory.write_bandwidth == memory.read_bandwidth);
  }
}

TEST_CASE("nnpi-12ice is nnpi but for the scratchpad", "[chip]") {
  Chip chip = load_chip("nnpi-12ice");
  Memory& sram = chip.memories[MemoryId(2)];
  CHECK(sram.capacity == 4_MiB);
  CHECK(sram.read_bandwidth == Bandwidth(567'000'000'000));
  CHECK(sram.scope == Scope::kEngine);

  const Chip nnpi = load_chip("nnpi");
  sram = nnpi.memories[MemoryId(2)];
  chip.name = nnpi.name;
  chip.description = nnpi.description;
  CHECK(chip == nnpi);
}

TEST_CASE("toy moves a byte in 4, 2 and 1 ns", "[chip]") {
  const Chip chip = load_chip("toy");
  CHECK(chip.engines.count == 1);
  CHECK(chip.engines.grid == Grid{1, 1, 1});
  CHECK(chip.engines.dispatch_overhead == 0_ps);
  CHECK(chip.engines.staging == Staging{16_B, 8_B, 8_B});
  CHECK(chip.memories[MemoryId(0)].read_bandwidth == Bandwidth(250'000'000));
  CHECK(chip.memories[MemoryId(1)].read_bandwidth == Bandwidth(500'000'000));
  CHECK(chip.memories[MemoryId(2)].read_bandwidth == Bandwidth(1'000'000'000));
}

TEST_CASE("overrides change one value each, the last one wins", "[chip]") {
  const std::vector<std::string> overrides{"memories.sram.capacity=8MiB", "engines.clock=0.94GHz",
                                           "memories.2.capacity=16 MiB"};
  Chip expected = load_chip("nnpi");
  expected.memories[MemoryId(2)].capacity = 16_MiB;
  expected.engines.clock = Frequency(940'000'000);
  CHECK(load_chip("nnpi", overrides) == expected);
  CHECK(load_chip("toy", std::vector<std::string>{"memories.sram.max_burst=4 B"})
            .memories[MemoryId(2)]
            .max_burst == 4_B);
}

TEST_CASE("chips and overrides that do not exist are refused", "[chip]") {
  CHECK(load_error("npi") ==
        "unknown chip \"npi\"; known: nnpi, nnpi-12ice, toy (did you mean \"nnpi\"?); the path of "
        "a chip file ends in .yaml");
  CHECK(
      load_error("gpu") ==
      "unknown chip \"gpu\"; known: nnpi, nnpi-12ice, toy; the path of a chip file ends in .yaml");
  CHECK(load_error("missing.yaml") == "missing.yaml: cannot read: No such file or directory");
  CHECK(load_error("nnpi", {"memories.sram.capacity"}) ==
        "--set: got \"memories.sram.capacity\", expected PATH=VALUE such as "
        "memories.sram.capacity=8MiB");
  CHECK(load_error("nnpi", {"=8MiB"}) ==
        "--set: got \"=8MiB\", expected PATH=VALUE such as memories.sram.capacity=8MiB");
  CHECK(load_error("nnpi", {"memories.srm.capacity=8MiB"}) ==
        "--set memories.srm.capacity=8MiB: unknown key \"srm\"; known: dram, llc, sram (did you "
        "mean \"sram\"?)");
  CHECK(load_error("nnpi", {"memories.sram.capacity=8"}) ==
        "--set memories.sram.capacity=8: memories[2].capacity: got \"8\", expected a size such as "
        "\"24 MiB\"");
  CHECK(load_error("nnpi", {"memories.sram.capacty=8MiB"}) ==
        "--set memories.sram.capacty=8MiB: memories[2].capacty: unknown key (did you mean "
        "\"capacity\"?)");
  CHECK(load_error("nnpi", {"memories.sram=8MiB"}) ==
        "--set memories.sram=8MiB: names a map, expected a single value below it; known: name, "
        "capacity, read_bandwidth, write_bandwidth, latency, read_energy, write_energy, "
        "static_power, area, scope");
  CHECK(load_error("nnpi", {"engines.staging.weights=129KiB"}) ==
        "configs/chips/nnpi.yaml:31:5: engines.staging: weights + 2 x input_slot + 2 x output_slot "
        "= 129 KiB + 2 x 48 KiB + 2 x 16 KiB = 257 KiB, expected at most the staging_buffer of 256 "
        "KiB");
}

}  // namespace
}  // namespace memplace
