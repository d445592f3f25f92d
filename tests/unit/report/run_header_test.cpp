// SPDX-License-Identifier: Apache-2.0
#include "report/run_header.h"

#include <array>

#include <catch2/catch.hpp>

namespace memplace {

TEST_CASE("commands are quoted for a shell", "[report]") {
  const std::array<std::string, 4> plain{"memplace", "simulate", "bert-base:seq=128,batch=4",
                                         "/a/b.yaml"};
  CHECK(shell_command(plain) == "memplace simulate bert-base:seq=128,batch=4 /a/b.yaml");
  const std::array<std::string, 4> odd{"a b", "it's", "", "$x"};
  CHECK(shell_command(odd) == "'a b' 'it'\\''s' '' '$x'");
}

TEST_CASE("JSON and text begin with the configuration", "[report]") {
  const RunHeader header{
      "1.2.3", "simulate", {{"chip", "toy"}}, {{"chip", "toy: small"}}, "again!"};
  CHECK(
      begin_json(header).dump() ==
      R"({"memplace_version":"1.2.3","schema_version":1,"command":"simulate","config":{"chip":"toy"},)"
      R"("again":"again!"})");
  CHECK(text_head(header) ==
        "memplace 1.2.3 simulate\n  chip      toy: small\n  again     again!\n");
}

}  // namespace memplace
