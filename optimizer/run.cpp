// SPDX-License-Identifier: Apache-2.0
#include "optimizer/run.h"

#include <algorithm>
#include <chrono>
#include <memory>

#include "base/error.h"
#include "optimizer/evaluator.h"
#include "optimizer/options.h"
#include "optimizer/run_directory.h"
#include "optimizer/starts.h"
#include "optimizer/strategy.h"

namespace memplace {
namespace {

using Clock = std::chrono::steady_clock;

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

}  // namespace

Constraints constraints_of(const RunConfig& config, const Graph& graph) {
  return read_constraints(graph, config.chip, config.pins, config.forbids);
}

EvaluationRules rules_of(const RunConfig& config, const Graph& graph) {
  return {config.objective, constraints_of(config, graph),
          config.exact_allocator ? kExactPacking : kQuickPacking};
}

RunResult execute_run(const RunConfig& config, const Program& program, Simulator& simulator,
                      const RunSurroundings& surroundings) {
  const Graph& graph = *program.graph;
  const StrategyInfo& info = find_strategy(config.strategy);
  const Options options = options_of(config, info);
  EvaluatorPool evaluators(program, simulator, rules_of(config, graph), surroundings.threads);
  std::unique_ptr<RunDirectory> directory;
  if (surroundings.directory.has_value()) {
    directory = std::make_unique<RunDirectory>(*surroundings.directory, config, program);
  }

  RunResult result;
  result.references = heuristic_references(evaluators);
  StrategyTask task{graph, program.chip, program.mode, config.seed, config.budget};
  const Constraints& constraints = evaluators.rules().constraints;
  task.constraints = constraints.none() ? nullptr : &constraints;
  std::optional<Mapping> init;
  if (config.init.has_value()) {
    init = allowed(task, *config.init);
    task.init = &*init;
  }
  task.native_cost = native_of(result.references).cost;
  const std::unique_ptr<Strategy> strategy = info.make(task, options);

  StopWatch watch(config, surroundings, directory.get());
  SearchPlan plan;
  plan.budget = config.budget;
  plan.target = config.target_latency;
  plan.patience = config.patience;
  plan.stop = [&watch] { return watch(); };
  plan.noise = {config.noise, config.seed};
  plan.remeasurements = config.remeasurements;
  if (directory) {
    plan.recorded = directory->recorded();
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
  if (result.search.best.has_value()) {
    result.best_cost = plan.noise.none() ? result.search.best->cost
                                         : evaluators.evaluate(result.search.best->asked).cost;
  }
  result.over = result.search.stopped != StopReason::kStopped;
  if (directory) {
    result.over ? directory->finish(result.search) : directory->save(result.search);
  }
  return result;
}

}  // namespace memplace
