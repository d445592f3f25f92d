// SPDX-License-Identifier: Apache-2.0
#include "optimizer/egrl/egrl.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "optimizer/catalog/strategies.h"
#include "optimizer/learning/trained_policy.h"
#include "sim/event/event_simulator.h"
#include "tests/support/fake_simulator.h"
#include "tests/unit/learning/learning_toy.h"

namespace memplace::test {
namespace {

using Names = std::set<std::string>;

// Members and their parts are one part here.
std::string plain(const std::string& part) { return part.substr(0, part.find('/')); }

// Every share large enough for everything to happen in a short search.
std::vector<std::string> busy(std::vector<std::string> more) {
  for (const std::string option : {"seeding=0.5", "crossover=0.5", "policies=0.4", "population=10",
                                   "start=native", "companion_share=0.3"}) {
    const std::string name = option.substr(0, option.find('=') + 1);
    bool told = false;
    for (const std::string& one : more) {
      told = told || one.rfind(name, 0) == 0;
    }
    if (!told) {
      more.push_back(option);
    }
  }
  return more;
}

Names parts_of(const std::vector<std::string>& options) {
  const Program program = many_decisions();
  FakeSimulator simulator;
  Names parts;
  for (const HistoryEntry& entry :
       run_search("egrl", program, simulator, 1, 150, busy(options)).history) {
    parts.insert(plain(entry.part));
  }
  return parts;
}

Names without(const Names& all, const Names& removed) {
  Names left;
  for (const std::string& part : all) {
    if (!removed.contains(part)) {
      left.insert(part);
    }
  }
  return left;
}

int optima(const std::string& name, std::uint64_t budget) {
  int found = 0;
  for (const std::string& text : {kChainText, kDiamondText}) {
    const Program program = toy_program(text);
    FakeSimulator simulator;
    const Picoseconds optimum = brute_force_optimum(program, simulator);
    for (const std::uint64_t seed : {1U, 2U, 3U, 4U}) {
      const SearchResult result = run_search(name, program, simulator, seed, budget);
      found += result.best->measures.latency == optimum ? 1 : 0;
    }
  }
  return found;
}

}  // namespace

TEST_CASE("each switch of egrl takes away its parts and no others", "[egrl]") {
  const Names all = parts_of({});
  CHECK(all.contains("start"));
  CHECK(all.contains("founder"));
  const Names of_learner{"rollout", "screened", "guided", "migrant"};
  const Names of_policies{"gnn founder", "gnn crossover", "gnn mutation",
                          "gnn sample",  "seeded",        "migrant"};
  for (const std::string part :
       {"rollout", "screened", "guided", "migrant", "gnn founder", "seeded", "portfolio"}) {
    CAPTURE(part);
    CHECK(all.contains(part));
  }
  // What a child without a second parent is depends on chance, so that these are passed over.
  const Names chance{"sample",     "mutation",     "crossover",
                     "gnn sample", "gnn mutation", "gnn crossover"};
  const auto check = [&](const std::string& option, const Names& removed) {
    CAPTURE(option);
    CHECK(without(parts_of({option}), chance) == without(without(all, removed), chance));
  };
  check("gradient=off", of_learner);
  check("policies=0", of_policies);
  check("policies=1", {"founder", "seeded"});
  check("seeding=0", {"seeded"});
  check("migration=0", {"migrant"});
  check("policy=uniform", {});
  check("companion=none", {"portfolio"});
  check("screened=0", {"screened", "guided"});
  check("rollouts=0", {"rollout"});
  check("guided=0", {"guided"});
  check("guided=1", {"screened"});
}

TEST_CASE("a companion of egrl has its share of the budget", "[egrl]") {
  const Program program = many_decisions();
  FakeSimulator simulator;
  for (const std::string share : {"0", "0.3", "1"}) {
    const SearchResult result =
        run_search("egrl", program, simulator, 1, 100, {"companion_share=" + share});
    std::size_t spent = 0;
    for (const HistoryEntry& entry : result.history) {
      spent += plain(entry.part) == "portfolio" ? 1U : 0U;
    }
    CAPTURE(share, spent);
    CHECK(static_cast<double>(spent) <= std::stod(share) * 100);
    CHECK((spent > 0) == (share != "0"));
    CHECK(result.history.size() == 100);
  }
}

// A policy that is given is asked for its mapping before everything else.
TEST_CASE("what begins with a policy asks its likeliest mapping first", "[egrl]") {
  const LearningToy toy(kDiamondText);
  TrainedPolicy policy{toy_shape(), toy.parameters(5)};
  for (float& parameter : policy.parameters) {
    parameter *= 20;
  }
  StrategyTask task = toy.task;
  task.warm.knowledge.put(std::make_shared<const TrainedPolicy>(policy));
  const Posterior posterior = toy.model->posterior(policy.parameters);
  Decoder decoder(toy.task, toy.space, {false, 0});
  Rng rng(1);
  const Mapping likeliest = decoder.likeliest(posterior, rng);
  for (const std::string name : {"egrl", "pg"}) {
    CAPTURE(name);
    const StrategyInfo& info = strategies().find(name);
    const auto strategy = info.make(task, quick_options(info, {"repair=compiler"}));
    const std::vector<Proposal> asked = strategy->ask(1);
    REQUIRE(asked.size() == 1);
    CHECK(asked[0].part == "zero-shot");
    CHECK(asked[0].mapping == likeliest);
    if (name == "pg") {
      CHECK(strategy->ask(100).back().part == "start");
    }
    // Until it learns it is what it was given.
    REQUIRE(learnt_policy(*strategy) != nullptr);
    CHECK(*learnt_policy(*strategy) == policy);
  }
}

TEST_CASE("a strategy that learns has a policy to give away", "[egrl]") {
  const LearningToy toy(kDiamondText);
  FakeSimulator simulator;
  EvaluatorPool evaluators(toy.program, simulator);
  for (const std::string name : {"egrl", "pg", "ea"}) {
    CAPTURE(name);
    const auto strategy = make_strategy(name, toy.program, 1, 60);
    if (name == "ea") {
      CHECK(learnt_policy(*strategy) == nullptr);
      continue;
    }
    REQUIRE(learnt_policy(*strategy) != nullptr);
    const TrainedPolicy before = *learnt_policy(*strategy);
    CHECK(before.shape.hidden == 6);
    CHECK(before.shape.memories == 3);
    CHECK(before.parameters.size() == toy.model->policy().layout().size());
    search(*strategy, evaluators, budget_of(60));
    REQUIRE(learnt_policy(*strategy) != nullptr);
    CHECK(learnt_policy(*strategy)->shape == before.shape);
    CHECK(learnt_policy(*strategy)->parameters != before.parameters);
  }
  CHECK(learnt_policy(*make_strategy("egrl", toy.program, 1, 60, {"gradient=off"})) == nullptr);
}

TEST_CASE("egrl's history is the same for any number of threads", "[egrl][threads]") {
  const Program program = toy_program(kDiamondText);
  std::vector<std::vector<HistoryEntry>> histories;
  for (const std::size_t threads : {1U, 2U}) {
    EventSimulator simulator;
    EvaluatorPool evaluators(program, simulator, {}, threads);
    const auto strategy = make_strategy("egrl", program, 1, 120);
    histories.push_back(search(*strategy, evaluators, budget_of(120)).history);
  }
  CHECK(histories[0].size() == 120);
  CHECK(histories[0] == histories[1]);
}

TEST_CASE("ea breeds policies too where it is told to", "[egrl]") {
  const Program program = many_decisions();
  FakeSimulator simulator;
  std::map<bool, std::size_t> counts;
  for (const HistoryEntry& entry :
       run_search("ea", program, simulator, 1, 100, {"policies=0.5"}).history) {
    ++counts[entry.part.rfind("gnn ", 0) == 0];
  }
  CHECK(counts[true] > 40);
  CHECK(counts[false] > 40);
}

TEST_CASE("pg finds the optimum of most toy networks", "[egrl]") { CHECK(optima("pg", 300) >= 5); }

TEST_CASE("egrl finds the optimum of most toy networks", "[egrl]") {
  CHECK(optima("egrl", 200) >= 7);
}

}  // namespace memplace::test
