// SPDX-License-Identifier: Apache-2.0
// One policy from several networks.
#include "optimizer/studies/training/training.h"

#include <cstdint>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "optimizer/catalog/strategies.h"
#include "optimizer/learning/learner.h"
#include "optimizer/learning/trained_policy.h"
#include "sim/event/event_simulator.h"
#include "tests/support/toy_tasks.h"

namespace memplace::test {
namespace {

// Small networks, so that the test is quick.
const std::vector<std::string> kSmall{"heads=1", "head_width=4", "depth=1", "warm_up=3", "batch=4"};

std::vector<std::string> small(const std::vector<std::string>& more = {}) {
  std::vector<std::string> options = kSmall;
  options.insert(options.end(), more.begin(), more.end());
  return options;
}

TrainingResult train_on(const std::vector<const Program*>& programs, const std::string& strategy,
                        const TrainingPlan& plan, const std::vector<std::string>& more = {}) {
  EventSimulator simulator;
  const StrategyInfo& info = strategies().find(strategy);
  const Options options("strategy " + strategy, info.options, small(more));
  return train(programs, simulator, info, options, plan);
}

TrainingPlan plan_of(std::uint64_t budget, std::size_t threads = 1) {
  TrainingPlan plan;
  plan.seed = 3;
  plan.budget = budget;
  plan.threads = threads;
  return plan;
}

}  // namespace

TEST_CASE("training is the same for any number of threads", "[training][threads]") {
  const Program chain = toy_program(kChainText);
  const Program diamond = toy_program(kDiamondText);
  for (const char* const strategy : {"egrl", "pg"}) {
    CAPTURE(strategy);
    const TrainingResult one = train_on({&chain, &diamond}, strategy, plan_of(70));
    const TrainingResult many = train_on({&chain, &diamond}, strategy, plan_of(70, 4));
    REQUIRE(one.workloads.size() == 2);
    CHECK(many.policy == one.policy);
    for (std::size_t i = 0; i < 2; ++i) {
      CHECK(one.workloads[i].search.history.size() == 70);
      CHECK(many.workloads[i].search.history == one.workloads[i].search.history);
      CHECK(many.workloads[i].zero_shot.given == one.workloads[i].zero_shot.given);
    }
  }
}

TEST_CASE("what is learnt of one network is learnt for the other", "[training]") {
  const Program chain = toy_program(kChainText);
  const Program diamond = toy_program(kDiamondText);
  const TrainingResult both = train_on({&chain, &diamond}, "pg", plan_of(60));
  const TrainingResult alone = train_on({&chain}, "pg", plan_of(60));
  CHECK(both.policy.shape == alone.policy.shape);
  CHECK(both.policy.parameters != alone.policy.parameters);
  // Same seed, same first batch; then the one has learnt of the diamond meanwhile.
  const auto& shared = both.workloads[0].search.history;
  const auto& single = alone.workloads[0].search.history;
  CHECK(shared.front() == single.front());
  CHECK(shared != single);
  // A training of one is a search.
  EventSimulator simulator;
  const auto references = alone.workloads[0].references;
  const StrategyInfo& info = strategies().find("pg");
  StrategyTask task{chain.problem, 3, 60};
  task.native_cost = native_of(references).cost;
  const auto strategy = info.make(task, Options("strategy pg", info.options, small()));
  EvaluatorPool evaluators(chain, simulator);
  CHECK(search(*strategy, evaluators, budget_of(60)).history == single);
  CHECK(*learnt_policy(*strategy) == alone.policy);
}

TEST_CASE("searches with a shared learner have one policy", "[training]") {
  const Program chain = toy_program(kChainText);
  const Program diamond = toy_program(kDiamondText);
  const StrategyInfo& info = strategies().find("egrl");
  const Options options("strategy egrl", info.options, small());
  const auto shared = std::make_shared<SharedLearner>();
  StrategyTask first{chain.problem, 1, 40};
  first.warm.knowledge.put(shared);
  StrategyTask second{diamond.problem, 2, 40};
  second.warm.knowledge.put(shared);
  const auto a = info.make(first, options);
  const auto b = info.make(second, options);
  const TrainedPolicy before = *learnt_policy(*b);
  CHECK(*learnt_policy(*a) == before);
  EventSimulator simulator;
  EvaluatorPool evaluators(chain, simulator);
  search(*a, evaluators, budget_of(40));
  CHECK(*learnt_policy(*a) != before);
  CHECK(*learnt_policy(*b) == *learnt_policy(*a));
}

TEST_CASE("searches of a training take turns batch by batch", "[training]") {
  const Program chain = toy_program(kChainText);
  const Program diamond = toy_program(kDiamondText);
  TrainingPlan plan = plan_of(25);
  std::vector<std::uint64_t> counts;
  plan.on_batch = [&](std::uint64_t evaluations) { counts.push_back(evaluations); };
  // The native start, then 10 rollouts a batch until 25 are spent: 1, 10, 10, 4 in each search.
  train_on({&chain, &diamond}, "pg", plan, {"start=native"});
  CHECK(counts == std::vector<std::uint64_t>{1, 2, 12, 22, 32, 42, 46, 50});
}

TEST_CASE("zero-shot is the likeliest mapping of the policy that training ends with",
          "[training]") {
  const Program chain = toy_program(kChainText);
  const Program diamond = toy_program(kDiamondText);
  const TrainingResult result = train_on({&chain, &diamond}, "egrl", plan_of(40));
  EventSimulator simulator;
  const StrategyInfo& info = strategies().find("egrl");
  StrategyTask task{diamond.problem, 4, 1};
  const auto policy = std::make_shared<const TrainedPolicy>(result.policy);
  task.warm.knowledge.put(policy);
  const auto strategy = info.make(task, Options("strategy egrl", info.options, {}));
  EvaluatorPool evaluators(diamond, simulator);
  const SearchResult first = search(*strategy, evaluators, budget_of(1));
  CHECK(first.history.front().part == "zero-shot");
  CHECK(first.best->given == result.workloads[1].zero_shot.given);
  CHECK(first.best->measures.latency == result.workloads[1].zero_shot.measures.latency);

  TrainingPlan plan = plan_of(40);
  plan.policy = policy;
  const TrainingResult more = train_on({&chain, &diamond}, "egrl", plan);
  CHECK(more.workloads[1].search.history.front().part == "zero-shot");
  CHECK(more.workloads[1].search.history.front().latency == first.best->measures.latency);
  CHECK(more.policy != result.policy);
}

// The companion's network has another shape than the learner that is shared: it has its own.
TEST_CASE("a companion that learns keeps out of the shared learner", "[training]") {
  const Program chain = toy_program(kChainText);
  const TrainingResult result = train_on({&chain}, "egrl", plan_of(40), {"companion=pg"});
  CHECK(result.policy.parameters.size() == parameter_count(result.policy.shape));
  CHECK(result.policy.shape.heads == train_on({&chain}, "egrl", plan_of(1)).policy.shape.heads);
}

TEST_CASE("without a learner there is no training", "[training]") {
  const Program chain = toy_program(kChainText);
  CHECK_THROWS_WITH(train_on({&chain}, "egrl", plan_of(10), {"gradient=off"}),
                    "strategy egrl learns no policy here: its options leave the learner out, or no "
                    "network has anything to decide");
}

}  // namespace memplace::test
