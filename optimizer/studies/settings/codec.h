// SPDX-License-Identifier: Apache-2.0
// How the values of settings are said: as words of a command line, as scalars of YAML, as JSON.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/units.h"

namespace memplace {

using Words = std::vector<std::string>;

template <class T>
struct Codec {
  // Throws Error: `got "x", expected y`.
  std::function<T(const Words&)> read;
  std::function<Words(const T&)> words;  // none of an empty value
  std::function<Json(const T&)> json;    // null of an empty value
  std::function<std::string(const T&)> yaml;
};

inline constexpr std::int64_t kMostBudget = 1'000'000'000;  // evaluations, at least 1
inline constexpr std::int64_t kMostPatience = kMostBudget;  // evaluations
inline constexpr std::int64_t kMostSeed = std::numeric_limits<std::int64_t>::max();
inline constexpr double kMostNoise = 1;
inline constexpr Picoseconds kShortestTimeLimit(1'000'000'000);             // 1 ms
inline constexpr Picoseconds kLongestTimeLimit(8'640'000'000'000'000'000);  // 100 days

// Any text that is not empty.
Codec<std::string> text_codec();
Codec<Words> list_codec();
// NAME=N, each name once; sorted by them.
Codec<Words> dims_codec();
// The same as (NAME, N).
std::map<std::string, std::int64_t> sizes_of(const Words& dims);
// Those given, and those of `others` for axes that are not; sorted by them.
Words merged_dims(const Words& given, Words others);
// NAME=V or NAME=V,V,...: numbers, true or false; each name once; sorted by them.
Codec<Words> values_codec();
std::map<std::string, std::vector<double>> values_of(const Words& values);
Codec<bool> flag_codec();
Codec<std::uint64_t> count_codec(std::int64_t least, std::int64_t most);
Codec<std::optional<std::int64_t>> optional_count_codec(std::int64_t least, std::int64_t most);
Codec<double> share_codec();  // 0.02 or 2%
// 90s, 10m, 1.5h; a number alone is seconds.
Codec<std::optional<Picoseconds>> duration_codec();
Codec<std::optional<Picoseconds>> latency_codec();  // above zero

// One of `names`, which the table of fields has too.
template <class T>
Codec<T> choice_codec(std::function<T(const std::string&)> read,
                      std::function<std::string(const T&)> name) {
  return {[read](const Words& words) { return read(words.front()); },
          [name](const T& value) { return Words{name(value)}; },
          [name](const T& value) { return Json(name(value)); },
          [name](const T& value) { return name(value); }};
}

// The words with blanks between.
std::string joined(const Words& words);

// `text` as a scalar of YAML and JSON alike.
std::string quoted_text(const std::string& text);
// "[a, b]", each quoted.
std::string list_text(const Words& names);

}  // namespace memplace
