// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <string>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "sim/chip/chip.h"
#include "tests/support/small_chips.h"

namespace memplace {
namespace {

using Number = std::optional<std::int64_t>;

Chip chip_of(std::int64_t engines) {
  Chip chip = small_chip({100, 20, 10});
  chip.engines.count = engines;
  return chip;
}

std::string mode_error(std::int64_t engines, Number streams, Number per_stream, Number inferences) {
  try {
    resolve_mode(chip_of(engines), streams, per_stream, inferences);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST_CASE("a mode's defaults: one stream on all engines, or engines shared out", "[chip]") {
  CHECK(resolve_mode(chip_of(12), {}, {}, {}) == Mode{1, 12, 1});
  CHECK(resolve_mode(chip_of(12), 12, {}, {}) == Mode{12, 1, 8});
  CHECK(resolve_mode(chip_of(12), 5, {}, {}) == Mode{5, 2, 8});
  CHECK(resolve_mode(chip_of(12), {}, 3, {}) == Mode{1, 3, 1});
  CHECK(resolve_mode(chip_of(12), 4, 3, 100) == Mode{4, 3, 100});
  CHECK(resolve_mode(chip_of(1), {}, {}, 10'000) == Mode{1, 1, 10'000});
}

TEST_CASE("a mode that the chip cannot run is refused", "[chip]") {
  CHECK(mode_error(64, 13, {}, {}) == "streams: got 13, expected 1 to 12");
  CHECK(mode_error(64, 0, {}, {}) == "streams: got 0, expected 1 to 12");
  CHECK(mode_error(2, 3, {}, {}) == "streams: got 3, but chip \"small\" has only 2 engines");
  CHECK(mode_error(1, 2, {}, {}) == "streams: got 2, but chip \"small\" has only 1 engine");
  CHECK(mode_error(12, {}, 0, {}) == "engines-per-stream: got 0, expected 1 to 4096");
  CHECK(mode_error(12, 5, 3, {}) ==
        "streams x engines-per-stream: got 5 x 3 = 15, but chip \"small\" has only 12 engines");
  CHECK(mode_error(12, {}, {}, 0) == "inferences: got 0, expected 1 to 10000");
  CHECK(mode_error(12, {}, {}, 10'001) == "inferences: got 10001, expected 1 to 10000");
}

TEST_CASE("an engine-scope memory is pooled over a stream's engines", "[chip]") {
  Memory memory = small_chip({100, 20, 10}).memories[MemoryId(2)];
  const MemoryInstances one = instances_of(memory, Mode{3, 4, 1});
  CHECK(one.instances == 1);
  CHECK(one.capacity == 10_B);
  CHECK(one.read_bandwidth == Bandwidth(1'000'000'000));

  memory.scope = Scope::kEngine;
  const MemoryInstances pools = instances_of(memory, Mode{3, 4, 1});
  CHECK(pools.instances == 3);
  CHECK(pools.capacity == 40_B);
  CHECK(pools.read_bandwidth == Bandwidth(4'000'000'000));
  CHECK(pools.write_bandwidth == Bandwidth(4'000'000'000));
}

TEST_CASE("memories are found by name", "[chip]") {
  const Chip chip = small_chip({100, 20, 10});
  CHECK(chip.find_memory("dram") == MemoryId(0));
  CHECK(chip.find_memory("sram") == MemoryId(2));
  CHECK(chip.find_memory("SRAM") == std::nullopt);
  CHECK(chip.slowest() == MemoryId(0));
  CHECK(chip.fastest() == MemoryId(2));
}

}  // namespace
}  // namespace memplace
