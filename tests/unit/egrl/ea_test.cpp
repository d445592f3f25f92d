// SPDX-License-Identifier: Apache-2.0

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "optimizer/catalog/strategies.h"
#include "optimizer/heuristics/heuristic.h"
#include "optimizer/moves/starts.h"
#include "optimizer/search/mapping_hash.h"
#include "sim/placement/constraint_patterns.h"
#include "tests/support/fake_simulator.h"
#include "tests/support/toy_tasks.h"

namespace memplace::test {
namespace {

std::size_t count_part(const SearchResult& result, const std::string& part) {
  std::size_t count = 0;
  for (const HistoryEntry& entry : result.history) {
    count += entry.part == part ? 1U : 0U;
  }
  return count;
}

}  // namespace

TEST_CASE("ea finds the optimum of toy networks", "[ea]") {
  int found = 0;
  for (const std::string& text : {kChainText, kDiamondText}) {
    const Program program = toy_program(text);
    for (std::uint64_t landscape = 0; landscape < 5; ++landscape) {
      FakeSimulator simulator(landscape);
      const Picoseconds optimum = brute_force_optimum(program, simulator);
      for (const std::uint64_t seed : {1U, 2U, 3U}) {
        const SearchResult result = run_search("ea", program, simulator, seed, 400);
        found += result.best->measures.latency == optimum ? 1 : 0;
      }
    }
  }
  CHECK(found == 30);
}

// Of a population of 10, 4 survive: 6 are new in each generation after the first.
TEST_CASE("ea asks a generation at once", "[ea]") {
  const Program program = many_decisions();
  FakeSimulator simulator;
  EvaluatorPool evaluators(program, simulator);
  const auto strategy =
      make_strategy("ea", program, 1, 100, {"population=10", "elites=0.4", "start=native"});
  std::vector<Proposal> asked = strategy->ask(100);
  REQUIRE(asked.size() == 10);
  CHECK(asked[0].part == "start");
  CHECK(asked[0].mapping == apply_heuristic("native", program.problem));
  for (std::size_t i = 1; i < 10; ++i) {
    CHECK(asked[i].part == "founder");
  }
  for (int generation = 0; generation < 5; ++generation) {
    strategy->tell(evaluators.evaluate(asked));
    asked = strategy->ask(100);
    CHECK(asked.size() == 6);
  }
}

TEST_CASE("ea begins with the starts it is told", "[ea]") {
  const Program program = many_decisions();
  FakeSimulator simulator;
  const std::size_t different = starts({program.problem}, kBestStart).size();
  const SearchResult best = run_search("ea", program, simulator, 1, 40, {"start=best"});
  CHECK(count_part(best, "start") == different);
  CHECK(count_part(best, "founder") == 20 - different);
  const SearchResult slowest = run_search("ea", program, simulator, 1, 1, {"start=all-slowest"});
  CHECK(slowest.best->asked == uniform_mapping(program.problem, program.chip().slowest()));
  // A population smaller than the starts holds them all the same at first.
  const SearchResult small =
      run_search("ea", program, simulator, 1, 20, {"start=best", "population=2"});
  CHECK(count_part(small, "start") == different);
  CHECK(count_part(small, "founder") == 0);
}

TEST_CASE("ea names how children came to be", "[ea]") {
  const Program program = many_decisions();
  FakeSimulator simulator;
  const SearchResult crossed =
      run_search("ea", program, simulator, 1, 200, {"crossover=1", "mutation=0"});
  CHECK(count_part(crossed, "crossover") == 180);
  const SearchResult mutated =
      run_search("ea", program, simulator, 1, 200, {"crossover=0", "mutation=1"});
  CHECK(count_part(mutated, "mutation") == 180);
  // At this temperature nearly every draw is new, so that no child has to be mutated to be asked.
  const SearchResult drawn =
      run_search("ea", program, simulator, 1, 200, {"crossover=0", "mutation=0", "temperature=1"});
  CHECK(count_part(drawn, "sample") == 180);
}

TEST_CASE("ea asks no mapping twice while there are others", "[ea]") {
  const Program program = many_decisions();
  FakeSimulator simulator;
  const SearchResult result = run_search("ea", program, simulator, 1, 500);
  std::set<std::uint64_t> asked;
  for (const HistoryEntry& entry : result.history) {
    asked.insert(entry.asked_hash);
  }
  CHECK(asked.size() == 500);
}

TEST_CASE("ea with random repair asks nothing infeasible", "[ea]") {
  const Program program = many_decisions();
  FakeSimulator simulator;
  const auto infeasible = [&](const std::string& repair) {
    const SearchResult result =
        run_search("ea", program, simulator, 1, 300, {"repair=" + repair, "temperature=1"});
    std::size_t count = 0;
    for (const HistoryEntry& entry : result.history) {
      count += entry.demoted > Bytes(0) ? 1U : 0U;
    }
    return count;
  };
  CHECK(infeasible("random") == 0);
  CHECK(infeasible("compiler") > 30);
}

// What is infeasible has a reward below 0, and what is feasible one above: no infeasible mapping
// outlives a feasible one, so that children ask for less. By gain both are judged alike.
TEST_CASE("ea under EGRL's reward and under gain takes different ways", "[ea]") {
  const Program program = many_decisions();
  FakeSimulator simulator;
  const std::vector<std::string> base{"start=native", "repair=compiler", "inherit=none",
                                      "temperature=0.5"};
  std::vector<std::string> punished = base;
  punished.emplace_back("fitness=reward");
  const SearchResult gained = run_search("ea", program, simulator, 1, 400, base);
  const SearchResult rewarded = run_search("ea", program, simulator, 1, 400, punished);
  const auto infeasible = [](const SearchResult& result) {
    std::size_t count = 0;
    for (std::size_t i = 200; i < 400; ++i) {
      count += result.history[i].demoted > Bytes(0) ? 1U : 0U;
    }
    return count;
  };
  CHECK(infeasible(rewarded) < infeasible(gained));
}

TEST_CASE("ea proposes nothing that is forbidden", "[ea]") {
  const Program plain = many_decisions();
  const std::vector<std::string> forbids{"o1.out=sram", "o*.weights=llc"};
  const Constraints constraints = read_constraints(plain.problem, {}, forbids);
  const Program program = under(plain, constraints);
  const StrategyTask task{program.problem, 1, 300};
  FakeSimulator simulator;
  EvaluatorPool evaluators(program, simulator);
  const StrategyInfo& info = strategies().find("ea");
  for (const std::string repair : {"random", "compiler"}) {
    const std::vector<std::string> given{"repair=" + repair};
    const auto strategy = info.make(task, Options("strategy ea", info.options, given));
    for (int told = 0; told < 300;) {
      const std::vector<Proposal> asked = strategy->ask(300);
      for (const Proposal& proposal : asked) {
        for (const TensorId id : program.problem.decisions().tensors()) {
          REQUIRE(constraints.allows(id, proposal.mapping[id]));
        }
      }
      told += static_cast<int>(asked.size());
      strategy->tell(evaluators.evaluate(asked));
    }
  }
}

TEST_CASE("ea asks init first and favours it", "[ea]") {
  const Program program = many_decisions();
  const Mapping init = uniform_mapping(program.problem, MemoryId(0));
  StrategyTask task{program.problem, 1, 100};
  task.warm.init = init;
  const StrategyInfo& info = strategies().find("ea");
  const auto strategy = info.make(task, Options("strategy ea", info.options, {}));
  const std::vector<Proposal> asked = strategy->ask(1);
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].part == "init");
  CHECK(asked[0].mapping == init);
}

}  // namespace memplace::test
