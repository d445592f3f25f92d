// SPDX-License-Identifier: Apache-2.0
// An evolution's state as items of an archive.
#include <algorithm>
#include <memory>
#include <utility>

#include "optimizer/evolution/evolution.h"
#include "optimizer/evolution/gnn_genome.h"
#include "optimizer/search/archive_items.h"

namespace memplace {

void Evolution::policy_item(ArchiveWriter& archive, const std::vector<float>& policy) const {
  archive.write_floats(policy);
}

void Evolution::policy_item(ArchiveReader& archive, std::vector<float>& policy) const {
  archive.require(model_ != nullptr, "holds a policy where there is none");
  policy = archive.read_floats(model_->policy().layout().size(), -nn::kMostParameter,
                               nn::kMostParameter);
}

void Evolution::genome_item(ArchiveWriter& archive, const std::unique_ptr<Genome>& genome,
                            Kind kind) const {
  if (kind == kPolicies) {
    archive.write_floats(dynamic_cast<const GnnGenome&>(*genome).parameters());
  } else {
    archive.write_doubles(dynamic_cast<const BoltzmannChromosome&>(*genome).genes());
  }
}

void Evolution::genome_item(ArchiveReader& archive, std::unique_ptr<Genome>& genome,
                            Kind kind) const {
  if (kind == kPolicies) {
    std::vector<float> parameters;
    policy_item(archive, parameters);
    genome = std::make_unique<GnnGenome>(model_, std::move(parameters));
    return;
  }
  auto chromosome = std::make_unique<BoltzmannChromosome>(
      space_, task_.problem.chip().memories.size(), starts_.front().mapping, rule_.shape);
  chromosome->set_genes(
      archive.read_doubles(chromosome->genes().size(), -kMostDouble, kMostDouble));
  genome = std::move(chromosome);
}

void Evolution::visit(auto& archive, auto& self) {
  const auto individual = [&](auto& one, Kind kind) {
    self.genome_item(archive, one.genome, kind);
    item(archive, one.mapping, self.task_.problem);
    archive.item_within(one.fitness, -kMostDouble, kMostDouble);
  };
  archive.item(self.founded_);
  reference_item(archive, self.reference_, self.task_);
  archive.item(self.bred_);
  archive.items(self.migrants_, [&](auto& policy) { self.policy_item(archive, policy); });
  for (const Kind kind : {kChromosomes, kPolicies}) {
    archive.part(self.species_[kind].population, [&](auto& member) { individual(member, kind); });
  }
  archive.items(self.generation_, [&](auto& newborn) {
    archive.item_below(newborn.kind, kKinds);
    individual(newborn.individual, newborn.kind);
  });
  archive.item(self.known_);
}

void Evolution::save(ArchiveWriter& archive) const { visit(archive, *this); }

void Evolution::load(ArchiveReader& archive) {
  visit(archive, *this);
  check_loaded(archive);
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
