// SPDX-License-Identifier: Apache-2.0
// What evolution breeds.
#pragma once

#include <memory>

#include "base/rng.h"
#include "optimizer/evolution/variation.h"
#include "optimizer/moves/posterior.h"
#include "sim/placement/mapping.h"

namespace memplace {

// Genes that say how likely each memory is for each decision. A class that implements it is a
// species; a population may hold several, and its individuals may be crossed with any other.
//
// There are two. Boltzmann chromosomes (optimizer/evolution/boltzmann.h) have a prior for each
// decision; the genes of a policy (optimizer/evolution/gnn_genome.h) are the weights of a graph
// network, and its posterior() is one forward pass. A policy crosses weights with its own kind, and
// takes nothing from a chromosome, whose genes mean nothing to it. A chromosome takes over from a
// policy what it takes from everything that is no chromosome: the posterior, written into its
// prior. That is EGRL's crossover between species.
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
