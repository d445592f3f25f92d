// SPDX-License-Identifier: Apache-2.0
// Texts that are lists.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace memplace {

// What stands before, between and after the separators, which may be nothing.
inline std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) {
      return parts;
    }
    text.remove_prefix(at + 1);
  }
}

}  // namespace memplace
