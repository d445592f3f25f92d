// SPDX-License-Identifier: Apache-2.0
#include "optimizer/studies/sweep/spec.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "optimizer/heuristics/heuristic.h"
#include "optimizer/studies/settings/search_fields.h"
#include "optimizer/studies/settings/spec_parts.h"

namespace memplace {
namespace {

SweepChip read_chip_choice(const YamlValue& at) {
  SweepChip chip;
  if (at.is_map()) {
    YamlMap map(at);
    chip.name = map.required("name").as_name();
    chip.yaml = {map.required("text").as_string(), map.required("source").as_name()};
    map.finish();
    return chip;
  }
  chip.name = at.as_name();
  try {
    chip.yaml = find_chip_text(chip.name);
  } catch (const Error& mistake) {
    throw at.error(mistake.what());
  }
  return chip;
}

std::string read_heuristic(const YamlValue& at) {
  const std::vector<std::string> names = heuristic_names();
  return names[at.as_choice("heuristic", names)];
}

MappingSource read_search(YamlMap& map, const SearchRequest& common) {
  const StrategyChoice choice = read_strategy_choice(map);
  MappingSource source{choice.label, "", common};
  choose(choice, source.search);
  read_field(map.required("budget"), find_field(search_fields(), "budget"), source.search);
  read_fields(map, source_fields(), source.search);
  if (const auto warm_start = map.optional("warm_start")) {
    source.warm_start = warm_start->as_bool();
  }
  return source;
}

MappingSource read_mapping_source(const YamlValue& at, const SearchRequest& common) {
  if (!at.is_map()) {
    const std::string name = read_heuristic(at);
    return {name, name, common};
  }
  YamlMap map(at);
  MappingSource source;
  if (const auto heuristic = map.optional("heuristic")) {
    source.heuristic = read_heuristic(*heuristic);
    source.search = common;
    const auto label = map.optional("label");
    source.label = label.has_value() ? read_label(*label) : source.heuristic;
  } else {
    source = read_search(map, common);
    check_policy_key(at, source.search);
  }
  map.finish();
  return source;
}

std::vector<SweepParameter> read_parameters(const YamlValue& at, const SweepChip& chip) {
  const YamlDocument document = YamlDocument::from_text(chip.yaml.text, chip.yaml.source);
  static_cast<void>(read_chip(document));  // its own mistakes come first
  std::vector<SweepParameter> parameters;
  for (const auto& [path, values] : at.entries()) {
    parameters.push_back(read_parameter(path, values, document));
  }
  if (parameters.empty()) {
    throw at.error("got no parameter, expected at least one");
  }
  return parameters;
}

// The group of each parameter; the index of the parameter itself where it stands alone.
std::vector<std::size_t> read_zip(const std::optional<YamlValue>& at,
                                  const std::vector<SweepParameter>& parameters) {
  std::vector<std::string> paths;
  std::vector<std::size_t> leaders;
  for (const SweepParameter& parameter : parameters) {
    leaders.push_back(paths.size());
    paths.push_back(parameter.path);
  }
  std::vector<char> taken(parameters.size(), 0);
  const auto read_group = [&](const YamlValue& group) {
    std::optional<std::size_t> first;
    for (const YamlValue& item : group.items()) {
      const std::size_t index = item.as_choice("parameter of this sweep", paths);
      if (taken[index] != 0) {
        throw item.error(fmt::format("{} is in a zip twice", paths[index]));
      }
      taken[index] = 1;
      const std::size_t leader = first.value_or(index);
      const std::size_t values = parameters[index].values.size();
      if (values != parameters[leader].values.size()) {
        throw item.error(fmt::format("{} has {} values and {} has {}; a zip needs as many of each",
                                     paths[index], values, paths[leader],
                                     parameters[leader].values.size()));
      }
      leaders[index] = leader;
      first = leader;
    }
    if (group.items().size() < 2) {
      throw group.error("expected at least two parameters");
    }
  };
  if (at.has_value()) {
    for (const YamlValue& group : at->items()) {
      read_group(group);
    }
  }
  return leaders;
}

// In the order of their first parameters.
std::vector<SweepAxis> make_axes(std::vector<SweepParameter> parameters,
                                 const std::vector<std::size_t>& leaders) {
  std::vector<SweepAxis> axes;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (std::find(leaders.begin(), leaders.begin() + static_cast<std::ptrdiff_t>(i), leaders[i]) !=
        leaders.begin() + static_cast<std::ptrdiff_t>(i)) {
      continue;  // it moves with an earlier one
    }
    SweepAxis axis;
    for (std::size_t j = i; j < parameters.size(); ++j) {
      if (leaders[j] == leaders[i]) {
        axis.parameters.push_back(std::move(parameters[j]));
      }
    }
    axes.push_back(std::move(axis));
  }
  return axes;
}

// Law 7's throughput needs two inferences in a stream.
void check_throughput(const YamlValue& at, const ModeChoice& mode) {
  const bool several = mode.inferences.value_or(mode.streams.value_or(1) > 1 ? 2 : 1) > 1;
  if (!several) {
    throw at.error("throughput needs at least 2 inferences a stream; see mode");
  }
}

std::vector<Metric> read_metrics(const YamlValue& at, const std::vector<Metric>& choices,
                                 const ModeChoice& mode) {
  std::vector<std::string> names;
  names.reserve(choices.size());
  for (const Metric metric : choices) {
    names.emplace_back(name_of(metric));
  }
  return read_list(
      at, "objective",
      [&](const YamlValue& item) {
        const Metric metric = choices[item.as_choice("objective", names)];
        if (metric == Metric::kThroughput) {
          check_throughput(item, mode);
        }
        return metric;
      },
      [](Metric metric) { return name_of(metric); });
}

void read_goals(YamlMap& map, SweepSpec& spec) {
  spec.objectives = {Metric::kLatency, Metric::kArea};
  if (const auto at = map.optional("objectives")) {
    spec.objectives = read_metrics(*at, all_metrics(), spec.common.mode_choice);
  }
  spec.best = {spec.objectives.front()};
  if (const auto at = map.optional("best")) {
    spec.best = read_metrics(*at, spec.objectives, spec.common.mode_choice);
  }
  if (const auto at = map.optional("constraints")) {
    for (const YamlValue& item : at->items()) {
      spec.constraints.push_back(read_limit(item));
      if (spec.constraints.back().metric == Metric::kThroughput) {
        check_throughput(item, spec.common.mode_choice);
      }
    }
  }
}

// More than the most is enough to know.
std::size_t count_points(const SweepSpec& spec) {
  std::size_t points = spec.workloads.size() * spec.mappings.size();
  for (const SweepAxis& axis : spec.axes) {
    points = std::min(points, kMostSweepPoints + 1) * axis.size();
  }
  return points;
}

std::string metrics_text(const std::vector<Metric>& metrics) {
  std::vector<std::string_view> names;
  names.reserve(metrics.size());
  for (const Metric metric : metrics) {
    names.push_back(name_of(metric));
  }
  return fmt::format("[{}]", fmt::join(names, ", "));
}

std::string values_text(const SweepParameter& parameter) {
  std::vector<std::string> texts;
  texts.reserve(parameter.values.size());
  for (const ParameterValue& value : parameter.values) {
    texts.push_back(value.text);
  }
  return list_text(texts);
}

std::string mapping_text(const MappingSource& source, const SearchRequest& common) {
  const std::string label = quoted_text(source.label);
  if (!source.searches()) {
    return fmt::format("{{heuristic: {}, label: {}}}", source.heuristic, label);
  }
  std::vector<std::pair<std::string, std::string>> entries{
      {"strategy", source.search.strategy},
      {"label", label},
      {"options", options_text(joined_options(source.search.options))},
      {"budget", std::to_string(source.search.budget)}};
  for (auto& entry : yaml_entries(source_fields(), source.search, &common)) {
    entries.push_back(std::move(entry));
  }
  if (source.warm_start) {
    entries.emplace_back("warm_start", "true");
  }
  return map_text(entries);
}

}  // namespace

std::span<const RequestField<SearchRequest>> sweep_fields() {
  static const auto fields = select(
      search_fields(), {"dtype", "dim", "value", "allow_unknown", "streams", "engines_per_stream",
                        "inferences", "model", "objective", "allocator", "pins", "forbids"});
  return fields;
}

// No time_limit: a point is the same wherever it is computed.
std::span<const RequestField<SearchRequest>> source_fields() {
  static const auto fields =
      select(search_fields(), {"seed", "horizon", "target_latency", "patience", "noise",
                               "remeasurements", "policy", "init", "seed_from"});
  return fields;
}

SweepSpec read_sweep(const YamlDocument& document) {
  const YamlValue root = document.root();
  YamlMap map(root);
  SweepSpec spec;
  if (const auto at = map.optional("version")) {
    spec.version = at->as_name();
  }
  spec.workloads = read_workloads(map.required("workloads"), true);
  spec.chip = read_chip_choice(map.required("chip"));
  std::vector<SweepParameter> parameters = read_parameters(map.required("parameters"), spec.chip);
  const std::vector<std::size_t> leaders = read_zip(map.optional("zip"), parameters);
  spec.axes = make_axes(std::move(parameters), leaders);
  check_onnx_keys(map, spec.workloads);
  read_fields(map, sweep_fields(), spec.common);
  if (spec.common.objective == Objective::kThroughput) {
    check_throughput(map.required("objective"), spec.common.mode_choice);
  }
  spec.mappings = read_list(
      map.required("mappings"), "mapping",
      [&](const YamlValue& item) { return read_mapping_source(item, spec.common); },
      [](const MappingSource& source) { return quoted_text(source.label); });
  read_goals(map, spec);
  if (const auto at = map.optional("bound")) {
    spec.bound = at->as_bool();
  }
  map.finish();
  if (count_points(spec) > kMostSweepPoints) {
    throw root.error(
        fmt::format("got more than {} points, expected at most so many", kMostSweepPoints));
  }
  return spec;
}

std::string write_sweep(const SweepSpec& spec) {
  std::string text = "# A sweep of memplace, resolved.\n";
  if (!spec.version.empty()) {
    text += fmt::format("version: {}\n", quoted_text(spec.version));
  }
  text += "workloads:\n";
  for (const WorkloadChoice& workload : spec.workloads) {
    text += fmt::format("  - {}\n", workload_text(workload));
  }
  std::vector<std::string> zips;
  text += "parameters:\n";
  for (const SweepAxis& axis : spec.axes) {
    std::vector<std::string> together;
    for (const SweepParameter& parameter : axis.parameters) {
      text += fmt::format("  {}: {}\n", quoted_text(parameter.path), values_text(parameter));
      together.push_back(parameter.path);
    }
    if (together.size() > 1) {
      zips.push_back(list_text(together));
    }
  }
  text += fmt::format("zip: [{}]\n", fmt::join(zips, ", "));
  text += "mappings:\n";
  for (const MappingSource& source : spec.mappings) {
    text += fmt::format("  - {}\n", mapping_text(source, spec.common));
  }
  const SearchRequest usual;
  for (const auto& [key, value] : yaml_entries(sweep_fields(), spec.common, &usual)) {
    text += fmt::format("{}: {}\n", key, value);
  }
  text += fmt::format("objectives: {}\n", metrics_text(spec.objectives));
  text += fmt::format("best: {}\n", metrics_text(spec.best));
  std::vector<std::string> constraints;
  constraints.reserve(spec.constraints.size());
  for (const MetricLimit& limit : spec.constraints) {
    constraints.push_back(limit.text);
  }
  text += fmt::format("constraints: {}\n", list_text(constraints));
  if (spec.bound) {
    text += "bound: true\n";
  }
  text += fmt::format("chip:\n  name: {}\n  source: {}\n  text: {}\n", quoted_text(spec.chip.name),
                      quoted_text(spec.chip.yaml.source), quoted_text(spec.chip.yaml.text));
  return text;
}

}  // namespace memplace
