// SPDX-License-Identifier: Apache-2.0
#include "optimizer/evolution/evolution.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "optimizer/search/mapping_hash.h"
#include "tests/support/fake_simulator.h"
#include "tests/unit/learning/learning_toy.h"

namespace memplace::test {
namespace {

using Parts = std::map<std::string, std::size_t>;

EvolutionRule rule_of(std::size_t size, double policies) {
  EvolutionRule rule;
  rule.size = size;
  rule.policies = policies;
  rule.breeding.how.share = 0.02;
  rule.policy_mutation.super = 1;
  return rule;
}

Parts parts_of(const std::vector<Proposal>& batch) {
  Parts parts;
  for (const Proposal& proposal : batch) {
    ++parts[proposal.part];
  }
  return parts;
}

std::size_t count(const Parts& parts, const std::string& part) {
  const auto found = parts.find(part);
  return found == parts.end() ? 0 : found->second;
}

// Of parts that begin so, or of those that do not.
std::size_t count_policies(const Parts& parts, bool are = true) {
  std::size_t sum = 0;
  for (const auto& [part, number] : parts) {
    sum += ((part.rfind("gnn ", 0) == 0 || part == "migrant") == are) ? number : 0U;
  }
  return sum;
}

// 25 decisions, of which many mappings are feasible; the only start is all in dram.
struct World {
  explicit World(const EvolutionRule& rule, std::vector<float> first = {}, bool with_model = true)
      : evaluators(toy.program, simulator),
        evolution(toy.task, toy.space, rule, {{toy.in(kDram), "start"}},
                  with_model ? toy.model : nullptr, std::move(first)) {}

  std::vector<Proposal> generation() {
    std::vector<Proposal> batch = evolution.next();
    for (const Proposal& proposal : batch) {
      asked.push_back(mapping_hash(proposal.mapping));
    }
    return batch;
  }
  void answer(const std::vector<Proposal>& batch) {
    for (std::size_t i = 0; i < batch.size(); ++i) {
      evolution.tell(i, evaluators.evaluate(batch[i].mapping));
    }
  }
  std::vector<Proposal> live() {
    std::vector<Proposal> batch = generation();
    answer(batch);
    return batch;
  }
  std::string saved() const {
    ArchiveWriter archive;
    evolution.save(archive);
    return archive.bytes();
  }

  LearningToy toy{many_decisions()};
  FakeSimulator simulator;
  EvaluatorPool evaluators;
  Evolution evolution;
  std::vector<std::uint64_t> asked;
};

}  // namespace

// 12 are 9 chromosomes and 3 policies; of these survive ceil(4.5) = 5 and ceil(1.5) = 2.
TEST_CASE("evolution keeps each species' size and elites", "[evolution]") {
  World world(rule_of(12, 0.25));
  const Parts first = parts_of(world.live());
  CHECK(first == Parts{{"start", 1}, {"founder", 8}, {"gnn founder", 3}});
  for (int generation = 0; generation < 5; ++generation) {
    const Parts parts = parts_of(world.live());
    CHECK(count_policies(parts, false) == 4);
    CHECK(count_policies(parts) == 1);
  }
}

TEST_CASE("evolution leaves a child of each species, however many survive", "[evolution]") {
  EvolutionRule rule = rule_of(6, 0.5);
  rule.elites = 1;
  World world(rule);
  world.live();
  const Parts parts = parts_of(world.live());
  CHECK(count_policies(parts) == 1);
  CHECK(count_policies(parts, false) == 1);
}

TEST_CASE("evolution of policies alone asks the start too", "[evolution]") {
  EvolutionRule rule = rule_of(6, 1);
  rule.seeding = 1;
  World world(rule);
  CHECK(parts_of(world.live()) == Parts{{"start", 1}, {"gnn founder", 6}});
  for (int generation = 0; generation < 4; ++generation) {
    const Parts parts = parts_of(world.live());
    CHECK(count_policies(parts) == 3);
    CHECK(count_policies(parts, false) == 0);
  }
}

TEST_CASE("evolution asks nothing twice, nor what others asked", "[evolution]") {
  EvolutionRule rule = rule_of(20, 0.3);
  rule.seeding = 0.2;
  World other(rule);
  for (int generation = 0; generation < 5; ++generation) {
    other.live();
  }
  World world(rule);
  for (int generation = 0; generation < 12; ++generation) {
    world.live();
  }
  CHECK(std::set<std::uint64_t>(world.asked.begin(), world.asked.end()).size() ==
        world.asked.size());
  // The same evolution, told beforehand of what the next generation would be.
  World twin(rule);
  World informed(rule);
  twin.live();
  informed.live();
  std::set<std::uint64_t> known;
  for (const Proposal& proposal : twin.live()) {
    informed.evolution.know(proposal.mapping);
    known.insert(mapping_hash(proposal.mapping));
  }
  for (const Proposal& proposal : informed.live()) {
    CHECK_FALSE(known.contains(mapping_hash(proposal.mapping)));
  }
}

TEST_CASE("evolution without policies is the same with a network as without", "[evolution]") {
  World with(rule_of(10, 0));
  World without(rule_of(10, 0), {}, false);
  for (int generation = 0; generation < 6; ++generation) {
    CHECK(parts_of(with.live()) == parts_of(without.live()));
  }
  CHECK(with.asked == without.asked);
  CHECK(with.saved() == without.saved());
  // Nor does anything migrate into it.
  with.evolution.migrate(with.toy.parameters(1));
  CHECK(with.saved() == without.saved());
  CHECK_THROWS_AS(World(rule_of(10, 0.5), {}, false), InternalError);
}

TEST_CASE("a policy that is given is the first one", "[evolution]") {
  const LearningToy toy(many_decisions());
  std::vector<float> sure = toy.parameters(99);  // new ones are nearly indifferent
  for (float& parameter : sure) {
    parameter *= 20;
  }
  World given(rule_of(8, 0.5), sure);
  World drawn(rule_of(8, 0.5));
  given.live();
  drawn.live();
  // Four chromosomes, of which the start is the first; then policies, of which one differs.
  REQUIRE(given.asked.size() == 8);
  for (std::size_t i = 0; i < 8; ++i) {
    CAPTURE(i);
    CHECK((given.asked[i] == drawn.asked[i]) == (i != 4));
  }
}

// Each is a chromosome whose posterior is a policy's, where there are any.
TEST_CASE("evolution seeds chromosomes from policies as often as it is told", "[evolution]") {
  for (const double seeding : {0.0, 1.0}) {
    EvolutionRule rule = rule_of(10, 0.4);
    rule.seeding = seeding;
    World world(rule);
    CHECK(count(parts_of(world.live()), "seeded") == 0);
    for (int generation = 0; generation < 3; ++generation) {
      const Parts parts = parts_of(world.live());
      CHECK(count(parts, "seeded") == (seeding > 0 ? 3 : 0));
      CHECK(count(parts, "gnn seeded") == 0);
    }
  }
}

// 10 are 4 policies, of which 2 are new in each generation.
TEST_CASE("a migrant takes the place of a policy's child", "[evolution]") {
  World world(rule_of(10, 0.4));
  world.live();
  world.evolution.migrate(world.toy.parameters(7));
  Parts parts = parts_of(world.live());
  CHECK(count(parts, "migrant") == 1);
  CHECK(count_policies(parts) == 2);
  CHECK(count_policies(parts, false) == 3);
  // Once each, and no more than there is room for.
  for (std::uint64_t i = 0; i < 5; ++i) {
    world.evolution.migrate(world.toy.parameters(i));
  }
  parts = parts_of(world.live());
  CHECK(count(parts, "migrant") == 2);
  CHECK(count_policies(parts) == 2);
  CHECK(count(parts_of(world.live()), "migrant") == 0);
}

// It joins the next generation or none: what comes later is another policy by then.
TEST_CASE("nothing migrates into an evolution that has not begun", "[evolution]") {
  World world(rule_of(10, 0.4));
  world.evolution.migrate(world.toy.parameters(7));
  CHECK(count(parts_of(world.live()), "migrant") == 0);
  CHECK(count(parts_of(world.live()), "migrant") == 0);
}

// Adopted, the best mapping there is wins every tournament, and children are near it.
TEST_CASE("evolution breeds from what it adopts", "[evolution]") {
  EvolutionRule rule = rule_of(10, 0);
  rule.breeding.tournament = 200;
  rule.breeding.crossover = 0;
  rule.decode.fill = 0;
  World world(rule);
  Evaluated found = world.evaluators.evaluate(world.toy.in(kDram));
  found.asked = found.given = world.toy.actions.mapping(
      {1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
      world.toy.in(kDram));
  found.cost = 1;
  const std::string before = world.saved();
  world.evolution.adopt(found);  // there is nobody yet
  CHECK(world.saved() == before);
  world.live();
  world.generation();  // children of the first generation, which is over
  world.evolution.adopt(found);
  std::vector<Proposal> children;
  {
    World other(rule);
    other.live();
    other.evolution.adopt(found);
    children = other.live();
    children = other.live();
  }
  REQUIRE(children.size() == 5);
  for (const Proposal& child : children) {
    int different = 0;
    for (const TensorId id : world.toy.space.decisions()) {
      different += child.mapping[id] == found.given[id] ? 0 : 1;
    }
    CHECK(different <= 8);
  }
}

TEST_CASE("evolution of species that was saved goes on", "[evolution]") {
  EvolutionRule rule = rule_of(10, 0.4);
  rule.seeding = 0.3;
  World world(rule);
  world.live();
  world.live();
  const std::vector<Proposal> open = world.generation();
  world.evolution.migrate(world.toy.parameters(3));
  World loaded(rule);
  const std::string bytes = world.saved();
  ArchiveReader archive(bytes, "bytes");
  loaded.evolution.load(archive);
  archive.check_end();
  CHECK(loaded.saved() == bytes);
  world.answer(open);
  loaded.answer(open);
  loaded.asked = world.asked;
  for (int generation = 0; generation < 3; ++generation) {
    world.live();
    loaded.live();
  }
  CHECK(world.asked == loaded.asked);
  CHECK(world.saved() == loaded.saved());

  World fewer(rule_of(10, 0), {}, false);
  ArchiveReader other(bytes, "bytes");
  CHECK_THROWS_WITH(fewer.evolution.load(other), "bytes: holds a policy where there is none");
}

}  // namespace memplace::test
