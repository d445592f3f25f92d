// SPDX-License-Identifier: Apache-2.0
#include "optimizer/learning/policy_objective.h"

#include <cmath>
#include <cstddef>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/unit/learning/learning_toy.h"

namespace memplace::test {
namespace {

std::vector<double> random_numbers(std::size_t count, Rng& rng) {
  std::vector<double> numbers(count);
  for (double& number : numbers) {
    number = 2 * rng.normal();
  }
  return numbers;
}

// In double, where ActionSpace's own is of floats.
Posterior softmax(const ActionSpace& actions, const std::vector<double>& logits) {
  Posterior posterior(actions.decisions(), actions.memories());
  for (std::size_t i = 0; i < actions.decisions(); ++i) {
    double sum = 0;
    for (const MemoryId memory : actions.allowed(i)) {
      sum += posterior.row(i)[memory.index()] =
          std::exp(logits[actions.offset(i) + memory.index()]);
    }
    for (double& probability : posterior.row(i)) {
      probability /= sum;
    }
  }
  return posterior;
}

Posterior random_values(const ActionSpace& actions, Rng& rng) {
  Posterior values(actions.decisions(), actions.memories());
  for (std::size_t i = 0; i < actions.decisions(); ++i) {
    for (double& value : values.row(i)) {
      value = rng.normal();
    }
  }
  return values;
}

PolicyObjective nothing(const ActionSpace& actions) {
  return {Posterior(actions.decisions(), actions.memories()), 0, 0, {}};
}

void check_gradient(const ActionSpace& actions, const PolicyObjective& objective, Rng& rng) {
  constexpr double kStep = 1e-5;
  std::vector<double> logits = random_numbers(actions.nodes() * actions.columns(), rng);
  const std::vector<double> found = logit_gradient(actions, softmax(actions, logits), objective);
  REQUIRE(found.size() == logits.size());
  std::vector<char> has_say(logits.size(), 0);
  for (std::size_t i = 0; i < actions.decisions(); ++i) {
    for (const MemoryId memory : actions.allowed(i)) {
      has_say[actions.offset(i) + memory.index()] = 1;
    }
  }
  double error = 0;
  double size = 0;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    CAPTURE(i);
    if (has_say[i] == 0) {
      CHECK(found[i] == 0);
      continue;
    }
    const double logit = logits[i];
    logits[i] = logit + kStep;
    const double above = objective_of(actions, softmax(actions, logits), objective);
    logits[i] = logit - kStep;
    const double below = objective_of(actions, softmax(actions, logits), objective);
    logits[i] = logit;
    const double expected = (above - below) / (2 * kStep);
    CHECK(found[i] == Approx(expected).epsilon(1e-4).margin(1e-7));
    error += (found[i] - expected) * (found[i] - expected);
    size += expected * expected;
  }
  REQUIRE(size > 0);
  CHECK(std::sqrt(error / size) < 1e-4);
}

}  // namespace

TEST_CASE("a policy objective's derivative by logits is that of central differences",
          "[learning]") {
  const LearningToy free(kDiamondText);
  const LearningToy ruled(kDiamondText, {"a.weights=llc", "b.out=sram", "c*=dram"});
  for (const LearningToy* toy : {&free, &ruled}) {
    const ActionSpace& actions = toy->actions;
    Rng rng(7);
    for (int round = 0; round < 3; ++round) {
      const std::vector<Experience> models{{toy->random_choices(rng), 1},
                                           {toy->random_choices(rng), 2},
                                           {toy->random_choices(rng), -3}};
      PolicyObjective values = nothing(actions);
      values.values = random_values(actions, rng);
      PolicyObjective entropy = nothing(actions);
      entropy.alpha = 0.7;
      PolicyObjective imitation = nothing(actions);
      imitation.imitation = 1.3;
      imitation.models = models;
      PolicyObjective all = values;
      all.alpha = 0.7;
      all.imitation = 1.3;
      all.models = models;
      for (const PolicyObjective& objective : {values, entropy, imitation, all}) {
        CAPTURE(toy == &ruled, round, objective.alpha, objective.imitation);
        check_gradient(actions, objective, rng);
      }
    }
  }
}

// Two memories are impossible for each decision: no entropy, and the value of the third.
TEST_CASE("a policy objective where probabilities are exactly 0", "[learning]") {
  const LearningToy toy(kChainText);
  const ActionSpace& actions = toy.actions;
  Posterior certain(5, 3);
  PolicyObjective objective = nothing(actions);
  objective.alpha = 0.5;
  for (std::size_t i = 0; i < 5; ++i) {
    certain.row(i)[1] = 1;
    objective.values.row(i)[0] = 100;
    objective.values.row(i)[1] = 2;
  }
  CHECK(objective_of(actions, certain, objective) == Approx(10));
  // No logit nearby changes a softmax that is saturated.
  for (const double slope : logit_gradient(actions, certain, objective)) {
    CHECK(slope == 0);
  }
  // Imitation still pulls: of five decisions each has a fifth.
  const std::vector<Experience> models{{{0, 1, 0, 1, 0}, 1}};
  objective.imitation = 1;
  objective.models = models;
  const std::vector<double> gradient = logit_gradient(actions, certain, objective);
  CHECK(gradient[actions.offset(0)] == Approx(0.2));
  CHECK(gradient[actions.offset(0) + 1] == Approx(-0.2));
  CHECK(gradient[actions.offset(0) + 2] == 0);
  CHECK(gradient[actions.offset(1)] == 0);
  CHECK(gradient[actions.offset(1) + 1] == 0);
}

// Of indifference: ln 3 of entropy a decision, in the mean; -ln 3 of likelihood; values' mean.
TEST_CASE("a policy objective by hand", "[learning]") {
  const LearningToy toy(kChainText);
  const Posterior even = softmax(toy.actions, std::vector<double>(3 * 6, 1.0));
  PolicyObjective objective = nothing(toy.actions);
  objective.values.row(0)[0] = 6;
  objective.values.row(4)[2] = 9;
  CHECK(objective_of(toy.actions, even, objective) == Approx(2 + 3));
  objective.alpha = 0.5;
  CHECK(objective_of(toy.actions, even, objective) == Approx(5 + 0.5 * std::log(3)));
  const std::vector<Experience> models{{{0, 1, 2, 1, 0}, 1}, {{2, 2, 2, 2, 2}, 1}};
  objective.models = models;
  objective.imitation = 2;
  CHECK(objective_of(toy.actions, even, objective) == Approx(5 - 1.5 * std::log(3)));
}

}  // namespace memplace::test
