// SPDX-License-Identifier: Apache-2.0
#include "optimizer/studies/settings/codec.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include "base/error.h"
#include "base/number_text.h"
#include "base/quantity_text.h"
#include "base/split.h"

namespace memplace {
namespace {

Error unexpected(const std::string& text, std::string_view expected) {
  return Error(fmt::format("got {}, expected {}", memplace::quoted(text), expected));
}

std::int64_t read_count(const Words& words, std::int64_t least, std::int64_t most) {
  const auto number = parse_number<std::int64_t>(words.front());
  if (!number || *number < least || *number > most) {
    throw unexpected(words.front(), fmt::format("a whole number from {} to {}", least, most));
  }
  return *number;
}

std::optional<Picoseconds> parse_duration(const std::string& text) {
  struct Unit {
    std::string_view name;
    std::int64_t seconds;
  };
  constexpr std::array<Unit, 5> kUnits{
      {{"min", 60}, {"m", 60}, {"h", 3600}, {"d", 86400}, {"", 1}}};
  if (const auto time = parse_time(text)) {
    return time;
  }
  for (const Unit& unit : kUnits) {
    if (!text.ends_with(unit.name)) {
      continue;
    }
    const std::string number = text.substr(0, text.size() - unit.name.size());
    const auto seconds = parse_time(number + " s");
    if (!seconds.has_value() ||
        seconds->count() > std::numeric_limits<std::int64_t>::max() / unit.seconds) {
      return std::nullopt;
    }
    return Picoseconds(seconds->count() * unit.seconds);
  }
  return std::nullopt;
}

Codec<std::optional<Picoseconds>> time_codec(
    std::function<std::optional<Picoseconds>(const Words&)> read) {
  const auto text = [](const std::optional<Picoseconds>& time) {
    return time ? format(*time) : std::string();
  };
  return {
      std::move(read),
      [text](const std::optional<Picoseconds>& time) { return time ? Words{text(time)} : Words{}; },
      [](const std::optional<Picoseconds>& time) { return time ? Json(*time) : Json(nullptr); },
      text};
}

Codec<Words> words_codec(std::function<Words(const Words&)> read) {
  return {std::move(read), [](const Words& words) { return words; },
          [](const Words& words) { return Json(words); },
          [](const Words& words) { return one_line(Json(words)); }};
}

}  // namespace

Codec<std::string> text_codec() {
  return {[](const Words& words) {
            if (words.front().empty()) {
              throw unexpected("", "a text that is not empty");
            }
            return words.front();
          },
          [](const std::string& text) { return text.empty() ? Words{} : Words{text}; },
          [](const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); },
          quoted_text};
}

Codec<Words> list_codec() {
  return words_codec([](const Words& words) { return words; });
}

Codec<Words> dims_codec() {
  return words_codec([](const Words& words) {
    Words sorted;
    for (const auto& [name, size] : sizes_of(words)) {
      sorted.push_back(fmt::format("{}={}", name, size));
    }
    return sorted;
  });
}

std::map<std::string, std::int64_t> sizes_of(const Words& dims) {
  std::map<std::string, std::int64_t> sizes;
  for (const std::string& text : dims) {
    const std::size_t equals = text.rfind('=');
    const bool named = equals != std::string::npos && equals > 0;
    const auto size = named ? parse_number<std::int64_t>(std::string_view(text).substr(equals + 1))
                            : std::nullopt;
    if (!size || *size < 0) {
      throw unexpected(text, fmt::format("NAME=N with N from 0 to {}",
                                         std::numeric_limits<std::int64_t>::max()));
    }
    if (!sizes.emplace(text.substr(0, equals), *size).second) {
      throw Error(fmt::format("{} is given twice", text.substr(0, equals)));
    }
  }
  return sizes;
}

Words merged_dims(const Words& given, Words others) {
  const auto axis = [](const std::string& dim) { return dim.substr(0, dim.rfind('=')); };
  std::erase_if(others, [&](const std::string& other) {
    return std::any_of(given.begin(), given.end(),
                       [&](const std::string& dim) { return axis(dim) == axis(other); });
  });
  others.insert(others.end(), given.begin(), given.end());
  std::sort(others.begin(), others.end());
  return others;
}

Codec<Words> values_codec() {
  return words_codec([](const Words& words) {
    static_cast<void>(values_of(words));
    Words sorted = words;
    std::sort(sorted.begin(), sorted.end());
    return sorted;
  });
}

std::map<std::string, std::vector<double>> values_of(const Words& values) {
  std::map<std::string, std::vector<double>> numbers;
  for (const std::string& text : values) {
    const std::size_t equals = text.rfind('=');
    const std::string name = text.substr(0, std::min(equals, text.size()));
    std::vector<double> list;
    for (const std::string_view part :
         split(std::string_view(text).substr(std::min(name.size() + 1, text.size())), ',')) {
      const auto number = part == "true"    ? std::optional(1.0)
                          : part == "false" ? std::optional(0.0)
                                            : parse_number<double>(part);
      if (equals == std::string::npos || name.empty() || !number || !std::isfinite(*number)) {
        throw unexpected(text, "NAME=V or NAME=V,V,... with numbers, true or false");
      }
      list.push_back(*number);
    }
    if (!numbers.emplace(name, std::move(list)).second) {
      throw Error(fmt::format("{} is given twice", name));
    }
  }
  return numbers;
}

Codec<bool> flag_codec() {
  return {[](const Words& words) { return !words.empty(); },
          [](bool given) { return given ? Words{"true"} : Words{}; },
          [](bool given) { return Json(given); },
          [](bool given) { return std::string(given ? "true" : "false"); }};
}

Codec<std::uint64_t> count_codec(std::int64_t least, std::int64_t most) {
  const auto text = [](std::uint64_t count) { return std::to_string(count); };
  return {[=](const Words& words) {
            return static_cast<std::uint64_t>(read_count(words, least, most));
          },
          [text](std::uint64_t count) { return Words{text(count)}; },
          [](std::uint64_t count) { return Json(count); }, text};
}

Codec<std::optional<std::int64_t>> optional_count_codec(std::int64_t least, std::int64_t most) {
  using Count = std::optional<std::int64_t>;
  return {[=](const Words& words) { return Count(read_count(words, least, most)); },
          [](const Count& count) { return count ? Words{std::to_string(*count)} : Words{}; },
          [](const Count& count) { return count ? Json(*count) : Json(nullptr); },
          [](const Count& count) { return count ? std::to_string(*count) : "null"; }};
}

Codec<double> share_codec() {
  const auto text = [](double share) { return fmt::format("{}", share); };
  return {[](const Words& words) {
            const std::string& given = words.front();
            const bool percent = given.ends_with("%");
            const auto value = parse_number<double>(
                std::string_view(given).substr(0, given.size() - (percent ? 1 : 0)));
            const double share = percent ? value.value_or(-1) / 100 : value.value_or(-1);
            if (!(share >= 0 && share <= kMostNoise)) {
              throw unexpected(given, "a share from 0 to 1 such as 0.02 or 2%");
            }
            return share;
          },
          [text](double share) { return Words{text(share)}; },
          [](double share) { return Json(share); }, text};
}

Codec<std::optional<Picoseconds>> duration_codec() {
  return time_codec([](const Words& words) {
    const auto time = parse_duration(words.front());
    if (!time || *time < kShortestTimeLimit || *time > kLongestTimeLimit) {
      throw unexpected(words.front(), "a time from 1 ms to 100 d such as 90, 90s, 10m or 1.5h");
    }
    return time;
  });
}

Codec<std::optional<Picoseconds>> latency_codec() {
  return time_codec([](const Words& words) {
    const auto time = parse_time(words.front());
    if (!time || *time == Picoseconds(0)) {
      throw unexpected(words.front(), "a time above zero such as 250us");
    }
    return time;
  });
}

std::string joined(const Words& words) { return fmt::format("{}", fmt::join(words, " ")); }

std::string quoted_text(const std::string& text) { return one_line(Json(text)); }

std::string list_text(const Words& names) {
  Words quoted;
  quoted.reserve(names.size());
  std::transform(names.begin(), names.end(), std::back_inserter(quoted), quoted_text);
  return fmt::format("[{}]", fmt::join(quoted, ", "));
}

}  // namespace memplace
