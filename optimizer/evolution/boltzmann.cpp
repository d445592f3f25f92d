// SPDX-License-Identifier: Apache-2.0
#include "optimizer/evolution/boltzmann.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "base/error.h"

namespace memplace {
namespace {

// Beyond these a posterior is uniform or certain, and numbers only get worse.
constexpr double kMostLogTemperature = 10;
// Stands for a probability of 0, of which there is no logarithm.
constexpr double kLeastProbability = 1e-9;

}  // namespace

BoltzmannChromosome::BoltzmannChromosome(const SearchSpace& space, std::size_t memories,
                                         const Mapping& start, const BoltzmannShape& shape)
    : space_(&space),
      memories_(memories),
      shape_(shape),
      genes_(space.decisions().size() * (memories + 1)) {
  for (std::size_t i = 0; i < space.decisions().size(); ++i) {
    row(i)[start[space.decisions()[i]].index()] = shape.strength;
    row(i)[memories_] = std::log(shape.temperature);
  }
}

std::unique_ptr<Genome> BoltzmannChromosome::clone() const {
  return std::make_unique<BoltzmannChromosome>(*this);
}

double BoltzmannChromosome::temperature(std::size_t decision) const {
  return std::exp(std::clamp(row(decision)[memories_], -kMostLogTemperature, kMostLogTemperature));
}

Posterior BoltzmannChromosome::posterior() const {
  Posterior posterior(space_->decisions().size(), memories_);
  for (std::size_t i = 0; i < posterior.decisions(); ++i) {
    const std::span<const MemoryId> choices = space_->choices(space_->decisions()[i]);
    const std::span<const double> prior = row(i);
    double largest = prior[choices.front().index()];
    for (const MemoryId memory : choices) {
      largest = std::max(largest, prior[memory.index()]);
    }
    const double scale = temperature(i);
    double sum = 0;
    for (const MemoryId memory : choices) {
      double& probability = posterior.row(i)[memory.index()];
      probability = std::exp((prior[memory.index()] - largest) / scale);
      sum += probability;
    }
    for (double& probability : posterior.row(i)) {
      probability /= sum;
    }
  }
  return posterior;
}

void BoltzmannChromosome::mutate(const Mutation& mutation, Rng& rng) {
  memplace::mutate(genes_, mutation, rng);
}

bool BoltzmannChromosome::cross(const Genome& other, double share, Rng& rng) {
  if (space_->empty()) {
    return true;
  }
  const RowRange rows = draw_rows(space_->decisions().size(), share, rng);
  if (const auto* same = dynamic_cast<const BoltzmannChromosome*>(&other)) {
    take_rows(genes_, same->genes_, columns(), rows);
    return true;
  }
  imitate(other.posterior(), rows);
  return true;
}

void BoltzmannChromosome::imitate(const Posterior& posterior) {
  imitate(posterior, {0, space_->decisions().size()});
}

void BoltzmannChromosome::imitate(const Posterior& posterior, RowRange rows) {
  for (std::size_t i = rows.begin; i < rows.end; ++i) {
    for (const MemoryId memory : space_->choices(space_->decisions()[i])) {
      row(i)[memory.index()] =
          temperature(i) * std::log(std::max(posterior.row(i)[memory.index()], kLeastProbability));
    }
  }
}

void BoltzmannChromosome::set_genes(std::vector<double> genes) {
  MEMPLACE_ASSERT(genes.size() == genes_.size(), std::to_string(genes.size()));
  genes_ = std::move(genes);
}

void BoltzmannChromosome::learn(const Mapping& given) {
  for (std::size_t i = 0; i < space_->decisions().size(); ++i) {
    const TensorId id = space_->decisions()[i];
    if (!space_->allows(id, given[id])) {
      continue;
    }
    const std::span<double> prior = row(i);
    const std::size_t own = given[id].index();
    std::size_t largest = own;
    for (const MemoryId memory : space_->choices(id)) {
      largest = prior[memory.index()] > prior[largest] ? memory.index() : largest;
    }
    std::swap(prior[own], prior[largest]);
    double second = std::numeric_limits<double>::lowest();
    for (const MemoryId memory : space_->choices(id)) {
      second = memory == given[id] ? second : std::max(second, prior[memory.index()]);
    }
    prior[own] = std::max(prior[own], second + shape_.strength);
    // A shift of all priors is no change.
    const double excess = std::max(0.0, prior[own] - kMostGene);
    for (double& value : prior.first(memories_)) {
      value -= excess;
    }
    const double lead = prior[own] - (second - excess);
    if (lead > 0) {
      const double coolest = std::log(lead * shape_.temperature / shape_.strength);
      prior[memories_] = std::min(prior[memories_], coolest);
    }
  }
}

}  // namespace memplace
