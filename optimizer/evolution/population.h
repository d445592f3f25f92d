// SPDX-License-Identifier: Apache-2.0
// A population of genomes with their fitness, and how one generation follows another.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "base/archive.h"
#include "base/rng.h"
#include "optimizer/evolution/genome.h"
#include "optimizer/evolution/variation.h"
#include "sim/placement/mapping.h"

namespace memplace {

struct Individual {
  std::unique_ptr<Genome> genome;
  Mapping mapping;  // drawn from the genome; once evaluated, what it became
  double fitness = 0;
};

// How parents are chosen and children made.
struct Breeding {
  std::size_t tournament = 3;
  double crossover = 0.15;       // probability
  double crossover_share = 0.3;  // of the genes that the second parent gives, at most
  double mutation = 0.9;         // probability
  Mutation how;
};

// A child before it is evaluated, and how it came to be.
struct Child {
  std::unique_ptr<Genome> genome;
  std::size_t parent = 0;  // the first; in the population that bred it
  bool crossed = false;
  bool mutated = false;
};

class Population {
 public:
  // `elites` survive each generation.
  explicit Population(std::size_t elites) : elites_(elites) {}

  std::span<const Individual> members() const { return members_; }

  // The child of one tournament's winner or of two's. It is a copy of its first parent, changed:
  // the parents themselves never are. Only for a population with members.
  Child breed(const Breeding& breeding, Rng& rng) const;

  // The fittest of a tournament; only for a population with members.
  const Individual& draw(std::size_t size, Rng& rng) const;

  // One more member, until the next generation has the better of it.
  void join(Individual individual) { members_.push_back(std::move(individual)); }

  // `visit` visits a member.
  template <class Visit>
  void save(ArchiveWriter& archive, Visit visit) const {
    archive.items(members_, visit);
  }
  template <class Visit>
  void load(ArchiveReader& archive, Visit visit) {
    archive.items(members_, visit);
  }

  // The fittest members stay, as they are and with the fitness they have; `children`, evaluated,
  // take the place of all others.
  void succeed(std::vector<Individual> children);

 private:
  std::vector<double> fitness() const;

  std::size_t elites_;
  std::vector<Individual> members_;  // the elites first
};

}  // namespace memplace
