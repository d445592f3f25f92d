// SPDX-License-Identifier: Apache-2.0
#include "optimizer/studies/experiment/spec.h"

#include <span>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "optimizer/studies/settings/search_fields.h"
#include "optimizer/studies/settings/spec_parts.h"

namespace memplace {
namespace {

// What rivals may differ in beside their strategies.
std::span<const RequestField<SearchRequest>> rival_fields() {
  static const auto fields = select(search_fields(), {"policy", "init", "seed_from"});
  return fields;
}

ExperimentStrategy read_strategy(const YamlValue& at, const SearchRequest& common) {
  ExperimentStrategy rival{{}, common};
  if (!at.is_map()) {
    rival.label = rival.search.strategy = read_strategy_name(at).name;
    return rival;
  }
  YamlMap map(at);
  const StrategyChoice choice = read_strategy_choice(map);
  rival.label = choice.label;
  choose(choice, rival.search);
  read_fields(map, rival_fields(), rival.search);
  map.finish();
  check_policy_key(at, rival.search);
  return rival;
}

std::string strategy_text(const ExperimentStrategy& rival, const SearchRequest& common) {
  std::vector<std::pair<std::string, std::string>> entries{
      {"strategy", rival.search.strategy},
      {"label", quoted_text(rival.label)},
      {"options", options_text(joined_options(rival.search.options))}};
  for (auto& entry : yaml_entries(rival_fields(), rival.search, &common)) {
    entries.push_back(std::move(entry));
  }
  return map_text(entries);
}

}  // namespace

std::span<const RequestField<SearchRequest>> experiment_fields() {
  static const auto fields = select(search_fields(), {"dtype",
                                                      "dim",
                                                      "value",
                                                      "allow_unknown",
                                                      "set",
                                                      "streams",
                                                      "engines_per_stream",
                                                      "inferences",
                                                      "model",
                                                      "objective",
                                                      "horizon",
                                                      "time_limit",
                                                      "target_latency",
                                                      "patience",
                                                      "noise",
                                                      "remeasurements",
                                                      "init",
                                                      "allocator",
                                                      "pins",
                                                      "forbids",
                                                      "keep_mappings"});
  return fields;
}

ExperimentSpec read_experiment(const YamlDocument& document) {
  const YamlValue root = document.root();
  YamlMap map(root);
  ExperimentSpec spec;
  spec.workloads = read_workloads(map.required("workloads"));
  spec.chips = read_names(map.required("chips"), "chip");
  spec.common.budget = 0;
  read_field(map.required("budget"), find_field(search_fields(), "budget"), spec.common);
  check_onnx_keys(map, spec.workloads);
  read_fields(map, experiment_fields(), spec.common);
  spec.strategies = read_list(
      map.required("strategies"), "strategy",
      [&](const YamlValue& item) { return read_strategy(item, spec.common); },
      [](const ExperimentStrategy& rival) { return quoted_text(rival.label); });
  spec.seeds = read_list(
      map.required("seeds"), "seed",
      [&](const YamlValue& item) {
        SearchRequest request;
        read_field(item, find_field(search_fields(), "seed"), request);
        return request.seed;
      },
      [](std::uint64_t seed) { return seed; });
  map.finish();
  std::size_t runs = 1;
  for (const std::size_t size :
       {spec.workloads.size(), spec.chips.size(), spec.strategies.size(), spec.seeds.size()}) {
    runs *= size;
    if (runs > kMostExperimentRuns) {
      throw root.error(
          fmt::format("got {} runs or more, expected at most {}", runs, kMostExperimentRuns));
    }
  }
  return spec;
}

std::string write_experiment(const ExperimentSpec& spec) {
  std::string text = "# An experiment of memplace, resolved.\n";
  std::vector<std::string> workloads;
  for (const WorkloadChoice& workload : spec.workloads) {
    workloads.push_back(workload_text(workload));
  }
  text += fmt::format("workloads: [{}]\n", fmt::join(workloads, ", "));
  text += fmt::format("chips: {}\n", list_text(spec.chips));
  text += "strategies:\n";
  for (const ExperimentStrategy& rival : spec.strategies) {
    text += fmt::format("  - {}\n", strategy_text(rival, spec.common));
  }
  text += fmt::format("seeds: [{}]\n", fmt::join(spec.seeds, ", "));
  text += fmt::format("budget: {}\n", spec.common.budget);
  const SearchRequest usual;
  for (const auto& [key, value] : yaml_entries(experiment_fields(), spec.common, &usual)) {
    text += fmt::format("{}: {}\n", key, value);
  }
  return text;
}

}  // namespace memplace
