// SPDX-License-Identifier: Apache-2.0
// docs/model/chips.md says what is true.
#include <string>

#include <catch2/catch.hpp>

#include "base/files.h"
#include "base/quantity_text.h"
#include "sim/chip/chip_reader.h"

namespace memplace {
namespace {

std::string chips_page() { return read_file(MEMPLACE_SOURCE_DIR "/docs/model/chips.md"); }

TEST_CASE("the example of docs/model/chips.md is a chip", "[chip][docs]") {
  const std::string page = chips_page();
  const std::string fence = "```yaml\n";
  const std::size_t begin = page.find(fence) + fence.size();
  const std::size_t end = page.find("```", begin);
  REQUIRE(end != std::string::npos);
  const Chip chip =
      read_chip(YamlDocument::from_text(page.substr(begin, end - begin), "docs/model/chips.md"));
  CHECK(chip.name == "small-npu");
  CHECK(chip.memories[MemoryId(1)].scope == Scope::kEngine);
}

TEST_CASE("docs/model/chips.md has the shipped memories' capacities, bandwidths and energies",
          "[chip][docs]") {
  const std::string page = chips_page();
  const Chip nnpi = load_chip("nnpi");
  const Chip ice = load_chip("nnpi-12ice");
  const Chip toy = load_chip("toy");
  const auto row = [](const std::string& name, const std::string& a, const std::string& b) {
    return "| " + name + " | " + a + " | " + b + " | ";
  };
  for (const MemoryId id : nnpi.memories.ids()) {
    const Memory& x = nnpi.memories[id];
    const Memory& y = ice.memories[id];
    const Memory& z = toy.memories[id];
    const std::string each = y.scope == Scope::kEngine ? " an engine" : "";
    CAPTURE(x.name);
    CHECK(
        page.find(row("`" + x.name + "` capacity", format(x.capacity), format(y.capacity) + each) +
                  format(z.capacity)) != std::string::npos);
    CHECK(page.find(row("`" + x.name + "` bandwidth", format(x.read_bandwidth),
                        format(y.read_bandwidth) + each) +
                    format(z.read_bandwidth)) != std::string::npos);
    CHECK(page.find(row("`" + x.name + "` energy", format(x.read_energy), format(y.read_energy))) !=
          std::string::npos);
  }
}

TEST_CASE("docs/model/chips.md has the shipped movers", "[chip][docs]") {
  const std::string page = chips_page();
  const Mover a = load_chip("nnpi").mover;
  const Mover b = load_chip("nnpi-12ice").mover;
  const Mover c = load_chip("toy").mover;
  const auto row = [](const std::string& name, const std::string& x, const std::string& y,
                      const std::string& z) {
    return "| `mover` " + name + " | " + x + " | " + y + " | " + z + " | assumed |\n";
  };
  const auto service = [](const Mover& mover) {
    return '`' + std::string(name_of(mover.service)) + '`';
  };
  CHECK(page.find(row("piece", format(a.piece), format(b.piece), format(c.piece))) !=
        std::string::npos);
  CHECK(page.find(row("in flight", std::to_string(a.in_flight), std::to_string(b.in_flight),
                      std::to_string(c.in_flight))) != std::string::npos);
  CHECK(page.find(row("service", service(a), service(b), service(c))) != std::string::npos);
  CHECK((a.overhead == 0_ps && b.overhead == 0_ps && c.overhead == 0_ps));
  CHECK(page.find(row("overhead", "0 ns", "0 ns", "0 ns")) != std::string::npos);
}

}  // namespace
}  // namespace memplace
