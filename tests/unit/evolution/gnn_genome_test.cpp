// SPDX-License-Identifier: Apache-2.0
#include "optimizer/evolution/gnn_genome.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "optimizer/evolution/boltzmann.h"
#include "tests/unit/learning/learning_toy.h"

namespace memplace::test {
namespace {

std::vector<float> genes_of(const GnnGenome& genome) {
  return {genome.parameters().begin(), genome.parameters().end()};
}

GnnGenome filled(const LearningToy& toy, float value) {
  return {toy.model, std::vector<float>(toy.model->policy().layout().size(), value)};
}

}  // namespace

// The taker's genes are 0, the giver's 1: in each matrix whole rows in one stretch, at least one
// and at most 30 % of them.
TEST_CASE("policies cross stretches of rows of each matrix", "[evolution]") {
  const LearningToy toy(kDiamondText);
  const GnnGenome giver = filled(toy, 1);
  Rng rng(5);
  for (int round = 0; round < 20; ++round) {
    GnnGenome taker = filled(toy, 0);
    REQUIRE(taker.cross(giver, 0.3, rng));
    for (const nn::Layout::Part& part : toy.model->policy().layout().parts()) {
      CAPTURE(part.name);
      const nn::Block& block = part.block;
      std::vector<char> taken;
      for (std::size_t row = 0; row < block.rows; ++row) {
        const auto genes =
            taker.parameters().subspan(block.offset + row * block.columns, block.columns);
        CHECK(std::count(genes.begin(), genes.end(), genes[0]) ==
              static_cast<std::ptrdiff_t>(block.columns));
        taken.push_back(genes[0] == 1 ? 1 : 0);
      }
      const auto count = static_cast<std::size_t>(std::count(taken.begin(), taken.end(), 1));
      CHECK(count >= 1);
      CHECK(count <= std::max<std::size_t>(1, block.rows * 3 / 10));
      int edges = taken.front() + taken.back();
      for (std::size_t row = 1; row < taken.size(); ++row) {
        edges += taken[row] == taken[row - 1] ? 0 : 1;
      }
      CHECK(edges == 2);
    }
  }
  CHECK(genes_of(giver) == genes_of(filled(toy, 1)));
}

TEST_CASE("a policy takes nothing from a chromosome", "[evolution]") {
  const LearningToy toy(kDiamondText);
  GnnGenome policy(toy.model, toy.parameters(1));
  const std::vector<float> before = genes_of(policy);
  const BoltzmannChromosome chromosome(toy.space, 3, toy.in(kSram), {});
  Rng rng(1);
  CHECK_FALSE(policy.cross(chromosome, 1, rng));
  policy.learn(toy.in(kSram));
  CHECK(genes_of(policy) == before);
}

TEST_CASE("a chromosome takes a policy's posterior", "[evolution]") {
  const LearningToy toy(kDiamondText);
  const GnnGenome policy(toy.model, toy.parameters(1));
  BoltzmannChromosome chromosome(toy.space, 3, toy.in(kSram), {});
  Rng rng(1);
  REQUIRE(chromosome.cross(policy, 0.01, rng));  // one row
  const Posterior taken = chromosome.posterior();
  const Posterior given = policy.posterior();
  int equal = 0;
  for (std::size_t i = 0; i < 6; ++i) {
    bool same = true;
    for (std::size_t memory = 0; memory < 3; ++memory) {
      same = same && std::abs(taken.row(i)[memory] - given.row(i)[memory]) < 1e-9;
    }
    equal += same ? 1 : 0;
  }
  CHECK(equal == 1);
}

TEST_CASE("what happens to a policy's clone does not happen to it", "[evolution]") {
  const LearningToy toy(kDiamondText);
  const GnnGenome policy(toy.model, toy.parameters(1));
  const std::vector<float> before = genes_of(policy);
  const std::unique_ptr<Genome> clone = policy.clone();
  Rng rng(1);
  clone->mutate({}, rng);
  CHECK(genes_of(policy) == before);
  CHECK(genes_of(dynamic_cast<const GnnGenome&>(*clone)) != before);
}

TEST_CASE("a policy of another shape is refused", "[evolution]") {
  const LearningToy toy(kDiamondText);
  std::vector<float> parameters = toy.parameters(1);
  parameters.push_back(0);
  CHECK_THROWS_AS(GnnGenome(toy.model, parameters), InternalError);
}

}  // namespace memplace::test
