// SPDX-License-Identifier: Apache-2.0
#include "optimizer/search/judge.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "optimizer/heuristics/heuristic.h"
#include "sim/placement/constraint_patterns.h"
#include "tests/support/fake_simulator.h"
#include "tests/support/toy_tasks.h"

namespace memplace::test {
namespace {

// Heuristics of these costs in the order of the table; latencies are a thousand less the cost, so
// that who looks at them is wrong.
std::vector<Evaluated> heuristics_of(const Program& program, const std::vector<double>& costs) {
  std::vector<Evaluated> found;
  for (const double cost : costs) {
    Evaluated evaluated;
    evaluated.asked = evaluated.given = uniform_mapping(program.problem, kDram);
    evaluated.measures.latency = Picoseconds(1000 - static_cast<std::int64_t>(cost));
    evaluated.cost = evaluated.first_cost = cost;
    found.push_back(std::move(evaluated));
  }
  return found;
}

SearchResult found(Evaluated best, std::uint64_t evaluation) {
  SearchResult result;
  result.best = std::move(best);
  result.best_evaluation = evaluation;
  return result;
}

}  // namespace

// The fourth heuristic of the table is density-greedy.
TEST_CASE("the best of all is returned, of equals the search's own", "[judge]") {
  const Program program = toy_program(kChainText);
  FakeSimulator simulator;
  EvaluatorPool evaluators(program, simulator);
  REQUIRE(heuristics()[3].name == "density-greedy");
  const std::vector<Evaluated> heuristics = heuristics_of(program, {90, 50, 40, 20, 30});
  Judge judge(evaluators, heuristics, {});

  const Verdict nothing = judge.of(SearchResult());
  CHECK(source_of(nothing) == "heuristic:density-greedy");
  CHECK(nothing.best.cost == 20);
  CHECK(nothing.own_cost == 0);

  Evaluated own = heuristics.front();
  own.cost = 21;
  const Verdict worse = judge.of(found(own, 1));
  CHECK(source_of(worse) == "heuristic:density-greedy");
  CHECK(worse.best.measures.latency == Picoseconds(980));
  CHECK(worse.own_cost == 21);

  own.cost = 20;
  const Verdict equal = judge.of(found(own, 2));
  CHECK(source_of(equal) == "search");
  CHECK(equal.own());
  CHECK(equal.best.measures.latency == Picoseconds(910));
  CHECK(simulator.runs == 0);
}

// A measurement of 1 says nothing: what counts is what a simulation says.
TEST_CASE("under noise the search's own best is judged by its cost without", "[judge]") {
  const Program program = toy_program(kChainText);
  FakeSimulator simulator;
  EvaluatorPool evaluators(program, simulator);
  const std::vector<Evaluated> real = evaluate_heuristics(evaluators);
  const Noise noise{0.02, 7};
  Judge judge(evaluators, real, noise);
  double dearest = 0;
  double cheapest = real.front().cost;
  for (std::size_t i = 0; i < real.size(); ++i) {
    Evaluated own = real[i];
    own.cost = 1;
    const Verdict verdict = judge.of(found(own, i + 1));
    CHECK(verdict.own_cost == real[i].cost);
    dearest = std::max(dearest, real[i].cost);
    cheapest = std::min(cheapest, real[i].cost);
    CHECK(verdict.best.cost <= verdict.own_cost);
  }
  CHECK(cheapest < dearest);
  CHECK(judge.of(found(real.front(), 99)).best.cost == cheapest);
}

// 2% over the square root of 10,000 is 0.02%; five times that is 0.1%.
TEST_CASE("under noise a strategy hears of measurements of heuristics alone", "[judge]") {
  const Noise noise{0.02, 7};
  CHECK(noise.measure_heuristic(1000, 0, 1) != 1000);
  CHECK(noise.measure_heuristic(1000, 0, 1) != noise.measure_heuristic(1000, 1, 1));
  CHECK(noise.measure_heuristic(1000, 0, 1) != noise.measure(1000, 1));
  CHECK(noise.measure_heuristic(1000, 0, 10'000) == Approx(1000).epsilon(0.001));
  CHECK(Noise{0, 7}.measure_heuristic(1000, 3, 5) == 1000);

  const Program program = toy_program(kChainText);
  FakeSimulator simulator;
  EvaluatorPool evaluators(program, simulator);
  // So far apart that noise does not change who is the best.
  const std::vector<Evaluated> heuristics = heuristics_of(program, {900, 500, 400, 100, 300});
  const Judge judge(evaluators, heuristics, noise);
  const Evaluated heard = judge.measured_heuristic(3);
  CHECK(heard.cost == noise.measure_heuristic(100, 3, 3));
  CHECK(heard.measures.latency == Picoseconds(900));
  CHECK(Judge(evaluators, heuristics, {}).measured_heuristic(3).cost == 100);
}

TEST_CASE("heuristics keep the constraints of what they are compared with", "[judge]") {
  FakeSimulator simulator;
  const std::vector<std::string> pins{"a.weights=llc,dram", "b.out=sram"};
  const Constraints constraints = read_constraints(diamond().problem, pins, {});
  const Program program = under(diamond(), constraints);
  EvaluatorPool evaluators(program, simulator);
  for (const Evaluated& heuristic : evaluate_heuristics(evaluators)) {
    for (const TensorId id : program.problem.decisions().tensors()) {
      CHECK(constraints.allows(id, heuristic.asked[id]));
      CHECK(constraints.allows(id, heuristic.given[id]));
    }
  }
}

}  // namespace memplace::test
