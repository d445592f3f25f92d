// SPDX-License-Identifier: Apache-2.0
// EGRL's Boltzmann chromosome: a prior and a temperature for each decision.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "optimizer/evolution/genome.h"
#include "optimizer/moves/search_space.h"

namespace memplace {

// What new chromosomes are like, and how sure of itself one is that has learnt.
struct BoltzmannShape {
  // By how much the prior of a favoured memory is above the others'.
  double strength = 1;
  double temperature = 0.1;
};

// A decision's posterior is softmax(prior / temperature) over the memories that it may be in. Both
// are genes: a row of the matrix of genes holds a decision's prior of every memory and the
// logarithm of its temperature, so that temperatures stay positive whatever happens to them.
class BoltzmannChromosome final : public Genome {
 public:
  // Favours what `start` says, alike for all decisions. `space` outlives it; start.size() and
  // `memories` are those of the task.
  BoltzmannChromosome(const SearchSpace& space, std::size_t memories, const Mapping& start,
                      const BoltzmannShape& shape);

  std::unique_ptr<Genome> clone() const override;
  Posterior posterior() const override;
  void mutate(const Mutation& mutation, Rng& rng) override;

  // A stretch of rows. From another species its posterior over a stretch: prior = temperature *
  // log(posterior), which makes the posteriors equal there.
  bool cross(const Genome& other, double share, Rng& rng) override;

  // The same with all rows.
  void imitate(const Posterior& posterior);

  // Makes `given` the most likely memory of each decision, by at least `strength`: its prior
  // changes places with the largest, and is raised where it does not lead by enough. Nothing where
  // rectify left it somewhere that is not allowed.
  void learn(const Mapping& given) override;

  // Row by row.
  std::span<const double> genes() const { return genes_; }
  // Throws InternalError unless there are as many.
  void set_genes(std::vector<double> genes);
  double temperature(std::size_t decision) const;

 private:
  void imitate(const Posterior& posterior, RowRange rows);
  std::size_t columns() const { return memories_ + 1; }
  std::span<double> row(std::size_t i) { return {genes_.data() + i * columns(), columns()}; }
  std::span<const double> row(std::size_t i) const {
    return {genes_.data() + i * columns(), columns()};
  }

  const SearchSpace* space_;
  std::size_t memories_;
  BoltzmannShape shape_;
  std::vector<double> genes_;
};

}  // namespace memplace
