// SPDX-License-Identifier: Apache-2.0
// What a sweep changes of its chip: parameters by the paths of --set, and the values they take.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/quantity_text.h"
#include "base/yaml_reader.h"

namespace memplace {

struct ParameterValue {
  std::string text;                     // as a chip file takes it: "8 MiB", "34 GB/s", "engine"
  std::optional<AnyQuantity> quantity;  // none of a word

  bool operator==(const ParameterValue&) const = default;
};

// In base units; a word as it is.
void to_json(Json& json, const ParameterValue& value);
// Of the values of one parameter: unit_of(QuantityKind), or word.
std::string_view unit_of(const ParameterValue& value);

struct SweepParameter {
  std::string path;  // memories.sram.capacity
  std::vector<ParameterValue> values;
};

inline constexpr std::int64_t kMostParameterValues = 10'000;

// Reads a parameter's values in one of the forms
//   8 MiB
//   [1 MiB, 2 MiB, 4 MiB]
//   {from: 4 MiB, to: 48 MiB, step: 4 MiB}
//   {from: 1 MiB, to: 64 MiB, factor: 2}                            # 1, 2, 4, ..., 64 MiB
//   {from: 34 GB/s, to: 273 GB/s, points: 4, spacing: geometric}    # or linear
// and tries each alone on `chip`. Computed values are rounded to their base unit. Throws Error with
// a position for no values, a value twice, a range without end, a path that leads nowhere, and
// values that the parameter cannot have.
SweepParameter read_parameter(const YamlValue& path, const YamlValue& values,
                              const YamlDocument& chip);

}  // namespace memplace
