// SPDX-License-Identifier: Apache-2.0
// An evolution's state as items of an archive.
#include <algorithm>
#include <utility>

#include "optimizer/evolution/evolution.h"
#include "optimizer/evolution/gnn_genome.h"
#include "optimizer/search/archive_items.h"

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

std::vector<float> Evolution::read_policy(ArchiveReader& archive) const {
  if (model_ == nullptr) {
    archive.fail("holds a policy where there is none");
  }
  return archive.read_floats(model_->policy().layout().size(), -nn::kMostParameter,
                             nn::kMostParameter);
}

std::unique_ptr<Genome> Evolution::read_genome(Kind kind, ArchiveReader& archive) const {
  if (kind == kPolicies) {
    return std::make_unique<GnnGenome>(model_, read_policy(archive));
  }
  auto chromosome = std::make_unique<BoltzmannChromosome>(
      space_, task_.problem.chip().memories.size(), starts_.front().mapping, rule_.shape);
  chromosome->set_genes(
      archive.read_doubles(chromosome->genes().size(), -kMostDouble, kMostDouble));
  return chromosome;
}

void Evolution::load(ArchiveReader& archive) {
  const auto read_individual = [&](Kind kind) {
    Individual individual;
    individual.genome = read_genome(kind, archive);
    individual.mapping = load_mapping(archive, task_.problem);
    individual.fitness = archive.read_within(-kMostDouble, kMostDouble);
    return individual;
  };
  founded_ = archive.read_flag();
  reference_ = load_reference(archive, task_);
  bred_ = archive.read_u64();
  migrants_ = archive.read_list([&] { return read_policy(archive); });
  for (const Kind kind : {kChromosomes, kPolicies}) {
    species_[kind].population.restore(archive.read_list([&] { return read_individual(kind); }));
  }
  generation_ = archive.read_list([&] {
    const auto kind = static_cast<Kind>(archive.read_below(kKinds));
    return Newborn{kind, read_individual(kind)};
  });
  check_loaded(archive);
  const std::vector<std::uint64_t> known = archive.read_u64s();
  known_ = {known.begin(), known.end()};
}

// Whoever breeds has children: next() relies on a parent in the generation after them.
void Evolution::check_loaded(const ArchiveReader& archive) const {
  for (const Kind kind : {kChromosomes, kPolicies}) {
    const Species& species = species_[kind];
    const auto children =
        std::count_if(generation_.begin(), generation_.end(),
                      [&](const Newborn& newborn) { return newborn.kind == kind; });
    const std::size_t migrants = kind == kPolicies ? migrants_.size() : 0;
    const bool begun = children > 0 || migrants > 0 || !species.population.members().empty();
    if (founded_ ? children == 0 && species.size > 0 : begun) {
      archive.fail("holds a generation that nobody bred");
    }
    if (migrants > species.size - species.elites) {
      archive.fail("holds more migrants than there is room for");
    }
  }
}

}  // namespace memplace
