// SPDX-License-Identifier: Apache-2.0
// What every strategy must do, whatever its idea.
#include "optimizer/catalog/strategies.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "base/error.h"
#include "base/files.h"
#include "optimizer/heuristics/heuristic.h"
#include "sim/oracle/validator.h"
#include "tests/support/fake_simulator.h"
#include "tests/support/toy_tasks.h"

namespace memplace::test {
namespace {

bool is_heuristic(const std::string& name) {
  const std::vector<std::string> names = heuristic_names();
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::vector<Program> small_programs() {
  std::vector<Program> programs{toy_program(kChainText), toy_program(kDiamondText)};
  Rng rng(7);
  for (int i = 0; i < 6; ++i) {
    programs.push_back(random_toy_program(rng, 12));
  }
  return programs;
}

// Everything a strategy proposes when it is never offered room for more than `room`.
std::vector<Mapping> proposals(const StrategyInfo& info, const Program& program,
                               EvaluatorPool& evaluators, std::size_t room) {
  constexpr std::size_t kBudget = 40;
  const auto strategy = make_strategy(info.name, program, 5, kBudget);
  std::vector<Mapping> all;
  while (all.size() < kBudget && !strategy->done()) {
    const std::size_t offered = std::min(room, kBudget - all.size());
    const std::vector<Proposal> asked = strategy->ask(offered);
    CHECK(asked.size() <= offered);
    CHECK_FALSE(asked.empty());
    for (const auto& [mapping, part] : asked) {
      CHECK_FALSE(part.empty());
      all.push_back(mapping);
    }
    strategy->tell(evaluators.evaluate(asked));
  }
  return all;
}

}  // namespace

TEST_CASE("the table of strategies", "[strategies]") {
  std::string names;
  for (const StrategyInfo& info : strategies()) {
    names += info.name + " ";
    CHECK_FALSE(info.summary.empty());
  }
  CHECK(names ==
        "auto egrl annealing tabu ea pg portfolio beam milp greedy-dp random all-slowest native "
        "sram-first density-greedy memory-space-assignment ");
  std::string message;
  try {
    strategies().find("anealing");
  } catch (const Error& error) {
    message = error.what();
  }
  CHECK(
      message ==
      "unknown strategy \"anealing\"; known: auto, egrl, annealing, tabu, ea, pg, portfolio, beam, "
      "milp, greedy-dp, random, all-slowest, native, sram-first, density-greedy, "
      "memory-space-assignment (did you "
      "mean \"annealing\"?)");
}

TEST_CASE("every strategy spends at most its budget, and what it gives is valid", "[strategies]") {
  for (const Program& program : small_programs()) {
    for (const StrategyInfo& info : strategies()) {
      for (const std::uint64_t budget : {1U, 2U, 33U, 200U}) {
        CAPTURE(info.name, program.graph().name(), budget);
        FakeSimulator simulator;
        const SearchResult result = run_search(info.name, program, simulator, 3, budget);
        CHECK(simulator.runs == result.history.size());
        CHECK(result.history.size() <= budget);
        if (is_heuristic(info.name)) {
          CHECK(result.history.size() == 1);
        }
        REQUIRE(result.best.has_value());
        CHECK(validate(program.problem, result.best->given).violation == Violation::kNone);
      }
    }
  }
}

TEST_CASE("every strategy's history is a function of its seed", "[strategies]") {
  for (const Program& program : small_programs()) {
    for (const StrategyInfo& info : strategies()) {
      CAPTURE(info.name, program.graph().name());
      for (const std::uint64_t seed : {0U, 1U, 99U}) {
        FakeSimulator simulator;
        CHECK(run_search(info.name, program, simulator, seed, 100).history ==
              run_search(info.name, program, simulator, seed, 100).history);
      }
    }
  }
}

TEST_CASE("another seed is another search", "[strategies]") {
  const Program program = toy_program(kDiamondText);
  for (const StrategyInfo& info : strategies()) {
    CAPTURE(info.name);
    FakeSimulator simulator;
    const bool same = run_search(info.name, program, simulator, 1, 100).history ==
                      run_search(info.name, program, simulator, 2, 100).history;
    CHECK(same == (is_heuristic(info.name) || info.name == "greedy-dp" || info.name == "milp"));
  }
}

TEST_CASE("every strategy proposes the same with little room and with much", "[strategies]") {
  for (const Program& program : small_programs()) {
    FakeSimulator simulator;
    EvaluatorPool evaluators(program, simulator);
    for (const StrategyInfo& info : strategies()) {
      CAPTURE(info.name, program.graph().name());
      const std::vector<Mapping> one = proposals(info, program, evaluators, 1);
      CHECK(one == proposals(info, program, evaluators, 7));
      CHECK(one == proposals(info, program, evaluators, 1000));
      for (const Mapping& mapping : one) {
        CHECK_NOTHROW(check_settled(program.problem, mapping));
      }
    }
  }
}

TEST_CASE("every strategy runs with one memory and without decisions", "[strategies]") {
  Chip one = toy_chip();
  one.memories = {one.memories[kDram]};
  const Program lone = toy_program("input x 8\na: elementwise(8) in=x out=8\n");
  for (const Program& program : {on(toy_program(kChainText), one), lone}) {
    for (const StrategyInfo& info : strategies()) {
      CAPTURE(info.name);
      FakeSimulator simulator;
      const SearchResult result = run_search(info.name, program, simulator, 3, 10);
      CHECK_FALSE(result.history.empty());
      CHECK(result.history.size() <= 10);
      CHECK(result.best_evaluation == 1);
    }
  }
}

TEST_CASE("every strategy refuses bad options by name", "[strategies]") {
  const Program program = toy_program(kChainText);
  for (const StrategyInfo& info : strategies()) {
    CAPTURE(info.name);
    std::string message;
    try {
      make_strategy(info.name, program, 1, 10, {"no-such-option=1"});
    } catch (const Error& error) {
      message = error.what();
    }
    CHECK(message.rfind("strategy " + info.name + ": unknown option \"no-such-option\"; ", 0) == 0);
    for (const OptionInfo& option : info.options) {
      CAPTURE(option.name);
      CHECK_THROWS_AS(make_strategy(info.name, program, 1, 10, {option.name + "=no-such-value"}),
                      Error);
    }
  }
}

// The default is in its own range, and the extremes of every range run. greedy-dp is over where a
// pass changes nothing, milp where all of its mappings were asked, and they say so.
TEST_CASE("every value of every option works", "[strategies]") {
  const Program program = toy_program(kDiamondText);
  for (const StrategyInfo& info : strategies()) {
    for (const OptionInfo& option : info.options) {
      std::vector<std::string> values = option.choices;
      const Options defaults("x", info.options, {});
      for (const auto& [name, value] : defaults.resolved()) {
        if (name == option.name) {
          values.push_back(value);
        }
      }
      if (!std::holds_alternative<std::string>(option.default_value)) {
        const bool integer = std::holds_alternative<std::int64_t>(option.default_value);
        for (const double bound : {option.least, option.most}) {
          values.push_back(integer ? fmt::format("{}", static_cast<std::int64_t>(bound))
                                   : fmt::format("{}", bound));
        }
      }
      for (const std::string& value : values) {
        CAPTURE(info.name, option.name, value);
        FakeSimulator simulator;
        const SearchResult result =
            run_search(info.name, program, simulator, 1, 30, {option.name + "=" + value});
        const bool may_end = info.name == "greedy-dp" || info.name == "milp";
        if (may_end && result.stopped == StopReason::kDone) {
          CHECK(result.history.size() > 1);
        } else {
          CHECK(result.history.size() == 30);
        }
      }
    }
  }
}

TEST_CASE("a heuristic's strategy proposes what the heuristic makes", "[strategies]") {
  for (const Program& program : small_programs()) {
    for (const HeuristicInfo& info : heuristics()) {
      FakeSimulator simulator;
      const SearchResult result = run_search(std::string(info.name), program, simulator, 1, 10);
      REQUIRE(result.best.has_value());
      CHECK(result.best->asked == info.make(program.problem));
    }
  }
}

// docs/strategies/NAME.md has a row `| `option` | default | ... |` for each option.
TEST_CASE("each strategy's page has its options and their defaults", "[strategies][docs]") {
  const std::string pages = MEMPLACE_SOURCE_DIR "/docs/strategies/";
  const std::string of_heuristics = read_file(pages + "heuristics.md");
  for (const StrategyInfo& info : strategies()) {
    CAPTURE(info.name);
    if (is_heuristic(info.name)) {
      CHECK(of_heuristics.find("`" + info.name + "`") != std::string::npos);
      continue;
    }
    const std::string page = read_file(pages + info.name + ".md");
    const Options defaults("x", info.options, {});
    for (const auto& [name, value] : defaults.resolved()) {
      CAPTURE(name);
      CHECK(page.find(fmt::format("| `{}` | {} | ", name, value)) != std::string::npos);
    }
  }
}

}  // namespace memplace::test
