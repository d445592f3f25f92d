// SPDX-License-Identifier: Apache-2.0
#include "optimizer/evolution/evolution.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "optimizer/evolution/gnn_genome.h"
#include "optimizer/search/archive_items.h"
#include "optimizer/search/mapping_hash.h"

namespace memplace {
namespace {

constexpr std::uint32_t kBreedPurpose = 0x65766f6c;   // "evol"
constexpr std::uint32_t kPolicyPurpose = 0x706f6c69;  // "poli"

// How often a child that is known already is mutated once more; how often it then takes a super
// step in one gene, as small networks need; after that it is asked all the same.
constexpr int kMutations = 20;
constexpr int kSteps = 50;

}  // namespace

double FitnessRule::of(const Evaluated& evaluated, double reference) const {
  return punish ? memplace::reward(evaluated, reference, reward)
                : gain(evaluated.cost, reference, reward);
}

Decoder::Decoder(const StrategyTask& task, const SearchSpace& space, const DecodeRule& rule)
    : task_(task), sampler_(task, space), repair_(task, space), rule_(rule) {}

Mapping Decoder::draw(const Posterior& posterior, const Mapping& parent, Rng& rng) {
  return made_feasible(sampler_.draw(posterior, rng), parent, rng);
}

Mapping Decoder::likeliest(const Posterior& posterior, Rng& rng) {
  Posterior certain = posterior;
  for (std::size_t i = 0; i < certain.decisions(); ++i) {
    const std::span<double> row = certain.row(i);
    const auto largest =
        static_cast<std::size_t>(std::max_element(row.begin(), row.end()) - row.begin());
    std::fill(row.begin(), row.end(), 0.0);
    row[largest] = 1;
  }
  const Mapping mapping = sampler_.draw(certain, rng);
  return made_feasible(mapping, mapping, rng);
}

Mapping Decoder::made_feasible(Mapping mapping, const Mapping& parent, Rng& rng) {
  settle(task_.problem, mapping);
  if (rule_.repairs) {
    mapping = repair_.repair(mapping, parent, rng);
    if (rng.chance(rule_.fill)) {
      repair_.fill(mapping, rng);
    }
  }
  return mapping;
}

Evolution::Evolution(const StrategyTask& task, const SearchSpace& space, const EvolutionRule& rule,
                     std::vector<Proposal> starts, std::shared_ptr<const PolicyModel> model,
                     std::vector<float> first)
    : task_(task),
      space_(space),
      rule_(rule),
      starts_(std::move(starts)),
      model_(std::move(model)),
      first_policy_(std::move(first)),
      decoder_(task, space, rule.decode),
      reference_(task.native_cost) {
  const auto policies =
      static_cast<std::size_t>(std::lround(rule.policies * static_cast<double>(rule.size)));
  MEMPLACE_ASSERT(policies == 0 || model_ != nullptr, "policies of no network");
  for (const std::size_t size : {rule.size - policies, policies}) {
    // At least one child is left to be evaluated.
    const auto wanted =
        static_cast<std::size_t>(std::ceil(rule.elites * static_cast<double>(size)));
    const std::size_t elites = size == 0 ? 0 : std::min(wanted, size - 1);
    species_.push_back({size, elites, Population(elites)});
  }
}

std::vector<Proposal> Evolution::next() {
  if (founded_) {
    std::vector<std::vector<Individual>> children(kKinds);
    for (Newborn& newborn : std::exchange(generation_, {})) {
      children[newborn.kind].push_back(std::move(newborn.individual));
    }
    for (std::size_t kind = 0; kind < kKinds; ++kind) {
      species_[kind].population.succeed(std::move(children[kind]));
    }
    breed();
  } else {
    found();
    founded_ = true;
  }
  return std::exchange(batch_, {});
}

// Each start is the mapping of a chromosome that favours it; the others of the first generation are
// drawn from more such chromosomes, the starts taking turns, and from policies.
void Evolution::found() {
  const std::size_t chromosomes = species_[kChromosomes].size;
  const std::size_t count = space_.empty() ? starts_.size() : std::max(chromosomes, starts_.size());
  for (std::size_t i = 0; i < count; ++i) {
    found_chromosome(starts_[i % starts_.size()], i < starts_.size());
  }
  const auto relaxation = task_.warm.knowledge.find<const Relaxation>();
  if (relaxation != nullptr && !relaxation->shares.empty() && !space_.empty()) {
    found_relaxed(*relaxation);
  }
  for (std::size_t i = 0; i < species_[kPolicies].size && !space_.empty(); ++i) {
    if (i == 0 && !first_policy_.empty()) {
      add_policy(std::exchange(first_policy_, {}), true);
      continue;
    }
    Rng rng(task_.seed, kPolicyPurpose, i);
    add_policy(model_->policy().layout().initialize(rng), true);
  }
}

void Evolution::found_chromosome(const Proposal& start, bool is_start) {
  auto genome = std::make_unique<BoltzmannChromosome>(space_, task_.problem.chip().memories.size(),
                                                      start.mapping, rule_.shape);
  if (is_start) {
    add(kChromosomes, std::move(genome), start.mapping, start.part);
    return;
  }
  Rng rng = next_rng();
  Mapping mapping = decoder_.draw(genome->posterior(), start.mapping, rng);
  mutate_until_new(*genome, mapping, start.mapping, rule_.breeding.how, rng);
  add(kChromosomes, std::move(genome), std::move(mapping), "founder");
}

// A chromosome whose prior is the linear relaxation's.
void Evolution::found_relaxed(const Relaxation& relaxation) {
  constexpr double kLeastShare = 0.01;
  const Proposal& start = starts_.front();
  auto genome = std::make_unique<BoltzmannChromosome>(space_, task_.problem.chip().memories.size(),
                                                      start.mapping, rule_.shape);
  genome->imitate(posterior_of(relaxation, task_, space_, kLeastShare));
  Rng rng = next_rng();
  Mapping mapping = decoder_.draw(genome->posterior(), start.mapping, rng);
  mutate_until_new(*genome, mapping, start.mapping, rule_.breeding.how, rng);
  add(kChromosomes, std::move(genome), std::move(mapping), "relaxed founder");
}

void Evolution::add_policy(std::vector<float> parameters, bool founds) {
  auto genome = std::make_unique<GnnGenome>(model_, std::move(parameters));
  Rng rng = next_rng();
  const Mapping& parent = starts_.front().mapping;
  Mapping mapping = decoder_.draw(genome->posterior(), parent, rng);
  if (founds) {
    mutate_until_new(*genome, mapping, parent, rule_.policy_mutation, rng);
  }
  add(kPolicies, std::move(genome), std::move(mapping), founds ? "gnn founder" : "migrant");
}

void Evolution::breed() {
  for (const Kind kind : {kChromosomes, kPolicies}) {
    const Species& species = species_[kind];
    const std::size_t migrants = kind == kPolicies ? migrants_.size() : 0;
    for (std::size_t i = species.elites + migrants; i < species.size; ++i) {
      breed_child(kind);
    }
  }
  for (std::vector<float>& policy : std::exchange(migrants_, {})) {
    add_policy(std::move(policy), false);
  }
}

void Evolution::breed_child(Kind kind) {
  Rng rng = next_rng();
  const Population& population = species_[kind].population;
  Breeding breeding = rule_.breeding;
  if (kind == kPolicies) {
    breeding.how = rule_.policy_mutation;
  }
  Child child = population.breed(breeding, rng);
  bool seeded = false;
  const Population& policies = species_[kPolicies].population;
  if (kind == kChromosomes && !policies.members().empty() && rng.chance(rule_.seeding)) {
    dynamic_cast<BoltzmannChromosome&>(*child.genome)
        .imitate(policies.draw(breeding.tournament, rng).genome->posterior());
    seeded = true;
  }
  const Mapping& parent = population.members()[child.parent].mapping;
  Mapping mapping = decoder_.draw(child.genome->posterior(), parent, rng);
  child.mutated =
      mutate_until_new(*child.genome, mapping, parent, breeding.how, rng) || child.mutated;
  const std::string part = seeded          ? "seeded"
                           : child.crossed ? "crossover"
                           : child.mutated ? "mutation"
                                           : "sample";
  add(kind, std::move(child.genome), std::move(mapping), kind == kPolicies ? "gnn " + part : part);
}

// Mutates the genome while `mapping`, drawn from it, is known. False where it is new as it is.
// Without this most children would be copies, as most mutations do not change which memory is the
// most likely one.
bool Evolution::mutate_until_new(Genome& genome, Mapping& mapping, const Mapping& parent,
                                 const Mutation& how, Rng& rng) {
  Mutation step = how;
  step.share = 0;
  step.super_chance = 1;
  int tries = 0;
  for (; known_.count(mapping_hash(mapping)) > 0 && tries < kMutations + kSteps; ++tries) {
    genome.mutate(tries < kMutations ? how : step, rng);
    mapping = decoder_.draw(genome.posterior(), parent, rng);
  }
  return tries > 0;
}

void Evolution::add(Kind kind, std::unique_ptr<Genome> genome, Mapping mapping, std::string part) {
  known_.insert(mapping_hash(mapping));
  batch_.push_back({mapping, std::move(part)});
  generation_.push_back({kind, {std::move(genome), std::move(mapping), 0}});
}

void Evolution::tell(std::size_t child, const Evaluated& result) {
  if (reference_ <= 0) {
    reference_ = result.cost;
  }
  know(result.given);
  Individual& individual = generation_[child].individual;
  individual.fitness = rule_.fitness.of(result, reference_);
  if (rule_.inherits) {
    individual.mapping = result.given;
    individual.genome->learn(result.given);
  }
}

void Evolution::migrate(std::vector<float> policy) {
  if (founded_ && species_[kPolicies].size > species_[kPolicies].elites + migrants_.size()) {
    migrants_.push_back(std::move(policy));
  }
}

void Evolution::adopt(const Evaluated& found) {
  if (species_[kChromosomes].size > 0 && founded_) {
    auto genome = std::make_unique<BoltzmannChromosome>(
        space_, task_.problem.chip().memories.size(), found.given, rule_.shape);
    species_[kChromosomes].population.join(
        {std::move(genome), found.given, rule_.fitness.of(found, reference_)});
  }
}

void Evolution::know(const Mapping& mapping) { known_.insert(mapping_hash(mapping)); }

Rng Evolution::next_rng() { return Rng(task_.seed, kBreedPurpose, bred_++); }

}  // namespace memplace
