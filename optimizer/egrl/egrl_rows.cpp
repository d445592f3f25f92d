// SPDX-License-Identifier: Apache-2.0
// The rows of egrl and its halves in the table of strategies.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "optimizer/egrl/egrl.h"
#include "optimizer/search/option_table.h"

namespace memplace {
namespace {

enum class Parts { kAll, kEvolution, kGradient };

// What options say, before names are looked up and what follows from several is known.
struct Settings {
  EgrlRule rule;
  EvolutionRule evolution;
  PolicyRule policy;
  std::size_t head_width = 16;
  bool gradient = true;
  std::string learner;
  std::string companion = "portfolio";
};

constexpr const char* kNone = "none";

Settings defaults_of(Parts parts) {
  Settings settings;
  settings.rule.shape.depth = 2;
  settings.learner = learners().front().name;
  if (parts == Parts::kAll) {
    settings.evolution.policies = 0.2;
    settings.evolution.elites = 0.9;
    settings.evolution.seeding = 0.1;
  }
  settings.evolution.breeding.how.share = 0.02;
  settings.evolution.policy_mutation.super = 1;
  settings.policy.screening = {6, 64, 0.5, 0.25, 3};
  if (parts == Parts::kGradient) {
    settings.policy.rollouts = 10;
    settings.policy.screening.screened = 0;
  }
  return settings;
}

OptionTable<Mutation> mutation_options(const Mutation& defaults) {
  OptionTable<Mutation> options(defaults);
  options
      .number("mutated", "part of a chromosome's genes that mutate, at most; one at least", 0, 1,
              &Mutation::share)
      .number("normal", "deviation of a normal step, as a part of the gene", 0, 1000,
              &Mutation::normal)
      .number("super", "deviation of a super step, likewise", 0, 1000, &Mutation::super)
      .number("super_chance", "probability of a super step instead of a normal one", 0, 1,
              &Mutation::super_chance)
      .number("reset", "deviation of a gene that begins anew around 0", 0, 1000, &Mutation::reset)
      .number("reset_chance", "probability of that", 0, 1, &Mutation::reset_chance);
  return options;
}

OptionTable<Breeding> parent_options(const Breeding& defaults) {
  OptionTable<Breeding> options(defaults);
  options
      .number("tournament", "genomes of which the fittest is a parent", 1, 1000,
              &Breeding::tournament)
      .number("crossover", "probability of a second parent", 0, 1, &Breeding::crossover)
      .number("crossover_share", "part of the genes it gives, at most", 0, 1,
              &Breeding::crossover_share);
  return options;
}

OptionTable<EvolutionRule> evolution_options(const EvolutionRule& defaults) {
  using Rule = EvolutionRule;
  const auto how = [](Rule& rule) -> Mutation& { return rule.breeding.how; };
  const auto mutation = [](Rule& rule) -> double& { return rule.breeding.mutation; };
  const auto strength = [](Rule& rule) -> double& { return rule.shape.strength; };
  const auto temperature = [](Rule& rule) -> double& { return rule.shape.temperature; };
  const auto policy_mutated = [](Rule& rule) -> double& { return rule.policy_mutation.share; };
  const auto policy_super = [](Rule& rule) -> double& { return rule.policy_mutation.super; };
  OptionTable<Rule> options(defaults);
  options
      .number("strength", "lead of the favoured memory's prior in new chromosomes", 0, 100,
              strength)
      .number("temperature", "of new chromosomes", 1e-3, 1e3, temperature)
      .number("population", "chromosomes and policies", 2, 10'000, &Rule::size)
      .number("policies", "part of the population that are policies", 0, 1, &Rule::policies)
      .number("elites", "part of the population that survives", 0, 1, &Rule::elites)
      .part(parent_options(defaults.breeding), &Rule::breeding)
      .number("seeding", "probability that a policy writes a chromosome's child", 0, 1,
              &Rule::seeding)
      .number("mutation", "probability of mutation", 0, 1, mutation)
      .part(mutation_options(defaults.breeding.how), how)
      .number("policy_mutated", "part of a policy's weights that mutate, at most", 0, 1,
              policy_mutated)
      .number("policy_super", "deviation of a super step of a weight", 0, 1000, policy_super);
  return options;
}

void add_network_options(OptionTable<Settings>& options) {
  const auto heads = [](Settings& all) -> std::size_t& { return all.rule.shape.heads; };
  const auto depth = [](Settings& all) -> std::size_t& { return all.rule.shape.depth; };
  const auto features = [](Settings& all) -> FeatureSet& { return all.rule.shape.features; };
  const auto edges = [](Settings& all) -> EdgeDirections& { return all.rule.shape.edges; };
  options.number("heads", "attention heads of the graph network", 1, 16, heads)
      .number("head_width", "features of a head", 1, 128, &Settings::head_width)
      .number("depth", "poolings of the graph network", 0, 8, depth)
      .choice("features",
              "what the network is told of ops: work and chip too, or what is recalled of EGRL",
              NamedValues<FeatureSet>{{"chip", FeatureSet::kChip}, {"paper", FeatureSet::kPaper}},
              features)
      .choice("edges", "who hears whom along dependencies",
              NamedValues<EdgeDirections>{{"both", EdgeDirections::kBoth},
                                          {"forward", EdgeDirections::kForward},
                                          {"backward", EdgeDirections::kBackward}},
              edges);
}

OptionTable<ScreeningRule> screening_options(const ScreeningRule& defaults) {
  using Rule = ScreeningRule;
  OptionTable<Rule> options(defaults);
  options
      .number("screened", "neighbours of the best mappings in a generation", 0, 1000,
              &Rule::screened)
      .number("candidates", "neighbours of which the critics choose each of these", 1, 1000,
              &Rule::candidates)
      .number("trust", "part of those neighbours that the critics choose at all", 0, 1,
              &Rule::trust)
      .number("guided",
              "part of those neighbours that the policy makes, by what it would have instead", 0, 1,
              &Rule::guided)
      .number("moves", "by which a neighbour differs, at most", 1, 100, &Rule::moves);
  return options;
}

// How often it learns and of what.
OptionTable<PolicyRule> policy_options(const PolicyRule& defaults, Parts parts) {
  using Rule = PolicyRule;
  OptionTable<Rule> options(defaults);
  options
      .number("rollouts", "mappings of the learner's policy in a generation",
              parts == Parts::kGradient ? 1 : 0, 1000, &Rule::rollouts)
      .part(screening_options(defaults.screening), &Rule::screening)
      .number("steps", "gradient steps an evaluation", 0, 100, &Rule::steps)
      .number("warm_up", "gradient steps toward the best start, before all others", 0, 10'000,
              &Rule::warm_up)
      .number("imitated", "how many of the best mappings are imitated, and screened near", 1, 1000,
              &Rule::imitated)
      .number("replay", "mappings that are kept to learn from", 1, 1e7, &Rule::replay);
  return options;
}

void add_fitness_options(OptionTable<Settings>& options) {
  const auto exponent = [](Settings& all) -> double& { return all.rule.fitness.reward.exponent; };
  const auto scale = [](Settings& all) -> double& { return all.rule.fitness.reward.scale; };
  const auto fill = [](Settings& all) -> double& { return all.rule.decode.fill; };
  const auto repairs = [](Settings& all) -> bool& { return all.rule.decode.repairs; };
  const auto punish = [](Settings& all) -> bool& { return all.rule.fitness.punish; };
  options.number("exponent", "of native cost / cost in rewards", 0, 10, exponent)
      .number("scale", "the reward of the native cost", 1e-3, 1e3, scale)
      .number("fill", "probability of promoting what fits after repair", 0, 1, fill)
      .choice("repair",
              "who makes drawn mappings feasible: chance, in random order, or the compiler, in "
              "schedule order",
              NamedValues<bool>{{"random", true}, {"compiler", false}}, repairs)
      .choice("fitness", "gain after rectify, or EGRL's reward: -epsilon for what was infeasible",
              NamedValues<bool>{{"rectified", false}, {"reward", true}}, punish);
}

// Whoever is not egrl itself, or nobody.
void check_companion(const Catalog& catalog, const std::string& text) {
  std::vector<std::string> known{kNone};
  for (const StrategyInfo& info : catalog) {
    if (info.name != "egrl") {
      known.push_back(info.name);
    }
  }
  if (std::find(known.begin(), known.end(), text) == known.end()) {
    throw Error(unknown_name_message("companion", text, known));
  }
}

void add_egrl_options(OptionTable<Settings>& options, const Catalog& catalog) {
  const auto migration = [](Settings& all) -> std::size_t& { return all.rule.migration; };
  const auto share = [](Settings& all) -> double& { return all.rule.companion_share; };
  options
      .number("migration", "generations between migrations of the learner's policy; 0: none", 0,
              1e6, migration)
      .choice("gradient", "whether there is a learner",
              NamedValues<bool>{{"on", true}, {"off", false}}, &Settings::gradient)
      .text(
          "companion", "a strategy that takes turns, or none",
          [&catalog](const std::string& text) { check_companion(catalog, text); },
          &Settings::companion)
      .number("companion_share", "of the budget that the companion may spend", 0, 1, share);
}

// `catalog` has the companions; only where there are all parts.
OptionTable<Settings> settings_table(Parts parts, const Catalog* catalog) {
  const Settings defaults = defaults_of(parts);
  OptionTable<Settings> options(defaults);
  options.part(options_with_start(&EgrlRule::start), &Settings::rule);
  if (parts != Parts::kGradient) {
    options.part(evolution_options(defaults.evolution), &Settings::evolution);
  }
  add_network_options(options);
  if (parts != Parts::kEvolution) {
    options.part(policy_options(defaults.policy, parts), &Settings::policy);
    NamedValues<std::string> names;
    for (const LearnerInfo& row : learners()) {
      names.emplace_back(row.name, row.name);
    }
    options.choice("learner", "what learns the policy", names, &Settings::learner);
    for (const LearnerInfo& row : learners()) {
      options.foreign(row.options);
    }
  }
  add_fitness_options(options);
  if (parts != Parts::kGradient) {
    const auto inherits = [](Settings& all) -> bool& { return all.evolution.inherits; };
    options.choice("inherit", "what a chromosome learns: the mapping that was given, or none",
                   NamedValues<bool>{{"given", true}, {kNone, false}}, inherits);
  }
  const auto uniform = [](Settings& all) -> bool& { return all.rule.uniform; };
  options.choice("policy", "what policies say: what they have learnt, or nothing",
                 NamedValues<bool>{{"learned", false}, {"uniform", true}}, uniform);
  if (parts == Parts::kAll) {
    add_egrl_options(options, *catalog);
  }
  return options;
}

EgrlRule rule_of(Parts parts, Settings settings, const Options& options, const Catalog* catalog) {
  EgrlRule rule = std::move(settings.rule);
  rule.shape.hidden = rule.shape.heads * settings.head_width;
  if (parts != Parts::kGradient) {
    EvolutionRule& evolution = settings.evolution;
    const Mutation& how = evolution.breeding.how;
    evolution.policy_mutation = {evolution.policy_mutation.share,
                                 how.normal,
                                 evolution.policy_mutation.super,
                                 how.super_chance,
                                 how.reset,
                                 how.reset_chance};
    evolution.decode = rule.decode;
    evolution.fitness = rule.fitness;
    rule.evolution = evolution;
  }
  if (parts != Parts::kEvolution && settings.gradient) {
    const LearnerInfo& learner = find_learner(settings.learner);
    settings.policy.learner = [&learner, options](const PolicyModel& model, Rng& rng) {
      return learner.make(model, options, rng);
    };
    rule.policy = std::move(settings.policy);
  }
  if (parts == Parts::kAll && settings.companion != kNone) {
    rule.companion = &catalog->find(settings.companion);
  }
  return rule;
}

// The published algorithm as far as it is recalled, and ERL's constants where it is not.
// docs/strategies/egrl.md says which is which.
Preset paper_preset(Parts parts) {
  Preset preset{"paper",
                "what is known of the published algorithm",
                {"start=all-slowest", "heads=4", "head_width=32", "depth=4", "features=paper",
                 "rollouts=1", "screened=0", "steps=1", "warm_up=0", "tau=0.001", "imitation=0",
                 "targets=reward", "recent=0", "fitness=reward", "repair=compiler"}};
  if (parts == Parts::kAll) {
    for (const char* const option :
         {"population=20", "policies=0.8", "elites=0.2", "mutated=0.05", "policy_super=10",
          "inherit=none", "seeding=0.1", "migration=1", "companion=none"}) {
      preset.options.emplace_back(option);
    }
  }
  return preset;
}

StrategyInfo info_of(std::string name, std::string summary, Parts parts,
                     const Catalog* catalog = nullptr) {
  const OptionTable<Settings> options = settings_table(parts, catalog);
  StrategyInfo row;
  row.name = std::move(name);
  row.summary = std::move(summary);
  row.options = options.infos();
  row.make = [parts, catalog, options](const StrategyTask& task, const Options& given) {
    return std::make_unique<EgrlStrategy>(task,
                                          rule_of(parts, options.read(given), given, catalog));
  };
  row.learns = parts != Parts::kEvolution;
  row.multiplies = [learns = row.learns, options](const Options& given) {
    return learns || options.read(given).evolution.policies > 0;
  };
  if (row.learns) {
    row.presets = {paper_preset(parts)};
  }
  return row;
}

}  // namespace

StrategyInfo EgrlStrategy::egrl_info(const Catalog& catalog) {
  return info_of("egrl", "evolution of policies and chromosomes beside a learning graph network",
                 Parts::kAll, &catalog);
}

StrategyInfo EgrlStrategy::ea_info() {
  return info_of("ea", "evolution of Boltzmann chromosomes and graph networks", Parts::kEvolution);
}

StrategyInfo EgrlStrategy::pg_info() {
  return info_of("pg", "policy gradient: discrete soft actor-critic on a graph network",
                 Parts::kGradient);
}

}  // namespace memplace
