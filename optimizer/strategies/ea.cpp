// SPDX-License-Identifier: Apache-2.0
#include "optimizer/strategies/ea.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "base/error.h"
#include "optimizer/mapping_hash.h"
#include "optimizer/starts.h"

namespace memplace {
namespace {

constexpr std::uint32_t kBreedPurpose = 0x65766f6c;  // "evol"
constexpr std::int64_t kMostPopulation = 10'000;

// How often a child that is known already is mutated once more; how often it then takes a super
// step in one gene, as small networks need; after that it is asked all the same.
constexpr int kMutations = 20;
constexpr int kSteps = 50;

constexpr const char* kReward = "reward";
constexpr const char* kRectified = "rectified";
constexpr const char* kCompiler = "compiler";
constexpr const char* kRandom = "random";
constexpr const char* kGiven = "given";
constexpr const char* kNone = "none";

Breeding breeding_of(const Options& options) {
  Breeding breeding;
  breeding.tournament = static_cast<std::size_t>(options.integer("tournament"));
  breeding.crossover = options.number("crossover");
  breeding.crossover_share = options.number("crossover_share");
  breeding.mutation = options.number("mutation");
  breeding.how.share = options.number("mutated");
  breeding.how.normal = options.number("normal");
  breeding.how.super = options.number("super");
  breeding.how.super_chance = options.number("super_chance");
  breeding.how.reset = options.number("reset");
  breeding.how.reset_chance = options.number("reset_chance");
  return breeding;
}

// At least one child is left to be evaluated.
std::size_t elites_of(const Options& options) {
  const auto size = static_cast<std::size_t>(options.integer("population"));
  const double share = options.number("elites") * static_cast<double>(size);
  return std::min(static_cast<std::size_t>(std::ceil(share)), size - 1);
}

}  // namespace

EaStrategy::EaStrategy(const StrategyTask& task, const Options& options)
    : task_(task),
      space_(task),
      sampler_(task, space_),
      repair_(task, space_),
      size_(static_cast<std::size_t>(options.integer("population"))),
      elites_(elites_of(options)),
      breeding_(breeding_of(options)),
      rule_{options.number("exponent"), options.number("scale")},
      punish_(options.choice("fitness") == kReward),
      repairs_(options.choice("repair") == kRandom),
      inherits_(options.choice("inherit") == kGiven),
      fill_(options.number("fill")),
      reference_(task.native_cost),
      population_(elites_) {
  found(starts(task, options.choice("start")),
        {options.number("strength"), options.number("temperature")});
}

// Each start is the mapping of a chromosome that favours it; the others of the first generation are
// drawn from more such chromosomes, the starts taking turns.
void EaStrategy::found(const std::vector<Proposal>& starts, const BoltzmannShape& shape) {
  const std::size_t count = space_.empty() ? starts.size() : std::max(size_, starts.size());
  std::vector<Proposal> batch;
  for (std::size_t i = 0; i < count; ++i) {
    const Proposal& start = starts[i % starts.size()];
    auto genome = std::make_unique<BoltzmannChromosome>(space_, task_.chip.memories.size(),
                                                        start.mapping, shape);
    if (i < starts.size()) {
      add(batch, std::move(genome), start.mapping, start.part);
      continue;
    }
    Rng rng(task_.seed, kBreedPurpose, bred_++);
    Mapping mapping = draw(*genome, start.mapping, rng);
    mutate_until_new(*genome, mapping, start.mapping, rng);
    add(batch, std::move(genome), std::move(mapping), "founder");
  }
  queue_.refill(std::move(batch));
}

std::vector<Proposal> EaStrategy::ask(std::size_t room) {
  MEMPLACE_ASSERT(!done(), task_.graph.name());
  return queue_.ask(room);
}

void EaStrategy::tell(std::span<const Evaluated> results) {
  for (const Evaluated& result : results) {
    if (reference_ <= 0) {
      reference_ = result.cost;
    }
    known_.insert(mapping_hash(result.given));
    Individual& individual = generation_[queue_.tell()];
    individual.fitness = fitness_of(result);
    if (inherits_) {
      individual.mapping = result.given;
      individual.genome->learn(result.given);
    }
  }
  if (queue_.finished() && !space_.empty()) {
    population_.succeed(std::exchange(generation_, {}));
    breed_next();
  }
}

void EaStrategy::breed_next() {
  std::vector<Proposal> batch;
  while (batch.size() < size_ - elites_) {
    Rng rng(task_.seed, kBreedPurpose, bred_++);
    Child child = population_.breed(breeding_, rng);
    const Mapping& parent = population_.members()[child.parent].mapping;
    Mapping mapping = draw(*child.genome, parent, rng);
    child.mutated = mutate_until_new(*child.genome, mapping, parent, rng) || child.mutated;
    add(batch, std::move(child.genome), std::move(mapping),
        child.crossed ? "crossover" : (child.mutated ? "mutation" : "sample"));
  }
  queue_.refill(std::move(batch));
}

Mapping EaStrategy::draw(const Genome& genome, const Mapping& parent, Rng& rng) {
  Mapping mapping = sampler_.draw(genome.posterior(), rng);
  if (repairs_) {
    mapping = repair_.repair(mapping, parent, rng);
    if (rng.chance(fill_)) {
      repair_.fill(mapping, rng);
    }
  }
  return mapping;
}

// Mutates the genome while `mapping`, drawn from it, is known. False where it is new as it is.
// Without this most children would be copies, as most mutations do not change which memory is the
// most likely one.
bool EaStrategy::mutate_until_new(Genome& genome, Mapping& mapping, const Mapping& parent,
                                  Rng& rng) {
  Mutation step = breeding_.how;
  step.share = 0;
  step.super_chance = 1;
  int tries = 0;
  for (; known_.count(mapping_hash(mapping)) > 0 && tries < kMutations + kSteps; ++tries) {
    genome.mutate(tries < kMutations ? breeding_.how : step, rng);
    mapping = draw(genome, parent, rng);
  }
  return tries > 0;
}

void EaStrategy::add(std::vector<Proposal>& batch, std::unique_ptr<Genome> genome, Mapping mapping,
                     std::string part) {
  known_.insert(mapping_hash(mapping));
  batch.push_back({mapping, std::move(part)});
  generation_.push_back({std::move(genome), std::move(mapping), 0});
}

double EaStrategy::fitness_of(const Evaluated& evaluated) const {
  return punish_ ? reward(evaluated, reference_, rule_) : gain(evaluated.cost, reference_, rule_);
}

namespace {

OptionInfo choice_option(std::string name, std::string summary, std::vector<std::string> choices) {
  OptionInfo option;
  option.name = std::move(name);
  option.summary = std::move(summary);
  option.default_value = choices.front();
  option.choices = std::move(choices);
  return option;
}

}  // namespace

StrategyInfo EaStrategy::info() {
  StrategyInfo row;
  row.name = "ea";
  row.summary = "evolution of Boltzmann chromosomes";
  const std::vector<OptionInfo> numbers{
      {"strength", "lead of the favoured memory's prior in new chromosomes", 1.0, 0, 100, {}},
      {"temperature", "of new chromosomes", 0.1, 1e-3, 1e3, {}},
      {"population", "chromosomes", std::int64_t{20}, 2, double{kMostPopulation}, {}},
      {"elites", "part of the population that survives", 0.5, 0, 1, {}},
      {"tournament", "chromosomes of which the fittest is a parent", std::int64_t{3}, 1, 1000, {}},
      {"crossover", "probability of a second parent", 0.15, 0, 1, {}},
      {"crossover_share", "part of the genes it gives, at most", 0.3, 0, 1, {}},
      {"mutation", "probability of mutation", 0.9, 0, 1, {}},
      {"mutated", "part of the genes that mutate, at most; one at least", 0.02, 0, 1, {}},
      {"normal", "deviation of a normal step, as a part of the gene", 0.1, 0, 1000, {}},
      {"super", "deviation of a super step, likewise", 10.0, 0, 1000, {}},
      {"super_chance", "probability of a super step instead of a normal one", 0.05, 0, 1, {}},
      {"reset", "deviation of a gene that begins anew around 0", 0.1, 0, 1000, {}},
      {"reset_chance", "probability of that", 0.02, 0, 1, {}},
      {"exponent", "of native cost / cost in rewards", 2.0, 0, 10, {}},
      {"scale", "the reward of the native cost", 5.0, 1e-3, 1e3, {}},
      {"fill", "probability of promoting what fits after repair", 0.9, 0, 1, {}},
  };
  row.options = {start_option(kBestStart)};
  row.options.insert(row.options.end(), numbers.begin(), numbers.end());
  row.options.push_back(choice_option("repair",
                                      "who makes drawn mappings feasible: chance, in random "
                                      "order, or the compiler, in schedule order",
                                      {kRandom, kCompiler}));
  row.options.push_back(choice_option(
      "inherit", "what a chromosome learns: the mapping that was given, or none", {kGiven, kNone}));
  row.options.push_back(choice_option(
      "fitness", "gain after rectify, or EGRL's reward: -epsilon for what was infeasible",
      {kRectified, kReward}));
  row.make = [](const StrategyTask& task, const Options& options) {
    return std::make_unique<EaStrategy>(task, options);
  };
  return row;
}

}  // namespace memplace
