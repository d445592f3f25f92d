// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include <catch2/catch.hpp>

#include "base/error.h"

namespace memplace {
namespace {

TEST_CASE("keys stay in the order they were written", "[base]") {
  Json json;
  json["zebra"] = 1;
  json["apple"] = Json::array({1, 2});
  CHECK(one_line(json) == R"({"zebra":1,"apple":[1,2]})");
  CHECK(pretty(json) == "{\n  \"zebra\": 1,\n  \"apple\": [\n    1,\n    2\n  ]\n}\n");
}

// 2^53 + 1 is the first whole number that no double holds.
TEST_CASE("quantities are exact integers", "[base]") {
  Json json;
  json["latency_ps"] = Picoseconds((std::int64_t{1} << 53) + 1);
  json["most"] = Bytes(std::numeric_limits<std::int64_t>::max());
  json["least"] = Bytes(std::numeric_limits<std::int64_t>::min());
  CHECK(
      one_line(json) ==
      R"({"latency_ps":9007199254740993,"most":9223372036854775807,"least":-9223372036854775808})");
  CHECK(json["most"].is_number_integer());
  CHECK(Json::parse(one_line(json)) == json);
}

TEST_CASE("text that is not UTF-8 is replaced, not thrown at", "[base]") {
  CHECK(one_line(Json("a\xff"
                      "b")) == "\"a\ufffdb\"");
  CHECK(pretty(Json("a\xff"
                    "b")) == "\"a\ufffdb\"\n");
  CHECK(one_line(Json("\u00e4 \"\n\x7f")) == "\"\u00e4 \\\"\\n\\u007f\"");
}

TEST_CASE("control characters are written as escapes and read back", "[base]") {
  const std::string text = "a\x7f\u0085\u009b\u061c\u200f\u2028\u202e\u2069\u00e4\u20ac\n";
  const std::string line = one_line(Json(text));
  CHECK(line == "\"a\\u007f\\u0085\\u009b\\u061c\\u200f\\u2028\\u202e\\u2069\u00e4\u20ac\\n\"");
  CHECK(Json::parse(line) == Json(text));
  CHECK(pretty(Json{{"k", "\u202e"}}) == "{\n  \"k\": \"\\u202e\"\n}\n");
}

TEST_CASE("strings that are shown as they are become printable", "[base]") {
  const Json json{{"rows", {{"name", "a\u202eb"}, {"count", 3}}}, {"text", "two\nlines"}};
  const Json shown{{"rows", {{"name", "a\\u202eb"}, {"count", 3}}}, {"text", "two\nlines"}};
  CHECK(printable_json(json) == shown);
}

std::string message_of(std::string_view text) {
  try {
    parse_json(text, "f.json");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST_CASE("what is no JSON is one error, and nothing where nobody asks why", "[base]") {
  CHECK(one_line(parse_json(R"( {"a": [1]} )", "f.json")) == R"({"a":[1]})");
  CHECK(message_of(R"({"a")") == "f.json: damaged: no JSON at byte 4 of 4");
  CHECK(message_of("[1e999]") == "f.json: damaged: a number in it is too large");
  for (const char* const text : {"", "{", "[1e999]", "[NaN]", "{} {}"}) {
    CAPTURE(text);
    CHECK_FALSE(message_of(text).empty());
    CHECK_FALSE(parse_json(text).has_value());
  }
}

// Copies are made by recursion, a level a bracket: of 100,000 none would come back.
TEST_CASE("JSON nests 64 levels deep and no deeper", "[base]") {
  const auto nested = [](std::size_t levels) {
    return std::string(levels, '[') + std::string(levels, ']');
  };
  CHECK(parse_json(nested(64)).has_value());
  CHECK(message_of(nested(65)) == "f.json: damaged: JSON nested deeper than 64 levels");
  CHECK_FALSE(parse_json(std::string(100'000, '[')).has_value());
  // Siblings do not count, nor does what stands in a text, behind an escaped quotation mark too.
  std::string siblings = "[{}";
  for (int i = 0; i < 100; ++i) {
    siblings += ",[[]]";
  }
  CHECK(parse_json(siblings + "]").has_value());
  CHECK(parse_json("[\"" + std::string(100, '[') + R"(\"[)" + std::string(100, '{') + "\"]")
            .has_value());
}

// 2^63 is the first that a signed count takes for another.
TEST_CASE("a whole number is what it is and nothing else is one", "[base]") {
  CHECK(whole<std::int64_t>(Json(-7)) == -7);
  CHECK(whole<std::uint64_t>(Json(std::uint64_t{1} << 63U)) == std::uint64_t{1} << 63U);
  for (const Json& json : {Json(7.0), Json(1e300), Json("7"), Json(nullptr), Json(true)}) {
    CAPTURE(one_line(json));
    CHECK_THROWS_AS(whole<std::int64_t>(json), Json::type_error);
  }
}

}  // namespace
}  // namespace memplace
