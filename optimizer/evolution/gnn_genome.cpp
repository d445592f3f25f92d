// SPDX-License-Identifier: Apache-2.0
#include "optimizer/evolution/gnn_genome.h"

#include <string>
#include <utility>

#include "base/error.h"

namespace memplace {

GnnGenome::GnnGenome(std::shared_ptr<const PolicyModel> model, std::vector<float> parameters)
    : model_(std::move(model)), parameters_(std::move(parameters)) {
  MEMPLACE_ASSERT(parameters_.size() == model_->policy().layout().size(),
                  std::to_string(parameters_.size()));
}

std::unique_ptr<Genome> GnnGenome::clone() const { return std::make_unique<GnnGenome>(*this); }

Posterior GnnGenome::posterior() const { return model_->posterior(parameters_); }

void GnnGenome::mutate(const Mutation& mutation, Rng& rng) {
  memplace::mutate(std::span<float>(parameters_), mutation, rng);
}

bool GnnGenome::cross(const Genome& other, double share, Rng& rng) {
  const auto* same = dynamic_cast<const GnnGenome*>(&other);
  if (same == nullptr) {
    return false;
  }
  for (const nn::Layout::Part& part : model_->policy().layout().parts()) {
    const nn::Block& block = part.block;
    take_rows(std::span<float>(parameters_).subspan(block.offset, block.size()),
              same->parameters().subspan(block.offset, block.size()), block.columns,
              draw_rows(block.rows, share, rng));
  }
  return true;
}

void GnnGenome::learn(const Mapping& given) { static_cast<void>(given); }

}  // namespace memplace
