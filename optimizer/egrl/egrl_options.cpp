// SPDX-License-Identifier: Apache-2.0
#include "optimizer/egrl/egrl_options.h"

#include <string>
#include <utility>

#include "base/error.h"
#include "optimizer/moves/starts.h"

namespace memplace {
namespace {

using Integer = std::int64_t;

constexpr double kMostPopulation = 10'000;

constexpr const char* kReward = "reward";
constexpr const char* kRectified = "rectified";
constexpr const char* kCompiler = "compiler";
constexpr const char* kRandom = "random";
constexpr const char* kGiven = "given";
constexpr const char* kNone = "none";
constexpr const char* kOn = "on";
constexpr const char* kOff = "off";
constexpr const char* kUniform = "uniform";
constexpr const char* kChip = "chip";
constexpr const char* kPaper = "paper";
constexpr const char* kBoth = "both";
constexpr const char* kForward = "forward";
constexpr const char* kBackward = "backward";

void append(std::vector<OptionInfo>& options, std::vector<OptionInfo> more) {
  for (OptionInfo& option : more) {
    options.push_back(std::move(option));
  }
}

std::vector<OptionInfo> population_options(EgrlParts parts) {
  const double policies = parts == EgrlParts::kEvolution ? 0.0 : 0.2;
  const double elites = parts == EgrlParts::kEvolution ? 0.5 : 0.9;
  const double seeding = parts == EgrlParts::kEvolution ? 0.0 : 0.1;
  return {
      {"strength", "lead of the favoured memory's prior in new chromosomes", 1.0, 0, 100, {}},
      {"temperature", "of new chromosomes", 0.1, 1e-3, 1e3, {}},
      {"population", "chromosomes and policies", Integer{20}, 2, kMostPopulation, {}},
      {"policies", "part of the population that are policies", policies, 0, 1, {}},
      {"elites", "part of the population that survives", elites, 0, 1, {}},
      {"tournament", "genomes of which the fittest is a parent", Integer{3}, 1, 1000, {}},
      {"crossover", "probability of a second parent", 0.15, 0, 1, {}},
      {"crossover_share", "part of the genes it gives, at most", 0.3, 0, 1, {}},
      {"seeding", "probability that a policy writes a chromosome's child", seeding, 0, 1, {}},
      {"mutation", "probability of mutation", 0.9, 0, 1, {}},
      {"mutated",
       "part of a chromosome's genes that mutate, at most; one at least",
       0.02,
       0,
       1,
       {}},
      {"normal", "deviation of a normal step, as a part of the gene", 0.1, 0, 1000, {}},
      {"super", "deviation of a super step, likewise", 10.0, 0, 1000, {}},
      {"super_chance", "probability of a super step instead of a normal one", 0.05, 0, 1, {}},
      {"reset", "deviation of a gene that begins anew around 0", 0.1, 0, 1000, {}},
      {"reset_chance", "probability of that", 0.02, 0, 1, {}},
      {"policy_mutated", "part of a policy's weights that mutate, at most", 0.05, 0, 1, {}},
      {"policy_super", "deviation of a super step of a weight", 1.0, 0, 1000, {}},
  };
}

std::vector<OptionInfo> network_options() {
  return {
      {"heads", "attention heads of the graph network", Integer{4}, 1, 16, {}},
      {"head_width", "features of a head", Integer{16}, 1, 128, {}},
      {"depth", "poolings of the graph network", Integer{2}, 0, 8, {}},
      choice_option("features",
                    "what the network is told of ops: work and chip too, or what is "
                    "recalled of EGRL",
                    {kChip, kPaper}),
      choice_option("edges", "who hears whom along dependencies", {kBoth, kForward, kBackward}),
  };
}

// How often it learns and of what; then what each learner is told.
std::vector<OptionInfo> learner_options(bool alone) {
  std::vector<std::string> names;
  std::vector<OptionInfo> options;
  for (const LearnerInfo& row : learners()) {
    names.push_back(row.name);
    append(options, row.options);
  }
  std::vector<OptionInfo> common{
      {"rollouts",
       "mappings of the learner's policy in a generation",
       Integer{alone ? 10 : 1},
       alone ? 1.0 : 0.0,
       1000,
       {}},
      {"screened",
       "neighbours of the best mappings in a generation",
       Integer{alone ? 0 : 6},
       0,
       1000,
       {}},
      {"candidates",
       "neighbours of which the critics choose each of these",
       Integer{64},
       1,
       1000,
       {}},
      {"trust", "part of those neighbours that the critics choose at all", 0.5, 0, 1, {}},
      {"guided",
       "part of those neighbours that the policy makes, by what it would have instead",
       0.25,
       0,
       1,
       {}},
      {"moves", "by which a neighbour differs, at most", Integer{3}, 1, 100, {}},
      {"steps", "gradient steps an evaluation", 1.0, 0, 100, {}},
      {"warm_up",
       "gradient steps toward the best start, before all others",
       Integer{100},
       0,
       10'000,
       {}},
      {"imitated",
       "how many of the best mappings are imitated, and screened near",
       Integer{1},
       1,
       1000,
       {}},
      {"replay", "mappings that are kept to learn from", Integer{100'000}, 1, 1e7, {}},
      choice_option("learner", "what learns the policy", std::move(names)),
  };
  append(common, std::move(options));
  return common;
}

std::vector<OptionInfo> fitness_options() {
  return {
      {"exponent", "of native cost / cost in rewards", 2.0, 0, 10, {}},
      {"scale", "the reward of the native cost", 5.0, 1e-3, 1e3, {}},
      {"fill", "probability of promoting what fits after repair", 0.9, 0, 1, {}},
      choice_option("repair",
                    "who makes drawn mappings feasible: chance, in random order, or the compiler, "
                    "in schedule order",
                    {kRandom, kCompiler}),
      choice_option("fitness",
                    "gain after rectify, or EGRL's reward: -epsilon for what was infeasible",
                    {kRectified, kReward}),
  };
}

OptionInfo companion_option(const Catalog& catalog) {
  OptionInfo option;
  option.name = "companion";
  option.summary = "a strategy that takes turns, or none";
  option.default_value = std::string("portfolio");
  option.check = [&catalog](const std::string& text) {
    std::vector<std::string> known{kNone};
    for (const StrategyInfo& info : catalog) {
      if (info.name != "egrl") {
        known.push_back(info.name);
      }
    }
    for (const std::string& name : known) {
      if (name == text) {
        return;
      }
    }
    throw Error(unknown_name_message("companion", text, known));
  };
  return option;
}

Mutation mutation_of(const Options& options) {
  Mutation how;
  how.share = options.number("mutated");
  how.normal = options.number("normal");
  how.super = options.number("super");
  how.super_chance = options.number("super_chance");
  how.reset = options.number("reset");
  how.reset_chance = options.number("reset_chance");
  return how;
}

EvolutionRule evolution_rule(const Options& options, const EgrlRule& rule) {
  EvolutionRule evolution;
  evolution.size = static_cast<std::size_t>(options.integer("population"));
  evolution.policies = options.number("policies");
  evolution.elites = options.number("elites");
  evolution.seeding = options.number("seeding");
  evolution.shape = {options.number("strength"), options.number("temperature")};
  evolution.breeding.tournament = static_cast<std::size_t>(options.integer("tournament"));
  evolution.breeding.crossover = options.number("crossover");
  evolution.breeding.crossover_share = options.number("crossover_share");
  evolution.breeding.mutation = options.number("mutation");
  evolution.breeding.how = mutation_of(options);
  evolution.policy_mutation = evolution.breeding.how;
  evolution.policy_mutation.share = options.number("policy_mutated");
  evolution.policy_mutation.super = options.number("policy_super");
  evolution.inherits = options.choice("inherit") == kGiven;
  evolution.decode = rule.decode;
  evolution.fitness = rule.fitness;
  return evolution;
}

PolicyShape policy_shape(const Options& options) {
  PolicyShape shape;
  shape.heads = static_cast<std::size_t>(options.integer("heads"));
  shape.hidden = shape.heads * static_cast<std::size_t>(options.integer("head_width"));
  shape.depth = static_cast<std::size_t>(options.integer("depth"));
  shape.features = options.choice("features") == kChip ? FeatureSet::kChip : FeatureSet::kPaper;
  const std::string& edges = options.choice("edges");
  shape.edges = edges == kBoth      ? EdgeDirections::kBoth
                : edges == kForward ? EdgeDirections::kForward
                                    : EdgeDirections::kBackward;
  return shape;
}

void read_learner(const Options& options, EgrlRule& rule) {
  rule.learns = true;
  rule.rollouts = static_cast<std::size_t>(options.integer("rollouts"));
  rule.screening.screened = static_cast<std::size_t>(options.integer("screened"));
  rule.screening.candidates = static_cast<std::size_t>(options.integer("candidates"));
  rule.screening.trust = options.number("trust");
  rule.screening.guided = options.number("guided");
  rule.screening.moves = static_cast<std::size_t>(options.integer("moves"));
  rule.steps = options.number("steps");
  rule.warm_up = static_cast<std::size_t>(options.integer("warm_up"));
  rule.replay = static_cast<std::size_t>(options.integer("replay"));
  rule.elites = static_cast<std::size_t>(options.integer("imitated"));
  const LearnerInfo& learner = find_learner(options.choice("learner"));
  rule.learner = [&learner, options](const PolicyModel& model, Rng& rng) {
    return learner.make(model, options, rng);
  };
}

// The published algorithm as far as it is recalled, and ERL's constants where it is not.
// docs/strategies/egrl.md says which is which.
Preset paper_preset(EgrlParts parts) {
  Preset preset{"paper",
                "what is known of the published algorithm",
                {"start=all-slowest", "heads=4", "head_width=32", "depth=4", "features=paper",
                 "rollouts=1", "screened=0", "steps=1", "warm_up=0", "tau=0.001", "imitation=0",
                 "targets=reward", "recent=0", "fitness=reward", "repair=compiler"}};
  if (parts == EgrlParts::kAll) {
    for (const char* const option :
         {"population=20", "policies=0.8", "elites=0.2", "mutated=0.05", "policy_super=10",
          "inherit=none", "seeding=0.1", "migration=1", "companion=none"}) {
      preset.options.emplace_back(option);
    }
  }
  return preset;
}

}  // namespace

std::vector<OptionInfo> egrl_options(EgrlParts parts, const Catalog* catalog) {
  std::vector<OptionInfo> options{start_option(kBestStart)};
  if (parts != EgrlParts::kGradient) {
    append(options, population_options(parts));
  }
  append(options, network_options());
  if (parts != EgrlParts::kEvolution) {
    append(options, learner_options(parts == EgrlParts::kGradient));
  }
  append(options, fitness_options());
  if (parts != EgrlParts::kGradient) {
    options.push_back(choice_option("inherit",
                                    "what a chromosome learns: the mapping that was given, or none",
                                    {kGiven, kNone}));
  }
  options.push_back(choice_option("policy", "what policies say: what they have learnt, or nothing",
                                  {"learned", kUniform}));
  if (parts == EgrlParts::kAll) {
    options.push_back({"migration",
                       "generations between migrations of the learner's policy; 0: "
                       "none",
                       Integer{1},
                       0,
                       1e6,
                       {}});
    options.push_back(choice_option("gradient", "whether there is a learner", {kOn, kOff}));
    options.push_back(companion_option(*catalog));
    options.push_back(
        {"companion_share", "of the budget that the companion may spend", 0.3, 0, 1, {}});
  }
  return options;
}

EgrlRule egrl_rule(EgrlParts parts, const Options& options, const Catalog* catalog) {
  EgrlRule rule;
  rule.start = options.choice("start");
  rule.decode = {options.choice("repair") == kRandom, options.number("fill")};
  rule.fitness.reward = {options.number("exponent"), options.number("scale")};
  rule.fitness.punish = options.choice("fitness") == kReward;
  rule.shape = policy_shape(options);
  rule.uniform = options.choice("policy") == kUniform;
  if (parts != EgrlParts::kGradient) {
    rule.evolution = evolution_rule(options, rule);
  }
  if (parts == EgrlParts::kGradient) {
    read_learner(options, rule);
    rule.migration = 0;
  }
  if (parts == EgrlParts::kAll) {
    read_learner(options, rule);
    rule.learns = options.choice("gradient") == kOn;
    rule.migration = static_cast<std::size_t>(options.integer("migration"));
    if (options.text("companion") != kNone) {
      rule.companion = &catalog->find(options.text("companion"));
      rule.companion_share = options.number("companion_share");
    }
  }
  return rule;
}

namespace {

StrategyInfo info_of(std::string name, std::string summary, EgrlParts parts,
                     const Catalog* catalog = nullptr) {
  StrategyInfo row;
  row.name = std::move(name);
  row.summary = std::move(summary);
  row.options = egrl_options(parts, catalog);
  row.make = [parts, catalog](const StrategyTask& task, const Options& options) {
    return std::make_unique<EgrlStrategy>(task, egrl_rule(parts, options, catalog));
  };
  row.learns = parts != EgrlParts::kEvolution;
  row.multiplies = [learns = row.learns](const Options& options) {
    return learns || options.number("policies") > 0;
  };
  if (row.learns) {
    row.presets = {paper_preset(parts)};
  }
  return row;
}

}  // namespace

StrategyInfo EgrlStrategy::egrl_info(const Catalog& catalog) {
  return info_of("egrl", "evolution of policies and chromosomes beside a learning graph network",
                 EgrlParts::kAll, &catalog);
}

StrategyInfo EgrlStrategy::ea_info() {
  return info_of("ea", "evolution of Boltzmann chromosomes and graph networks",
                 EgrlParts::kEvolution);
}

StrategyInfo EgrlStrategy::pg_info() {
  return info_of("pg", "policy gradient: discrete soft actor-critic on a graph network",
                 EgrlParts::kGradient);
}

}  // namespace memplace
