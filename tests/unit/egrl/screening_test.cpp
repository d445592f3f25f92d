// SPDX-License-Identifier: Apache-2.0
#include "optimizer/egrl/screening.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <unordered_set>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "optimizer/learning/sac.h"
#include "optimizer/search/mapping_hash.h"
#include "tests/unit/learning/learning_toy.h"

namespace memplace::test {
namespace {

ScreeningRule rule_of(std::size_t candidates, double guided, std::size_t moves = 1) {
  ScreeningRule rule;
  rule.screened = 1;
  rule.candidates = candidates;
  rule.guided = guided;
  rule.moves = moves;
  return rule;
}

SacLearner trained(const LearningToy& toy) {
  Rng rng(1);
  SacRule rule;
  rule.critic_rate = 1e-2;
  SacLearner learner(*toy.model, rule, rng);
  Replay replay(60, 1);
  for (int i = 0; i < 60; ++i) {
    const Choices choices = toy.random_choices(rng);
    replay.add({choices, static_cast<double>(choices[0]) - choices[3]});
  }
  for (int i = 0; i < 60; ++i) {
    learner.update(*toy.model, replay, rng);
  }
  return learner;
}

Posterior certain(const LearningToy& toy, const Choices& choices) {
  Posterior posterior(toy.actions.decisions(), 3);
  for (std::size_t i = 0; i < choices.size(); ++i) {
    posterior.row(i)[choices[i]] = 1;
  }
  return posterior;
}

std::optional<Proposal> choose(const LearningToy& toy, const ScreeningRule& rule,
                               const Mapping& from, const Posterior* posterior,
                               const Critic* critic, const std::unordered_set<std::uint64_t>& known,
                               std::uint64_t seed) {
  Screening screening(toy.task, toy.space, rule, {});
  Rng rng(seed);
  auto chosen = screening.choose(from, posterior, toy.actions, critic, known, rng);
  return chosen ? std::optional<Proposal>(std::move(chosen->proposal)) : std::nullopt;
}

}  // namespace

TEST_CASE("screening chooses what critics think best", "[egrl]") {
  const LearningToy toy(kChainText);
  const SacLearner learner = trained(toy);
  const std::unique_ptr<const Critic> critic = learner.critic(*toy.model);
  const Mapping from = toy.in(kDram);
  const std::unordered_set<std::uint64_t> known{mapping_hash(from)};
  // So many that all neighbours are among them.
  std::vector<Choices> neighbours;
  std::set<std::uint64_t> different;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const std::optional<Proposal> one =
        choose(toy, rule_of(1, 0), from, nullptr, nullptr, known, seed);
    REQUIRE(one.has_value());
    CHECK(one->part == "screened");
    neighbours.push_back(toy.actions.choices(one->mapping));
    different.insert(mapping_hash(one->mapping));
  }
  CHECK(different.size() > 5);
  const std::vector<double> values = critic->values(neighbours);
  const double best = *std::max_element(values.begin(), values.end());
  const double worst = *std::min_element(values.begin(), values.end());
  REQUIRE(best > worst + 0.1);
  double mean = 0;
  for (const double value : values) {
    mean += value / static_cast<double>(values.size());
  }
  // The ways are tried in turn, then by what came of them; the last is best of 64.
  Screening screening(toy.task, toy.space, rule_of(64, 0), {});
  double sum = 0;
  int count = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Rng rng(seed);
    const auto chosen = screening.choose(from, nullptr, toy.actions, critic.get(), known, rng);
    REQUIRE(chosen.has_value());
    screening.tell(chosen->way, chosen->way == 6);
    if (chosen->way == 6) {
      sum += critic->values(std::vector<Choices>{toy.actions.choices(chosen->proposal.mapping)})[0];
      ++count;
    }
  }
  REQUIRE(count > 0);
  CHECK(sum / count > mean + 0.5 * (best - mean));
}

TEST_CASE("screening without critics takes the first, whatever follows", "[egrl]") {
  const LearningToy toy(kChainText);
  const Mapping from = toy.in(kDram);
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const auto one = choose(toy, rule_of(1, 0), from, nullptr, nullptr, {}, seed);
    const auto many = choose(toy, rule_of(20, 0), from, nullptr, nullptr, {}, seed);
    REQUIRE(one.has_value());
    REQUIRE(many.has_value());
    CHECK(one->mapping == many->mapping);
  }
}

// What was chosen is known from then on, until nothing is left of a small neighbourhood.
TEST_CASE("screening never chooses what is known", "[egrl]") {
  const LearningToy toy(kChainText);
  const SacLearner learner = trained(toy);
  const std::unique_ptr<const Critic> critic = learner.critic(*toy.model);
  const Mapping from = toy.in(kDram);
  Rng draw(1);
  const Posterior posterior = toy.model->posterior(toy.parameters(1));
  for (const double guided : {0.0, 0.5, 1.0}) {
    CAPTURE(guided);
    std::unordered_set<std::uint64_t> known{mapping_hash(from)};
    bool ended = false;
    for (std::uint64_t seed = 0; seed < 400 && !ended; ++seed) {
      const auto chosen =
          choose(toy, rule_of(10, guided), from, &posterior, critic.get(), known, seed);
      ended = !chosen.has_value();
      if (chosen.has_value()) {
        CHECK(known.insert(mapping_hash(chosen->mapping)).second);
        check_settled(toy.program.problem, chosen->mapping);
        CHECK(is_feasible(toy.program.problem, chosen->mapping));
      }
    }
    CHECK(ended);
    CHECK(known.size() > 3);
  }
}

// The policy would have exactly what there is: no candidate but that, and what fill makes of it.
TEST_CASE("screening guided by a policy that is content", "[egrl]") {
  const LearningToy toy(kChainText);
  const Mapping from = toy.in(kDram);
  const Posterior content = certain(toy, Choices(5, 0));
  Screening screening(toy.task, toy.space, rule_of(8, 1, 3), {true, 0});
  Rng rng(1);
  const auto same = screening.choose(from, &content, toy.actions, nullptr, {}, rng);
  REQUIRE(same.has_value());
  CHECK(same->proposal.mapping == from);
  CHECK(same->proposal.part == "guided");
  CHECK_FALSE(screening.choose(from, &content, toy.actions, nullptr, {mapping_hash(from)}, rng)
                  .has_value());
}

// It wants a's weights in llc, and nothing else changed. Room there is.
TEST_CASE("screening decides anew where the policy is least content", "[egrl]") {
  const LearningToy toy(kChainText);
  const Mapping from = toy.in(kDram);
  const Posterior wish = certain(toy, {1, 0, 0, 0, 0});
  Screening screening(toy.task, toy.space, rule_of(1, 1), {true, 0});
  Rng rng(1);
  const auto chosen = screening.choose(from, &wish, toy.actions, nullptr, {}, rng);
  REQUIRE(chosen.has_value());
  CHECK(toy.actions.choices(chosen->proposal.mapping) == Choices{1, 0, 0, 0, 0});
}

TEST_CASE("one guided move changes one decision, and no forbidden one", "[egrl]") {
  const LearningToy toy(many_decisions(), {"o*.weights=llc"});
  const Mapping from = toy.in(kDram);
  Posterior posterior = toy.model->posterior(toy.parameters(1));
  Screening screening(toy.task, toy.space, rule_of(1, 1), {true, 0});
  std::set<std::uint64_t> different;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Rng rng(seed);
    const auto chosen =
        screening.choose(from, &posterior, toy.actions, nullptr, {mapping_hash(from)}, rng);
    REQUIRE(chosen.has_value());
    int changed = 0;
    for (const TensorId id : toy.space.decisions()) {
      changed += chosen->proposal.mapping[id] == from[id] ? 0 : 1;
      CHECK(toy.space.allows(id, chosen->proposal.mapping[id]));
    }
    CHECK(changed == 1);
    different.insert(mapping_hash(chosen->proposal.mapping));
  }
  CHECK(different.size() > 10);
}

}  // namespace memplace::test
