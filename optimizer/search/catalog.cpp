// SPDX-License-Identifier: Apache-2.0
#include "optimizer/search/catalog.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.h"

namespace memplace {
namespace {

const Preset& find_preset(const StrategyInfo& info, std::string_view name) {
  std::vector<std::string> names;
  for (const Preset& preset : info.presets) {
    if (preset.name == name) {
      return preset;
    }
    names.push_back(preset.name);
  }
  if (names.empty()) {
    throw Error(
        fmt::format("strategy {}: unknown preset \"{}\"; it has no presets", info.name, name));
  }
  throw Error(
      fmt::format("strategy {}: {}", info.name, unknown_name_message("preset", name, names)));
}

}  // namespace

const StrategyInfo& Catalog::find(std::string_view name) const {
  std::vector<std::string> names;
  for (const StrategyInfo& row : rows_) {
    if (row.name == name) {
      return row;
    }
    names.push_back(row.name);
  }
  throw Error(unknown_name_message("strategy", name, names));
}

std::vector<std::string> Catalog::learning() const {
  std::vector<std::string> names;
  for (const StrategyInfo& row : rows_) {
    if (row.learns) {
      names.push_back(row.name);
    }
  }
  return names;
}

std::vector<std::string> with_preset(const StrategyInfo& info, std::string_view preset,
                                     std::span<const std::string> given) {
  std::vector<std::string> options;
  if (!preset.empty()) {
    for (const std::string& option : find_preset(info, preset).options) {
      const std::string head = option.substr(0, option.find('=') + 1);
      const auto names_it = [&](const std::string& other) { return other.starts_with(head); };
      if (std::none_of(given.begin(), given.end(), names_it)) {
        options.push_back(option);
      }
    }
  }
  options.insert(options.end(), given.begin(), given.end());
  return options;
}

}  // namespace memplace
