// SPDX-License-Identifier: Apache-2.0
#include "optimizer/run_config.h"

#include <array>
#include <charconv>
#include <limits>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "base/error.h"
#include "base/fnv.h"
#include "base/json.h"
#include "base/quantity_text.h"
#include "optimizer/options.h"
#include "optimizer/strategy.h"
#include "sim/chip/chip_reader.h"
#include "sim/mapping/mapping_file.h"

namespace memplace {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

// Any text as a YAML scalar: JSON's quoting is YAML's.
std::string scalar(const std::string& text) { return one_line(Json(text)); }

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

std::vector<std::string> strings(const std::optional<YamlValue>& list) {
  std::vector<std::string> found;
  if (list.has_value()) {
    for (const YamlValue& item : list->items()) {
      found.push_back(item.as_string());
    }
  }
  return found;
}

DType read_dtype(const YamlValue& value) {
  constexpr std::array<DType, 3> kTypes{DType::kInt8, DType::kFp16, DType::kFp32};
  std::vector<std::string> names;
  names.reserve(kTypes.size());
  for (const DType type : kTypes) {
    names.emplace_back(name_of(type));
  }
  return kTypes.at(value.as_choice("dtype", names));
}

// Seeds fill 64 bits.
std::uint64_t read_seed(const YamlValue& value) {
  const std::string text = value.as_string();
  std::uint64_t seed = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, code] = std::from_chars(text.data(), end, seed);
  if (code != std::errc() || stop != end) {
    throw value.error(fmt::format("got {}, expected a whole number from 0 to {}",
                                  memplace::quoted(text),
                                  std::numeric_limits<std::uint64_t>::max()));
  }
  return seed;
}

std::uint64_t read_count(const YamlValue& value, std::int64_t least) {
  return static_cast<std::uint64_t>(value.as_integer(least, kMost));
}

void read_mode(const YamlValue& value, RunConfig& config) {
  YamlMap map(value);
  const std::int64_t streams = map.required("streams").as_integer(1, kMost);
  const std::int64_t engines = map.required("engines_per_stream").as_integer(1, kMost);
  const std::int64_t inferences = map.required("inferences").as_integer(1, kMost);
  map.finish();
  try {
    config.mode = resolve_mode(config.chip, streams, engines, inferences);
  } catch (const Error& mistake) {
    throw value.error(mistake.what());
  }
}

void read_strategy(const YamlValue& name, const YamlValue& options, RunConfig& config) {
  config.strategy = name.as_string();
  std::vector<std::string> given;
  for (const auto& [key, value] : options.entries()) {
    given.push_back(fmt::format("{}={}", key.as_string(), value.as_string()));
  }
  const StrategyInfo* info = nullptr;
  try {
    info = &find_strategy(config.strategy);
  } catch (const Error& mistake) {
    throw name.error(mistake.what());
  }
  try {
    config.options = Options("strategy " + config.strategy, info->options, given).resolved();
  } catch (const Error& mistake) {
    throw options.error(mistake.what());
  }
}

void read_named(const std::optional<YamlValue>& value, RunConfig::Named& named) {
  if (!value.has_value()) {
    return;
  }
  YamlMap map(*value);
  named.chip = map.required("chip").as_string();
  named.set = strings(map.optional("set"));
  if (const auto init = map.optional("init")) {
    named.init = init->as_string();
  }
  if (const auto policy = map.optional("policy")) {
    named.policy = policy->as_string();
  }
  map.finish();
}

}  // namespace

std::optional<std::chrono::nanoseconds> wall_time(const RunConfig& config) {
  return config.time_limit
             ? std::optional(std::chrono::nanoseconds(config.time_limit->count() / 1000))
             : std::nullopt;
}

const std::array<std::string, 2>& allocator_names() {
  static const std::array<std::string, 2> names{"heuristic", "exact"};
  return names;
}

std::string read_seed_from(const YamlValue& value) {
  const std::array<std::string, 1> known{std::string(kSeedFromMilp)};
  return known.at(value.as_choice("seed_from", known));
}

std::string run_yaml(const RunConfig& config, const Graph& graph) {
  std::string text = "# A run of memplace optimize, resolved.\n";
  const auto line = [&](std::string_view key, const std::string& value) {
    text += fmt::format("{}: {}\n", key, value);
  };
  line("version", scalar(config.version));
  line("workload", scalar(config.workload));
  line("dtype", std::string(name_of(config.dtype)));
  if (!config.dims.empty()) {
    line("dim", one_line(Json(config.dims)));
  }
  if (config.allow_unknown) {
    line("allow_unknown", "true");
  }
  line("mode",
       fmt::format("{{streams: {}, engines_per_stream: {}, inferences: {}}}", config.mode.streams,
                   config.mode.engines_per_stream, config.mode.inferences));
  line("model", scalar(config.model));
  line("strategy", scalar(config.strategy));
  if (config.options.empty()) {
    line("options", "{}");
  } else {
    text += "options:\n";
    for (const auto& [name, value] : config.options) {
      text += fmt::format("  {}: {}\n", name, value);
    }
  }
  line("seed", std::to_string(config.seed));
  line("budget", std::to_string(config.budget));
  if (config.time_limit.has_value()) {
    line("time_limit", format(*config.time_limit));
  }
  if (config.target_latency.has_value()) {
    line("target_latency", format(*config.target_latency));
  }
  line("patience", std::to_string(config.patience));
  line("objective", std::string(name_of(config.objective)));
  line("noise", fmt::format("{}", config.noise));
  line("remeasurements", std::to_string(config.remeasurements));
  line("allocator", std::string(allocator_names().at(config.exact_allocator ? 1 : 0)));
  if (!config.seed_from.empty()) {
    line("seed_from", config.seed_from);
  }
  if (config.keep_mappings) {
    line("keep_mappings", "true");
  }
  line("pins", one_line(Json(config.pins)));
  line("forbids", one_line(Json(config.forbids)));
  if (config.policy.has_value()) {
    line("policy",
         fmt::format("{{file: {}, fnv1a: \"{}\"}}", kPolicyFile, policy_hash(*config.policy)));
  }
  text += "named:  # as they were given; the values are below\n";
  line("  chip", scalar(config.named.chip));
  line("  set", one_line(Json(config.named.set)));
  if (config.policy.has_value()) {
    line("  policy", scalar(config.named.policy));
  }
  if (config.init.has_value()) {
    line("  init", scalar(config.named.init));
    text += "init:\n" + indented(write_mapping(graph, config.chip, *config.init));
  }
  text += "chip:\n" + indented(write_chip(config.chip));
  return text;
}

RunConfig read_run(const YamlDocument& document) {
  YamlMap map(document.root());
  RunConfig config;
  config.version = map.required("version").as_string();
  config.workload = map.required("workload").as_string();
  config.dtype = read_dtype(map.required("dtype"));
  config.dims = strings(map.optional("dim"));
  if (const auto allow = map.optional("allow_unknown")) {
    config.allow_unknown = allow->as_bool();
  }
  config.chip = read_chip(YamlDocument::of(map.required("chip")));
  read_mode(map.required("mode"), config);
  config.model = map.required("model").as_string();
  read_strategy(map.required("strategy"), map.required("options"), config);
  config.seed = read_seed(map.required("seed"));
  config.budget = read_count(map.required("budget"), 1);
  if (const auto limit = map.optional("time_limit")) {
    config.time_limit = limit->as_time();
  }
  if (const auto target = map.optional("target_latency")) {
    config.target_latency = target->as_time();
  }
  config.patience = read_count(map.required("patience"), 0);
  config.objective = find_objective(
      objective_names().at(map.required("objective").as_choice("objective", objective_names())));
  config.noise = map.required("noise").as_number(0, 1);
  config.remeasurements = read_count(map.required("remeasurements"), 1);
  config.exact_allocator = map.required("allocator").as_choice("allocator", allocator_names()) == 1;
  if (const auto seed_from = map.optional("seed_from")) {
    config.seed_from = read_seed_from(*seed_from);
  }
  if (const auto keep = map.optional("keep_mappings")) {
    config.keep_mappings = keep->as_bool();
  }
  config.pins = strings(map.required("pins"));
  config.forbids = strings(map.required("forbids"));
  read_named(map.required("named"), config.named);
  static_cast<void>(map.optional("init"));
  static_cast<void>(map.optional("policy"));
  map.finish();
  return config;
}

std::optional<Mapping> read_run_init(const YamlDocument& document, const Graph& graph,
                                     const Chip& chip) {
  const auto init = YamlMap(document.root()).optional("init");
  if (!init.has_value()) {
    return std::nullopt;
  }
  return read_mapping(YamlDocument::of(*init), graph, chip);
}

std::optional<std::string> read_run_policy_hash(const YamlDocument& document) {
  const auto policy = YamlMap(document.root()).optional("policy");
  if (!policy.has_value()) {
    return std::nullopt;
  }
  YamlMap map(*policy);
  static_cast<void>(
      map.required("file").as_choice("file", std::array<std::string, 1>{std::string(kPolicyFile)}));
  std::string hash = map.required("fnv1a").as_string();
  map.finish();
  return hash;
}

std::string policy_hash(const std::string& policy) { return fmt::format("{:016x}", fnv1a(policy)); }

}  // namespace memplace
