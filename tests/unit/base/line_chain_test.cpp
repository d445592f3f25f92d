// SPDX-License-Identifier: Apache-2.0
#include "base/line_chain.h"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/support/line_chains.h"

namespace memplace::test {
namespace {

const std::vector<std::string> kObjects{R"({"a":1})", R"({"a":2,"b":"x"})", R"({"a":3})"};

std::string chain_error(const std::string& text, std::uint64_t belongs_to = 7) {
  LineChain chain(belongs_to);
  try {
    read_lines(text, "f.jsonl", "owner.yaml", chain, [](std::size_t, const std::string&) {});
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

// FNV-1a 64 of "{"a":1}" begun anew: by hand with the published constants.
TEST_CASE("a line of a chain is JSON with a check", "[line_chain]") {
  LineChain chain(Fnv1a().value());
  const std::string line = chain.close(R"({"a":1})");
  const std::string check = line.substr(line.size() - 18, 16);
  CHECK(line == R"({"a":1,"check":")" + check + "\"}");
  CHECK(std::stoull(check, nullptr, 16) == fnv1a(R"({"a":1})"));
  CHECK(chain.value() == fnv1a(R"({"a":1})"));
}

TEST_CASE("a chain of lines is read as it was written, but for a torn end", "[line_chain]") {
  const std::string text = chained(kObjects, 7);
  CHECK(objects_of(text, 7) == kObjects);
  const std::size_t last = text.rfind('\n', text.size() - 2) + 1;
  for (std::size_t size = last; size < text.size(); ++size) {
    LineChain chain(7);
    std::size_t count = 0;
    CHECK(read_lines(text.substr(0, size), "f", "o", chain,
                     [&](std::size_t number, const std::string&) { count = number; }) == last);
    CHECK(count == 2);
    // It goes on where it was.
    CHECK(text.substr(0, last) + chain.close(kObjects[2]) + '\n' == text);
  }
  CHECK(chain_error("") == "no error");
  CHECK(with_checks("{\"a\":1}\n{\"a\":2,\"b\":\"x\"}\n{\"a\":3}\n{", 7) == text + "{");
}

// Whatever was changed is named by the first line that is not what was written there.
TEST_CASE("every change of a chain of lines is noticed", "[line_chain]") {
  const std::string text = chained(kObjects, 7);
  REQUIRE(chain_error(text) == "no error");
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (const char c : {'0', '9', 'f', '"', ' ', '\n', '\0'}) {
      std::string changed = text;
      changed[i] = c;
      CAPTURE(i, c);
      // What follows a newline that was taken from the last line is torn off.
      const bool torn = i == text.size() - 1 && c != '\n';
      CHECK((chain_error(changed) == "no error") == (changed == text || torn));
    }
  }
  const std::size_t second = text.find('\n') + 1;
  const std::size_t third = text.find('\n', second) + 1;
  const std::string one = text.substr(0, second);
  const std::string two = text.substr(second, third - second);
  const std::string three = text.substr(third);
  const auto not_written = [](int number, const std::string& what) {
    return "f.jsonl:" + std::to_string(number) + ": not the line that was written here; " + what +
           " was damaged or changed";
  };
  CHECK(chain_error(one + three) == not_written(2, "it"));
  CHECK(chain_error(one + three + two) == not_written(2, "it"));
  CHECK(chain_error(one + one + two + three) == not_written(2, "it"));
  CHECK(chain_error(two + three) == not_written(1, "it or owner.yaml"));
  CHECK(chain_error(text, 8) == not_written(1, "it or owner.yaml"));
  CHECK(chain_error(one + "{\"a\":2}\n") ==
        "f.jsonl:2: a line without its check; it was damaged or changed, or an older memplace "
        "wrote it");
}

}  // namespace memplace::test
