// SPDX-License-Identifier: Apache-2.0
// FNV-1a, 64 bits wide: notices every single changed byte and most other accidents, but nobody's
// intent.
#pragma once

#include <cstdint>
#include <string_view>

namespace memplace {

class Fnv1a {
 public:
  Fnv1a() = default;
  // Goes on where another was at.
  explicit Fnv1a(std::uint64_t value) : value_(value) {}

  void add(std::string_view bytes) {
    for (const char byte : bytes) {
      add_number(static_cast<unsigned char>(byte));
    }
  }
  // A number as if it were a byte, though it need not be one.
  void add_number(std::uint64_t number) { value_ = (value_ ^ number) * 0x100000001b3; }

  // Of all that was added.
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0xcbf29ce484222325;
};

inline std::uint64_t fnv1a(std::string_view bytes) {
  Fnv1a hash;
  hash.add(bytes);
  return hash.value();
}

}  // namespace memplace
