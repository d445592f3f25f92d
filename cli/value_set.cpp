// SPDX-License-Identifier: Apache-2.0
#include "cli/value_set.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/yaml_reader.h"
#include "optimizer/catalog/strategies.h"
#include "optimizer/heuristics/heuristic.h"
#include "optimizer/search/strategy.h"
#include "sim/chip/chip_reader.h"
#include "workloads/builtin/builtins.h"

namespace memplace {
namespace {

using NamedValues = std::vector<NamedValue>;

std::string last_given(const GivenValues& given, const std::string& name) {
  const auto found = given.find(name);
  return found == given.end() || found->second.empty() ? "" : found->second.back();
}

// The chip that the line names, or the default one; none where it cannot be read.
std::optional<Chip> chip_given(const GivenValues& given) {
  const std::string name = last_given(given, "--chip");
  try {
    return load_chip(name.empty() ? chip_names().front() : name);
  } catch (const Error&) {
    return std::nullopt;
  }
}

// The chips, each behind `front`.
void add_chips(ValueSet& set, const std::string& front) {
  for (const std::string& name : chip_names()) {
    set.names.push_back({front + name, ""});
  }
  set.meaning = [front](const std::string& name) {
    const std::vector<std::string> known = chip_names();
    const std::string chip = name.starts_with(front) ? name.substr(front.size()) : "";
    return std::find(known.begin(), known.end(), chip) == known.end() ? ""
                                                                      : load_chip(chip).description;
  };
}

NamedValues workload_values() {
  NamedValues values;
  for (const BuiltinInfo& info : builtins()) {
    values.push_back({info.name, info.summary});
  }
  return values;
}

// Once a network has its colon: its parameters, each with its default.
NamedValues workload_parameters(const GivenValues& /*given*/, std::string_view begun) {
  NamedValues values;
  const std::size_t colon = begun.find(':');
  const std::size_t last = begun.find_last_of(":,");
  for (const BuiltinInfo& info : builtins()) {
    if (colon == std::string_view::npos || begun.substr(0, colon) != info.name) {
      continue;
    }
    const std::string front(begun.substr(0, last + 1));
    for (const BuiltinParameter& parameter : info.parameters) {
      values.push_back({fmt::format("{}{}=", front, parameter.name),
                        fmt::format("{} ({})", parameter.summary, parameter.fallback)});
    }
  }
  return values;
}

NamedValues heuristic_values() {
  NamedValues values;
  for (const HeuristicInfo& info : heuristics()) {
    values.push_back({fmt::format("heuristic:{}", info.name), std::string(info.summary)});
  }
  return values;
}

NamedValues moving_heuristic_values() {
  NamedValues values;
  for (const MovingHeuristicInfo& info : moving_heuristics()) {
    values.push_back({fmt::format("heuristic:{}", info.name), std::string(info.summary)});
  }
  return values;
}

NamedValues memories_after(const GivenValues& given, std::string_view front) {
  NamedValues values;
  if (const auto chip = chip_given(given)) {
    for (const Memory& memory : chip->memories) {
      values.push_back({fmt::format("{}{}", front, memory.name), ""});
    }
  }
  return values;
}

NamedValues uniform_mappings(const GivenValues& given, std::string_view /*begun*/) {
  return memories_after(given, "all:");
}

// Adds the paths of all numbers below `value`.
void add_paths(const YamlValue& value, const std::string& path, NamedValues& paths) {
  const std::string front = path.empty() ? "" : path + '.';
  if (value.is_scalar()) {
    paths.push_back({path + '=', value.as_string()});
  } else if (value.is_map()) {
    for (const auto& [key, entry] : value.entries()) {
      if (const std::string name = key.as_string(); name != "name") {
        add_paths(entry, front + name, paths);
      }
    }
  } else {
    for (const YamlValue& item : value.items()) {
      add_paths(item, front + YamlMap(item).required("name").as_string(), paths);
    }
  }
}

NamedValues parameters_of_chip(const GivenValues& given, std::string_view /*begun*/) {
  NamedValues paths;
  if (const auto chip = chip_given(given)) {
    const std::string usual = chip->mover == Mover{} ? write_mover(chip->mover) : "";
    const YamlDocument document = YamlDocument::from_text(write_chip(*chip) + usual, chip->name);
    add_paths(document.root(), "", paths);
    std::erase_if(paths, [](const NamedValue& path) {
      return path.name == "chip=" || path.name == "description=";
    });
  }
  return paths;
}

// The strategies that --strategy may mean: all of them where it was not given.
std::vector<const StrategyInfo*> strategies_given(const GivenValues& given) {
  const std::string name = last_given(given, "--strategy");
  std::vector<const StrategyInfo*> found;
  for (const StrategyInfo& info : strategies()) {
    if (name.empty() || info.name == name) {
      found.push_back(&info);
    }
  }
  return found;
}

void add_once(NamedValues& values, NamedValue value) {
  const bool known = std::any_of(values.begin(), values.end(),
                                 [&](const NamedValue& other) { return other.name == value.name; });
  if (!known) {
    values.push_back(std::move(value));
  }
}

NamedValues presets_of_strategy(const GivenValues& given, std::string_view /*begun*/) {
  NamedValues values;
  for (const StrategyInfo* const info : strategies_given(given)) {
    for (const Preset& preset : info->presets) {
      add_once(values, {preset.name, preset.summary});
    }
  }
  return values;
}

NamedValues options_of_strategy(const GivenValues& given, std::string_view begun) {
  NamedValues values;
  const std::size_t equals = begun.find('=');
  for (const StrategyInfo* const info : strategies_given(given)) {
    for (const OptionInfo& option : info->options) {
      if (equals == std::string_view::npos) {
        add_once(values, {option.name + '=', option.summary});
      } else if (begun.substr(0, equals) == option.name) {
        for (const std::string& choice : option.choices) {
          add_once(values, {fmt::format("{}={}", option.name, choice), ""});
        }
      }
    }
  }
  return values;
}

ValueSet depending_on_line(decltype(ValueSet::more) more) {
  ValueSet set;
  set.more = std::move(more);
  return set;
}

}  // namespace

ValueSet one_of(std::span<const std::string> names) {
  ValueSet set = any_of(names);
  set.closed = true;
  return set;
}

ValueSet any_of(std::span<const std::string> names) {
  ValueSet set;
  for (const std::string& name : names) {
    set.names.push_back({name, ""});
  }
  return set;
}

ValueSet files_ending(std::vector<std::string> endings) {
  ValueSet set;
  set.files = ValueSet::Files::kFiles;
  set.endings = std::move(endings);
  return set;
}

ValueSet any_file() { return files_ending({}); }

ValueSet directory() {
  ValueSet set;
  set.files = ValueSet::Files::kDirectories;
  return set;
}

ValueSet workloads() {
  ValueSet set = files_ending({".yaml", ".yml", ".onnx"});
  set.names = workload_values();
  set.more = workload_parameters;
  return set;
}

ValueSet chips() {
  ValueSet set = files_ending({".yaml", ".yml"});
  add_chips(set, "");
  return set;
}

ValueSet workloads_or_chips() {
  ValueSet set = workloads();
  add_chips(set, "");
  return set;
}

ValueSet mappings() {
  ValueSet set = files_ending({".yaml", ".yml", ".json"});
  set.names = heuristic_values();
  set.more = uniform_mappings;
  return set;
}

ValueSet placements() {
  ValueSet set = mappings();
  const NamedValues moving = moving_heuristic_values();
  set.names.insert(set.names.end(), moving.begin(), moving.end());
  return set;
}

ValueSet compared_sides() {
  ValueSet set = placements();
  add_chips(set, "chip:");
  return set;
}

ValueSet pinned_memories() {
  return depending_on_line([](const GivenValues& given, std::string_view begun) {
    const std::size_t equals = begun.rfind('=');
    return equals == std::string_view::npos ? NamedValues{}
                                            : memories_after(given, begun.substr(0, equals + 1));
  });
}

ValueSet chip_parameters() { return depending_on_line(parameters_of_chip); }

ValueSet strategy_names() {
  ValueSet set;
  for (const StrategyInfo& info : strategies()) {
    set.names.push_back({info.name, info.summary});
  }
  return set;
}

ValueSet strategy_presets() { return depending_on_line(presets_of_strategy); }

ValueSet strategy_options() { return depending_on_line(options_of_strategy); }

std::string listed(std::span<const NamedValue> names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    text += i == 0 ? "" : i + 1 == names.size() ? " or " : ", ";
    text += names[i].name;
  }
  return text;
}

}  // namespace memplace
