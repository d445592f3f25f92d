// SPDX-License-Identifier: Apache-2.0
#include "optimizer/studies/run/run.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <limits>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/stopping.h"
#include "optimizer/blas/processor.h"
#include "optimizer/catalog/strategies.h"
#include "optimizer/moves/relaxation.h"
#include "optimizer/search/evaluator.h"
#include "optimizer/search/judge.h"
#include "optimizer/search/options.h"
#include "optimizer/search/snapshot.h"
#include "optimizer/search/strategy.h"
#include "optimizer/studies/settings/problem_of.h"
#include "optimizer/studies/settings/search_fields.h"
#include "sim/placement/mapping.h"

namespace memplace {
namespace {

using Clock = std::chrono::steady_clock;

// Once the time of a run is over for so long, the batch at hand is not waited for.
constexpr std::chrono::milliseconds kPatience{250};

// Of the relaxation, evaluated beside the other starts of a search.
constexpr std::size_t kRelaxedStarts = 8;

const Reference& fastest_of(std::span<const Reference> references) {
  return *std::min_element(
      references.begin(), references.end(),
      [](const Reference& a, const Reference& b) { return a.latency < b.latency; });
}

// When a run has to stop before it is over. Time goes on where the process before this one left it.
class StopWatch {
 public:
  StopWatch(const RunConfig& config, const RunSurroundings& surroundings, RunDirectory* directory)
      : stop_(surroundings.stop), directory_(directory), limit_(wall_time(config)) {
    if (directory != nullptr) {
      before_ = directory->elapsed();
      told_over_ = directory->ended().has_value();
    }
    fresh_ = directory == nullptr || directory->recorded().empty();
    if (limit_.has_value() && surroundings.began.has_value() && fresh_) {
      start(*surroundings.began);
    }
  }

  bool operator()() {
    if (told_over_ || (stop_ && stop_())) {
      return true;
    }
    if (limit_.has_value() && !start_.has_value()) {
      start(Clock::now());
    }
    const bool first = std::exchange(fresh_, false);
    return out_of_time() && !first;  // whatever the limit is, something is evaluated
  }

  // Of the run so far, where it has a time limit.
  std::chrono::milliseconds elapsed() const {
    const Clock::duration now = start_.has_value() ? Clock::now() - *start_ : Clock::duration(0);
    return std::chrono::duration_cast<std::chrono::milliseconds>(before_ + now);
  }

  // Whether the time is over; what has passed of it is noted for the next process.
  bool out_of_time() {
    if (!start_.has_value()) {
      return false;
    }
    const std::chrono::milliseconds spent = elapsed();
    if (directory_ != nullptr) {
      directory_->set_elapsed(spent);
    }
    return spent >= *limit_;
  }

  // Whether it is over for long. On any thread.
  bool overdue() const { return Clock::now().time_since_epoch().count() >= overdue_from_; }

 private:
  void start(Clock::time_point start) {
    start_ = start;
    overdue_from_ = (start + (*limit_ - before_) + kPatience).time_since_epoch().count();
  }

  std::function<bool()> stop_;
  RunDirectory* directory_;
  std::optional<Clock::duration> limit_;
  Clock::duration before_{0};
  std::optional<Clock::time_point> start_;
  std::atomic<Clock::rep> overdue_from_ = std::numeric_limits<Clock::rep>::max();
  bool told_over_ = false;
  bool fresh_ = true;  // nothing was evaluated
};

// What the directory's snapshot holds; nothing where there is none, nor where it is of no use, in
// which case the strategy has to be made again. `warning` says what the user should know of either.
std::optional<SearchResult> restore(const RunDirectory& directory, const Problem& problem,
                                    Strategy& strategy, std::string& warning) {
  try {
    const std::optional<Snapshot> snapshot = directory.snapshot();
    if (!snapshot.has_value()) {
      warning = directory.other_processor().value_or("");
      return std::nullopt;
    }
    return restore_search(snapshot->state, directory.snapshot_file(),
                          directory.recorded().first(snapshot->evaluations), problem, strategy);
  } catch (const Error& error) {
    warning = fmt::format("snapshot ignored: {}", error.what());
    return std::nullopt;
  }
}

}  // namespace

std::optional<std::string> read_policy_of(const SearchRequest& request) {
  const std::string& file = request.policy_file;
  return file.empty() ? std::nullopt : std::optional(read_file(file, kMostPolicyBytes));
}

TrainedPolicy policy_of(const SearchRequest& request, const std::string& bytes, const Chip& chip) {
  const std::string& file = request.policy_file;
  if (!strategies().find(request.strategy).learns) {
    throw Error(fmt::format("{}: strategy {} has no use for a policy; {} have", file,
                            request.strategy, fmt::join(strategies().learning(), " and ")));
  }
  TrainedPolicy policy = read_policy(bytes, file);
  check_policy_fits(policy, chip, file);
  return policy;
}

std::optional<TrainedPolicy> policy_of(const RunConfig& config, const Chip& chip) {
  return config.policy ? std::optional(policy_of(config, *config.policy, chip)) : std::nullopt;
}

StrategyTask task_of(const RunConfig& config, const Problem& problem,
                     std::span<const Reference> references, std::optional<TrainedPolicy> policy) {
  StrategyTask task{problem, config.seed, horizon_of(config)};
  task.native_cost = native_of(references).cost;
  if (config.init.has_value()) {
    task.warm.init = allowed(problem, *config.init);
  }
  if (policy.has_value()) {
    task.warm.knowledge.put(std::make_shared<const TrainedPolicy>(*std::move(policy)));
  }
  if (!config.seed_from.empty()) {
    task.warm.knowledge.put(std::make_shared<const Relaxation>(
        relax(task, fastest_of(references).latency, kRelaxedStarts)));
  }
  return task;
}

void check_learns(const RunConfig& config, const Problem& problem) {
  const StrategyInfo& info = strategies().find(config.strategy);
  if (!info.learns) {
    throw Error(fmt::format("strategy {} learns no policy; {} do", config.strategy,
                            fmt::join(strategies().learning(), " and ")));
  }
  const StrategyTask task{problem, config.seed, horizon_of(config)};
  if (learnt_policy(*info.make(task, options_of(config))) == nullptr) {
    throw Error(
        fmt::format("strategy {} learns no policy here: its options leave the learner out, "
                    "or the network has nothing to decide",
                    config.strategy));
  }
}

namespace {

// The same, but throws Stopped where it is stopped before the search.
RunResult search_and_keep(const RunConfig& config, const Program& program, Simulator& simulator,
                          const RunSurroundings& surroundings) {
  const StrategyInfo& info = strategies().find(config.strategy);
  const Options options = options_of(config);
  std::optional<TrainedPolicy> policy = policy_of(config, program.chip());
  const Problem posed = problem_of(config, program.problem);
  MEMPLACE_ASSERT(posed.constraints() == program.problem.constraints() &&
                      posed.effort() == program.problem.effort(),
                  config.workload);
  EvaluatorPool evaluators(program, simulator, config.objective, surroundings.threads);
  std::unique_ptr<RunDirectory> directory;
  if (surroundings.directory.has_value()) {
    const bool multiplies = info.multiplies && info.multiplies(options);
    directory = std::make_unique<RunDirectory>(
        *surroundings.directory, config, program, surroundings.snapshot_every,
        multiplies ? surroundings.processor.value_or(processor_kind()) : "");
  }

  StopWatch watch(config, surroundings, directory.get());
  const StopScope scope([&watch] { return watch.overdue(); });
  RunResult result;
  const Noise noise{config.noise, config.seed};
  const std::vector<Evaluated> heuristics = evaluate_heuristics(evaluators);
  result.references = references_of(heuristics);
  Judge judge(evaluators, heuristics, noise);
  if (directory) {
    directory->judge_by(judge);
  }
  const auto pronounce = [&] {
    result.verdict = judge.of(result.search);
    result.best_cost = result.verdict.best.cost;
  };
  if (directory && directory->ended().has_value() && surroundings.reads_ended) {
    result.search = directory->read_result(config.remeasurements);
    pronounce();
    directory->finish(result.search);
    return result;
  }
  if (!config.seed_from.empty()) {
    static_cast<void>(watch());  // the time that it takes is the search's
  }
  const StrategyTask task = task_of(config, program.problem, result.references, std::move(policy));
  const auto make_strategy = [&] {
    std::unique_ptr<Strategy> strategy = info.make(task, options);
    strategy->hear(judge.measured_heuristic(config.remeasurements));
    return strategy;
  };
  std::unique_ptr<Strategy> strategy = make_strategy();
  std::optional<SearchResult> restored;
  if (directory) {
    std::string warning;
    restored = restore(*directory, program.problem, *strategy, warning);
    if (!warning.empty()) {
      strategy = make_strategy();
      if (surroundings.on_warning) {
        surroundings.on_warning(warning);
      }
    }
  }

  SearchPlan plan;
  plan.budget = config.budget;
  plan.earlier_budgets = config.earlier_budgets;
  plan.target = config.target_latency;
  plan.judge = &judge;
  plan.patience = config.patience;
  plan.stop = [&watch] { return watch(); };
  plan.noise = noise;
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
    surroundings.on_begin(result.references, watch.elapsed());
  }
  result.search = search(*strategy, evaluators, plan);
  const bool stopped = result.search.stopped == StopReason::kStopped;
  if (stopped && watch.out_of_time()) {
    result.search.stopped = StopReason::kTime;
  }
  if (directory && directory->ended().has_value()) {
    result.search.stopped = *directory->ended();
  }
  pronounce();
  result.policy = learnt_policy(*strategy);
  result.over = result.search.stopped != StopReason::kStopped;
  if (directory && result.over) {
    directory->finish(result.search);
  } else if (directory && result.search.history.size() >= directory->recorded().size()) {
    directory->save(result.search);  // while it was being recalled nothing was new
  }
  return result;
}

}  // namespace

RunResult execute_run(const RunConfig& config, const Program& program, Simulator& simulator,
                      const RunSurroundings& surroundings) {
  try {
    return search_and_keep(config, program, simulator, surroundings);
  } catch (const Stopped&) {
    RunResult nothing;
    nothing.search.stopped = StopReason::kStopped;
    nothing.over = false;
    return nothing;
  }
}

}  // namespace memplace
