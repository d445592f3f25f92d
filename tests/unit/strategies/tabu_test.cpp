// SPDX-License-Identifier: Apache-2.0
#include "optimizer/strategies/tabu.h"

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/support/fake_simulator.h"
#include "tests/support/toy_tasks.h"

namespace memplace::test {
namespace {

// 25 decisions with room for everything everywhere, so that a relocation moves one decision.
Program roomy_program() {
  std::string text = "input x 8\no0: grid(out=4,in=4) w=8 in=x out=8\n";
  for (int i = 1; i < 13; ++i) {
    text += "o" + std::to_string(i) + ": grid(out=4,in=4) w=8 in=o" + std::to_string(i - 1) +
            " out=8\n";
  }
  Chip chip = toy_chip();
  chip.memories[kLlc].capacity = chip.memories[kSram].capacity = 1_MiB;
  return lower(Problem(parse_graph_text(text), chip, Mode{}));
}

using Move = std::pair<TensorId, MemoryId>;

std::vector<Move> moves(const Program& program, const Mapping& from, const Mapping& to) {
  std::vector<Move> found;
  for (const TensorId id : program.problem.decisions().tensors()) {
    if (from[id] != to[id]) {
      found.emplace_back(id, to[id]);
    }
  }
  return found;
}

}  // namespace

// At most 3^6 = 729 mappings, many of them infeasible.
TEST_CASE("tabu finds the optimum of toy networks", "[tabu]") {
  for (const std::string& text : {kChainText, kDiamondText}) {
    const Program program = toy_program(text);
    for (std::uint64_t landscape = 0; landscape < 5; ++landscape) {
      FakeSimulator simulator(landscape);
      const Picoseconds optimum = brute_force_optimum(program, simulator);
      for (const std::uint64_t seed : {1U, 2U, 3U}) {
        CAPTURE(program.graph().name(), landscape, seed);
        CHECK(run_search("tabu", program, simulator, seed, 300).best->measures.latency == optimum);
      }
    }
  }
}

// The chain's feasible mappings, counted, are all there is to ask.
TEST_CASE("tabu comes past every feasible mapping of a toy network, once", "[tabu]") {
  const Program program = toy_program(kChainText);
  FakeSimulator counter;
  brute_force_optimum(program, counter);
  FakeSimulator simulator;
  const SearchResult result = run_search("tabu", program, simulator, 1, 1000);
  CHECK(result.history.size() == counter.runs);
  CHECK(result.stopped == StopReason::kDone);
}

// Each of 25 decisions to each of two other memories.
TEST_CASE("tabu tries every relocation once before one again", "[tabu]") {
  const Program program = roomy_program();
  const auto strategy = make_strategy("tabu", program, 1, 1000,
                                      {"batch=50", "swap=0", "fill=0", "start=all-slowest"});
  FakeSimulator simulator;
  EvaluatorPool evaluators(program, simulator);
  const std::vector<Evaluated> start = evaluators.evaluate(strategy->ask(1));
  strategy->tell(start);
  std::set<Move> tried;
  const std::vector<Proposal> asked = strategy->ask(1000);
  CHECK(asked.size() == 50);
  for (const Proposal& proposal : asked) {
    const std::vector<Move> moved = moves(program, start.front().given, proposal.mapping);
    REQUIRE(moved.size() == 1);
    CHECK(tried.insert(moved.front()).second);
  }
}

// A list that never ends: only what is better becomes current, so that every neighbour is one of
// the best so far. In batches of one, the first that is better ends the list.
TEST_CASE("tabu with an endless list is a descent", "[tabu]") {
  const Program program = roomy_program();
  FakeSimulator simulator(3);
  EvaluatorPool evaluators(program, simulator);
  const auto strategy = make_strategy(
      "tabu", program, 1, 40, {"start=native", "batch=1", "list=1000000", "swap=0", "fill=0"});
  std::optional<Evaluated> best;
  for (int i = 0; i < 40; ++i) {
    const std::vector<Evaluated> results = evaluators.evaluate(strategy->ask(40));
    REQUIRE(results.size() == 1);
    if (best.has_value()) {
      CHECK(moves(program, best->given, results.front().asked).size() == 1);
    }
    if (!best.has_value() || results.front().cost < best->cost) {
      best = results.front();
    }
    strategy->tell(results);
  }
}

// The rule, told again: with a list of one batch each batch is a step, to its best neighbour that
// is not tabu or is a new best. Where the strategy stepped elsewhere, its next neighbours would
// differ from this test's current mapping in two decisions.
TEST_CASE("what was moved may not go back while it is tabu", "[tabu]") {
  const Program program = roomy_program();
  for (const int tenure : {0, 3, 1000}) {
    FakeSimulator simulator(3);
    EvaluatorPool evaluators(program, simulator);
    const auto strategy = make_strategy("tabu", program, 1, 1000,
                                        {"start=native", "batch=20", "list=1", "swap=0", "fill=0",
                                         "tenure=" + std::to_string(tenure)});
    Evaluated current = evaluators.evaluate(strategy->ask(1)).front();
    strategy->tell({&current, 1});
    double least = current.cost;
    std::map<Move, int> until;
    int refused = 0;
    int step = 0;
    for (int batch = 0; batch < 40; ++batch) {
      CAPTURE(tenure, batch);
      const std::vector<Evaluated> results = evaluators.evaluate(strategy->ask(1000));
      const Evaluated* next = nullptr;
      for (const Evaluated& result : results) {
        const std::vector<Move> moved = moves(program, current.given, result.asked);
        REQUIRE(moved.size() == 1);
        const auto found = until.find(moved.front());
        if (found != until.end() && found->second > step && result.cost >= least) {
          ++refused;
        } else if (next == nullptr || result.cost < next->cost) {
          next = &result;
        }
        least = std::min(least, result.cost);
      }
      if (next != nullptr) {
        ++step;
        const TensorId id = moves(program, current.given, next->given).front().first;
        until[{id, current.given[id]}] = step + tenure;
        current = *next;
      }
      strategy->tell(results);
    }
    CHECK((refused > 0) == (tenure > 0));
  }
}

// Five decisions are sent to random memories, some of them to where they are.
TEST_CASE("tabu restarts near the best when it finds nothing better", "[tabu]") {
  const Program program = roomy_program();
  FakeSimulator simulator(3);
  EvaluatorPool evaluators(program, simulator);
  const auto strategy = make_strategy(
      "tabu", program, 1, 1000, {"start=native", "patience=30", "swap=0", "fill=0", "batch=1"});
  std::optional<Evaluated> best;
  int restarts = 0;
  int idle = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::vector<Proposal> asked = strategy->ask(1);
    const std::vector<Evaluated> results = evaluators.evaluate(asked);
    if (asked.front().part == "restart") {
      ++restarts;
      CHECK(idle == 30);
      idle = 0;
      const std::size_t moved = moves(program, best->given, asked.front().mapping).size();
      CHECK(moved >= 1);
      CHECK(moved <= 5);
    }
    ++idle;
    if (!best.has_value() || results.front().cost < best->cost) {
      best = results.front();
      idle = 0;
    }
    strategy->tell(results);
  }
  CHECK(restarts >= 10);
}

}  // namespace memplace::test
