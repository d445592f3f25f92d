// SPDX-License-Identifier: Apache-2.0
// A text file that is written piece by piece while a simulation runs: a trace has hundreds of bytes
// for each tile, so this is made for speed.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "base/units.h"

namespace memplace {

// The constructor and commit() throw Error (base/files.h). The others, as they are called in the
// midst of a run, leave what went wrong to commit().
class TextFile {
 public:
  static constexpr std::size_t kNumber = 20;  // most characters of a 64-bit integer
  static constexpr std::size_t kBinary = 64;

  explicit TextFile(const std::string& path) : file_(path), buffer_(kBufferBytes) {}

  // Makes room for the pieces put next. To be called before each group of them, with at least as
  // many characters as they have.
  void reserve(std::size_t size) {
    if (buffer_.size() - used_ < size) {
      make_room(size);
    }
  }

  void put(std::string_view text) {
    std::copy(text.begin(), text.end(), &buffer_[used_]);  // also of none
    used_ += text.size();
  }
  // Of a length that the compiler knows.
  template <std::size_t kSize>
  void put(const char (&text)[kSize]) {
    std::memcpy(&buffer_[used_], text, kSize - 1);
    used_ += kSize - 1;
  }
  void put(char c) { buffer_[used_++] = c; }

  void put_number(std::int64_t number) {
    char* const begin = &buffer_[used_];
    used_ += static_cast<std::size_t>(std::to_chars(begin, begin + kNumber, number).ptr - begin);
  }

  // Of a number that is not negative.
  void put_binary(std::int64_t number) {
    char* const begin = &buffer_[used_];
    used_ += static_cast<std::size_t>(std::to_chars(begin, begin + kBinary, number, 2).ptr - begin);
  }

  // Microseconds, exactly: at most six decimals, no zeros at their end. `time` is not negative.
  void put_microseconds(Picoseconds time) {
    constexpr std::int64_t kPerMicrosecond = 1'000'000;
    put_number(time.count() / kPerMicrosecond);
    if (const auto fraction = static_cast<std::uint32_t>(time.count() % kPerMicrosecond);
        fraction != 0) {
      put_decimals(fraction);
    }
  }

  // Writes the rest and gives the file its name.
  void commit();

 private:
  static constexpr std::size_t kBufferBytes = std::size_t{1} << 17;

  // "00" to "99", as two digits at once halve the divisions.
  static constexpr std::array<char, 200> kPairs = [] {
    std::array<char, 200> pairs{};
    for (std::size_t i = 0; i < 100; ++i) {
      pairs[2 * i] = static_cast<char>('0' + i / 10);
      pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
    }
    return pairs;
  }();

  void put_decimals(std::uint32_t fraction) {
    char* const to = &buffer_[used_];
    *to = '.';
    std::memcpy(to + 1, &kPairs[std::size_t{2} * (fraction / 10'000)], 2);
    std::memcpy(to + 3, &kPairs[std::size_t{2} * (fraction / 100 % 100)], 2);
    std::memcpy(to + 5, &kPairs[std::size_t{2} * (fraction % 100)], 2);
    std::size_t size = 7;
    while (to[size - 1] == '0') {
      --size;
    }
    used_ += size;
  }

  void make_room(std::size_t size);

  FileWriter file_;
  std::exception_ptr failure_;
  std::vector<char> buffer_;
  std::size_t used_ = 0;
};

}  // namespace memplace
