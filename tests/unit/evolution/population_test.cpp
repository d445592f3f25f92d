// SPDX-License-Identifier: Apache-2.0
#include "optimizer/evolution/population.h"

#include <memory>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

namespace memplace {
namespace {

// One gene; crossed, it becomes the sum of both.
class Number final : public Genome {
 public:
  explicit Number(double start) : gene(start) {}
  std::unique_ptr<Genome> clone() const override { return std::make_unique<Number>(*this); }
  Posterior posterior() const override { return {0, 1}; }
  void mutate(const Mutation& /*mutation*/, Rng& /*rng*/) override { gene += 0.5; }
  bool cross(const Genome& other, double /*share*/, Rng& /*rng*/) override {
    gene += dynamic_cast<const Number&>(other).gene;
    return gene < 1000;
  }
  void learn(const Mapping& /*given*/) override {}

  double gene;
};

double gene_of(const Genome& genome) { return dynamic_cast<const Number&>(genome).gene; }

// Individuals whose gene is their fitness.
std::vector<Individual> individuals(const std::vector<double>& fitness) {
  std::vector<Individual> result;
  result.reserve(fitness.size());
  for (const double value : fitness) {
    result.push_back({std::make_unique<Number>(value), {}, value});
  }
  return result;
}

std::vector<double> genes_of(const Population& population) {
  std::vector<double> genes;
  for (const Individual& member : population.members()) {
    CHECK(gene_of(*member.genome) == member.fitness);
    genes.push_back(member.fitness);
  }
  return genes;
}

Breeding always(double crossover, double mutation) {
  Breeding breeding;
  breeding.crossover = crossover;
  breeding.mutation = mutation;
  breeding.tournament = 64;  // of four: the fittest, but for one time in 10^8
  return breeding;
}

}  // namespace

TEST_CASE("the elites survive, the children take the other places", "[evolution]") {
  Population population(2);
  CHECK(population.members().empty());
  population.succeed(individuals({1, 4, 2, 3}));
  CHECK(genes_of(population) == std::vector<double>{1, 4, 2, 3});
  population.succeed(individuals({0, 9}));
  CHECK(genes_of(population) == std::vector<double>{4, 3, 0, 9});
  population.succeed(individuals({5, 5}));
  CHECK(genes_of(population) == std::vector<double>{9, 4, 5, 5});
}

TEST_CASE("a child is its parents' copy, changed; they are not", "[evolution]") {
  Population population(1);
  population.succeed(individuals({1, 8, 2, 3}));
  Rng rng(1);
  const Child copy = population.breed(always(0, 0), rng);
  CHECK(copy.parent == 1);
  CHECK(gene_of(*copy.genome) == 8);
  CHECK_FALSE(copy.crossed);
  CHECK_FALSE(copy.mutated);

  const Child mutant = population.breed(always(0, 1), rng);
  CHECK(gene_of(*mutant.genome) == 8.5);
  CHECK(mutant.mutated);
  CHECK_FALSE(mutant.crossed);

  const Child both = population.breed(always(1, 1), rng);
  CHECK(gene_of(*both.genome) == 16.5);
  CHECK(both.crossed);
  CHECK(genes_of(population) == std::vector<double>{1, 8, 2, 3});
}

TEST_CASE("a child says that nothing could be taken over", "[evolution]") {
  Population population(1);
  population.succeed(individuals({600}));
  Rng rng(1);
  CHECK_FALSE(population.breed(always(1, 0), rng).crossed);
}

// 9 joins two of which one survives; it is the fitter, so that both others go.
TEST_CASE("who joins a population lives like its members", "[evolution]") {
  Population population(1);
  population.succeed(individuals({1, 4}));
  population.join(std::move(individuals({9})[0]));
  CHECK(genes_of(population) == std::vector<double>{1, 4, 9});
  Rng rng(1);
  CHECK(population.draw(64, rng).fitness == 9);
  CHECK(population.breed(always(0, 0), rng).parent == 2);
  population.succeed(individuals({2}));
  CHECK(genes_of(population) == std::vector<double>{9, 2});
  population.join(std::move(individuals({1})[0]));
  population.succeed(individuals({3}));
  CHECK(genes_of(population) == std::vector<double>{9, 3});
}

// A tournament of one is a uniform draw.
TEST_CASE("a population draws by tournament", "[evolution]") {
  Population population(1);
  for (Individual& individual : individuals({1, 2, 3, 4})) {
    population.join(std::move(individual));
  }
  CHECK(genes_of(population) == std::vector<double>{1, 2, 3, 4});
  Rng rng(3);
  std::vector<int> counts(5);
  for (int i = 0; i < 400; ++i) {
    ++counts[static_cast<std::size_t>(population.draw(1, rng).fitness)];
  }
  for (std::size_t i = 1; i < 5; ++i) {
    CHECK(counts[i] > 60);
  }
  CHECK(population.draw(64, rng).fitness == 4);
}

}  // namespace memplace
