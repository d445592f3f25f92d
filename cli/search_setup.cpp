// SPDX-License-Identifier: Apache-2.0
#include "cli/search_setup.h"

#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/files.h"
#include "cli/mapping_choice.h"
#include "cli/setup.h"
#include "cli/value_set.h"
#include "optimizer/catalog/strategies.h"
#include "optimizer/search/strategy.h"
#include "optimizer/studies/experiment/directory.h"
#include "optimizer/studies/loading/simulators.h"
#include "optimizer/studies/run/run.h"
#include "optimizer/studies/run/run_directory.h"
#include "optimizer/studies/settings/problem_of.h"
#include "optimizer/studies/settings/search_fields.h"
#include "sim/feasible/feasible.h"
#include "workloads/io/graph_yaml.h"

namespace memplace {
namespace {

constexpr const char* kDefaultStrategy = "auto";

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
    return strategies().find(arguments.value("--strategy").value_or(fallback));
  });
}

Options choose_options(const Arguments& arguments, const StrategyInfo& info) {
  return arguments.named([&] {
    const std::string preset = arguments.value("--preset").value_or("");
    return Options("strategy " + info.name, info.options,
                   with_preset(info, preset, arguments.list("--option")));
  });
}

void declare_search(Arguments& arguments) {
  declare_strategy(arguments, "(auto)");
  declare_fields<SearchRequest>(
      arguments,
      select(search_fields(), {"policy", "objective", "budget", "horizon", "time_limit",
                               "target_latency", "patience", "noise", "remeasurements", "init",
                               "seed_from", "pins", "forbids", "allocator", "seed"}));
}

SearchSetup new_search(const Arguments& arguments) {
  SearchRequest asked;
  const StrategyInfo& info = choose_strategy(
      arguments, arguments.has("--policy-in") ? kLearningStrategy : kDefaultStrategy);
  asked.strategy = info.name;
  asked.options = choose_options(arguments, info).resolved();
  asked = choose_request(arguments, search_fields(), std::move(asked));
  if (arguments.has("--patience") && asked.patience == 0) {
    throw arguments.error(
        fmt::format("--patience: got \"0\", expected a whole number from 1 to {}", kMostPatience));
  }
  auto program = load_program(arguments, asked);
  RunConfig config = settled(std::move(asked), version());
  config.policy = read_policy_of(config);
  static_cast<void>(policy_of(config, program->chip()));
  arguments.named([&] { check_objective(config.objective, program->mode()); });
  if (!config.init_mapping.empty()) {
    config.init = choose_mapping(arguments, program->problem, config.init_mapping, "--init");
  }
  const bool open = config.time_limit.has_value() && !arguments.has("--budget");
  return {std::move(program), std::move(config), open};
}

SearchSetup stored_search(const Arguments& arguments, const std::string& directory) {
  StoredRun stored = load_run(directory, version());
  RunConfig& config = stored.config;
  if (config.model != kDefaultModel && !has_systemc()) {
    throw arguments.error(
        fmt::format("--resume {}: the run is of --model {}, which this build does not have",
                    directory, config.model));
  }
  Graph graph =
      stored.workload_file ? read_graph_file(*stored.workload_file) : load_graph(arguments, config);
  auto program =
      lower_for(arguments, problem_of(config, Problem(std::move(graph), stored.chip, stored.mode)));
  const auto longer_fields = select(search_fields(), {"budget", "time_limit"});
  SearchRequest longer;
  take_fields<SearchRequest>(arguments, longer_fields, longer);
  // Below the experiment's directory, as run_directories() has it.
  const std::string above = path_in(directory, "../../../../..");
  if ((arguments.has("--budget") || arguments.has("--time")) && holds_experiment(above)) {
    throw arguments.error(
        fmt::format("--resume {}: the run is one of an experiment, whose runs have the same budget",
                    directory));
  }
  arguments.named([&] {
    lengthen(config, {arguments.has("--budget") ? std::optional(longer.budget) : std::nullopt,
                      longer.time_limit});
  });
  config.init = read_run_init(stored.document, program->problem);
  return {std::move(program), std::move(config), false};
}

void check_something_fits(const Arguments& arguments, const Problem& problem) {
  arguments.named([&] { fitting_rectifier(problem); });
}

}  // namespace memplace
