// SPDX-License-Identifier: Apache-2.0
#include "optimizer/experiment/spec_parts.h"

#include <array>
#include <cctype>
#include <iterator>

#include "base/error.h"
#include "optimizer/options.h"
#include "sim/chip/chip.h"

namespace memplace {
namespace {

constexpr std::array<DType, 3> kDTypes{DType::kInt8, DType::kFp16, DType::kFp32};
constexpr std::int64_t kMostInferences = 10'000;

std::optional<std::int64_t> read_count(const std::optional<YamlValue>& at, std::int64_t most) {
  return at.has_value() ? std::optional(at->as_integer(1, most)) : std::nullopt;
}

}  // namespace

std::string quoted_text(const std::string& text) { return one_line(Json(text)); }

std::string list_text(const std::vector<std::string>& names) {
  std::vector<std::string> quoted;
  quoted.reserve(names.size());
  std::transform(names.begin(), names.end(), std::back_inserter(quoted), quoted_text);
  return fmt::format("[{}]", fmt::join(quoted, ", "));
}

std::vector<std::string> read_names(const YamlValue& at, std::string_view what) {
  return read_list(
      at, what, [](const YamlValue& item) { return item.as_name(); },
      [](const std::string& name) { return quoted_text(name); });
}

DType read_dtype(const YamlValue& at) {
  std::vector<std::string> names;
  names.reserve(kDTypes.size());
  for (const DType type : kDTypes) {
    names.emplace_back(name_of(type));
  }
  return kDTypes.at(at.as_choice("type", names));
}

Objective read_objective(const YamlValue& at) {
  const std::vector<std::string> names = objective_names();
  return find_objective(names[at.as_choice("objective", names)]);
}

ModeChoice read_mode(const YamlValue& at) {
  YamlMap map(at);
  ModeChoice mode;
  mode.streams = read_count(map.optional("streams"), static_cast<std::int64_t>(kMaxStreams));
  mode.engines_per_stream = read_count(map.optional("engines_per_stream"), kMaxEngines);
  mode.inferences = read_count(map.optional("inferences"), kMostInferences);
  map.finish();
  return mode;
}

std::string mode_text(const ModeChoice& mode) {
  std::vector<std::string> parts;
  const auto add = [&](std::string_view name, const std::optional<std::int64_t>& value) {
    if (value.has_value()) {
      parts.push_back(fmt::format("{}: {}", name, *value));
    }
  };
  add("streams", mode.streams);
  add("engines_per_stream", mode.engines_per_stream);
  add("inferences", mode.inferences);
  return fmt::format("{{{}}}", fmt::join(parts, ", "));
}

Json to_json(const ModeChoice& mode) {
  const auto or_null = [](const std::optional<std::int64_t>& value) {
    return value.has_value() ? Json(*value) : Json(nullptr);
  };
  return {{"streams", or_null(mode.streams)},
          {"engines_per_stream", or_null(mode.engines_per_stream)},
          {"inferences", or_null(mode.inferences)}};
}

std::string read_label(const YamlValue& at) {
  std::string label = at.as_name();
  const auto is_fine = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
  };
  if (label.starts_with('.') || !std::all_of(label.begin(), label.end(), is_fine)) {
    throw at.error(fmt::format(
        "got {}, expected letters, digits, \"-\", \"_\" and \".\", as it names a directory",
        quoted_text(label)));
  }
  return label;
}

const StrategyInfo& read_strategy_name(const YamlValue& at) {
  std::vector<std::string> names;
  for (const StrategyInfo& info : strategies()) {
    names.push_back(info.name);
  }
  return strategies()[at.as_choice("strategy", names)];
}

StrategyChoice read_strategy_choice(YamlMap& map) {
  const StrategyInfo& info = read_strategy_name(map.required("strategy"));
  StrategyChoice choice{&info, info.name, {}};
  std::string preset;
  if (const auto value = map.optional("preset")) {
    preset = value->as_name();
    try {
      static_cast<void>(with_preset(info, preset, {}));
    } catch (const Error& error) {
      throw value->error(error.what());
    }
    choice.label = fmt::format("{}-{}", info.name, preset);
  }
  if (const auto label = map.optional("label")) {
    choice.label = read_label(*label);
  }
  if (const auto options = map.optional("options")) {
    for (const auto& [name, value] : options->entries()) {
      choice.options.push_back(fmt::format("{}={}", name.as_string(), value.as_string()));
      try {
        const Options checked("strategy " + info.name, info.options, choice.options);
      } catch (const Error& error) {
        throw value.error(error.what());
      }
    }
  }
  choice.options = with_preset(info, preset, choice.options);
  return choice;
}

std::string options_text(const std::vector<std::string>& options) {
  std::vector<std::string> entries;
  entries.reserve(options.size());
  for (const std::string& option : options) {
    const std::size_t equals = option.find('=');
    entries.push_back(
        fmt::format("{}: {}", option.substr(0, equals), quoted_text(option.substr(equals + 1))));
  }
  return fmt::format("{{{}}}", fmt::join(entries, ", "));
}

}  // namespace memplace
