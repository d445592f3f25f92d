// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.h"

#include <algorithm>

namespace memplace {
namespace {

unsigned byte_at(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

}  // namespace

std::size_t utf8_length(std::string_view text) {
  const unsigned lead = byte_at(text, 0);
  if (lead < 0x80) {
    return 1;
  }
  const std::size_t length = lead >= 0xC2 && lead < 0xE0   ? 2
                             : lead >= 0xE0 && lead < 0xF0 ? 3
                             : lead >= 0xF0 && lead < 0xF5 ? 4
                                                           : 0;
  if (length == 0 || text.size() < length) {
    return 0;
  }
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte_at(text, i) & 0xC0U) != 0x80) {
      return 0;
    }
  }
  const unsigned second = byte_at(text, 1);
  const bool outside = (lead == 0xE0 && second < 0xA0) || (lead == 0xED && second >= 0xA0) ||
                       (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second >= 0x90);
  return outside ? 0 : length;
}

bool is_control(char32_t character) {
  const auto within = [&](char32_t first, char32_t last) {
    return first <= character && character <= last;
  };
  return within(0x00, 0x1F) || within(0x7F, 0x9F) || character == 0x61C || within(0x200E, 0x200F) ||
         within(0x2028, 0x202E) || within(0x2066, 0x2069);
}

bool has_ascii_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

char32_t code_point(std::string_view text, std::size_t length) {
  constexpr unsigned kOfFollower = 6;  // bits
  // A lead byte of `length` has length + 1 bits of its own kind.
  char32_t point = length == 1 ? byte_at(text, 0) : byte_at(text, 0) & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    point = (point << kOfFollower) | (byte_at(text, i) & 0x3FU);
  }
  return point;
}

}  // namespace memplace
