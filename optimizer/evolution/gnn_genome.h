// SPDX-License-Identifier: Apache-2.0
// A graph network's parameters as genes.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "optimizer/evolution/genome.h"
#include "optimizer/learning/policy_model.h"

namespace memplace {

// EGRL's other species. With its own kind it crosses stretches of rows of each matrix; from any
// other it takes nothing, and it does not learn what became of its mappings.
class GnnGenome final : public Genome {
 public:
  GnnGenome(std::shared_ptr<const PolicyModel> model, std::vector<float> parameters);

  std::unique_ptr<Genome> clone() const override;
  Posterior posterior() const override;  // one forward pass
  void mutate(const Mutation& mutation, Rng& rng) override;
  bool cross(const Genome& other, double share, Rng& rng) override;
  void learn(const Mapping& given) override;

  std::span<const float> parameters() const { return parameters_; }

 private:
  std::shared_ptr<const PolicyModel> model_;
  std::vector<float> parameters_;
};

}  // namespace memplace
