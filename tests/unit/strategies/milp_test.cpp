// SPDX-License-Identifier: Apache-2.0
#include "optimizer/strategies/milp.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "optimizer/bound/bound.h"
#include "optimizer/moves/relaxation.h"
#include "optimizer/moves/starts.h"
#include "sim/event/event_simulator.h"
#include "tests/support/decisions.h"
#include "tests/support/toy_tasks.h"

namespace memplace::test {

TEST_CASE("milp asks the heuristics, then what relaxations would have, and is done", "[milp]") {
  const Program program = toy_program(kDiamondText);
  EventSimulator simulator;
  const SearchResult result = run_search("milp", program, simulator, 1, 500);
  REQUIRE(!result.history.empty());
  CHECK(result.stopped == StopReason::kDone);
  std::size_t relaxed = 0;
  std::set<std::uint64_t> asked;
  for (const HistoryEntry& entry : result.history) {
    const bool is_start = entry.part == "start";
    CHECK((is_start || entry.part == "relaxed"));
    CHECK((!is_start || relaxed == 0));
    relaxed += is_start ? 0U : 1U;
    CHECK((is_start || asked.insert(entry.asked_hash).second));
  }
  CHECK(relaxed > 0);
  CHECK(relaxed <= 32);
  const SearchResult fewer = run_search("milp", program, simulator, 1, 500, {"mappings=1"});
  CHECK(fewer.history.size() == result.history.size() - relaxed + 1);
}

// Where room is enough for everything the relaxation has nothing to share out.
TEST_CASE("milp finds the optimum where prices of room are nothing", "[milp]") {
  Rng rng(5);
  EventSimulator simulator;
  int found = 0;
  int rounds = 0;
  for (int i = 0; i < 40; ++i) {
    CAPTURE(i);
    const Program program = with_capacity(random_toy_program(rng, 5), 1_MiB);
    ++rounds;
    const Picoseconds optimum = brute_force_optimum(program, simulator);
    const SearchResult result = run_search("milp", program, simulator, 1, 100);
    REQUIRE(result.best->measures.latency >= optimum);
    found += result.best->measures.latency == optimum ? 1 : 0;
  }
  CHECK(found > rounds * 3 / 4);
}

TEST_CASE("a relaxation says where everything is, as shares and as mappings", "[milp]") {
  const Program program = toy_program(kChainText);
  const Graph& graph = program.graph();
  const StrategyTask task{program.problem, 1, 100};
  const Relaxation relaxation = relax(task, Picoseconds(1'000'000), 5);
  REQUIRE(!relaxation.mappings.empty());
  CHECK(relaxation.mappings.size() <= 5);
  for (const Mapping& mapping : relaxation.mappings) {
    check_settled(Problem(graph, program.chip()), mapping);
    CHECK(std::count(relaxation.mappings.begin(), relaxation.mappings.end(), mapping) == 1);
  }
  // Starts have them behind the heuristics, and not those that a heuristic has as well.
  StrategyTask seeded = task;
  seeded.warm.knowledge.put(std::make_shared<const Relaxation>(relaxation));
  const std::vector<Proposal> plain = starts(task, kBestStart);
  const std::vector<Proposal> more = starts(seeded, kBestStart);
  REQUIRE(more.size() > plain.size());
  CHECK(more.size() <= plain.size() + relaxation.mappings.size());
  CHECK(more[plain.size()].part == "relaxed");
  if (!has_linear_solver()) {
    CHECK(relaxation.shares.empty());
    return;
  }
  REQUIRE(relaxation.shares.size() == decisions_of(graph).size() * 3);
  const SearchSpace space(task);
  const Posterior posterior = posterior_of(relaxation, task, space, 0.02);
  for (std::size_t i = 0; i < posterior.decisions(); ++i) {
    double sum = 0;
    for (const double share : posterior.row(i)) {
      CHECK(share > 0.015);
      sum += share;
    }
    CHECK(sum == Approx(1));
  }
}

}  // namespace memplace::test
