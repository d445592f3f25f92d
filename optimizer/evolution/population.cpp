// SPDX-License-Identifier: Apache-2.0
#include "optimizer/evolution/population.h"

#include <iterator>
#include <utility>

#include "optimizer/evolution/selection.h"

namespace memplace {

Child Population::breed(const Breeding& breeding, Rng& rng) const {
  const std::vector<double> fit = fitness();
  Child child;
  child.parent = tournament(fit, breeding.tournament, rng);
  child.genome = members_[child.parent].genome->clone();
  if (rng.chance(breeding.crossover)) {
    const Individual& other = members_[tournament(fit, breeding.tournament, rng)];
    child.crossed = child.genome->cross(*other.genome, breeding.crossover_share, rng);
  }
  if (rng.chance(breeding.mutation)) {
    child.genome->mutate(breeding.how, rng);
    child.mutated = true;
  }
  return child;
}

const Individual& Population::draw(std::size_t size, Rng& rng) const {
  return members_[tournament(fitness(), size, rng)];
}

void Population::succeed(std::vector<Individual> children) {
  std::vector<Individual> next;
  for (const std::size_t i : fittest(fitness(), elites_)) {
    next.push_back(std::move(members_[i]));
  }
  std::move(children.begin(), children.end(), std::back_inserter(next));
  members_ = std::move(next);
}

std::vector<double> Population::fitness() const {
  std::vector<double> values;
  values.reserve(members_.size());
  for (const Individual& member : members_) {
    values.push_back(member.fitness);
  }
  return values;
}

}  // namespace memplace
