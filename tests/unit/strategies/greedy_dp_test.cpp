// SPDX-License-Identifier: Apache-2.0
#include "optimizer/strategies/greedy_dp.h"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "optimizer/moves/op_decisions.h"
#include "tests/support/fake_simulator.h"
#include "tests/support/toy_tasks.h"

namespace memplace::test {
namespace {

// The sizes of all batches; each batch after the start differs from the best so far in the
// decisions of one op, whose name goes to `visited`.
std::vector<std::size_t> batches(const Program& program, const std::vector<std::string>& options,
                                 std::vector<std::string>& visited) {
  FakeSimulator simulator;
  EvaluatorPool evaluators(program, simulator);
  const auto strategy = make_strategy("greedy-dp", program, 1, 1000, options);
  std::vector<std::size_t> sizes;
  std::optional<Evaluated> best;
  const Graph& graph = program.graph();
  const SearchSpace space(StrategyTask{program.problem});
  while (!strategy->done()) {
    const std::vector<Proposal> asked = strategy->ask(1000);
    sizes.push_back(asked.size());
    const std::vector<Evaluated> results = evaluators.evaluate(asked);
    if (best.has_value()) {
      std::vector<std::string> names;
      for (const OpDecisions& op : decisions_by_op(graph, space)) {
        bool moved = false;
        for (const Proposal& proposal : asked) {
          for (const TensorId id : op.decisions) {
            moved = moved || proposal.mapping[id] != best->given[id];
          }
        }
        if (moved) {
          names.push_back(graph.op(op.op).name);
        }
      }
      REQUIRE(names.size() == 1);
      visited.push_back(names.front());
    }
    for (const Evaluated& result : results) {
      if (!best.has_value() || result.cost < best->cost) {
        best = result;
      }
    }
    strategy->tell(results);
  }
  return sizes;
}

}  // namespace

// a and c have weights and an output to decide on, 9 - 1 combinations; b has an output, d weights.
// From dram alone nothing of the first pass was tried before.
TEST_CASE("greedy-dp visits op by op with all its choices", "[greedy-dp]") {
  const Program program = toy_program(kDiamondText);
  std::vector<std::string> visited;
  const std::vector<std::size_t> sizes =
      batches(program, {"start=all-slowest", "passes=1"}, visited);
  CHECK(sizes == std::vector<std::size_t>{1, 8, 2, 8, 2});
  CHECK(visited == std::vector<std::string>{"a", "b", "c", "d"});
}

// As annealing, tabu and ea do: a comparison from other starts compares starts.
TEST_CASE("greedy-dp begins with all heuristics", "[greedy-dp]") {
  const Program program = toy_program(kDiamondText);
  const auto parts = [&](const std::string& name) {
    std::vector<Mapping> first;
    for (const Proposal& proposal : make_strategy(name, program, 1, 1000)->ask(1000)) {
      CHECK(proposal.part == "start");
      first.push_back(proposal.mapping);
    }
    return first;
  };
  CHECK(parts("greedy-dp") == parts("tabu"));
}

// c moves 64 B, a 56 B, b 24 B, d 16 B.
TEST_CASE("greedy-dp by bytes visits the heaviest op first", "[greedy-dp]") {
  const Program program = toy_program(kDiamondText);
  std::vector<std::string> visited;
  batches(program, {"start=all-slowest", "passes=1", "order=bytes"}, visited);
  CHECK(visited == std::vector<std::string>{"c", "a", "b", "d"});
}

// After its last pass no choice of any op, tried again here, is better.
TEST_CASE("greedy-dp ends where no op can do better alone", "[greedy-dp][property]") {
  Rng rng(8);
  int with_passes = 0;
  for (std::uint64_t round = 0; round < 40; ++round) {
    CAPTURE(round);
    const Program program = random_toy_program(rng, 20);
    const StrategyTask task{program.problem};
    FakeSimulator simulator(round);
    const SearchResult result = run_search("greedy-dp", program, simulator, 1, 100'000);
    CHECK(result.stopped == StopReason::kDone);
    const std::string& last = result.history.back().part;
    with_passes += last != "start" && last != "pass 1" ? 1 : 0;
    EvaluatorPool evaluators(program, simulator);
    const SearchSpace space(task);
    for (const OpDecisions& op : decisions_by_op(program.graph(), space)) {
      for (const Mapping& mapping : variants(task, space, op, result.best->given)) {
        CHECK(evaluators.evaluate(mapping).cost >= result.best->cost);
      }
    }
  }
  CHECK(with_passes >= 10);
}

// One decision of three memories: the start and two more are all there is.
TEST_CASE("greedy-dp asks nothing twice", "[greedy-dp]") {
  const Program program = toy_program(
      "input x 8\n"
      "a: grid(out=8,in=8) w=8 in=x out=8\n");
  FakeSimulator simulator;
  const SearchResult result = run_search("greedy-dp", program, simulator, 1, 100);
  CHECK(result.history.size() == 3);
  CHECK(result.best->measures.latency == brute_force_optimum(program, simulator));
}

TEST_CASE("greedy-dp makes no more passes than it is told to", "[greedy-dp]") {
  const Program program = toy_program(kDiamondText);
  for (const std::int64_t passes : {1, 2}) {
    FakeSimulator simulator(5);
    const SearchResult result =
        run_search("greedy-dp", program, simulator, 1, 1000, {"passes=" + std::to_string(passes)});
    CHECK(result.stopped == StopReason::kDone);
    CHECK(result.history.back().part <= "pass " + std::to_string(passes));
  }
}

}  // namespace memplace::test
