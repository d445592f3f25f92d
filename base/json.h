// SPDX-License-Identifier: Apache-2.0
// JSON through nlohmann-json, keys in the order they were written. Integers are exact: a Quantity
// becomes its 64-bit count, and nothing passes through double.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "base/units.h"

namespace memplace {

using Json = nlohmann::ordered_json;

template <class Unit>
void to_json(Json& json, Quantity<Unit> quantity) {
  json = quantity.count();
}

// Indented text with a newline at its end, and one line without one. Text that is not UTF-8 is
// replaced, never thrown at.
std::string pretty(const Json& json);
std::string one_line(const Json& json);

}  // namespace memplace
