// SPDX-License-Identifier: Apache-2.0
// What every strategy must do with the rules of its task: constraints, a place to start, threads.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "optimizer/catalog/strategies.h"
#include "optimizer/heuristics/heuristic.h"
#include "optimizer/search/judge.h"
#include "sim/event/event_simulator.h"
#include "sim/placement/constraint_patterns.h"
#include "tests/support/fake_simulator.h"
#include "tests/support/tangled_graph.h"
#include "tests/support/toy_tasks.h"

namespace memplace::test {
namespace {

struct Rules {
  Constraints constraints;
  std::optional<Mapping> init;
};

SearchResult run_with(const StrategyInfo& info, const Program& toy, Simulator& simulator,
                      const Rules& rules, std::uint64_t budget, std::size_t threads = 1) {
  const Program program = under(toy, rules.constraints);
  EvaluatorPool evaluators(program, simulator, Objective::kLatency, threads);
  StrategyTask task{program.problem, 3, budget};
  task.warm.init = rules.init;
  task.native_cost = heuristic_references(evaluators).at(1).cost;
  const auto strategy = info.make(task, quick_options(info));
  return search(*strategy, evaluators, budget_of(budget));
}

// Remembers every mapping that was simulated.
class Recorder final : public FakeSimulator {
 public:
  SimResult simulate(const Program& program, const Mapping& mapping) override {
    mappings.push_back(mapping);
    return FakeSimulator::simulate(program, mapping);
  }
  std::vector<Mapping> mappings;
};

bool is_constructive(const std::string& name) {
  const std::vector<std::string> names = heuristic_names();
  return name == "greedy-dp" || name == "beam" || name == "milp" ||
         std::find(names.begin(), names.end(), name) != names.end();
}

const std::vector<std::string> kPins{"a.weights=llc,dram", "b.out=sram"};
const std::vector<std::string> kForbids{"d.*=sram"};

}  // namespace

TEST_CASE("every strategy keeps the constraints", "[strategies]") {
  const Program program = toy_program(kDiamondText);
  const Rules rules{read_constraints(program.problem, kPins, kForbids), {}};
  for (const StrategyInfo& info : strategies()) {
    CAPTURE(info.name);
    Recorder simulator;
    const SearchResult result = run_with(info, program, simulator, rules, 60);
    CHECK(result.best.has_value());
    for (const TensorId id : program.problem.decisions().tensors()) {
      CHECK(rules.constraints.allows(id, result.best->asked[id]));
      for (const Mapping& mapping : simulator.mappings) {
        CHECK(rules.constraints.allows(id, mapping[id]));
      }
    }
  }
}

TEST_CASE("every strategy begins where it is told to", "[strategies]") {
  const Program program = toy_program(kDiamondText);
  Rules rules;
  rules.init = uniform_mapping(program.problem, program.chip().slowest());
  (*rules.init)[program.graph().find_tensor("c.out").value()] = kLlc;
  for (const StrategyInfo& info : strategies()) {
    CAPTURE(info.name);
    Recorder simulator;
    const SearchResult result = run_with(info, program, simulator, rules, 40);
    // The heuristics were simulated first, as references.
    CHECK(simulator.mappings.at(heuristics().size()) == *rules.init);
    CHECK(result.history.front().part.ends_with("init"));
  }
}

// With the one mapping that is allowed there is nothing to search, but something to evaluate.
TEST_CASE("every strategy runs where all is pinned", "[strategies]") {
  const Program program = toy_program(kDiamondText);
  const std::vector<std::string> pins{"*=dram"};
  const Rules rules{read_constraints(program.problem, pins, {}), {}};
  for (const StrategyInfo& info : strategies()) {
    CAPTURE(info.name);
    Recorder simulator;
    const SearchResult result = run_with(info, program, simulator, rules, 25);
    REQUIRE(result.best.has_value());
    CHECK(result.best->given == uniform_mapping(program.problem, program.chip().slowest()));
  }
}

// Told alike costs it asks alike, however lucky first measurements were.
TEST_CASE("every strategy goes by costs and not by first measurements", "[strategies]") {
  constexpr std::size_t kBudget = 120;
  const Program program = toy_program(kDiamondText);
  const Noise noise{0.2, 9};
  const auto asked = [&](const StrategyInfo& info, bool lucky) {
    FakeSimulator simulator;
    EvaluatorPool evaluators(program, simulator);
    const auto strategy = make_strategy(info.name, program, 3, kBudget);
    std::vector<Mapping> all;
    while (all.size() < kBudget && !strategy->done()) {
      const std::vector<Proposal> proposals = strategy->ask(kBudget - all.size());
      std::vector<Evaluated> results = evaluators.evaluate(proposals);
      for (Evaluated& result : results) {
        all.push_back(result.asked);
        result.first_cost =
            lucky && all.size() % 3 == 0 ? 1 : noise.measure(result.cost, all.size());
      }
      strategy->tell(results);
    }
    return all;
  };
  for (const StrategyInfo& info : strategies()) {
    CAPTURE(info.name);
    CHECK(asked(info, true) == asked(info, false));
  }
}

// Only who hands on what others found makes use of it: `random`, published presets and searches
// from one heuristic are what they would be without.
TEST_CASE("a search that does not begin with the heuristics does not hear of them",
          "[strategies]") {
  struct Search {
    std::string strategy;
    std::vector<std::string> options;
  };
  std::vector<Search> searches{{"random", {}},
                               {"annealing", {"start=native"}},
                               {"tabu", {"start=native"}},
                               {"beam", {}},
                               {"greedy-dp", {"start=native"}},
                               {"ea", {"start=native"}},
                               {"egrl", {"start=all-slowest"}},
                               {"pg", {"start=all-slowest"}}};
  for (const char* const name : {"egrl", "pg"}) {
    searches.push_back({name, with_preset(strategies().find(name), "paper", {})});
  }
  const Program program = toy_program(kDiamondText);
  FakeSimulator simulator;
  EvaluatorPool evaluators(program, simulator);
  const std::vector<Evaluated> heuristics = evaluate_heuristics(evaluators);
  for (const Search& search : searches) {
    CAPTURE(search.strategy);
    const SearchResult alone =
        run_search(search.strategy, program, simulator, 3, 80, search.options);
    const auto strategy = make_strategy(search.strategy, program, 3, 80, search.options);
    strategy->hear(Judge(evaluators, heuristics, {}).measured_heuristic(3));
    CHECK(memplace::search(*strategy, evaluators, budget_of(80)).history == alone.history);
  }
}

// As of energy on a chip that states none.
TEST_CASE("every strategy runs where nothing costs anything", "[strategies]") {
  class Free final : public FakeSimulator {
   public:
    SimResult simulate(const Program& /*program*/, const Mapping& /*mapping*/) override {
      return {};
    }
  };
  const Program program = toy_program(kDiamondText);
  for (const StrategyInfo& info : strategies()) {
    for (const std::uint64_t budget : {1U, 2U, 3U, 60U}) {
      CAPTURE(info.name, budget);
      Free simulator;
      const SearchResult result = run_with(info, program, simulator, {}, budget);
      CHECK(result.history.size() <= budget);
      CHECK(result.best_evaluation == 1);
    }
  }
}

// A knot has no addresses in 4 B, though its bytes fit (tests/support/tangled_graph.h): many
// mappings are given otherwise than they are asked.
TEST_CASE("no search asks twice for a mapping that has no addresses", "[strategies]") {
  Chip chip = toy_chip();
  chip.memories[kLlc].capacity = chip.memories[kSram].capacity = 4_B;
  const Program program = lower(Problem(knot(1), chip, Mode{}));
  for (const char* const name : {"annealing", "tabu", "beam"}) {
    CAPTURE(name);
    FakeSimulator simulator;
    const SearchResult result = run_search(name, program, simulator, 1, 400);
    std::set<std::uint64_t> asked;
    std::size_t rectified = 0;
    for (const HistoryEntry& entry : result.history) {
      CHECK(asked.insert(entry.asked_hash).second);
      rectified += entry.asked_hash != entry.given_hash ? 1U : 0U;
    }
    CHECK(rectified > 0);
  }
}

TEST_CASE("every strategy's history is the same for any number of threads",
          "[strategies][threads]") {
  Rng rng(11);
  EventSimulator simulator;
  for (int round = 0; round < 3; ++round) {
    const Program program = random_toy_program(rng, 12);
    for (const StrategyInfo& info : strategies()) {
      CAPTURE(info.name, round);
      const SearchResult one = run_with(info, program, simulator, {}, 150, 1);
      for (const std::size_t threads : {2U, 8U}) {
        const SearchResult many = run_with(info, program, simulator, {}, 150, threads);
        CHECK(many.history == one.history);
        CHECK(many.best->given == one.best->given);
      }
    }
  }
}

// At most 3^6 = 729 mappings, and more evaluations than that. Constructive strategies end by
// themselves and claim no optimum.
TEST_CASE("every search finds the optimum of toy networks", "[strategies]") {
  for (const std::string& text : {kChainText, kDiamondText}) {
    const Program program = toy_program(text);
    for (std::uint64_t landscape = 0; landscape < 3; ++landscape) {
      FakeSimulator simulator(landscape);
      const Picoseconds optimum = brute_force_optimum(program, simulator);
      for (const StrategyInfo& info : strategies()) {
        CAPTURE(info.name, program.graph().name(), landscape);
        const SearchResult result = run_with(info, program, simulator, {}, 4000);
        CHECK((is_constructive(info.name) || result.best->measures.latency == optimum));
      }
    }
  }
}

}  // namespace memplace::test
