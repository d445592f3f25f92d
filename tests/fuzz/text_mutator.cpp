// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/text_mutator.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace memplace::test {
namespace {

using Span = std::pair<std::size_t, std::size_t>;  // first byte, and size

constexpr std::array<std::string_view, 48> kWords{{"0",
                                                   "1",
                                                   "-1",
                                                   "+1",
                                                   "1e308",
                                                   "1e999",
                                                   "-0.0",
                                                   "nan",
                                                   "inf",
                                                   "9223372036854775807",
                                                   "-9223372036854775808",
                                                   "9223372036854775808",
                                                   "18446744073709551615",
                                                   "18446744073709551616",
                                                   "4503599627370497.5",
                                                   "1e-320",
                                                   "0x10",
                                                   "1_000",
                                                   "1 B",
                                                   "9 EiB",
                                                   "8191 PiB",
                                                   "1e30 ns",
                                                   "0 GB/s",
                                                   "null",
                                                   "true",
                                                   "~",
                                                   "[]",
                                                   "{}",
                                                   "\"\"",
                                                   "''",
                                                   "&a",
                                                   "*a",
                                                   "<<: *a",
                                                   "!!int",
                                                   "? ",
                                                   "- ",
                                                   "---\n",
                                                   "...\n",
                                                   "# ",
                                                   "|\n ",
                                                   "\x7f",
                                                   "\\u0000",
                                                   "\\x7f",
                                                   "\xc2\x85",
                                                   "\xe2\x80\xa8",
                                                   "\xe2\x80\xae",
                                                   "\xff",
                                                   "\\ud800"}};

class Mutator {
 public:
  Mutator(std::string text, std::uint32_t seed) : text_(std::move(text)), random_(seed) {}

  std::string mutated() {
    const std::size_t changes = 1 + below(3);
    for (std::size_t i = 0; i < changes; ++i) {
      change();
    }
    return std::move(text_);
  }

 private:
  std::size_t below(std::size_t end) { return end == 0 ? 0 : random_() % end; }

  // Words of letters and digits, with what numbers and paths have.
  std::vector<Span> words() const {
    std::vector<Span> spans;
    for (std::size_t i = 0; i < text_.size();) {
      std::size_t end = i;
      while (end < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[end])) != 0 ||
                                    std::strchr("_.+-/", text_[end]) != nullptr)) {
        ++end;
      }
      if (end > i) {
        spans.emplace_back(i, end - i);
      }
      i = std::max(end, i + 1);
    }
    return spans;
  }

  std::vector<Span> lines() const {
    std::vector<Span> spans;
    for (std::size_t i = 0; i < text_.size();) {
      const std::size_t end = std::min(text_.find('\n', i), text_.size() - 1) + 1;
      spans.emplace_back(i, end - i);
      i = end;
    }
    return spans;
  }

  Span any_of(const std::vector<Span>& spans) {
    return spans.empty() ? Span{text_.size(), 0} : spans[below(spans.size())];
  }

  void change() {
    const Span word = any_of(words());
    const Span line = any_of(lines());
    const std::string line_text = text_.substr(line.first, line.second);
    switch (below(8)) {
      case 0:
      case 1:
        text_.replace(word.first, word.second, kWords[below(kWords.size())]);
        break;
      case 2: {
        const Span other = any_of(words());
        text_.replace(word.first, word.second, text_.substr(other.first, other.second));
        break;
      }
      case 3:
        text_.erase(line.first, line.second);
        break;
      case 4:
        text_.insert(any_of(lines()).first, line_text);
        break;
      case 5:
        text_.erase(word.first, word.second);
        break;
      case 6:
        text_.insert(below(text_.size() + 1), kWords[below(kWords.size())]);
        break;
      default: {  // a nest
        static constexpr std::string_view kOpen = "[{('\"";
        text_.insert(word.first, std::string(1 + below(100), kOpen[below(kOpen.size())]));
      }
    }
  }

  std::string text_;
  std::minstd_rand random_;
};

}  // namespace

std::string mutated_text(std::string text, std::uint32_t seed) {
  return Mutator(std::move(text), seed).mutated();
}

}  // namespace memplace::test
