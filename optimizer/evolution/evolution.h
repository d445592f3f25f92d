// SPDX-License-Identifier: Apache-2.0
// Evolution of one or two species of genomes, generation by generation. docs/strategies/ea.md
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/archive.h"
#include "optimizer/evolution/boltzmann.h"
#include "optimizer/evolution/population.h"
#include "optimizer/evolution/repair.h"
#include "optimizer/learning/policy_model.h"
#include "optimizer/moves/posterior.h"
#include "optimizer/moves/relaxation.h"
#include "optimizer/moves/reward.h"
#include "optimizer/moves/search_space.h"
#include "optimizer/search/strategy.h"

namespace memplace {

// How mappings are made of what was drawn.
struct DecodeRule {
  bool repairs = true;  // before a mapping is asked
  double fill = 0.9;    // probability of promoting what fits, after repair
};

// What an evaluation is worth to who learns from it.
struct FitnessRule {
  RewardRule reward;
  bool punish = false;  // the infeasible: the reward, not the gain after rectify, is the fitness

  // `reference` is the cost of the heuristic native.
  double of(const Evaluated& evaluated, double reference) const;
};

// How a population evolves. Shares are of the whole population.
struct EvolutionRule {
  std::size_t size = 20;  // of the population, both species
  double policies = 0;    // share of it that are policies of a graph network
  double elites = 0.5;    // share of each species that survives
  double seeding = 0;     // probability that a chromosome's child is written by a policy instead
  BoltzmannShape shape;   // of new chromosomes
  Breeding breeding;      // how children are made
  Mutation policy_mutation;
  bool inherits = true;  // what evaluation made of a mapping
  DecodeRule decode;
  FitnessRule fitness;
};

// Makes mappings of posteriors: draws, and repairs what was drawn as the rule says.
class Decoder {
 public:
  // `space` outlives it.
  Decoder(const StrategyTask& task, const SearchSpace& space, const DecodeRule& rule);

  // Where repair has a choice it keeps what is not as in `parent`.
  Mapping draw(const Posterior& posterior, const Mapping& parent, Rng& rng);
  // The likeliest memory of each decision.
  Mapping likeliest(const Posterior& posterior, Rng& rng);
  // Repaired, as the rule says. The mapping need not be settled.
  Mapping made_feasible(Mapping mapping, const Mapping& parent, Rng& rng);

 private:
  StrategyTask task_;
  Sampler sampler_;
  Repair repair_;
  DecodeRule rule_;
};

// Children to be evaluated and their parents. A generation is a batch: a mapping is drawn from each
// new genome and evaluated once. The first one asks the starts, and mappings drawn from genomes
// that favour them; the following ones keep the elites, with the fitness they have, and breed the
// others. No mapping is asked twice while new ones are easily found.
class Evolution {
 public:
  // `model` is what policies are parameters of; null where the rule wants none. `first` are the
  // parameters of the first policy, where not empty; the others', and all without it, are drawn.
  // `space` outlives it.
  Evolution(const StrategyTask& task, const SearchSpace& space, const EvolutionRule& rule,
            std::vector<Proposal> starts, std::shared_ptr<const PolicyModel> model,
            std::vector<float> first);

  // The next generation's proposals; all of the last one were told.
  std::vector<Proposal> next();

  // What became of proposal `child` of the generation.
  void tell(std::size_t child, const Evaluated& result);

  // A policy joins the next generation, as a child of nobody. Nobody joins the first.
  void migrate(std::vector<float> policy);

  // A chromosome that favours what somebody else found joins the population, with its fitness.
  void adopt(const Evaluated& found);

  // That somebody else asked this mapping, so that no child need.
  void know(const Mapping& mapping);

  // Proposals of the last generation.
  std::size_t children() const { return generation_.size(); }

  void save(ArchiveWriter& archive) const;
  // Throws Error where the archive holds no evolution of this task and rule.
  void load(ArchiveReader& archive);

 private:
  struct Species {
    std::size_t size = 0;
    std::size_t elites = 0;
    Population population;
  };
  enum Kind : std::size_t { kChromosomes, kPolicies, kKinds };

  void found();
  void found_chromosome(const Proposal& start, bool is_start);
  void found_relaxed(const Relaxation& relaxation);
  // A founder is mutated while what is drawn of it is known, a migrant stays as it is.
  void add_policy(std::vector<float> parameters, bool founds);
  void breed();
  void breed_child(Kind kind);
  bool mutate_until_new(Genome& genome, Mapping& mapping, const Mapping& parent,
                        const Mutation& how, Rng& rng);
  void add(Kind kind, std::unique_ptr<Genome> genome, Mapping mapping, std::string part);
  Rng next_rng();
  static void visit(auto& archive, auto& self);
  void policy_item(ArchiveWriter& archive, const std::vector<float>& policy) const;
  void policy_item(ArchiveReader& archive, std::vector<float>& policy) const;
  void genome_item(ArchiveWriter& archive, const std::unique_ptr<Genome>& genome, Kind kind) const;
  void genome_item(ArchiveReader& archive, std::unique_ptr<Genome>& genome, Kind kind) const;
  void check_loaded(const ArchiveReader& archive) const;

  StrategyTask task_;
  const SearchSpace& space_;
  EvolutionRule rule_;
  std::vector<Proposal> starts_;
  std::shared_ptr<const PolicyModel> model_;
  std::vector<float> first_policy_;
  Decoder decoder_;
  std::vector<Species> species_;  // by Kind
  double reference_;  // the cost that rewards are relative to; 0 until something is known
  bool founded_ = false;

  struct Newborn {
    Kind kind = kChromosomes;
    Individual individual;
  };
  std::vector<Newborn> generation_;  // being evaluated, by proposal
  std::vector<Proposal> batch_;      // while it is being made
  std::vector<std::vector<float>> migrants_;
  std::uint64_t bred_ = 0;                   // genomes so far
  std::unordered_set<std::uint64_t> known_;  // mapping_hash of what was asked or given
};

}  // namespace memplace
