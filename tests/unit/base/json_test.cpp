// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include <cstdint>
#include <limits>

#include <catch2/catch.hpp>

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
  CHECK(one_line(Json("\u00e4 \"\n")) == "\"\u00e4 \\\"\\n\"");
}

}  // namespace
}  // namespace memplace
