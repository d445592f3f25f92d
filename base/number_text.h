// SPDX-License-Identifier: Apache-2.0
// Numbers as people write them.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace memplace {

// The whole of `text` as a decimal number; nothing where it is none or out of the type's range. A
// double may be infinite or no number where the text says so.
template <class T>
std::optional<T> parse_number(std::string_view text) {
  T value{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end ? std::optional<T>(value) : std::nullopt;
}

}  // namespace memplace
