// SPDX-License-Identifier: Apache-2.0
#include "optimizer/experiment/spec.h"

#include <algorithm>
#include <array>
#include <limits>
#include <span>

#include <fmt/format.h>

#include "base/error.h"
#include "base/json.h"
#include "optimizer/options.h"
#include "optimizer/strategy.h"
#include "sim/chip/chip.h"

namespace memplace {
namespace {

constexpr std::array<DType, 3> kDTypes{DType::kInt8, DType::kFp16, DType::kFp32};
constexpr double kMostNoise = 1;
constexpr std::int64_t kMostInferences = 10'000;

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

std::string quoted_text(const std::string& text) { return one_line(Json(text)); }

std::vector<std::string> read_names(const YamlValue& at, std::string_view what) {
  return read_list(
      at, what, [](const YamlValue& item) { return item.as_name(); },
      [](const std::string& name) { return quoted_text(name); });
}

const StrategyInfo& strategy_at(const YamlValue& at) {
  std::vector<std::string> names;
  for (const StrategyInfo& info : strategies()) {
    names.push_back(info.name);
  }
  return strategies()[at.as_choice("strategy", names)];
}

ExperimentStrategy read_strategy(const YamlValue& at) {
  if (!at.is_map()) {
    const std::string name = strategy_at(at).name;
    return {name, name, {}};
  }
  YamlMap map(at);
  const StrategyInfo& info = strategy_at(map.required("strategy"));
  ExperimentStrategy rival{info.name, info.name, {}};
  std::string preset;
  if (const auto value = map.optional("preset")) {
    preset = value->as_name();
    try {
      static_cast<void>(with_preset(info, preset, {}));
    } catch (const Error& error) {
      throw value->error(error.what());
    }
    rival.label = fmt::format("{}-{}", info.name, preset);
  }
  if (const auto label = map.optional("label")) {
    rival.label = label->as_name();
    const auto is_fine = [](unsigned char c) {
      return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
    };
    if (rival.label.starts_with('.') ||
        !std::all_of(rival.label.begin(), rival.label.end(), is_fine)) {
      throw label->error(fmt::format(
          "got {}, expected letters, digits, \"-\", \"_\" and \".\", as it names a directory",
          quoted_text(rival.label)));
    }
  }
  if (const auto options = map.optional("options")) {
    for (const auto& [name, value] : options->entries()) {
      rival.options.push_back(fmt::format("{}={}", name.as_string(), value.as_string()));
      try {
        const Options checked("strategy " + info.name, info.options, rival.options);
      } catch (const Error& error) {
        throw value.error(error.what());
      }
    }
  }
  rival.options = with_preset(info, preset, rival.options);
  if (const auto policy = map.optional("policy")) {
    rival.policy = policy->as_name();
    if (!info.learns) {
      throw policy->error(fmt::format("strategy {} has no use for a policy; {} have", info.name,
                                      fmt::join(learning_strategies(), " and ")));
    }
  }
  map.finish();
  return rival;
}

std::int64_t read_count(const YamlValue& at, std::int64_t most) { return at.as_integer(1, most); }

void read_mode(const YamlValue& at, ExperimentSpec& spec) {
  YamlMap map(at);
  if (const auto value = map.optional("streams")) {
    spec.streams = read_count(*value, static_cast<std::int64_t>(kMaxStreams));
  }
  if (const auto value = map.optional("engines_per_stream")) {
    spec.engines_per_stream = read_count(*value, kMaxEngines);
  }
  if (const auto value = map.optional("inferences")) {
    spec.inferences = read_count(*value, kMostInferences);
  }
  map.finish();
}

void read_optional(YamlMap& map, ExperimentSpec& spec) {
  if (const auto value = map.optional("dtype")) {
    std::vector<std::string> names;
    names.reserve(kDTypes.size());
    for (const DType type : kDTypes) {
      names.emplace_back(name_of(type));
    }
    spec.dtype = kDTypes.at(value->as_choice("type", names));
  }
  if (const auto value = map.optional("mode")) {
    read_mode(*value, spec);
  }
  if (const auto value = map.optional("objective")) {
    const std::vector<std::string> names = objective_names();
    spec.objective = find_objective(names[value->as_choice("objective", names)]);
  }
  if (const auto value = map.optional("noise")) {
    spec.noise = value->as_number(0, kMostNoise);
  }
  if (const auto value = map.optional("keep_mappings")) {
    spec.keep_mappings = value->as_bool();
  }
}

std::string list_text(const std::vector<std::string>& names) {
  std::vector<std::string> quoted;
  quoted.reserve(names.size());
  std::transform(names.begin(), names.end(), std::back_inserter(quoted), quoted_text);
  return fmt::format("[{}]", fmt::join(quoted, ", "));
}

std::string strategy_text(const ExperimentStrategy& rival) {
  std::vector<std::string> options;
  options.reserve(rival.options.size());
  for (const std::string& option : rival.options) {
    const std::size_t equals = option.find('=');
    options.push_back(
        fmt::format("{}: {}", option.substr(0, equals), quoted_text(option.substr(equals + 1))));
  }
  const std::string policy =
      rival.policy.empty() ? "" : fmt::format(", policy: {}", quoted_text(rival.policy));
  return fmt::format("  - {{strategy: {}, label: {}, options: {{{}}}{}}}\n", rival.strategy,
                     quoted_text(rival.label), fmt::join(options, ", "), policy);
}

std::string mode_text(const ExperimentSpec& spec) {
  std::vector<std::string> parts;
  const auto add = [&](std::string_view name, const std::optional<std::int64_t>& value) {
    if (value.has_value()) {
      parts.push_back(fmt::format("{}: {}", name, *value));
    }
  };
  add("streams", spec.streams);
  add("engines_per_stream", spec.engines_per_stream);
  add("inferences", spec.inferences);
  return fmt::format("mode: {{{}}}\n", fmt::join(parts, ", "));
}

}  // namespace

ExperimentSpec read_experiment(const YamlDocument& document) {
  const YamlValue root = document.root();
  YamlMap map(root);
  ExperimentSpec spec;
  spec.workloads = read_names(map.required("workloads"), "workload");
  spec.chips = read_names(map.required("chips"), "chip");
  spec.strategies =
      read_list(map.required("strategies"), "strategy", read_strategy,
                [](const ExperimentStrategy& rival) { return quoted_text(rival.label); });
  const auto read_seed = [](const YamlValue& item) {
    return static_cast<std::uint64_t>(item.as_integer(0, std::numeric_limits<std::int64_t>::max()));
  };
  spec.seeds =
      read_list(map.required("seeds"), "seed", read_seed, [](std::uint64_t seed) { return seed; });
  spec.budget =
      static_cast<std::uint64_t>(read_count(map.required("budget"), kMostExperimentBudget));
  read_optional(map, spec);
  map.finish();
  const std::size_t runs =
      spec.workloads.size() * spec.chips.size() * spec.strategies.size() * spec.seeds.size();
  if (runs > kMostExperimentRuns) {
    throw root.error(fmt::format("got {} runs, expected at most {}", runs, kMostExperimentRuns));
  }
  return spec;
}

std::string write_experiment(const ExperimentSpec& spec) {
  std::string text = "# An experiment of memplace, resolved.\n";
  text += fmt::format("workloads: {}\n", list_text(spec.workloads));
  text += fmt::format("chips: {}\n", list_text(spec.chips));
  text += "strategies:\n";
  for (const ExperimentStrategy& rival : spec.strategies) {
    text += strategy_text(rival);
  }
  text += fmt::format("seeds: [{}]\n", fmt::join(spec.seeds, ", "));
  text += fmt::format("budget: {}\n", spec.budget);
  text += fmt::format("dtype: {}\n", name_of(spec.dtype));
  text += mode_text(spec);
  text += fmt::format("objective: {}\n", name_of(spec.objective));
  text += fmt::format("noise: {}\n", spec.noise);
  if (spec.keep_mappings) {
    text += "keep_mappings: true\n";
  }
  return text;
}

}  // namespace memplace
