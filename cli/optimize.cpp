// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/progress.h"
#include "cli/setup.h"
#include "cli/simulators.h"
#include "optimizer/driver.h"
#include "optimizer/evaluator.h"
#include "optimizer/run_directory.h"
#include "optimizer/strategy.h"
#include "report/search_report.h"
#include "sim/mapping/rectify.h"

namespace memplace {
namespace {

constexpr const char* kDefaultStrategy = "annealing";
constexpr std::int64_t kDefaultBudget = 4000;
constexpr std::int64_t kMaxBudget = 1'000'000'000;
constexpr std::int64_t kDefaultSeed = 1;

// Throws InfeasibleFailure where no mapping at all fits the chip.
void check_something_fits(const Program& program) {
  const Mapping slowest = uniform_mapping(*program.graph, program.chip, program.chip.slowest());
  const RectifyResult result = rectify(*program.graph, program.chip, program.mode, slowest);
  if (const auto* infeasible = std::get_if<Infeasible>(&result)) {
    throw InfeasibleFailure(fmt::format("optimize: {}", infeasible->message));
  }
}

Picoseconds latency_of_native(const std::vector<Reference>& references) {
  for (const Reference& reference : references) {
    if (reference.name == "native") {
      return reference.latency;
    }
  }
  throw InternalError("no heuristic named native");
}

std::string render(const SearchReport& report, Format format, std::optional<std::size_t> width) {
  switch (format) {
    case Format::kJson:
      return pretty(to_json(report));
    case Format::kCsv:
      return to_csv(report);
    case Format::kText:
      break;
  }
  return to_text(report, width);
}

void add_strategy(Setup& setup, const StrategyInfo& strategy, const Options& options,
                  std::int64_t budget, std::int64_t seed) {
  std::vector<std::string> words{"--strategy", strategy.name};
  Json values = Json::object();
  std::string text;
  for (const auto& [name, value] : options.resolved()) {
    values[name] = value;
    text += fmt::format(" {}={}", name, value);
    words.insert(words.end(), {"--option", fmt::format("{}={}", name, value)});
  }
  setup.add("strategy", strategy.name, strategy.name + text, words);
  setup.add("options", values, "", {});
  setup.add("budget", budget, fmt::format("{} evaluations", budget),
            std::array{std::string("--budget"), std::to_string(budget)});
  setup.add("seed", seed, std::to_string(seed),
            std::array{std::string("--seed"), std::to_string(seed)});
}

}  // namespace

void declare_optimize(Arguments& arguments) {
  declare_setup(arguments);
  arguments.add_value("--strategy", "NAME", "see memplace list strategies (annealing)");
  arguments.add_list("--option", "NAME=VALUE", "an option of the strategy; repeatable");
  arguments.add_value("--budget", "N", "evaluations to spend (4000)");
  arguments.add_value("--seed", "N", "of all randomness (1)");
  arguments.add_value("--out", "DIR", "write run.yaml, history.jsonl and\nbest.mapping.yaml there");
  declare_output(arguments);
}

void execute_optimize(const Arguments& arguments, const Console& console) {
  const Format format = choose_format(arguments);
  const auto output = arguments.value("--output");
  const auto directory = arguments.value("--out");
  check_kept(arguments, "--output", std::array<std::string, 2>{"WORKLOAD", "--chip"});
  const std::int64_t budget = arguments.integer("--budget", 1, kMaxBudget).value_or(kDefaultBudget);
  const std::int64_t seed = arguments.integer("--seed", 0, std::numeric_limits<std::int64_t>::max())
                                .value_or(kDefaultSeed);
  const StrategyInfo& info = arguments.named([&]() -> const StrategyInfo& {
    return find_strategy(arguments.value("--strategy").value_or(kDefaultStrategy));
  });
  const Options options = arguments.named(
      [&] { return Options("strategy " + info.name, info.options, arguments.list("--option")); });

  const auto evaluations = static_cast<std::uint64_t>(budget);
  Setup setup(arguments);
  add_strategy(setup, info, options, budget, seed);
  const Program& program = setup.program();
  check_something_fits(program);

  std::optional<RunDirectory> run;
  if (directory) {
    const Json config = setup.header().config;
    run.emplace(*directory,
                RunConfig{version(), arguments.required("WORKLOAD"),
                          setup.dtype().value_or(DType::kInt8), program.chip, program.mode,
                          info.name, options.resolved(), static_cast<std::uint64_t>(seed),
                          evaluations, config.value("dim", std::vector<std::string>()),
                          config.value("allow_unknown", false), setup.model()});
  }
  const std::unique_ptr<Simulator> simulator = make_simulator(setup.model());
  Evaluator evaluator(program, *simulator);
  const std::vector<Reference> references = heuristic_references(evaluator);
  const std::unique_ptr<Strategy> strategy = info.make(
      {*program.graph, program.chip, program.mode, static_cast<std::uint64_t>(seed), evaluations},
      options);
  Progress progress(console.err, console.err_is_terminal, evaluations,
                    latency_of_native(references));
  const SearchResult result = search(*strategy, evaluator, evaluations, &progress);
  progress.finish();
  if (run) {
    run->finish(program, result);
  }

  const SearchReport report = make_search_report(
      setup.header(), program, info.name, static_cast<std::uint64_t>(seed), references, result);
  deliver(console, output, render(report, format, output ? std::nullopt : console.out_width));
}

}  // namespace memplace
