// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

#include <fmt/format.h>

#include "base/utf8.h"

namespace memplace {
namespace {

// Edit distance with insertions, deletions, substitutions and swaps of neighbours.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_previous(b.size() + 1);
  std::vector<std::size_t> previous(b.size() + 1);
  std::vector<std::size_t> current(b.size() + 1);
  std::iota(previous.begin(), previous.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substitution = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      current[j] = std::min({previous[j] + 1, current[j - 1] + 1, substitution});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        current[j] = std::min(current[j], before_previous[j - 2] + 1);
      }
    }
    std::swap(before_previous, previous);
    std::swap(previous, current);
  }
  return previous[b.size()];
}

// What a message quotes of a longer text.
constexpr std::size_t kMaxQuoted = 80;

// At most `most` bytes of a text, cut between UTF-8 characters.
std::string_view shortened(std::string_view text, std::size_t most) {
  if (text.size() <= most) {
    return text;
  }
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0U) == 0x80) {
    --most;
  }
  return text.substr(0, most);
}

// With control characters but for those in `kept` as escapes.
std::string escaped(std::string_view text, std::string_view kept) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const auto byte = static_cast<unsigned char>(text.front());
    const char32_t character = length == 0 ? 0 : code_point(text, length);
    if (length > 0 &&
        (!is_control(character) || kept.find(text.front()) != std::string_view::npos)) {
      result += text.substr(0, length);
    } else if (character == '\n') {
      result += "\\n";
    } else if (length <= 1) {
      result += fmt::format("\\x{:02x}", byte);
    } else {
      result += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(character));
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return result;
}

}  // namespace

Error::Error(std::string_view message) : std::runtime_error(printable(message)) {}

void fail_assertion(const char* condition, const char* file, int line, const std::string& values) {
  std::string_view name(file);
  if (const auto slash = name.rfind('/'); slash != std::string_view::npos) {
    name.remove_prefix(slash + 1);
  }
  throw InternalError(fmt::format("{}:{}: broken: {} ({})", name, line, condition, values));
}

std::string printable(std::string_view text, std::size_t most) {
  std::string result = escaped(shortened(text, most), "");
  if (text.size() > most) {
    result += fmt::format("... ({} bytes)", text.size());
  }
  return result;
}

std::string printable_lines(std::string_view text) { return escaped(text, "\n\t"); }

std::string quoted(std::string_view text) {
  if (text.size() <= kMaxQuoted) {
    return fmt::format("\"{}\"", printable(text));
  }
  return fmt::format("\"{}...\" ({} characters)", printable(shortened(text, kMaxQuoted)),
                     text.size());
}

std::string_view nearest_name(std::string_view found, std::span<const std::string> candidates) {
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(2, found.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    // No less than what one is longer by; megabytes of a damaged file are not compared.
    const auto [less, more] = std::minmax({found.size(), candidate.size()});
    if (more - less >= best_distance) {
      continue;
    }
    const std::size_t distance = edit_distance(found, candidate);
    if (distance < best_distance && distance < candidate.size()) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string unknown_name_message(std::string_view kind, std::string_view found,
                                 std::span<const std::string> candidates) {
  if (candidates.empty()) {
    return fmt::format("unknown {} {}; none is known here", kind, quoted(found));
  }
  const std::string_view nearest = nearest_name(found, candidates);
  std::string message =
      fmt::format("unknown {} {}; known: {}", kind, quoted(found), fmt::join(candidates, ", "));
  if (!nearest.empty()) {
    message += fmt::format(" (did you mean \"{}\"?)", nearest);
  }
  return message;
}

}  // namespace memplace
