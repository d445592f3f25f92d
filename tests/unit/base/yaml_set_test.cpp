// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <string>

#include <catch2/catch.hpp>

#include "base/yaml_reader.h"
#include "tests/unit/base/yaml_support.h"

namespace memplace {
namespace {

const std::string kChip =
    "chip: c\n"
    "engines: {count: 2, clock: }\n"
    "memories:\n"
    "  - {name: dram, capacity: 1 KiB}\n"
    "  - {name: sram, capacity: 64 B}\n";

YamlDocument document() { return YamlDocument::from_text(kChip, "c.yaml"); }

YamlValue memory(const YamlDocument& from, std::size_t index) {
  return YamlMap(from.root()).required("memories").items().at(index);
}

YamlValue capacity(const YamlDocument& from, std::size_t index) {
  return YamlMap(memory(from, index)).required("capacity");
}

std::string set_error(const std::string& path, const std::string& value) {
  return error_of([&] { document().set(path, value); });
}

TEST_CASE("a value is replaced by its path", "[base]") {
  YamlDocument chip = document();
  chip.set("chip", "d");
  chip.set("engines.count", "3");
  chip.set("memories.sram.capacity", "32 B");  // an element by its name
  chip.set("memories.0.capacity", "2 KiB");    // and by its place
  YamlMap root(chip.root());
  CHECK(root.required("chip").as_string() == "d");
  CHECK(YamlMap(root.required("engines")).required("count").as_integer(1, 9) == 3);
  CHECK(capacity(chip, 0).as_bytes() == 2_KiB);
  CHECK(capacity(chip, 1).as_bytes() == 32_B);
}

TEST_CASE("what was given nothing and what is new in its map can be set", "[base]") {
  YamlDocument chip = document();
  chip.set("engines.clock", "1 GHz");
  chip.set("memories.sram.latency", "3 ns");
  YamlMap root(chip.root());
  CHECK(YamlMap(root.required("engines")).required("clock").as_frequency() ==
        Frequency(1'000'000'000));
  CHECK(YamlMap(memory(chip, 1)).required("latency").as_time() == 3_ns);
}

TEST_CASE("errors about a set value say that it was set", "[base]") {
  YamlDocument chip = document();
  chip.set("memories.sram.capacity", "32");
  CHECK(
      error_of([&] { capacity(chip, 1).as_bytes(); }) ==
      "--set memories.sram.capacity=32: memories[1].capacity: got \"32\", expected a size such as "
      "\"24 MiB\"");
  chip.set("memories.sram.latancy", "1 ns");
  YamlMap sram(memory(chip, 1));
  sram.required("name");
  sram.required("capacity");
  sram.optional("latency");
  CHECK(error_of([&] { sram.finish(); }) ==
        "--set memories.sram.latancy=1 ns: memories[1].latancy: unknown key (did you mean "
        "\"latency\"?)");
}

TEST_CASE("a path that leads nowhere lists what is there", "[base]") {
  CHECK(set_error("memories.sramm.capacity", "1 B") ==
        "--set memories.sramm.capacity=1 B: unknown key \"sramm\"; known: dram, sram (did you mean "
        "\"sram\"?)");
  CHECK(set_error("memories.2.capacity", "1 B") ==
        "--set memories.2.capacity=1 B: unknown key \"2\"; known: dram, sram");
  CHECK(
      set_error("engine.count", "1") ==
      "--set engine.count=1: unknown key \"engine\"; known: chip, engines, memories (did you mean "
      "\"engines\"?)");
  CHECK(set_error("chip.name", "x") ==
        "--set chip.name=x: unknown key \"name\"; none is known here");
  CHECK(set_error("", "x") == "--set =x: unknown key \"\"; known: chip, engines, memories");
  CHECK(set_error("engines.", "x") == "--set engines.=x: unknown key \"\"; known: count, clock");
  CHECK(set_error("memories", "x") ==
        "--set memories=x: names a list, expected a single value below it; known: dram, sram");
  CHECK(set_error("engines", "x") ==
        "--set engines=x: names a map, expected a single value below it; known: count, clock");
}

TEST_CASE("setting leaves copies and values read before as they were", "[base]") {
  const YamlDocument original = document();
  YamlDocument chip = original;
  const YamlValue before = capacity(chip, 1);
  chip.set("memories.sram.capacity", "32 B");
  CHECK(before.as_bytes() == 64_B);
  CHECK(capacity(original, 1).as_bytes() == 64_B);
  CHECK(capacity(chip, 1).as_bytes() == 32_B);
}

// Each use of an alias is a value of its own.
TEST_CASE("setting through one alias leaves the others", "[base]") {
  YamlDocument twins = YamlDocument::from_text("a: &x {n: 1}\nb: *x\n", "f.yaml");
  twins.set("b.n", "2");
  YamlMap root(twins.root());
  CHECK(YamlMap(root.required("a")).required("n").as_integer(0, 9) == 1);
  CHECK(YamlMap(root.required("b")).required("n").as_integer(0, 9) == 2);
}

}  // namespace
TEST_CASE("a value that is set may stand at a place of its own", "[yaml]") {
  YamlDocument document = YamlDocument::from_text("a: {b: 1}\n", "file.yaml");
  document.set("a.b", "two", "other.yaml:7:3");
  const YamlValue b = YamlMap(YamlMap(document.root()).required("a")).required("b");
  CHECK(b.where() == "other.yaml:7:3");
  CHECK_THROWS_WITH(b.as_integer(0, 9),
                    "other.yaml:7:3: a.b: got \"two\", expected a whole number from 0 to 9");
  CHECK_THROWS_WITH(document.set("c.d", "1", "other.yaml:8:3"),
                    "other.yaml:8:3: unknown key \"c\"; known: a");
}

}  // namespace memplace
