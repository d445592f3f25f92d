// SPDX-License-Identifier: Apache-2.0
#include "optimizer/strategies/portfolio.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "optimizer/heuristics/heuristic.h"
#include "optimizer/moves/starts.h"
#include "tests/support/fake_simulator.h"
#include "tests/support/toy_tasks.h"

namespace memplace::test {
namespace {

std::string member_of(const HistoryEntry& entry) {
  return entry.part.substr(0, entry.part.find('/'));
}

std::map<std::string, std::size_t> spent(const SearchResult& result) {
  std::map<std::string, std::size_t> counts;
  for (const HistoryEntry& entry : result.history) {
    ++counts[member_of(entry)];
  }
  return counts;
}

std::string message_of(const std::string& members) {
  const Program program = toy_program(kChainText);
  try {
    make_strategy("portfolio", program, 1, 10, {"members=" + members});
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

using Counts = std::map<std::string, std::size_t>;

}  // namespace

TEST_CASE("portfolio: members are refused by name", "[portfolio]") {
  CHECK(message_of("annealing+portfolio") ==
        "strategy portfolio: option \"members\": a portfolio cannot be a member of a portfolio");
  CHECK(message_of("random+random") ==
        "strategy portfolio: option \"members\": member \"random\" is named twice");
  const std::string unknown = message_of("annealing+randm");
  const std::string begin =
      "strategy portfolio: option \"members\": unknown member \"randm\"; known: ";
  CHECK(unknown.substr(0, begin.size()) == begin);
  CHECK(unknown.find("(did you mean \"random\"?)") != std::string::npos);
  CHECK(unknown.find("portfolio,") == std::string::npos);
  CHECK(message_of("").find("unknown member \"\"") != std::string::npos);
  CHECK(message_of("random+").find("unknown member \"\"") != std::string::npos);
  CHECK(message_of("random") == "no error");
}

// 100 = 34 + 33 + 33. In turns of 10: annealing, ea, random, and so on; last turns are shorter.
TEST_CASE("portfolio: equal shares, in turns", "[portfolio]") {
  const Program program = many_decisions();
  FakeSimulator simulator;
  const SearchResult result =
      run_search("portfolio", program, simulator, 1, 100,
                 {"members=annealing+ea+random", "allocation=equal", "turn=10"});
  CHECK(spent(result) == Counts{{"annealing", 34}, {"ea", 33}, {"random", 33}});
  for (std::size_t i = 0; i < 90; ++i) {
    const std::vector<std::string> order{"annealing", "ea", "random"};
    CHECK(member_of(result.history[i]) == order[i / 10 % 3]);
  }
  CHECK(result.history[0].part == "annealing/start");
}

// Both begin with all heuristics, each of which is evaluated once. Each of the others is what the
// member alone, with its share as its budget, asks too.
TEST_CASE("portfolio: a member does what it would do alone, but for known starts", "[portfolio]") {
  const Program program = many_decisions();
  FakeSimulator simulator;
  const SearchResult result = run_search("portfolio", program, simulator, 5, 80,
                                         {"members=annealing+ea", "allocation=equal", "turn=7"});
  for (const std::string name : {"annealing", "ea"}) {
    const SearchResult alone = run_search(name, program, simulator, 5, 40);
    std::vector<std::uint64_t> asked, expected;
    for (const HistoryEntry& entry : result.history) {
      if (member_of(entry) == name) {
        asked.push_back(entry.asked_hash);
      }
    }
    for (const HistoryEntry& entry : alone.history) {
      expected.push_back(entry.asked_hash);
    }
    if (name == "ea") {
      const std::size_t known = starts({program.problem}, kBestStart).size();
      expected.erase(expected.begin(), expected.begin() + static_cast<std::ptrdiff_t>(known));
      REQUIRE(asked.size() == 40);  // so many more than alone, for the starts that cost nothing
      asked.resize(40 - known);
    }
    CHECK(asked == expected);
  }
}

TEST_CASE("portfolio: what a member leaves is for the others", "[portfolio]") {
  const Program program = many_decisions();
  for (const std::string allocation : {"equal", "ucb", "relay"}) {
    CAPTURE(allocation);
    FakeSimulator simulator;
    const SearchResult result =
        run_search("portfolio", program, simulator, 1, 60,
                   {"members=native+random+all-slowest", "allocation=" + allocation});
    CHECK(spent(result) == Counts{{"native", 1}, {"random", 58}, {"all-slowest", 1}});
    const SearchResult short_one =
        run_search("portfolio", program, simulator, 1, 60,
                   {"members=native+all-slowest", "allocation=" + allocation});
    CHECK(short_one.history.size() == 2);
    CHECK(short_one.stopped == StopReason::kDone);
  }
}

// native is done after 1 of 61, so that the others have 30 each.
TEST_CASE("portfolio: shares are made when a member has its first turn", "[portfolio]") {
  const Program program = many_decisions();
  for (const std::string allocation : {"equal", "relay"}) {
    CAPTURE(allocation);
    FakeSimulator simulator;
    const SearchResult result =
        run_search("portfolio", program, simulator, 1, 61,
                   {"members=native+annealing+random", "turn=7", "allocation=" + allocation});
    CHECK(spent(result) == Counts{{"native", 1}, {"annealing", 30}, {"random", 30}});
  }
}

// random has the first 30 evaluations; annealing starts from the best of them, for nothing.
TEST_CASE("portfolio: a relay hands on what was found", "[portfolio]") {
  const Program program = many_decisions();
  FakeSimulator simulator;
  const SearchResult result =
      run_search("portfolio", program, simulator, 1, 60,
                 {"members=random+annealing", "allocation=relay", "turn=4"});
  for (std::size_t i = 0; i < 60; ++i) {
    CHECK(member_of(result.history[i]) == (i < 30 ? "random" : "annealing"));
    CHECK(result.history[i].part != "annealing/init");
  }
  // From there, its first move changes little: an independent draw would change some 17 of 25.
  const auto strategy = make_strategy("portfolio", program, 1, 60,
                                      {"members=random+annealing", "allocation=relay", "turn=4"});
  EvaluatorPool evaluators(program, simulator);
  Evaluated best;
  for (std::size_t i = 0; i < 30;) {
    const std::vector<Evaluated> results = evaluators.evaluate(strategy->ask(30 - i));
    for (const Evaluated& evaluated : results) {
      if (i++ == 0 || evaluated.cost < best.cost) {
        best = evaluated;
      }
    }
    strategy->tell(results);
  }
  const Mapping next = strategy->ask(1)[0].mapping;
  int different = 0;
  for (const TensorId id : program.problem.decisions().tensors()) {
    different += next[id] != best.given[id] ? 1 : 0;
  }
  CHECK(different <= 10);
}

// Of equals what it was told first. It is handed on for nothing, be it better than what the first
// member found or not.
TEST_CASE("portfolio: a relay hands on the better of what was found and what it heard",
          "[portfolio]") {
  const Program program = many_decisions();
  FakeSimulator simulator;
  EvaluatorPool evaluators(program, simulator);
  for (const char* const name : {"portfolio", "auto"}) {
    for (const double factor : {0.5, 2.0}) {
      CAPTURE(name, factor);
      const auto strategy = make_strategy(name, program, 1, 60, {"members=random+tabu"});
      Evaluated heard = evaluators.evaluate(apply_heuristic("density-greedy", program.problem));
      const std::vector<Evaluated> found = evaluators.evaluate(strategy->ask(30));
      REQUIRE(found.size() == 30);
      const auto best =
          std::min_element(found.begin(), found.end(),
                           [](const Evaluated& a, const Evaluated& b) { return a.cost < b.cost; });
      heard.cost = best->cost * factor;
      strategy->hear(heard);
      strategy->tell(found);
      const std::vector<Proposal> next = strategy->ask(30);
      REQUIRE(next.front().part == "tabu/move");
      // A move from there changes one or two decisions, and fill promotes others: only up.
      const Mapping& from = factor < 1 ? heard.given : best->given;
      const Mapping& other = factor < 1 ? best->given : heard.given;
      const auto distance = [&](const Mapping& mapping) {
        int different = 0;
        for (const TensorId id : program.problem.decisions().tensors()) {
          different += next.front().mapping[id] != mapping[id] ? 1 : 0;
        }
        return different;
      };
      CHECK(distance(from) < distance(other));
    }
  }
}

// A search that learns gains more in a turn than one that does not, once it has begun. With no
// exploration and only the latest turn counting, the worse of two has no chance at all.
TEST_CASE("portfolio: upper confidence bounds favour who gains most", "[portfolio]") {
  const Program program = many_decisions();
  FakeSimulator simulator(2);
  const auto with = [&](const std::string& exploration) {
    return spent(run_search("portfolio", program, simulator, 1, 1000,
                            {"members=annealing+random", "allocation=ucb", "turn=10", "memory=1",
                             "exploration=" + exploration}));
  };
  const Counts greedy = with("0");
  CHECK(greedy.at("random") >= 10);
  const Counts curious = with("100");
  CHECK(curious.at("annealing") > 400);
  CHECK(curious.at("annealing") < 600);
  const Counts usual = with("0.9");
  CHECK(usual.at("annealing") > curious.at("annealing"));
  CHECK(greedy.at("annealing") > curious.at("annealing"));
}

}  // namespace memplace::test
