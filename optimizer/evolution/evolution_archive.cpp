// SPDX-License-Identifier: Apache-2.0
// An evolution's state as items of an archive.
#include <algorithm>
#include <utility>

#include "optimizer/archive_items.h"
#include "optimizer/evolution/evolution.h"
#include "optimizer/evolution/gnn_genome.h"

namespace memplace {
namespace {

void save_individual(ArchiveWriter& archive, const Individual& individual) {
  if (const auto* policy = dynamic_cast<const GnnGenome*>(individual.genome.get())) {
    archive.write_floats(policy->parameters());
  } else {
    archive.write_doubles(dynamic_cast<const BoltzmannChromosome&>(*individual.genome).genes());
  }
  save(archive, individual.mapping);
  archive.write_double(individual.fitness);
}

}  // namespace

void Evolution::save(ArchiveWriter& archive) const {
  archive.write_flag(founded_);
  archive.write_double(reference_);
  archive.write_u64(bred_);
  archive.write_u64(migrants_.size());
  for (const std::vector<float>& policy : migrants_) {
    archive.write_floats(policy);
  }
  for (const Species& species : species_) {
    archive.write_u64(species.population.members().size());
    for (const Individual& individual : species.population.members()) {
      save_individual(archive, individual);
    }
  }
  archive.write_u64(generation_.size());
  for (const Newborn& newborn : generation_) {
    archive.write_u64(newborn.kind);
    save_individual(archive, newborn.individual);
  }
  std::vector<std::uint64_t> known(known_.begin(), known_.end());
  std::sort(known.begin(), known.end());
  archive.write_u64s(known);
}

std::unique_ptr<Genome> Evolution::read_genome(Kind kind, ArchiveReader& archive) const {
  if (kind == kPolicies) {
    std::vector<float> parameters = archive.read_floats();
    if (model_ == nullptr || parameters.size() != model_->policy().layout().size()) {
      archive.fail("holds a policy of another shape");
    }
    return std::make_unique<GnnGenome>(model_, std::move(parameters));
  }
  auto chromosome = std::make_unique<BoltzmannChromosome>(space_, task_.chip.memories.size(),
                                                          starts_.front().mapping, rule_.shape);
  std::vector<double> genes = archive.read_doubles();
  if (genes.size() != chromosome->genes().size()) {
    archive.fail("holds a chromosome of another length");
  }
  chromosome->set_genes(std::move(genes));
  return chromosome;
}

void Evolution::load(ArchiveReader& archive) {
  const auto read_individual = [&](Kind kind) {
    Individual individual;
    individual.genome = read_genome(kind, archive);
    individual.mapping = load_mapping(archive, task_.graph, task_.chip);
    individual.fitness = archive.read_double();
    return individual;
  };
  founded_ = archive.read_flag();
  reference_ = archive.read_double();
  bred_ = archive.read_u64();
  migrants_.resize(archive.read_count());
  for (std::vector<float>& policy : migrants_) {
    policy = archive.read_floats();
    if (model_ == nullptr || policy.size() != model_->policy().layout().size()) {
      archive.fail("holds a policy of another shape");
    }
  }
  for (const Kind kind : {kChromosomes, kPolicies}) {
    const std::size_t count = archive.read_count();
    std::vector<Individual> members;
    members.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      members.push_back(read_individual(kind));
    }
    species_[kind].population.restore(std::move(members));
  }
  const std::size_t count = archive.read_count();
  generation_.clear();
  generation_.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const Kind kind = archive.read_u64() == kPolicies ? kPolicies : kChromosomes;
    generation_.push_back({kind, read_individual(kind)});
  }
  const std::vector<std::uint64_t> known = archive.read_u64s();
  known_ = {known.begin(), known.end()};
}

}  // namespace memplace
