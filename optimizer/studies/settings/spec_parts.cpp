// SPDX-License-Identifier: Apache-2.0
#include "optimizer/studies/settings/spec_parts.h"

#include <algorithm>
#include <cctype>

#include "base/error.h"
#include "base/file_kinds.h"
#include "optimizer/catalog/strategies.h"
#include "optimizer/search/options.h"
#include "optimizer/studies/settings/search_fields.h"

namespace memplace {

std::vector<std::string> read_names(const YamlValue& at, std::string_view what) {
  return read_list(
      at, what, [](const YamlValue& item) { return item.as_name(); },
      [](const std::string& name) { return quoted_text(name); });
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
  return strategies().rows()[at.as_choice("strategy", names)];
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

void choose(const StrategyChoice& choice, SearchRequest& request) {
  request.strategy = choice.info->name;
  request.options = split_options(choice.options);
}

void check_policy_key(const YamlValue& at, const SearchRequest& request) {
  if (request.policy_file.empty() || strategies().find(request.strategy).learns) {
    return;
  }
  throw YamlMap(at).required("policy").error(
      fmt::format("strategy {} has no use for a policy; {} have", request.strategy,
                  fmt::join(strategies().learning(), " and ")));
}

SearchRequest of_workload(SearchRequest request, const std::string& workload) {
  request.workload = workload;
  if (!is_onnx_file(workload)) {
    forget_onnx(request);
  }
  return request;
}

void check_onnx_keys(YamlMap& map, std::span<const std::string> workloads) {
  if (std::any_of(workloads.begin(), workloads.end(),
                  [](const std::string& name) { return is_onnx_file(name); })) {
    return;
  }
  for (const OnnxSetting& setting : onnx_settings({})) {
    if (const auto at = map.optional(std::string(setting.key).c_str())) {
      throw at->error("is for .onnx files, and no workload is one");
    }
  }
}

void add_chosen(Json& config, std::span<const RequestField<SearchRequest>> fields,
                const SearchRequest& request) {
  const SearchRequest usual;
  for (const RequestField<SearchRequest>& field : fields) {
    const std::string& key = field.json.empty() ? field.key : field.json;
    const bool there = config.contains(key) || config.contains(field.group);
    if (!there && field.words(request) != field.words(usual)) {
      const bool flag = field.kind == FieldInfo::Kind::kFlag;
      config[key] = flag ? Json(true) : field.value(request).value_or(Json(field.words(request)));
    }
  }
}

void add_chosen(std::vector<std::pair<std::string, std::string>>& facts,
                std::span<const RequestField<SearchRequest>> fields, const SearchRequest& request) {
  for (auto& fact : settings_of(fields, request).facts) {
    const bool there = std::any_of(facts.begin(), facts.end(),
                                   [&](const auto& other) { return other.first == fact.first; });
    if (!there) {
      facts.push_back(std::move(fact));
    }
  }
}

std::string map_text(std::span<const std::pair<std::string, std::string>> entries) {
  std::vector<std::string> texts;
  texts.reserve(entries.size());
  for (const auto& [key, value] : entries) {
    texts.push_back(fmt::format("{}: {}", key, value));
  }
  return fmt::format("{{{}}}", fmt::join(texts, ", "));
}

std::string options_text(std::span<const std::string> options) {
  auto entries = split_options(options);
  for (auto& [name, value] : entries) {
    value = quoted_text(value);
  }
  return map_text(entries);
}

}  // namespace memplace
