// SPDX-License-Identifier: Apache-2.0
#include "optimizer/studies/training/training.h"

#include <memory>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/stopping.h"
#include "optimizer/learning/learner.h"
#include "optimizer/search/evaluator.h"

namespace memplace {
namespace {

// The search of one program.
class Pupil {
 public:
  // All arguments outlive it.
  Pupil(const Program& program, Simulator& simulator, const StrategyInfo& info,
        const Options& options, const TrainingPlan& plan, std::uint64_t seed,
        const std::shared_ptr<SharedLearner>& shared)
      : info_(info),
        options_(options),
        evaluators_(program, simulator, {}, plan.threads),
        references_(heuristic_references(evaluators_)),
        task_{program.problem, seed, plan.budget} {
    search_.budget = plan.budget;
    search_.stop = plan.stop;
    task_.native_cost = native_of(references_).cost;
    StrategyTask task = task_;
    if (plan.policy != nullptr) {
      task.warm.knowledge.put(plan.policy);
    }
    task.warm.knowledge.put(shared);
    strategy_ = info.make(task, options);
    steps_ = std::make_unique<SearchSteps>(*strategy_, evaluators_, search_);
  }
  Pupil(const Pupil&) = delete;
  Pupil& operator=(const Pupil&) = delete;
  ~Pupil() = default;

  // False where the search is over.
  bool step() { return steps_->step(); }

  bool stopped() const { return steps_->stopped(); }
  std::uint64_t evaluations() const { return steps_->so_far().history.size(); }
  std::shared_ptr<const TrainedPolicy> policy() const { return learnt_policy(*strategy_); }

  // To be called once, when the search is over.
  TrainedWorkload finish(const std::shared_ptr<const TrainedPolicy>& policy) {
    StrategyTask task = task_;
    task.warm.knowledge.put(policy);
    task.budget = 1;
    // A strategy with a policy first asks for what that likes best.
    const std::vector<Proposal> first = info_.make(task, options_)->ask(1);
    return {std::move(references_), steps_->finish(), evaluators_.evaluate(first.front().mapping)};
  }

 private:
  const StrategyInfo& info_;
  const Options& options_;
  EvaluatorPool evaluators_;
  std::vector<Reference> references_;
  StrategyTask task_;
  SearchPlan search_;
  std::unique_ptr<Strategy> strategy_;
  std::unique_ptr<SearchSteps> steps_;
};

// Of any pupil that has something to decide: they share it.
std::shared_ptr<const TrainedPolicy> policy_of(std::span<const std::unique_ptr<Pupil>> pupils) {
  for (const std::unique_ptr<Pupil>& pupil : pupils) {
    if (auto policy = pupil->policy()) {
      return policy;
    }
  }
  return nullptr;
}

}  // namespace

TrainingResult train(std::span<const Program* const> programs, Simulator& simulator,
                     const StrategyInfo& info, const Options& options, const TrainingPlan& plan) {
  MEMPLACE_ASSERT(info.learns && !programs.empty() && plan.budget > 0, info.name);
  const auto shared = std::make_shared<SharedLearner>();
  std::vector<std::unique_ptr<Pupil>> pupils;
  pupils.reserve(programs.size());
  for (const Program* const program : programs) {
    pupils.push_back(std::make_unique<Pupil>(*program, simulator, info, options, plan,
                                             plan.seed + pupils.size(), shared));
  }
  if (policy_of(pupils) == nullptr) {
    throw Error(
        fmt::format("strategy {} learns no policy here: its options leave the learner out, "
                    "or no network has anything to decide",
                    info.name));
  }
  std::uint64_t evaluations = 0;
  std::vector<Pupil*> busy;
  busy.reserve(pupils.size());
  for (const std::unique_ptr<Pupil>& pupil : pupils) {
    busy.push_back(pupil.get());
  }
  bool stopped = false;
  while (!busy.empty() && !stopped) {
    std::erase_if(busy, [&](Pupil* pupil) {
      const std::uint64_t before = pupil->evaluations();
      const bool over = !pupil->step();
      evaluations += pupil->evaluations() - before;
      stopped = stopped || pupil->stopped();
      if (plan.on_batch && !over) {
        plan.on_batch(evaluations);
      }
      return over;
    });
  }
  const std::shared_ptr<const TrainedPolicy> policy = policy_of(pupils);
  TrainingResult result{*policy, {}, stopped, evaluations};
  try {
    for (const std::unique_ptr<Pupil>& pupil : pupils) {
      if (!stopped) {
        result.workloads.push_back(pupil->finish(policy));
      }
    }
  } catch (const Stopped&) {
    result.workloads.clear();
    result.stopped = true;
  }
  return result;
}

}  // namespace memplace
