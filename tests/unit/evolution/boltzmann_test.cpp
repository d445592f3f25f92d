// SPDX-License-Identifier: Apache-2.0
#include "optimizer/evolution/boltzmann.h"

#include <cmath>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/support/toy_tasks.h"

namespace memplace::test {
namespace {

// The chain's five decisions, and a start with all of them in one memory.
struct Toy {
  Program program = toy_program(kChainText);
  StrategyTask task{program.problem, 1, 100};
  SearchSpace space{task};
  Mapping in_llc = uniform_mapping(program.problem, kLlc);

  BoltzmannChromosome chromosome(double strength, double temperature) const {
    return {space, 3, in_llc, {strength, temperature}};
  }
};

// A species of which only the posterior is known: alike for all decisions.
class Oracle final : public Genome {
 public:
  Oracle(std::size_t decisions, std::vector<double> row)
      : decisions_(decisions), row_(std::move(row)) {}
  std::unique_ptr<Genome> clone() const override { return std::make_unique<Oracle>(*this); }
  Posterior posterior() const override {
    Posterior posterior(decisions_, row_.size());
    for (std::size_t i = 0; i < decisions_; ++i) {
      std::copy(row_.begin(), row_.end(), posterior.row(i).begin());
    }
    return posterior;
  }
  void mutate(const Mutation& /*mutation*/, Rng& /*rng*/) override {}
  bool cross(const Genome& /*other*/, double /*share*/, Rng& /*rng*/) override { return false; }
  void learn(const Mapping& /*given*/) override {}

 private:
  std::size_t decisions_;
  std::vector<double> row_;
};

void check_row(const Posterior& posterior, std::size_t i, double dram, double llc, double sram) {
  CAPTURE(i);
  CHECK(posterior.row(i)[0] == Approx(dram).margin(1e-12));
  CHECK(posterior.row(i)[1] == Approx(llc).margin(1e-12));
  CHECK(posterior.row(i)[2] == Approx(sram).margin(1e-12));
}

}  // namespace

// exp(1 / T) = 2 for T = 1 / ln 2: weights 1, 2, 1 of a sum of 4.
TEST_CASE("a chromosome's posterior is the softmax of prior over temperature", "[evolution]") {
  const Toy toy;
  REQUIRE(toy.space.decisions().size() == 5);
  const Posterior posterior = toy.chromosome(1, 1 / std::log(2.0)).posterior();
  REQUIRE(posterior.decisions() == 5);
  for (std::size_t i = 0; i < 5; ++i) {
    check_row(posterior, i, 0.25, 0.5, 0.25);
  }
}

// Without the middle memory for the second decision: 1/2 each for the others.
TEST_CASE("a posterior is over what is allowed", "[evolution]") {
  Toy toy;
  Constraints constraints;
  constraints.allowed =
      IdVector<TensorId, MemorySet>(toy.program.graph().tensors().size(), MemorySet::first(3));
  const TensorId second = toy.space.decisions()[1];
  constraints.allowed[second].erase(kLlc);
  toy.task.problem = toy.task.problem.under(constraints);
  const SearchSpace space(toy.task);
  const BoltzmannChromosome chromosome(space, 3, toy.in_llc, {1, 1 / std::log(2.0)});
  check_row(chromosome.posterior(), 0, 0.25, 0.5, 0.25);
  check_row(chromosome.posterior(), 1, 0.5, 0, 0.5);
}

TEST_CASE("a chromosome takes a stretch of rows from its own kind", "[evolution]") {
  const Toy toy;
  BoltzmannChromosome taker = toy.chromosome(1, 1);
  const BoltzmannChromosome giver = toy.chromosome(2, 3);
  Rng rng(1);
  CHECK(taker.cross(giver, 0.4, rng));  // of 5 rows 1 or 2
  int taken = 0;
  for (std::size_t i = 0; i < 5; ++i) {
    const bool is_taken = taker.temperature(i) == giver.temperature(i);
    CHECK(is_taken == (taker.genes()[i * 4 + 1] == 2));
    taken += is_taken ? 1 : 0;
  }
  CHECK(taken >= 1);
  CHECK(taken <= 2);
}

TEST_CASE("a chromosome takes the posterior of another species", "[evolution]") {
  const Toy toy;
  BoltzmannChromosome chromosome = toy.chromosome(1, 0.5);
  const Oracle oracle(5, {0.125, 0.125, 0.75});
  Rng rng(1);
  int rounds = 0;
  for (; rounds < 1000 && chromosome.posterior().row(0)[2] < 0.7; ++rounds) {
    CHECK(chromosome.cross(oracle, 0.2, rng));  // one row
  }
  CHECK(rounds > 0);
  check_row(chromosome.posterior(), 0, 0.125, 0.125, 0.75);
  CHECK(chromosome.temperature(0) == Approx(0.5));
  // What is impossible there is all but impossible here.
  const Oracle certain(5, {0, 1, 0});
  BoltzmannChromosome other = toy.chromosome(1, 0.5);
  for (int i = 0; i < 100; ++i) {
    other.cross(certain, 1, rng);
  }
  CHECK(other.posterior().row(2)[0] < 1e-8);
}

// exp(1 / 0.5) = e^2: a new chromosome gives its favourite e^2 / (e^2 + 2) = 0.787.
TEST_CASE("a chromosome that learns is as sure of it as a new one", "[evolution]") {
  const Toy toy;
  BoltzmannChromosome chromosome = toy.chromosome(1, 0.5);
  const double e2 = std::exp(2.0);
  const double sure = e2 / (e2 + 2);
  chromosome.learn(toy.in_llc);
  check_row(chromosome.posterior(), 0, (1 - sure) / 2, sure, (1 - sure) / 2);
  chromosome.learn(uniform_mapping(toy.program.problem, kSram));
  check_row(chromosome.posterior(), 0, (1 - sure) / 2, (1 - sure) / 2, sure);

  // Whatever mutation made of it: priors change places or grow, and hot decisions cool down.
  Mutation wild;
  wild.share = 1;
  wild.super_chance = 1;
  Rng rng(9);
  bool was_unsure = false;
  for (int round = 0; round < 50; ++round) {
    chromosome.mutate(wild, rng);
    for (std::size_t i = 0; i < 5; ++i) {
      was_unsure = was_unsure || chromosome.posterior().row(i)[1] < 0.5;
    }
    chromosome.learn(toy.in_llc);
    for (std::size_t i = 0; i < 5; ++i) {
      CHECK(chromosome.posterior().row(i)[1] > sure - 1e-9);
    }
  }
  CHECK(was_unsure);
}

TEST_CASE("what happens to a clone does not happen to the original", "[evolution]") {
  const Toy toy;
  const BoltzmannChromosome original = toy.chromosome(1, 1);
  const std::vector<double> genes(original.genes().begin(), original.genes().end());
  const std::unique_ptr<Genome> clone = original.clone();
  Rng rng(3);
  clone->mutate({}, rng);
  clone->learn(uniform_mapping(toy.program.problem, kSram));
  CHECK(genes == std::vector<double>(original.genes().begin(), original.genes().end()));
  CHECK(clone->posterior().row(0)[2] > 0.5);
}

TEST_CASE("a chromosome that imitates says what was said", "[evolution]") {
  const Toy toy;
  BoltzmannChromosome chromosome = toy.chromosome(3, 0.25);
  Posterior posterior(5, 3);
  for (std::size_t i = 0; i < 5; ++i) {
    posterior.row(i)[i % 3] = 0.5;
    posterior.row(i)[(i + 1) % 3] = 0.375;
    posterior.row(i)[(i + 2) % 3] = 0.125;
  }
  chromosome.imitate(posterior);
  const Posterior said = chromosome.posterior();
  for (std::size_t i = 0; i < 5; ++i) {
    check_row(said, i, posterior.row(i)[0], posterior.row(i)[1], posterior.row(i)[2]);
    CHECK(chromosome.temperature(i) == Approx(0.25));
  }
}

TEST_CASE("a chromosome has the genes it is given", "[evolution]") {
  const Toy toy;
  BoltzmannChromosome chromosome = toy.chromosome(1, 0.5);
  const BoltzmannChromosome other = toy.chromosome(2, 3);
  std::vector<double> genes(other.genes().begin(), other.genes().end());
  chromosome.set_genes(genes);
  CHECK(std::vector<double>(chromosome.genes().begin(), chromosome.genes().end()) == genes);
  CHECK(chromosome.temperature(4) == Approx(3));
  genes.pop_back();
  CHECK_THROWS_AS(chromosome.set_genes(genes), InternalError);
}

}  // namespace memplace::test
