// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "optimizer/learning/policy_objective.h"
#include "optimizer/learning/sac.h"
#include "tests/unit/learning/learning_toy.h"

namespace memplace::test {
namespace {

std::string saved(const Learner& learner) {
  ArchiveWriter archive;
  learner.save(archive);
  return archive.bytes();
}

std::vector<float> policy_of(const Learner& learner) {
  return {learner.policy().begin(), learner.policy().end()};
}

SacLearner make_learner(const LearningToy& toy, std::uint64_t seed, const SacRule& rule = {}) {
  Rng rng(seed);
  return {*toy.model, rule, rng};
}

void update(Learner& learner, const LearningToy& toy, const Replay& replay, std::uint64_t seed,
            std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) {
    Rng rng(seed, 1, i);
    learner.update(*toy.model, replay, rng);
  }
}

// Each decision for itself is worth its memory, from 0 to 2, but the second eight times that.
double worth(const Choices& choices) {
  double sum = 0;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    sum += (i == 1 ? 8 : 1) * static_cast<double>(choices[i]);
  }
  return sum;
}

Replay random_replay(const LearningToy& toy, std::uint64_t seed, std::size_t count) {
  Replay replay(count, 4);
  Rng rng(seed);
  for (std::size_t i = 0; i < count; ++i) {
    const Choices choices = toy.random_choices(rng);
    replay.add({choices, worth(choices)});
  }
  return replay;
}

SacRule quick_rule() {
  SacRule rule;
  rule.policy_rate = 1e-2;
  rule.critic_rate = 1e-2;
  rule.tau = 1;
  rule.batch = 16;
  rule.scale = TargetScale::kDeviation;
  return rule;
}

// The mean over decisions of the example's log-likelihood.
double likelihood(const LearningToy& toy, const Learner& learner, const Experience& example) {
  const PolicyObjective objective{Posterior(toy.actions.decisions(), 3), 0, 1, {&example, 1}};
  return objective_of(toy.actions, toy.model->posterior(learner.policy()), objective);
}

}  // namespace

TEST_CASE("a learner of the same seed learns the same, bit by bit", "[learning]") {
  const LearningToy toy(kChainText, {"a.weights=llc"});
  const Replay replay = random_replay(toy, 1, 50);
  SacRule rule = quick_rule();
  rule.imitation = 0.5;
  SacLearner one = make_learner(toy, 3, rule);
  SacLearner same = make_learner(toy, 3, rule);
  SacLearner other = make_learner(toy, 4, rule);
  CHECK(saved(one) == saved(same));
  CHECK(saved(one) != saved(other));
  const std::vector<float> before = policy_of(one);
  update(one, toy, replay, 9, 5);
  update(same, toy, replay, 9, 5);
  CHECK(saved(one) == saved(same));
  CHECK(policy_of(one) != before);
  // Other draws, other parameters.
  update(one, toy, replay, 10, 1);
  update(same, toy, replay, 11, 1);
  CHECK(saved(one) != saved(same));
}

TEST_CASE("a learner with nothing to learn from is as it was", "[learning]") {
  const LearningToy toy(kChainText);
  SacLearner learner = make_learner(toy, 1);
  const std::string before = saved(learner);
  update(learner, toy, Replay(10, 2), 1, 3);
  learner.imitate(*toy.model, {Choices(5, 0), 1}, 0);
  CHECK(saved(learner) == before);
}

TEST_CASE("imitation makes an example the likeliest choice of every decision", "[learning]") {
  const LearningToy toy(kChainText);
  const Experience example{{2, 0, 1, 2, 0}, 1};
  for (const std::uint64_t seed : {1U, 2U, 3U, 4U}) {
    CAPTURE(seed);
    SacLearner slow = make_learner(toy, seed);
    double last = likelihood(toy, slow, example);
    for (int step = 0; step < 10; ++step) {
      slow.imitate(*toy.model, example, 1);
      const double now = likelihood(toy, slow, example);
      CHECK(now > last);
      last = now;
    }
    SacLearner learner = make_learner(toy, seed, quick_rule());
    learner.imitate(*toy.model, example, 300);
    const Posterior posterior = toy.model->posterior(learner.policy());
    for (std::size_t i = 0; i < 5; ++i) {
      CAPTURE(i);
      CHECK(posterior.row(i)[example.choices[i]] > 0.6);
    }
    CHECK(likelihood(toy, learner, example) > last);
  }
}

TEST_CASE("imitation leaves the critics alone", "[learning]") {
  const LearningToy toy(kChainText);
  SacLearner learner = make_learner(toy, 1);
  const std::vector<Choices> asked{{2, 0, 1, 2, 0}, {0, 0, 0, 0, 0}};
  const std::vector<double> before = learner.critic(*toy.model)->values(asked);
  learner.imitate(*toy.model, {{2, 0, 1, 2, 0}, 1}, 20);
  CHECK(learner.critic(*toy.model)->values(asked) == before);
}

// All in sram is worth 24, all in dram nothing. The second decision alone makes 16 of that.
TEST_CASE("a learner learns an additive landscape from random mappings", "[learning]") {
  const LearningToy toy(kChainText);
  for (const std::uint64_t seed : {1U, 2U, 3U, 4U}) {
    CAPTURE(seed);
    const Replay replay = random_replay(toy, seed, 200);
    SacLearner learner = make_learner(toy, seed, quick_rule());
    update(learner, toy, replay, seed, 300);
    const std::unique_ptr<const Critic> critic = learner.critic(*toy.model);
    const std::vector<double> values =
        critic->values(std::vector<Choices>{{0, 0, 0, 0, 0}, {1, 1, 1, 1, 1}, {2, 2, 2, 2, 2}});
    CHECK(values[1] > values[0] + 0.3);
    CHECK(values[2] > values[1] + 0.3);
    // Whatever the others are.
    Rng rng(seed);
    for (int round = 0; round < 10; ++round) {
      Choices worse = toy.random_choices(rng);
      worse[1] = 0;
      Choices better = worse;
      better[1] = 2;
      const std::vector<double> pair = critic->values(std::vector<Choices>{worse, better});
      CHECK(pair[1] > pair[0] + 0.3);
    }
    const Posterior posterior = toy.model->posterior(learner.policy());
    CHECK(posterior.row(1)[2] > 0.6);
    CHECK(posterior.row(1)[2] > 2 * posterior.row(1)[0]);
  }
}

// A value does not depend on what else is asked.
TEST_CASE("critics value each mapping for itself", "[learning]") {
  const LearningToy toy(kChainText);
  SacLearner learner = make_learner(toy, 5, quick_rule());
  update(learner, toy, random_replay(toy, 1, 30), 1, 10);
  const std::unique_ptr<const Critic> critic = learner.critic(*toy.model);
  const Choices a{0, 1, 2, 0, 1};
  const Choices b{2, 2, 0, 1, 1};
  const std::vector<double> both = critic->values(std::vector<Choices>{a, b, a});
  REQUIRE(both.size() == 3);
  CHECK(both[0] == Approx(both[2]));
  CHECK(both[0] == Approx(critic->values(std::vector<Choices>{a})[0]));
  CHECK(both[1] == Approx(critic->values(std::vector<Choices>{b})[0]));
  CHECK(std::abs(both[0] - both[1]) > 1e-4);
}

// With (reward - mean) / deviation neither a shift nor a scale of rewards matters much; without it
// values are near the rewards themselves.
TEST_CASE("critics learn rewards as they are told to", "[learning]") {
  const LearningToy toy(kChainText);
  Replay replay(10, 1);
  Rng draw(1);
  for (int i = 0; i < 10; ++i) {
    replay.add({toy.random_choices(draw), 3});
  }
  SacRule rule = quick_rule();
  SacLearner normal = make_learner(toy, 1, rule);
  update(normal, toy, replay, 1, 200);
  rule.scale = TargetScale::kReward;
  SacLearner plain = make_learner(toy, 1, rule);
  update(plain, toy, replay, 1, 200);
  for (std::size_t i = 0; i < replay.size(); ++i) {
    const std::vector<Choices> one{replay[i].choices};
    CHECK(normal.critic(*toy.model)->values(one)[0] == Approx(0).margin(0.5));
    CHECK(plain.critic(*toy.model)->values(one)[0] == Approx(3).margin(0.5));
  }
}

TEST_CASE("a learner that was saved goes on, bit by bit", "[learning]") {
  const LearningToy toy(kDiamondText, {"b.out=llc"});
  const Replay replay = random_replay(toy, 2, 40);
  SacRule rule = quick_rule();
  rule.imitation = 1;
  rule.tau = 0.1;
  SacLearner learner = make_learner(toy, 1, rule);
  update(learner, toy, replay, 1, 5);
  const std::string bytes = saved(learner);
  SacLearner loaded = make_learner(toy, 2, rule);
  CHECK(saved(loaded) != bytes);
  ArchiveReader archive(bytes, "bytes");
  loaded.load(archive);
  archive.check_end();
  CHECK(saved(loaded) == bytes);
  update(learner, toy, replay, 2, 5);
  update(loaded, toy, replay, 2, 5);
  CHECK(saved(loaded) == saved(learner));

  for (std::size_t size = 0; size < bytes.size(); size += 1 + bytes.size() / 200) {
    const std::string cut = bytes.substr(0, size);
    ArchiveReader reader(cut, "bytes");
    CHECK_THROWS_AS(make_learner(toy, 2, rule).load(reader), Error);
  }
}

TEST_CASE("a learner refuses parameters of another shape", "[learning]") {
  const LearningToy toy(kChainText);
  SacLearner learner = make_learner(toy, 1);
  std::vector<float> parameters = toy.parameters(7);
  learner.set_policy(parameters);
  CHECK(policy_of(learner) == parameters);
  parameters.pop_back();
  CHECK_THROWS_AS(learner.set_policy(parameters), InternalError);
  CHECK_THROWS_AS(learner.set_policy({}), InternalError);

  PolicyShape wider = toy_shape();
  wider.hidden = 8;
  const PolicyModel other(toy.task, toy.space, wider);
  Rng rng(1);
  const std::string bytes = saved(SacLearner(other, SacRule{}, rng));
  ArchiveReader archive(bytes, "bytes");
  CHECK_THROWS_WITH(learner.load(archive), Catch::StartsWith("bytes: holds a list of "));
}

}  // namespace memplace::test
