// SPDX-License-Identifier: Apache-2.0
// The words of an archive (base/archive.h), and values that its readers may not expect of them.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "base/rng.h"

namespace memplace::test {

// Of 1, 4 or 8 bytes, the lowest first.
struct ArchiveWord {
  std::size_t offset = 0;
  std::size_t bytes = 0;
  bool content = false;  // of a list or a string: one of many alike
};

inline std::uint64_t word_at(std::string_view bytes, const ArchiveWord& word) {
  std::uint64_t value = 0;
  for (std::size_t i = word.bytes; i-- > 0;) {
    value = value << 8U | static_cast<unsigned char>(bytes[word.offset + i]);
  }
  return value;
}

inline void set_word(std::string& bytes, const ArchiveWord& word, std::uint64_t value) {
  for (std::size_t i = 0; i < word.bytes; ++i) {
    bytes[word.offset + i] = static_cast<char>(static_cast<unsigned char>(value & 0xffU));
    value >>= 8U;
  }
}

// Those of the items from `begin` to `end`, as far as there are items; a string that is an archive
// to its end has the words of that beside its bytes.
inline std::vector<ArchiveWord> words_of(std::string_view bytes, std::size_t begin,
                                         std::size_t end) {
  std::vector<ArchiveWord> words;
  std::size_t at = begin;
  while (at < end) {
    const char type = bytes[at++];
    std::size_t width = 8;
    width = type == 'b' || type == 's' ? 1 : width;
    width = type == 'f' || type == 'F' ? 4 : width;
    std::size_t count = 1;
    const bool list = type == 's' || type == 'F' || type == 'D' || type == 'U';
    const bool item =
        list || type == 'u' || type == 'i' || type == 'd' || type == 'f' || type == 'b';
    if (!item || (list && end - at < 8)) {
      return {};
    }
    if (list) {
      words.push_back({at, 8, false});
      count = static_cast<std::size_t>(word_at(bytes, words.back()));
      at += 8;
    }
    if (count > (end - at) / width) {
      return {};
    }
    for (std::size_t i = 0; i < count; ++i) {
      words.push_back({at + i * width, width, list});
    }
    if (type == 's') {
      const std::vector<ArchiveWord> inner = words_of(bytes, at, at + count);
      words.insert(words.end(), inner.begin(), inner.end());
    }
    at += count * width;
  }
  return words;
}

// Nothing, little, much, one more and one less than what is there, and as floating-point numbers
// what is none, infinite, huge, tiny and negative.
inline std::vector<std::uint64_t> strange_values(std::uint64_t now, std::size_t bytes, Rng& rng) {
  using Double = std::numeric_limits<double>;
  using Float = std::numeric_limits<float>;
  std::vector<std::uint64_t> values{0, 1, 2, now + 1, now - 1, ~std::uint64_t{0}, rng.next()};
  if (bytes == 8) {
    values.push_back(std::uint64_t{1} << 32U);
    values.push_back(std::uint64_t{1} << 63U);
    for (const double number : {Double::quiet_NaN(), Double::infinity(), -Double::infinity(),
                                Double::max(), 1e18, Double::denorm_min(), -1.0}) {
      values.push_back(std::bit_cast<std::uint64_t>(number));
    }
  }
  if (bytes == 4) {
    for (const float number : {Float::quiet_NaN(), Float::infinity(), -Float::infinity(),
                               Float::max(), 1e3F, Float::denorm_min(), -1.0F}) {
      values.push_back(std::bit_cast<std::uint32_t>(number));
    }
  }
  return values;
}

}  // namespace memplace::test
