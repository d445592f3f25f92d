// SPDX-License-Identifier: Apache-2.0
// What evolution breeds.
#pragma once

#include <memory>

#include "base/rng.h"
#include "optimizer/evolution/posterior.h"
#include "optimizer/evolution/variation.h"
#include "sim/mapping/mapping.h"

namespace memplace {

// Genes that say how likely each memory is for each decision. A class that implements it is a
// species; a population may hold several, and its individuals may be crossed with any other.
//
// The species so far are Boltzmann chromosomes (optimizer/evolution/boltzmann.h). A policy that is
// a neural network joins as a second one: its genes are its weights, its posterior() one forward
// pass over the graph; with its own kind it crosses weights, and from a chromosome, whose genes
// mean nothing to it, it takes nothing. A chromosome takes over from it what it takes from
// everything that is no chromosome: the posterior, written into its prior. That is EGRL's crossover
// between species.
class Genome {
 public:
  virtual ~Genome() = default;

  virtual std::unique_ptr<Genome> clone() const = 0;

  virtual Posterior posterior() const = 0;

  virtual void mutate(const Mutation& mutation, Rng& rng) = 0;

  // Takes over at most `share` of the other's genes, or of its posterior. False where it can take
  // nothing from that species, and is as it was.
  virtual bool cross(const Genome& other, double share, Rng& rng) = 0;

  // Learns that a mapping drawn from it became `given`: inheritance of what was acquired. Nothing
  // where a species cannot say so in its genes.
  virtual void learn(const Mapping& given) = 0;

 protected:
  Genome() = default;
  Genome(const Genome&) = default;
  Genome(Genome&&) = default;
  Genome& operator=(const Genome&) = default;
  Genome& operator=(Genome&&) = default;
};

}  // namespace memplace
