// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

#include <fmt/format.h>

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

}  // namespace

void fail_assertion(const char* condition, const char* file, int line, const std::string& values) {
  std::string_view name(file);
  if (const auto slash = name.rfind('/'); slash != std::string_view::npos) {
    name.remove_prefix(slash + 1);
  }
  throw InternalError(fmt::format("{}:{}: broken: {} ({})", name, line, condition, values));
}

std::string printable(std::string_view text, std::size_t most) {
  std::size_t length = std::min(text.size(), most);
  const auto continues_a_character = [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
  };
  while (length > 0 && length < text.size() && continues_a_character(text[length])) {
    --length;
  }
  std::string result;
  for (const char c : text.substr(0, length)) {
    if (const auto byte = static_cast<unsigned char>(c); byte >= 0x20 && byte != 0x7F) {
      result += c;
    } else if (c == '\n') {
      result += "\\n";
    } else if (c == '\t') {
      result += "\\t";
    } else {
      result += fmt::format("\\x{:02x}", byte);
    }
  }
  if (length < text.size()) {
    result += fmt::format("... ({} bytes)", text.size());
  }
  return result;
}

std::string_view nearest_name(std::string_view found, std::span<const std::string> candidates) {
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(2, found.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
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
  const std::string_view nearest = nearest_name(found, candidates);
  std::string message = fmt::format("unknown {} \"{}\"; ", kind, printable(found));
  message += candidates.empty() ? std::string("none are known")
                                : fmt::format("known: {}", fmt::join(candidates, ", "));
  if (!nearest.empty()) {
    message += fmt::format(" (did you mean \"{}\"?)", nearest);
  }
  return message;
}

}  // namespace memplace
