// SPDX-License-Identifier: Apache-2.0
#include "optimizer/run.h"

#include <algorithm>
#include <chrono>
#include <memory>

#include <fmt/format.h>

#include "base/error.h"
#include "optimizer/evaluator.h"
#include "optimizer/options.h"
#include "optimizer/relaxation.h"
#include "optimizer/snapshot.h"
#include "optimizer/starts.h"
#include "optimizer/strategy.h"

namespace memplace {
namespace {

using Clock = std::chrono::steady_clock;

// Of the relaxation, evaluated beside the other starts of a search.
constexpr std::size_t kRelaxedStarts = 8;

const Reference& best_of(std::span<const Reference> references) {
  return *std::min_element(
      references.begin(), references.end(),
      [](const Reference& a, const Reference& b) { return a.latency < b.latency; });
}

Options options_of(const RunConfig& config, const StrategyInfo& info) {
  std::vector<std::string> given;
  given.reserve(config.options.size());
  for (const auto& [name, value] : config.options) {
    std::string text = name;
    text += '=';
    text += value;
    given.push_back(std::move(text));
  }
  return {"strategy " + info.name, info.options, given};
}

// When a run has to stop before it is over. Time counts from its first evaluation that is not
// recalled, and goes on where the process before this one left it.
class StopWatch {
 public:
  StopWatch(const RunConfig& config, const RunSurroundings& surroundings, RunDirectory* directory)
      : stop_(surroundings.stop), directory_(directory), limit_(wall_time(config)) {
    if (directory != nullptr) {
      before_ = directory->elapsed();
      told_over_ = directory->ended().has_value();
    }
  }

  bool operator()() {
    if (told_over_ || (stop_ && stop_())) {
      return true;
    }
    if (!limit_.has_value()) {
      return false;
    }
    const Clock::time_point now = Clock::now();
    start_ = start_.value_or(now);
    const Clock::duration elapsed = before_ + (now - *start_);
    if (directory_ != nullptr) {
      directory_->set_elapsed(std::chrono::duration_cast<std::chrono::milliseconds>(elapsed));
    }
    out_of_time_ = elapsed >= *limit_;
    return out_of_time_;
  }

  bool out_of_time() const { return out_of_time_; }

 private:
  std::function<bool()> stop_;
  RunDirectory* directory_;
  std::optional<Clock::duration> limit_;
  Clock::duration before_{0};
  std::optional<Clock::time_point> start_;
  bool told_over_ = false;
  bool out_of_time_ = false;
};

// What the directory's snapshot holds; nothing where there is none, nor where it is of no use,
// which `ignored` then says. The strategy is fresh, and has to be made again where `ignored` says
// something.
std::optional<SearchResult> restore(const RunDirectory& directory, const Program& program,
                                    Strategy& strategy, std::string& ignored) {
  try {
    const std::optional<Snapshot> snapshot = directory.snapshot();
    if (!snapshot.has_value()) {
      return std::nullopt;
    }
    return restore_search(snapshot->state, directory.snapshot_file(),
                          directory.recorded().first(snapshot->evaluations), program, strategy);
  } catch (const Error& error) {
    ignored = error.what();
    return std::nullopt;
  }
}

}  // namespace

Constraints constraints_of(const RunConfig& config, const Graph& graph) {
  return read_constraints(graph, config.chip, config.pins, config.forbids);
}

EvaluationRules rules_of(const RunConfig& config, const Graph& graph) {
  return {config.objective, constraints_of(config, graph),
          config.exact_allocator ? kExactPacking : kQuickPacking};
}

std::optional<TrainedPolicy> policy_of(const RunConfig& config) {
  if (!config.policy.has_value()) {
    return std::nullopt;
  }
  const std::string& file = config.named.policy;
  if (!find_strategy(config.strategy).learns) {
    throw Error(fmt::format("{}: strategy {} has no use for a policy; {} have", file,
                            config.strategy, fmt::join(learning_strategies(), " and ")));
  }
  TrainedPolicy policy = read_policy(*config.policy, file);
  check_policy_fits(policy, config.chip, file);
  return policy;
}

void check_learns(const RunConfig& config, const Program& program) {
  const StrategyInfo& info = find_strategy(config.strategy);
  if (!info.learns) {
    throw Error(fmt::format("strategy {} learns no policy; {} do", config.strategy,
                            fmt::join(learning_strategies(), " and ")));
  }
  StrategyTask task{*program.graph, program.chip, program.mode, config.seed, config.budget};
  const Constraints constraints = constraints_of(config, *program.graph);
  task.constraints = constraints.none() ? nullptr : &constraints;
  if (info.make(task, options_of(config, info))->policy() == nullptr) {
    throw Error(
        fmt::format("strategy {} learns no policy here: its options leave the learner out, "
                    "or the network has nothing to decide",
                    config.strategy));
  }
}

RunResult execute_run(const RunConfig& config, const Program& program, Simulator& simulator,
                      const RunSurroundings& surroundings) {
  const Graph& graph = *program.graph;
  const StrategyInfo& info = find_strategy(config.strategy);
  const Options options = options_of(config, info);
  const std::optional<TrainedPolicy> policy = policy_of(config);
  EvaluatorPool evaluators(program, simulator, rules_of(config, graph), surroundings.threads);
  std::unique_ptr<RunDirectory> directory;
  if (surroundings.directory.has_value()) {
    directory = std::make_unique<RunDirectory>(*surroundings.directory, config, program,
                                               surroundings.snapshot_every);
  }

  RunResult result;
  result.references = heuristic_references(evaluators);
  const auto cost_without_noise = [&](const SearchResult& found) {
    if (!found.best.has_value()) {
      return 0.0;
    }
    return config.noise > 0 ? evaluators.evaluate(found.best->asked).cost : found.best->cost;
  };
  if (directory && directory->ended().has_value() && surroundings.reads_ended) {
    result.search = directory->read_result(config.remeasurements);
    result.best_cost = cost_without_noise(result.search);
    directory->finish(result.search);
    return result;
  }
  StrategyTask task{graph, program.chip, program.mode, config.seed, config.budget};
  const Constraints& constraints = evaluators.rules().constraints;
  task.constraints = constraints.none() ? nullptr : &constraints;
  std::optional<Mapping> init;
  if (config.init.has_value()) {
    init = allowed(task, *config.init);
    task.init = &*init;
  }
  task.native_cost = native_of(result.references).cost;
  task.policy = policy.has_value() ? &*policy : nullptr;
  StopWatch watch(config, surroundings, directory.get());
  Relaxation relaxation;
  if (!config.seed_from.empty()) {
    static_cast<void>(watch());  // the time that it takes is the search's
    relaxation = relax(task, best_of(result.references).latency, kRelaxedStarts);
    task.relaxation = &relaxation;
  }
  std::unique_ptr<Strategy> strategy = info.make(task, options);
  std::optional<SearchResult> restored;
  if (directory) {
    restored = restore(*directory, program, *strategy, result.snapshot_ignored);
    if (!result.snapshot_ignored.empty()) {
      strategy = info.make(task, options);
    }
  }

  SearchPlan plan;
  plan.budget = config.budget;
  plan.target = config.target_latency;
  plan.patience = config.patience;
  plan.stop = [&watch] { return watch(); };
  plan.noise = {config.noise, config.seed};
  plan.remeasurements = config.remeasurements;
  plan.keep_mappings = config.keep_mappings;
  if (directory) {
    plan.recorded = directory->recorded();
    plan.restored = restored.has_value() ? &*restored : nullptr;
    plan.keeper = directory.get();
    plan.observers.push_back(directory.get());
  }
  for (SearchObserver* const observer : surroundings.observers) {
    plan.observers.push_back(observer);
  }
  if (surroundings.on_begin) {
    surroundings.on_begin(result.references,
                          directory ? directory->elapsed() : std::chrono::milliseconds(0));
  }
  result.search = search(*strategy, evaluators, plan);
  if (watch.out_of_time()) {
    result.search.stopped = StopReason::kTime;
  }
  if (directory && directory->ended().has_value()) {
    result.search.stopped = *directory->ended();
  }
  result.best_cost = cost_without_noise(result.search);
  if (const TrainedPolicy* const learnt = strategy->policy()) {
    result.policy = std::make_shared<const TrainedPolicy>(*learnt);
  }
  result.over = result.search.stopped != StopReason::kStopped;
  if (directory) {
    result.over ? directory->finish(result.search) : directory->save(result.search);
  }
  return result;
}

}  // namespace memplace
