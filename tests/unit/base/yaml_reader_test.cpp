// SPDX-License-Identifier: Apache-2.0
#include "base/yaml_reader.h"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/unit/base/yaml_support.h"

namespace memplace {
namespace {

constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

TEST_CASE("each kind of scalar is read", "[base]") {
  CHECK(at("k: a b c").as_string() == "a b c");
  CHECK(at("k: \"\"").as_string().empty());
  CHECK(at("k: layer1/conv").as_name() == "layer1/conv");
  CHECK(at("k: true").as_bool());
  CHECK_FALSE(at("k: false").as_bool());
  CHECK(at("k: -7").as_integer(-10, 10) == -7);
  CHECK(at("k: 9223372036854775807").as_integer(kLeast, kMost) == kMost);
  CHECK(at("k: -9223372036854775808").as_integer(kLeast, kMost) == kLeast);
  CHECK(at("k: 0.25").as_number(0, 1) == 0.25);
  CHECK(at("k: 1e-3").as_number(0, 1) == 1e-3);
  CHECK(at("k: 24 MiB").as_bytes() == 24_MiB);
  CHECK(at("k: 0 B").as_bytes() == 0_B);
  CHECK(at("k: 20 ns").as_time() == 20_ns);
  CHECK(at("k: 68 GB/s").as_bandwidth() == Bandwidth(68'000'000'000));
  CHECK(at("k: 0.86 GHz").as_frequency() == Frequency(860'000'000));
  CHECK(at("k: 12.5 pJ/B").as_energy_per_byte() == EnergyPerByte(12'500));
  CHECK(at("k: 250 mW").as_power() == Power(250'000));
  CHECK(at("k: 0.44 mm2/MiB").as_area_per_mebibyte() == AreaPerMebibyte(440'000));
  CHECK(at("k: 1.5 mm2").as_area() == Area(1'500'000));
  CHECK(at("k: llc").as_choice("memory", std::vector<std::string>{"dram", "llc"}) == 1);
}

TEST_CASE("lists, maps and nothing are told apart", "[base]") {
  CHECK(at("k: {a: 1}").is_map());
  CHECK(at("k: [1]").is_sequence());
  CHECK(at("k: 1").is_scalar());
  const YamlValue nothing = at("k:");
  CHECK_FALSE(nothing.is_map());
  CHECK_FALSE(nothing.is_sequence());
  CHECK_FALSE(nothing.is_scalar());
  const std::vector<YamlValue> items = at("k: [3, 1, 2]").items();
  REQUIRE(items.size() == 3);
  CHECK(items[0].as_string() == "3");
  CHECK(items[2].as_string() == "2");
  CHECK(at("k: []").items().empty());
  CHECK(at("k: {}").entries().empty());
}

TEST_CASE("entries keep the file's order and point at key and value", "[base]") {
  const auto entries = read("zebra: 1\napple:   2\n").entries();
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].first.as_string() == "zebra");
  CHECK(entries[1].first.as_string() == "apple");
  CHECK(entries[1].second.as_string() == "2");
  CHECK(std::string(entries[1].first.error("here").what()) == "f.yaml:2:1: here");
  CHECK(std::string(entries[1].second.error("here").what()) == "f.yaml:2:10: apple: here");
}

TEST_CASE("paths name keys and places in lists", "[base]") {
  const YamlValue memories = at("memories:\n  - {name: dram}\n  - {name: sram}\n", "memories");
  const YamlValue name = YamlMap(memories.items()[1]).required("name");
  CHECK(std::string(name.error("oops").what()) == "f.yaml:3:12: memories[1].name: oops");
  CHECK(std::string(read("a: 1").error("oops").what()) == "f.yaml:1:1: oops");
}

TEST_CASE("a value of another kind is named with what was expected", "[base]") {
  const auto message = [](const std::string& value, auto method) {
    return error_of([&] { method(at("k: " + value)); });
  };
  const auto integer = [](const YamlValue& v) { v.as_integer(1, 12); };
  const std::string whole = "expected a whole number from 1 to 12";
  CHECK(message("13", integer) == "f.yaml:1:4: k: got \"13\", " + whole);
  CHECK(message("0", integer) == "f.yaml:1:4: k: got \"0\", " + whole);
  CHECK(message("1.0", integer) == "f.yaml:1:4: k: got \"1.0\", " + whole);
  CHECK(message("0x4", integer) == "f.yaml:1:4: k: got \"0x4\", " + whole);
  CHECK(message("+4", integer) == "f.yaml:1:4: k: got \"+4\", " + whole);
  CHECK(message("99999999999999999999", integer) ==
        "f.yaml:1:4: k: got \"99999999999999999999\", " + whole);
  CHECK(message("[4]", integer) == "f.yaml:1:4: k: got a list, " + whole);
  CHECK(message("{a: 4}", integer) == "f.yaml:1:4: k: got a map, " + whole);
  CHECK(message("~", integer) == "f.yaml:1:4: k: got nothing, " + whole);
  CHECK(message("\"\"", integer) == "f.yaml:1:4: k: got \"\", " + whole);

  const auto number = [](const YamlValue& v) { v.as_number(0, 1); };
  CHECK(message("1.5", number) == "f.yaml:1:4: k: got \"1.5\", expected a number from 0 to 1");
  CHECK(message("nan", number) == "f.yaml:1:4: k: got \"nan\", expected a number from 0 to 1");
  CHECK(message("inf", number) == "f.yaml:1:4: k: got \"inf\", expected a number from 0 to 1");
  CHECK(message("1e999", number) == "f.yaml:1:4: k: got \"1e999\", expected a number from 0 to 1");

  const auto boolean = [](const YamlValue& v) { v.as_bool(); };
  CHECK(message("yes", boolean) == "f.yaml:1:4: k: got \"yes\", expected true or false");
  CHECK(message("True", boolean) == "f.yaml:1:4: k: got \"True\", expected true or false");

  CHECK(message("{}", [](const YamlValue& v) { v.as_string(); }) ==
        "f.yaml:1:4: k: got a map, expected a string");
  CHECK(message("7", [](const YamlValue& v) { v.items(); }) ==
        "f.yaml:1:4: k: got \"7\", expected a list");
  CHECK(message("7", [](const YamlValue& v) { v.entries(); }) ==
        "f.yaml:1:4: k: got \"7\", expected a map");
  CHECK(message("7", [](const YamlValue& v) { const YamlMap map(v); }) ==
        "f.yaml:1:4: k: got \"7\", expected a map");
}

TEST_CASE("quantities without their unit are refused with an example", "[base]") {
  const auto message = [](const std::string& value, auto method) {
    return error_of([&] { method(at("k: " + value)); });
  };
  CHECK(message("24", [](const YamlValue& v) { v.as_bytes(); }) ==
        "f.yaml:1:4: k: got \"24\", expected a size such as \"24 MiB\"");
  CHECK(message("20", [](const YamlValue& v) { v.as_time(); }) ==
        "f.yaml:1:4: k: got \"20\", expected a time such as \"20 ns\"");
  CHECK(message("68 GBps", [](const YamlValue& v) { v.as_bandwidth(); }) ==
        "f.yaml:1:4: k: got \"68 GBps\", expected a rate such as \"68 GB/s\"");
  CHECK(message("0 B/s", [](const YamlValue& v) { v.as_bandwidth(); }) ==
        "f.yaml:1:4: k: got \"0 B/s\", expected a rate above zero");
  CHECK(message("-1 Hz", [](const YamlValue& v) { v.as_frequency(); }) ==
        "f.yaml:1:4: k: got \"-1 Hz\", expected a frequency such as \"0.86 GHz\"");
  CHECK(message("0 GHz", [](const YamlValue& v) { v.as_frequency(); }) ==
        "f.yaml:1:4: k: got \"0 GHz\", expected a frequency above zero");
  CHECK(message("1", [](const YamlValue& v) { v.as_energy_per_byte(); }) ==
        "f.yaml:1:4: k: got \"1\", expected an energy such as \"12.5 pJ/B\"");
  CHECK(message("1", [](const YamlValue& v) { v.as_power(); }) ==
        "f.yaml:1:4: k: got \"1\", expected a power such as \"250 mW\"");
  CHECK(message("1", [](const YamlValue& v) { v.as_area_per_mebibyte(); }) ==
        "f.yaml:1:4: k: got \"1\", expected an area such as \"0.44 mm2/MiB\"");
  CHECK(message("[1]", [](const YamlValue& v) { v.as_area(); }) ==
        "f.yaml:1:4: k: got a list, expected an area such as \"1.5 mm2\"");
}

TEST_CASE("an unknown choice lists the choices and the nearest", "[base]") {
  const std::vector<std::string> choices{"shared", "split"};
  CHECK(error_of([&] { at("k: splitt").as_choice("kind of channels", choices); }) ==
        "f.yaml:1:4: k: unknown kind of channels \"splitt\"; known: shared, split (did you mean "
        "\"split\"?)");
  CHECK(error_of([&] { at("k: [split]").as_choice("kind of channels", choices); }) ==
        "f.yaml:1:4: k: got a list, expected one of shared, split");
}

TEST_CASE("names are short and printable, and so is what messages quote", "[base]") {
  const auto name_error = [](const std::string& text) {
    return error_of([&] { at("k: " + text).as_name(); });
  };
  CHECK(name_error("\"\"") ==
        "f.yaml:1:4: k: got \"\", expected a name of 1 to 256 printable characters");
  CHECK(name_error("\"a\\nb\"") ==
        "f.yaml:1:4: k: got control characters, expected a name of 1 to 256 printable characters");
  CHECK(name_error(std::string(257, 'x')) ==
        "f.yaml:1:4: k: got \"" + std::string(80, 'x') +
            "...\" (257 characters), expected a name of 1 to 256 printable characters");
  CHECK(at("k: " + std::string(256, 'x')).as_name().size() == 256);
  CHECK(error_of([] { at("k: \"a\\n\\e[2J\"").as_bool(); }) ==
        "f.yaml:1:4: k: got \"a\\n\\x1b[2J\", expected true or false");
  CHECK(error_of([] { at("\"a\\nb\": 1", "a\nb").as_bool(); }) ==
        "f.yaml:1:9: a\\nb: got \"1\", expected true or false");
}

TEST_CASE("unknown keys are refused with the nearest known one", "[base]") {
  YamlMap map(read("latancy: 1\n"));
  map.optional("name");
  map.optional("latency");
  CHECK(error_of([&] { map.finish(); }) ==
        "f.yaml:1:1: latancy: unknown key (did you mean \"latency\"?)");
  YamlMap far(at("k:\n  voltage: 1\n"));
  far.optional("name");
  far.optional("latency");
  CHECK(error_of([&] { far.finish(); }) ==
        "f.yaml:2:3: k.voltage: unknown key; known: name, latency");
  YamlMap all(read("a: 1\nb: 2\n"));
  all.required("a");
  CHECK(all.optional("b").has_value());
  CHECK_FALSE(all.optional("c").has_value());
  all.finish();
}

TEST_CASE("missing and repeated keys are refused", "[base]") {
  CHECK(error_of([] { at("a: 1"); }) == "f.yaml:1:1: missing key \"k\"");
  CHECK(error_of([] { at("m:\n  a: 1\n", "m").entries(); }) == "no error");
  CHECK(error_of([] { YamlMap(at("m:\n  a: 1\n", "m")).required("b"); }) ==
        "f.yaml:2:3: m: missing key \"b\"");
  CHECK(error_of([] { YamlMap(read("a: 1\nb: 2\na: 3\n")); }) ==
        "f.yaml:3:1: a: key given twice (first at line 1)");
  CHECK(error_of([] { at("k: {x: 1, x: 2}").entries(); }) ==
        "f.yaml:1:11: k.x: key given twice (first at line 1)");
  CHECK(error_of([] { read("[1, 2]: 3\n").entries(); }) ==
        "f.yaml:1:1: got a list as a key, expected a name");
  CHECK(error_of([] { at("k: {~: 3}").entries(); }) ==
        "f.yaml:1:5: k: got nothing as a key, expected a name");
  // Merge keys are no part of YAML 1.2: an unknown key like any other.
  YamlMap merged(at("base: &b {x: 1}\nk:\n  <<: *b\n"));
  merged.optional("x");
  CHECK(error_of([&] { merged.finish(); }) == "f.yaml:3:3: k.<<: unknown key; known: x");
}

}  // namespace
}  // namespace memplace
