// SPDX-License-Identifier: Apache-2.0
#include "optimizer/moves/posterior.h"

#include <cstddef>
#include <vector>

#include <catch2/catch.hpp>

#include "sim/placement/constraint_patterns.h"
#include "tests/support/decisions.h"
#include "tests/support/toy_tasks.h"

namespace memplace::test {
namespace {

Posterior alike(std::size_t decisions, const std::vector<double>& row) {
  Posterior posterior(decisions, row.size());
  for (std::size_t i = 0; i < decisions; ++i) {
    std::copy(row.begin(), row.end(), posterior.row(i).begin());
  }
  return posterior;
}

}  // namespace

// 5 decisions x 4,000 draws = 20,000: of probability 1/4 it is 5,000 +- 61, of 3/4 15,000 +- 61.
TEST_CASE("mappings are drawn with the posterior's probabilities", "[evolution]") {
  const Program program = toy_program(kChainText);
  const StrategyTask task{program.problem};
  const SearchSpace space(task);
  const Sampler sampler(task, space);
  std::vector<int> counts(3);
  for (std::uint64_t i = 0; i < 4000; ++i) {
    Rng rng(4, 0, i);
    const Mapping mapping = sampler.draw(alike(5, {0.25, 0, 0.75}), rng);
    CHECK_NOTHROW(check_settled(program.problem, mapping));
    for (const TensorId id : space.decisions()) {
      ++counts[mapping[id].index()];
    }
  }
  CHECK(counts[1] == 0);
  CHECK(counts[0] > 4700);
  CHECK(counts[0] < 5300);
}

TEST_CASE("a drawn mapping is a function of the posterior and the stream", "[evolution]") {
  const Program program = toy_program(kChainText);
  const StrategyTask task{program.problem};
  const SearchSpace space(task);
  const Sampler sampler(task, space);
  const auto draw = [&](std::uint64_t index, const std::vector<double>& row) {
    Rng rng(4, 0, index);
    return sampler.draw(alike(5, row), rng);
  };
  CHECK(draw(1, {0.5, 0.25, 0.25}) == draw(1, {0.5, 0.25, 0.25}));
  CHECK(draw(1, {0.5, 0.25, 0.25}) != draw(2, {0.5, 0.25, 0.25}));
  // A certain posterior leaves chance nothing.
  CHECK(draw(1, {0, 1, 0}) == uniform_mapping(program.problem, kLlc));
  // Rounding may leave a sum just below 1: that is the last possible memory's.
  CHECK(draw(1, {0, 1e-300, 0}) == uniform_mapping(program.problem, kLlc));
}

TEST_CASE("what is not free is where it has to be", "[evolution]") {
  const Program program = toy_program(kChainText);
  const Graph& graph = program.graph();
  const std::vector<std::string> pins{"a.weights=llc"};
  const std::vector<std::string> forbids{"b.out=sram"};
  const Constraints constraints = read_constraints(program.problem, pins, forbids);
  const StrategyTask task{program.problem.under(constraints)};
  const SearchSpace space(task);
  REQUIRE(space.decisions().size() == 4);
  const Sampler sampler(task, space);
  for (std::uint64_t i = 0; i < 50; ++i) {
    Rng rng(4, 0, i);
    const Mapping mapping = sampler.draw(alike(4, {0, 0.5, 0.5}), rng);
    for (const TensorId id : decisions_of(graph)) {
      CHECK(constraints.allows(id, mapping[id]));
    }
  }
}

}  // namespace memplace::test
