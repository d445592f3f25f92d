// SPDX-License-Identifier: Apache-2.0
// Whatever is done to a document, reading it ends in a value or in an Error.
#include <cstdint>
#include <string>

#include <catch2/catch.hpp>

#include "base/rng.h"
#include "base/yaml_reader.h"

namespace memplace {
namespace {

void read_everything(const YamlValue& value) {
  if (value.is_map()) {
    for (const auto& [key, inner] : value.entries()) {
      read_everything(inner);
    }
  } else if (value.is_sequence()) {
    for (const YamlValue& item : value.items()) {
      read_everything(item);
    }
  } else if (value.is_scalar()) {
    value.as_name();
  }
}

}  // namespace

// yaml-cpp's own loader never returns from a text that begins with a stray comma.
TEST_CASE("a stray comma is refused", "[base]") {
  CHECK_THROWS_WITH(YamlDocument::from_text(", a", "f.yaml"),
                    "f.yaml:1:1: not YAML: unexpected \",\"");
}

TEST_CASE("damaged documents end in a value or an Error and nothing else", "[base]") {
  const std::string whole =
      "memories: # assumed\n  - &d {name: dram, bandwidth: 68 GB/s, latency: \"2 ns\"}\n"
      "  - name: 'sram'\n    bandwidth: >-\n      1 GB/s\n  - *d\n  - ? name\n    : !!str x\n";
  const std::string alphabet = "[]{}:,-?&*!|>'\"%@`#~ \n\t\\a0<=.\x01\xff";
  Rng rng(23);
  int refused = 0;
  for (int i = 0; i < 5000; ++i) {
    std::string text = whole;
    for (std::int64_t edits = rng.between(1, 4); edits > 0 && !text.empty(); --edits) {
      const std::size_t at = rng.below(text.size());
      const char c = alphabet[rng.below(alphabet.size())];
      switch (rng.below(4)) {
        case 0:
          text[at] = c;
          break;
        case 1:
          text.insert(at, 1, c);
          break;
        case 2:
          text.erase(at, 1);
          break;
        default:
          text.resize(at + 1);
      }
    }
    INFO(text);
    try {
      read_everything(YamlDocument::from_text(text, "f.yaml").root());
    } catch (const Error& error) {
      ++refused;
      const std::string message = error.what();
      REQUIRE(message.starts_with("f.yaml:"));
      REQUIRE(message.find('\n') == std::string::npos);
    }
  }
  CHECK(refused > 1000);
  CHECK(refused < 5000);
}

}  // namespace memplace
