// SPDX-License-Identifier: Apache-2.0
#include "optimizer/experiment/spec.h"

#include <limits>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "optimizer/run_config.h"

namespace memplace {
namespace {

constexpr double kMostNoise = 1;

ExperimentStrategy read_strategy(const YamlValue& at) {
  if (!at.is_map()) {
    const std::string name = read_strategy_name(at).name;
    return {name, name, {}};
  }
  YamlMap map(at);
  StrategyChoice choice = read_strategy_choice(map);
  ExperimentStrategy rival{std::move(choice.label), choice.info->name, std::move(choice.options)};
  if (const auto policy = map.optional("policy")) {
    rival.policy = policy->as_name();
    if (!choice.info->learns) {
      throw policy->error(fmt::format("strategy {} has no use for a policy; {} have",
                                      rival.strategy, fmt::join(learning_strategies(), " and ")));
    }
  }
  if (const auto seed_from = map.optional("seed_from")) {
    rival.seed_from = read_seed_from(*seed_from);
  }
  map.finish();
  return rival;
}

void read_optional(YamlMap& map, ExperimentSpec& spec) {
  if (const auto value = map.optional("dtype")) {
    spec.dtype = read_dtype(*value);
  }
  if (const auto value = map.optional("mode")) {
    spec.mode = read_mode(*value);
  }
  if (const auto value = map.optional("objective")) {
    spec.objective = read_objective(*value);
  }
  if (const auto value = map.optional("noise")) {
    spec.noise = value->as_number(0, kMostNoise);
  }
  if (const auto value = map.optional("keep_mappings")) {
    spec.keep_mappings = value->as_bool();
  }
}

std::string strategy_text(const ExperimentStrategy& rival) {
  const std::string policy =
      rival.policy.empty() ? "" : fmt::format(", policy: {}", quoted_text(rival.policy));
  const std::string seed_from =
      rival.seed_from.empty() ? "" : fmt::format(", seed_from: {}", rival.seed_from);
  return fmt::format("  - {{strategy: {}, label: {}, options: {}{}{}}}\n", rival.strategy,
                     quoted_text(rival.label), options_text(rival.options), policy, seed_from);
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
      static_cast<std::uint64_t>(map.required("budget").as_integer(1, kMostExperimentBudget));
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
  text += fmt::format("mode: {}\n", mode_text(spec.mode));
  text += fmt::format("objective: {}\n", name_of(spec.objective));
  text += fmt::format("noise: {}\n", spec.noise);
  if (spec.keep_mappings) {
    text += "keep_mappings: true\n";
  }
  return text;
}

}  // namespace memplace
