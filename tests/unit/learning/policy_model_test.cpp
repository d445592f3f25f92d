// SPDX-License-Identifier: Apache-2.0
#include "optimizer/learning/policy_model.h"

#include <cmath>
#include <cstddef>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/unit/learning/learning_toy.h"

namespace memplace::test {

TEST_CASE("a policy's posterior is that of its network's logits", "[learning]") {
  const LearningToy toy(kDiamondText, {"c.out=sram"});
  std::vector<float> parameters = toy.parameters(3);
  for (float& parameter : parameters) {
    parameter *= 3;
  }
  const Posterior posterior = toy.model->posterior(parameters);
  const NetworkInput& input = toy.model->input();
  const Posterior expected = toy.actions.posterior(
      toy.model->policy().forward(parameters, input.topology, input.features));
  double spread = 0;
  for (std::size_t i = 0; i < posterior.decisions(); ++i) {
    for (std::size_t memory = 0; memory < 3; ++memory) {
      CHECK(posterior.row(i)[memory] == expected.row(i)[memory]);
      spread += std::abs(posterior.row(i)[memory] - 1.0 / 3);
    }
  }
  CHECK(spread > 0.1);
}

// Of c's output one memory is forbidden.
TEST_CASE("a uniform policy says nothing, whatever its parameters are", "[learning]") {
  const LearningToy toy(kDiamondText, {"c.out=sram"});
  const PolicyModel uniform(toy.task, toy.space, toy_shape(), true);
  const Posterior posterior = uniform.posterior(toy.parameters(3));
  REQUIRE(posterior.decisions() == 6);
  for (std::size_t i = 0; i < 6; ++i) {
    const double part = 1.0 / static_cast<double>(toy.actions.allowed(i).size());
    for (std::size_t memory = 0; memory < 3; ++memory) {
      const bool may = toy.space.allows(toy.space.decisions()[i], MemoryId(memory));
      CHECK(posterior.row(i)[memory] == Approx(may ? part : 0));
    }
  }
}

// What makes it possible to carry a policy from one network to another.
TEST_CASE("policies of a shape have as many parameters on every network", "[learning]") {
  const LearningToy chain(kChainText);
  const LearningToy many(many_decisions());
  CHECK(chain.model->policy().layout().size() == many.model->policy().layout().size());
  CHECK(chain.model->critic().layout().size() == many.model->critic().layout().size());
  CHECK(chain.model->shape() == toy_shape());
  PolicyShape paper = toy_shape();
  paper.features = FeatureSet::kPaper;
  const PolicyModel small(chain.task, chain.space, paper);
  CHECK(small.policy().layout().size() < chain.model->policy().layout().size());
}

TEST_CASE("a policy for another number of memories is refused", "[learning]") {
  const LearningToy toy(kChainText);
  PolicyShape shape = toy_shape();
  shape.memories = 2;
  CHECK_THROWS_AS(PolicyModel(toy.task, toy.space, shape), InternalError);
}

}  // namespace memplace::test
