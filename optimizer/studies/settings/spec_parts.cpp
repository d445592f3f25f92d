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

std::string WorkloadChoice::label() const {
  return dims.empty() ? name : fmt::format("{} {}", name, fmt::join(dims, " "));
}

namespace {

constexpr std::int64_t kLargestSize = std::int64_t{1} << 40U;
constexpr std::size_t kMostSizes = 1000;  // networks of one row

std::vector<std::int64_t> read_sizes(const YamlValue& at) {
  const auto read = [](const YamlValue& item) { return item.as_integer(0, kLargestSize); };
  return at.is_sequence() ? read_list(at, "size", read, [](std::int64_t size) { return size; })
                          : std::vector{read(at)};
}

WorkloadChoice with_size(WorkloadChoice workload, const std::string& size) {
  if (is_onnx_file(workload.name)) {
    workload.dims = merged_dims({size}, std::move(workload.dims));
  } else {
    workload.name += (workload.name.find(':') == std::string::npos ? ':' : ',') + size;
  }
  return workload;
}

// All combinations of the sizes, the last of which changes fastest.
std::vector<WorkloadChoice> of_sizes(const YamlValue& at, const WorkloadChoice& workload) {
  if (is_yaml_file(workload.name)) {
    throw at.error("is for built-in networks and .onnx files");
  }
  std::vector<WorkloadChoice> all{workload};
  for (const auto& [axis, values] : at.entries()) {
    const std::vector<std::int64_t> sizes = read_sizes(values);
    if (all.size() * sizes.size() > kMostSizes) {
      throw at.error(fmt::format("got more than {} networks", kMostSizes));
    }
    std::vector<WorkloadChoice> more;
    more.reserve(all.size() * sizes.size());
    for (const WorkloadChoice& one : all) {
      for (const std::int64_t size : sizes) {
        more.push_back(with_size(one, fmt::format("{}={}", axis.as_name(), size)));
      }
    }
    all = std::move(more);
  }
  return all;
}

std::vector<WorkloadChoice> read_workload(const YamlValue& at, bool with_digest) {
  if (!at.is_map()) {
    return {{at.as_name()}};
  }
  YamlMap map(at);
  WorkloadChoice workload{map.required("name").as_name()};
  if (const auto dim = map.optional("dim")) {
    if (!is_onnx_file(workload.name)) {
      throw dim->error(
          fmt::format("is for .onnx files, and {} is none", memplace::quoted(workload.name)));
    }
    SearchRequest request;
    read_field(*dim, find_field(search_fields(), "dim"), request);
    workload.dims = request.dims;
  }
  if (with_digest) {
    if (const auto digest = map.optional("digest")) {
      workload.digest = digest->as_name();
    }
  }
  const auto sizes = map.optional("sizes");
  auto all = sizes.has_value() ? of_sizes(*sizes, workload) : std::vector{workload};
  map.finish();
  return all;
}

}  // namespace

std::vector<WorkloadChoice> read_workloads(const YamlValue& at, bool with_digests) {
  std::vector<WorkloadChoice> all;
  std::set<std::string> labels;
  for (const YamlValue& item : at.items()) {
    for (WorkloadChoice& workload : read_workload(item, with_digests)) {
      if (!labels.insert(workload.label()).second) {
        throw item.error(fmt::format("workload {} is given twice", quoted_text(workload.label())));
      }
      all.push_back(std::move(workload));
    }
  }
  if (all.empty()) {
    throw at.error("got an empty list, expected at least one workload");
  }
  return all;
}

std::string workload_text(const WorkloadChoice& workload) {
  std::vector<std::pair<std::string, std::string>> entries{{"name", quoted_text(workload.name)}};
  if (!workload.dims.empty()) {
    entries.emplace_back("dim", list_text(workload.dims));
  }
  if (!workload.digest.empty()) {
    entries.emplace_back("digest", quoted_text(workload.digest));
  }
  return entries.size() == 1 ? entries.front().second : map_text(entries);
}

std::vector<std::string> labels_of(std::span<const WorkloadChoice> workloads) {
  std::vector<std::string> labels;
  labels.reserve(workloads.size());
  for (const WorkloadChoice& workload : workloads) {
    labels.push_back(workload.label());
  }
  return labels;
}

std::vector<std::string> names_of(std::span<const WorkloadChoice> workloads) {
  std::vector<std::string> names;
  names.reserve(workloads.size());
  for (const WorkloadChoice& workload : workloads) {
    names.push_back(workload.name);
  }
  return names;
}

SearchRequest of_workload(SearchRequest request, const WorkloadChoice& workload) {
  request.workload = workload.name;
  if (!is_onnx_file(workload.name)) {
    forget_onnx(request);
  }
  request.dims = merged_dims(workload.dims, std::move(request.dims));
  return request;
}

void check_onnx_keys(YamlMap& map, std::span<const WorkloadChoice> workloads) {
  if (std::any_of(workloads.begin(), workloads.end(),
                  [](const WorkloadChoice& workload) { return is_onnx_file(workload.name); })) {
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
