// SPDX-License-Identifier: Apache-2.0
#include "cli/search_setup.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "base/files.h"
#include "base/quantity_text.h"
#include "cli/console.h"
#include "cli/mapping_choice.h"
#include "cli/networks.h"
#include "cli/simulators.h"
#include "optimizer/driver.h"
#include "optimizer/learning/trained_policy.h"
#include "optimizer/run.h"
#include "optimizer/run_directory.h"
#include "optimizer/strategy.h"
#include "sim/mapping/constraints.h"
#include "sim/mapping/rectify.h"
#include "workloads/io/graph_yaml.h"

namespace memplace {
namespace {

const std::array<std::string, 1> kSeeds{std::string(kSeedFromMilp)};
constexpr const char* kDefaultStrategy = "auto";
constexpr std::int64_t kDefaultBudget = 4000;
constexpr std::int64_t kDefaultSeed = 1;
constexpr std::int64_t kMaxPatience = kMaxBudget;
constexpr Picoseconds kShortestTime(1'000'000'000);             // 1 ms
constexpr Picoseconds kLongestTime(8'640'000'000'000'000'000);  // 100 days

// "90", "90s", "10m", "1.5h"; a number alone is seconds.
std::optional<Picoseconds> parse_duration(const std::string& text) {
  struct Unit {
    std::string_view name;
    std::int64_t seconds;
  };
  constexpr std::array<Unit, 5> kUnits{
      {{"min", 60}, {"m", 60}, {"h", 3600}, {"d", 86400}, {"", 1}}};
  if (const auto time = parse_time(text)) {
    return time;
  }
  for (const Unit& unit : kUnits) {
    if (!text.ends_with(unit.name)) {
      continue;
    }
    const std::string number = text.substr(0, text.size() - unit.name.size());
    const auto seconds = parse_time(number + " s");
    if (!seconds.has_value() ||
        seconds->count() > std::numeric_limits<std::int64_t>::max() / unit.seconds) {
      return std::nullopt;
    }
    return Picoseconds(seconds->count() * unit.seconds);
  }
  return std::nullopt;
}

std::optional<Picoseconds> target_latency(const Arguments& arguments) {
  const auto text = arguments.value("--target-latency");
  if (!text) {
    return std::nullopt;
  }
  const auto time = parse_time(*text);
  if (!time || *time == Picoseconds(0)) {
    throw arguments.error(fmt::format("--target-latency: got {}, expected a time such as 250us",
                                      memplace::quoted(*text)));
  }
  return time;
}

// "2%" and "0.02" are the same.
double noise(const Arguments& arguments) {
  const auto text = arguments.value("--noise");
  if (!text) {
    return 0;
  }
  const bool percent = text->ends_with("%");
  const char* const end = text->data() + text->size() - (percent ? 1 : 0);
  double value = 0;
  const auto [stop, code] = std::from_chars(text->data(), end, value);
  const double share = percent ? value / 100 : value;
  if (code != std::errc() || stop != end || !(share >= 0 && share <= 1)) {
    throw arguments.error(
        fmt::format("--noise: got {}, expected a share from 0 to 1 such as 0.02 or 2%",
                    memplace::quoted(*text)));
  }
  return share;
}

std::string facts_of(const RunConfig& config) {
  std::string text = config.strategy;
  for (const auto& [name, value] : config.options) {
    text += fmt::format(" {}={}", name, value);
  }
  return text;
}

}  // namespace

void declare_strategy(Arguments& arguments, const std::string& fallback) {
  arguments.add_value("--strategy", "NAME", "see memplace list strategies " + fallback,
                      strategy_names());
  arguments.add_value("--preset", "NAME", "options of the strategy that belong together",
                      strategy_presets());
  arguments.add_list("--option", "NAME=VALUE", "an option of the strategy; repeatable",
                     strategy_options());
}

const StrategyInfo& choose_strategy(const Arguments& arguments, const std::string& fallback) {
  return arguments.named([&]() -> const StrategyInfo& {
    return find_strategy(arguments.value("--strategy").value_or(fallback));
  });
}

Options choose_options(const Arguments& arguments, const StrategyInfo& info) {
  return arguments.named([&] {
    const std::string preset = arguments.value("--preset").value_or("");
    return Options("strategy " + info.name, info.options,
                   with_preset(info, preset, arguments.list("--option")));
  });
}

void check_policy_output(const Arguments& arguments, std::span<const std::string> inputs) {
  const auto path = arguments.value("--policy-out");
  if (!path) {
    return;
  }
  check_kept(arguments, "--policy-out", inputs);
  if (const auto output = arguments.value("--output")) {
    const auto resolved = [](const std::string& name) {
      std::error_code unknown;
      return std::filesystem::weakly_canonical(std::filesystem::absolute(name, unknown), unknown);
    };
    if (resolved(*path) == resolved(*output)) {
      throw arguments.error(
          fmt::format("--policy-out {} is what --output writes", memplace::quoted(*path)));
    }
  }
  // So that nobody learns of it after a long search.
  const FileWriter trial(*path);
}

void declare_seed(Arguments& arguments) {
  arguments.add_value("--seed", "N", fmt::format("of all randomness ({})", kDefaultSeed));
}

std::uint64_t choose_seed(const Arguments& arguments) {
  return static_cast<std::uint64_t>(
      arguments.integer("--seed", 0, std::numeric_limits<std::int64_t>::max())
          .value_or(kDefaultSeed));
}

std::optional<Picoseconds> time_limit(const Arguments& arguments) {
  const auto text = arguments.value("--time");
  if (!text) {
    return std::nullopt;
  }
  const auto time = parse_duration(*text);
  if (!time || *time < kShortestTime || *time > kLongestTime) {
    throw arguments.error(fmt::format(
        "--time: got {}, expected a time from 1 ms to 100 d such as 90, 90s, 10m or 1.5h",
        memplace::quoted(*text)));
  }
  return time;
}

void declare_constraints(Arguments& arguments) {
  arguments.add_list("--pin", "GLOB=MEMORY", "keep matching tensors there; repeatable",
                     pinned_memories());
  arguments.add_list("--forbid", "GLOB=MEMORY", "keep matching tensors from there; repeatable",
                     pinned_memories());
}

Constraints choose_constraints(const Arguments& arguments, const Program& program) {
  return arguments.named([&] {
    return read_constraints(*program.graph, program.chip, arguments.list("--pin"),
                            arguments.list("--forbid"));
  });
}

void add_constraints(Setup& setup, const std::vector<std::string>& pins,
                     const std::vector<std::string>& forbids) {
  const auto add = [&](const std::string& key, const std::vector<std::string>& list) {
    std::vector<std::string> words;
    for (const std::string& text : list) {
      words.insert(words.end(), {"--" + key, text});
    }
    setup.add(key, list, fmt::format("{}", fmt::join(list, " ")), words);
  };
  add("pin", pins);
  add("forbid", forbids);
}

void declare_search(Arguments& arguments) {
  declare_strategy(arguments, "(auto)");
  arguments.add_value("--policy-in", "FILE",
                      "a policy to begin with, of --policy-out or of\ntrain; chooses egrl",
                      any_file());
  arguments.add_choice("--objective", "NAME", "{}", objective_names());
  arguments.add_value("--budget", "N", "evaluations to spend (4000)");
  arguments.add_value(
      "--time", "TIME",
      "wall time to spend, as in 90s, 10m or 1.5h;\nwithout --budget it chooses that");
  arguments.add_value("--target-latency", "TIME", "stop at this latency, as in 250us");
  arguments.add_value("--patience", "N", "stop after N evaluations without a new best");
  arguments.add_value("--noise", "SHARE", "noise of measurements, as in 2% (0)");
  arguments.add_value("--init", "MAPPING", "start from FILE.yaml, all:MEMORY or\nheuristic:NAME",
                      mappings());
  arguments.add_value("--seed-from", "milp",
                      "begin also from what the relaxations of a bound\nwould have",
                      one_of(kSeeds));
  declare_constraints(arguments);
  declare_allocator(arguments);
  declare_seed(arguments);
}

SearchSetup new_search(const Arguments& arguments) {
  RunConfig config;
  const auto budget = arguments.integer("--budget", 1, kMaxBudget);
  const std::uint64_t seed = choose_seed(arguments);
  const auto policy = arguments.value("--policy-in");
  const StrategyInfo& info =
      choose_strategy(arguments, policy ? kLearningStrategy : kDefaultStrategy);
  const Options options = choose_options(arguments, info);
  config.objective = arguments.named(
      [&] { return find_objective(arguments.value("--objective").value_or("latency")); });
  config.time_limit = time_limit(arguments);
  config.target_latency = target_latency(arguments);
  config.patience =
      static_cast<std::uint64_t>(arguments.integer("--patience", 1, kMaxPatience).value_or(0));
  config.noise = noise(arguments);
  if (arguments.has("--seed-from")) {
    config.seed_from = kSeeds.at(arguments.choice("--seed-from"));
  }
  config.exact_allocator = wants_exact_allocator(arguments);
  config.version = version();
  config.strategy = info.name;
  config.options = options.resolved();
  config.seed = seed;
  config.budget = static_cast<std::uint64_t>(budget.value_or(kDefaultBudget));

  Setup setup(arguments);
  const Program& program = setup.program();
  const Json& named = setup.choices().workload.config;
  config.workload = setup.choices().workload.spec;
  config.dtype = setup.dtype().value_or(DType::kInt8);
  config.dims = named.value("dim", std::vector<std::string>());
  config.allow_unknown = named.value("allow_unknown", false);
  config.chip = program.chip;
  config.mode = program.mode;
  config.model = setup.model();
  config.named.chip = setup.choices().chip_name;
  config.named.set = setup.choices().overrides;
  if (policy) {
    config.named.policy = *policy;
    config.policy = read_file(*policy, kMostPolicyBytes);
    static_cast<void>(policy_of(config));
  }
  arguments.named([&] { check_objective(config.objective, config.mode); });
  config.pins = arguments.list("--pin");
  config.forbids = arguments.list("--forbid");
  static_cast<void>(choose_constraints(arguments, program));
  if (const auto init = arguments.value("--init")) {
    config.init = choose_mapping(arguments, program, *init, "--init");
    config.named.init = *init;
  }
  const bool open = config.time_limit.has_value() && !budget;
  return {std::move(setup), std::move(config), open};
}

SearchSetup stored_search(const Arguments& arguments, const std::string& directory) {
  StoredRun stored = load_run(directory, version());
  RunConfig& config = stored.config;
  if (config.model != kDefaultModel && !has_systemc()) {
    throw arguments.error(
        fmt::format("--resume {}: the run is of --model {}, which this build does not have",
                    directory, config.model));
  }
  Choices choices;
  choices.workload =
      name_workload(config.workload, config.dtype, config.dims, config.allow_unknown);
  NetworkOptions options;
  options.dtype = config.dtype;
  choices.workload.graph = std::make_shared<const Graph>(
      stored.workload_file ? read_graph_file(*stored.workload_file) : arguments.named([&] {
        return load_network(config.workload, options).graph;
      }));
  choices.chip_name = config.named.chip;
  choices.overrides = config.named.set;
  choices.chip = config.chip;
  choices.mode = config.mode;
  choices.model = config.model;
  Setup setup(arguments.command(), std::move(choices));
  const Program& program = setup.program();
  config.init = read_run_init(stored.document, *program.graph, program.chip);
  return {std::move(setup), std::move(config), false};
}

RunHeader header_of(const SearchSetup& search) {
  Setup setup = search.setup;
  const RunConfig& config = search.config;
  std::vector<std::string> words{"--strategy", config.strategy};
  Json values = Json::object();
  for (const auto& [name, value] : config.options) {
    values[name] = value;
    words.insert(words.end(), {"--option", fmt::format("{}={}", name, value)});
  }
  const auto add = [&](const char* key, Json value, const std::string& fact,
                       const std::string& option, const std::string& word) {
    setup.add(key, std::move(value), fact,
              word.empty() ? std::vector<std::string>() : std::vector<std::string>{option, word});
  };
  // One that is a time, and null where it is not given.
  const auto add_time = [&](const char* key, const char* fact, const std::string& option,
                            const std::optional<Picoseconds>& time) {
    const std::string text = time ? format(*time) : "";
    add(key, time ? Json(*time) : Json(nullptr), "", option, text);
    setup.add_fact(fact, text);
  };
  setup.add("strategy", config.strategy, facts_of(config), words);
  setup.add("options", values, "", {});
  const bool latency = config.objective == Objective::kLatency;
  const std::string objective(name_of(config.objective));
  add("objective", objective, latency ? "" : objective, "--objective", latency ? "" : objective);
  add("budget", config.budget, fmt::format("{} evaluations", config.budget), "--budget",
      std::to_string(config.budget));
  add_time("time_ps", "time", "--time", config.time_limit);
  add_time("target_latency_ps", "target", "--target-latency", config.target_latency);
  const std::string patience = config.patience > 0 ? std::to_string(config.patience) : "";
  add("patience", config.patience,
      patience.empty() ? "" : patience + " evaluations without a new best", "--patience", patience);
  const std::string share = config.noise > 0 ? fmt::format("{}", config.noise) : "";
  add("noise", config.noise,
      share.empty() ? "" : fmt::format("{:.4g}% of each measurement", config.noise * 100),
      "--noise", share);
  const Json policy = config.policy ? Json(config.named.policy) : Json(nullptr);
  add("policy_in", policy, "", "--policy-in", config.named.policy);
  setup.add_fact("policy", config.named.policy);
  const Json init = config.init ? Json(config.named.init) : Json(nullptr);
  add("init", init, config.named.init, "--init", config.named.init);
  const Json seed_from = config.seed_from.empty() ? Json(nullptr) : Json(config.seed_from);
  add("seed_from", seed_from, config.seed_from.empty() ? "" : "relaxations too", "--seed-from",
      config.seed_from);
  add_allocator(setup, config.exact_allocator);
  add_constraints(setup, config.pins, config.forbids);
  add("seed", config.seed, std::to_string(config.seed), "--seed", std::to_string(config.seed));
  return setup.header();
}

void check_something_fits(const Arguments& arguments, const Program& program,
                          const EvaluationRules& rules) {
  const Graph& graph = *program.graph;
  const RectifyResult result = rectify(graph, program.chip, program.mode,
                                       slowest_allowed(graph, program.chip, rules.constraints),
                                       rules.effort, rules.constraints);
  if (const auto* infeasible = std::get_if<Infeasible>(&result)) {
    throw InfeasibleFailure(fmt::format("{}: {}", arguments.command(), infeasible->message));
  }
}

}  // namespace memplace
