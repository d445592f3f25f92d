// SPDX-License-Identifier: Apache-2.0
// JSON through nlohmann-json, keys in the order they were written. Integers are exact: a Quantity
// becomes its 64-bit count, and nothing passes through double.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/units.h"

namespace memplace {

using Json = nlohmann::ordered_json;

template <class Unit>
void to_json(Json& json, Quantity<Unit> quantity) {
  json = quantity.count();
}

// Indented text with a newline at its end, and one line without one. Control characters
// (base/utf8.h) are written as \uXXXX, all of them; text that is not UTF-8 is replaced, never
// thrown at.
std::string pretty(const Json& json);
std::string one_line(const Json& json);

// The same with every string in it printable (base/error.h), for JSON whose strings are shown as
// they are.
Json printable_json(Json json);

// Lists and objects inside one another: what goes deeper is refused, for copies and texts of a
// value are made by recursion.
inline constexpr std::size_t kMaxJsonDepth = 64;

// The value that `text` is. Throws Error that begins with `source` where it is no JSON, with the
// byte, where it nests deeper than kMaxJsonDepth, and where a number is too large for a double.
Json parse_json(std::string_view text, const std::string& source);
// Nothing where the other throws.
std::optional<Json> parse_json(std::string_view text);

// The whole number that `json` is, modulo 2^64. Throws Json::type_error where it is none: get()
// takes 1e300 as well, and what becomes of it is undefined.
template <class T>
T whole(const Json& json) {
  return static_cast<T>(json.get_ref<const std::int64_t&>());
}

}  // namespace memplace
