// SPDX-License-Identifier: Apache-2.0
#include "optimizer/studies/run/run_config.h"

#include <array>
#include <limits>
#include <span>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/file_kinds.h"
#include "base/fnv.h"
#include "base/quantity_text.h"
#include "optimizer/catalog/strategies.h"
#include "optimizer/search/options.h"
#include "optimizer/search/strategy.h"
#include "optimizer/studies/settings/codec.h"
#include "optimizer/studies/settings/search_fields.h"
#include "sim/chip/chip_reader.h"
#include "sim/placement/mapping_file.h"
#include "workloads/io/graph_yaml.h"

namespace memplace {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

// `text`, every line two columns further right.
std::string indented(const std::string& text) {
  std::string result;
  bool at_line_start = true;
  for (const char c : text) {
    if (at_line_start && c != '\n') {
      result += "  ";
    }
    result += c;
    at_line_start = c == '\n';
  }
  return result;
}

// A file beside run.yaml, and how to tell that it was not changed.
std::string kept_file(std::string_view name, const std::string& content) {
  return fmt::format("{{file: {}, fnv1a: \"{}\"}}", name, content_hash(content));
}

// Its hash; nothing where there is no such key.
std::optional<std::string> read_kept_file(const YamlDocument& document, std::string_view key,
                                          std::string_view name) {
  const auto kept = YamlMap(document.root()).optional(key);
  if (!kept.has_value()) {
    return std::nullopt;
  }
  YamlMap map(*kept);
  static_cast<void>(
      map.required("file").as_choice("file", std::array<std::string, 1>{std::string(name)}));
  std::string hash = map.required("fnv1a").as_string();
  map.finish();
  return hash;
}

// What is written by its key alone, in the order of the file.
std::span<const RequestField<SearchRequest>> before_mode() {
  static const auto fields =
      select(search_fields(), {"workload", "dtype", "dim", "value", "allow_unknown"});
  return fields;
}
std::span<const RequestField<SearchRequest>> behind_mode() {
  static const auto fields = select(search_fields(), {"model"});
  return fields;
}
std::span<const RequestField<SearchRequest>> behind_strategy() {
  static const auto fields =
      select(search_fields(), {"seed", "budget", "horizon", "time_limit", "target_latency",
                               "patience", "objective", "noise", "remeasurements", "allocator",
                               "seed_from", "keep_mappings", "pins", "forbids"});
  return fields;
}
// What stands in the file as it was given beside what it means.
std::span<const RequestField<SearchRequest>> named_fields() {
  static const auto fields =
      select(search_fields(),
             {"chip", "set", "streams", "engines_per_stream", "inferences", "policy", "init"});
  return fields;
}

Mode read_mode(const YamlValue& value, const Chip& chip) {
  YamlMap map(value);
  const std::int64_t streams = map.required("streams").as_integer(1, kMost);
  const std::int64_t engines = map.required("engines_per_stream").as_integer(1, kMost);
  const std::int64_t inferences = map.required("inferences").as_integer(1, kMost);
  map.finish();
  try {
    return memplace::resolve_mode(chip, streams, engines, inferences);
  } catch (const Error& mistake) {
    throw value.error(mistake.what());
  }
}

void read_strategy(const YamlValue& name, const YamlValue& options, RunConfig& config) {
  try {
    config.strategy = strategies().find(name.as_string()).name;
  } catch (const Error& mistake) {
    throw name.error(mistake.what());
  }
  for (const auto& [key, value] : options.entries()) {
    config.options.emplace_back(key.as_string(), value.as_string());
  }
  try {
    config.options = options_of(config).resolved();
  } catch (const Error& mistake) {
    throw options.error(mistake.what());
  }
}

// Older files do not say how the engines were to be used, but how they are.
void read_named(const YamlValue& value, WrittenRun& run) {
  YamlMap map(value);
  read_fields<SearchRequest>(map, named_fields(), run.config, true);
  map.finish();
  if (run.config.mode_choice == ModeChoice()) {
    run.config.mode_choice = choice_of(run.mode, run.chip);
  }
}

}  // namespace

std::string content_hash(const std::string& content) {
  return fmt::format("{:016x}", fnv1a(content));
}

bool comes_from_file(const std::string& workload) {
  return is_yaml_file(workload) || is_onnx_file(workload);
}

RunConfig settled(SearchRequest request, std::string version) {
  RunConfig config;
  static_cast<SearchRequest&>(config) = std::move(request);
  config.version = std::move(version);
  config.options = options_of(config).resolved();
  return config;
}

std::uint64_t horizon_of(const RunConfig& config) {
  return config.horizon ? static_cast<std::uint64_t>(*config.horizon) : config.budget;
}

void lengthen(RunConfig& config, const LongerSearch& longer) {
  if (longer.budget && *longer.budget != config.budget) {
    if (*longer.budget < config.budget) {
      throw Error(config.budget == kMostBudget
                      ? std::string("the run has no budget but its time")
                      : fmt::format("got a budget of {}, where the run has one of {}",
                                    *longer.budget, config.budget));
    }
    config.horizon = config.horizon.value_or(static_cast<std::int64_t>(config.budget));
    config.earlier_budgets.push_back(config.budget);
    config.budget = *longer.budget;
  }
  if (longer.time_limit && longer.time_limit != config.time_limit) {
    if (!config.time_limit) {
      throw Error("the run has no limit of time");
    }
    if (*longer.time_limit < *config.time_limit) {
      throw Error(fmt::format("got a time of {}, where the run has one of {}",
                              format(*longer.time_limit), format(*config.time_limit)));
    }
    config.time_limit = longer.time_limit;
  }
}

std::optional<std::chrono::nanoseconds> wall_time(const RunConfig& config) {
  return config.time_limit
             ? std::optional(std::chrono::nanoseconds(config.time_limit->count() / 1000))
             : std::nullopt;
}

std::string run_yaml(const RunConfig& config, const Problem& problem) {
  std::string text = "# A run of memplace optimize, resolved.\n";
  const auto line = [&](std::string_view key, const std::string& value) {
    text += fmt::format("{}: {}\n", key, value);
  };
  const auto add = [&](std::span<const RequestField<SearchRequest>> fields,
                       std::string_view indent) {
    for (const auto& [key, value] : yaml_entries<SearchRequest>(fields, config, nullptr)) {
      line(fmt::format("{}{}", indent, key), value);
    }
  };
  line("version", quoted_text(config.version));
  add(before_mode(), "");
  const Mode& mode = problem.mode();
  line("mode", fmt::format("{{streams: {}, engines_per_stream: {}, inferences: {}}}", mode.streams,
                           mode.engines_per_stream, mode.inferences));
  add(behind_mode(), "");
  line("strategy", quoted_text(config.strategy));
  if (config.options.empty()) {
    line("options", "{}");
  } else {
    text += "options:\n";
    for (const auto& [name, value] : config.options) {
      text += fmt::format("  {}: {}\n", name, value);
    }
  }
  add(behind_strategy(), "");
  if (comes_from_file(config.workload)) {
    line("network", kept_file(kWorkloadFile, write_graph_yaml(problem.graph())));
  }
  if (!config.processor.empty()) {
    line("processor", quoted_text(config.processor));
  }
  if (config.policy.has_value()) {
    line("policy", kept_file(kPolicyFile, *config.policy));
  }
  text += "named:  # as they were given; the values are below\n";
  add(named_fields(), "  ");
  if (config.init.has_value()) {
    text += "init:\n" + indented(write_mapping(problem, *config.init));
  }
  text += "chip:\n" + indented(write_chip(problem.chip()));
  return text;
}

WrittenRun read_run(const YamlDocument& document) {
  YamlMap map(document.root());
  WrittenRun run;
  RunConfig& config = run.config;
  config.version = map.required("version").as_string();
  read_fields<SearchRequest>(map, before_mode(), config, true);
  read_fields<SearchRequest>(map, behind_mode(), config, true);
  run.chip = read_chip(YamlDocument::of(map.required("chip")));
  run.mode = read_mode(map.required("mode"), run.chip);
  if (const auto processor = map.optional("processor")) {
    config.processor = processor->as_string();
  }
  read_strategy(map.required("strategy"), map.required("options"), config);
  read_fields<SearchRequest>(map, behind_strategy(), config, true);
  read_named(map.required("named"), run);
  for (const char* const read_elsewhere : {"init", "policy", "network"}) {
    static_cast<void>(map.optional(read_elsewhere));
  }
  map.finish();
  return run;
}

std::optional<Mapping> read_run_init(const YamlDocument& document, const Problem& problem) {
  const auto init = YamlMap(document.root()).optional("init");
  if (!init.has_value()) {
    return std::nullopt;
  }
  return read_mapping(YamlDocument::of(*init), problem);
}

std::optional<std::string> read_run_policy_hash(const YamlDocument& document) {
  return read_kept_file(document, "policy", kPolicyFile);
}

std::optional<std::string> read_run_workload_hash(const YamlDocument& document) {
  return read_kept_file(document, "network", kWorkloadFile);
}

}  // namespace memplace
