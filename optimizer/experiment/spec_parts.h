// SPDX-License-Identifier: Apache-2.0
// What the files of experiments and sweeps have in common.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/json.h"
#include "base/yaml_reader.h"
#include "optimizer/objective.h"
#include "optimizer/strategy.h"
#include "workloads/graph/types.h"

namespace memplace {

// `text` as a scalar of YAML and JSON alike.
std::string quoted_text(const std::string& text);

// "[a, b]", each quoted.
std::string list_text(const std::vector<std::string>& names);

// The items of a list that has some; `key_of` tells which two would be the same.
template <class Read, class KeyOf>
auto read_list(const YamlValue& at, std::string_view what, Read read, KeyOf key_of) {
  std::vector<decltype(read(at))> list;
  for (const YamlValue& item : at.items()) {
    list.push_back(read(item));
    const auto same = [&](const auto& other) { return key_of(other) == key_of(list.back()); };
    if (std::any_of(list.begin(), list.end() - 1, same)) {
      throw item.error(fmt::format("{} {} is given twice", what, key_of(list.back())));
    }
  }
  if (list.empty()) {
    throw at.error(fmt::format("got an empty list, expected at least one {}", what));
  }
  return list;
}

std::vector<std::string> read_names(const YamlValue& at, std::string_view what);
DType read_dtype(const YamlValue& at);
Objective read_objective(const YamlValue& at);

// How the engines are used, where the author says so; resolve_mode() fills in the rest.
struct ModeChoice {
  std::optional<std::int64_t> streams, engines_per_stream, inferences;
};
ModeChoice read_mode(const YamlValue& at);
std::string mode_text(const ModeChoice& mode);  // "{streams: 1}"
Json to_json(const ModeChoice& mode);           // null where nothing is said

// A label that can be the name of a file.
std::string read_label(const YamlValue& at);

// A strategy with its options. Reads the keys `strategy`, `preset`, `label` and `options` of `map`
// and leaves finish() to the caller.
struct StrategyChoice {
  const StrategyInfo* info = nullptr;
  std::string label;                 // where none is given the strategy's name, or STRATEGY-PRESET
  std::vector<std::string> options;  // NAME=VALUE: as given, with those of the preset
};
StrategyChoice read_strategy_choice(YamlMap& map);
const StrategyInfo& read_strategy_name(const YamlValue& at);

// "{a: "1", b: "2"}" of NAME=VALUE.
std::string options_text(const std::vector<std::string>& options);

}  // namespace memplace
