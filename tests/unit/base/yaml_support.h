// SPDX-License-Identifier: Apache-2.0
// What the tests of the YAML reader share.
#pragma once

#include <string>

#include "base/yaml_reader.h"
#include "tests/support/error_of.h"

namespace memplace {

inline YamlValue read(const std::string& text) {
  return YamlDocument::from_text(text, "f.yaml").root();
}

// The value at `key` of a text whose root is a map.
inline YamlValue at(const std::string& text, const std::string& key = "k") {
  return YamlMap(read(text)).required(key);
}

inline std::string parse_error(const std::string& text) {
  return error_of([&] { YamlDocument::from_text(text, "f.yaml"); });
}

}  // namespace memplace
