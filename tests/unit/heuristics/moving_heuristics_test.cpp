// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>
#include <memory>
#include <string>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "base/rng.h"
#include "optimizer/heuristics/heuristic.h"
#include "sim/chip/chip_reader.h"
#include "sim/event/event_simulator.h"
#include "sim/feasible/feasible.h"
#include "sim/feasible/placement_rectifier.h"
#include "sim/oracle/validator.h"
#include "tests/support/error_of.h"
#include "tests/support/random_chip.h"
#include "tests/support/random_graph.h"
#include "workloads/builtin/builtins.h"

namespace memplace {
namespace {

Picoseconds latency_of(const Problem& problem, const Placement& asked) {
  const Program program = lower(problem);
  const RectifiedPlacement given = PlacementRectifier(problem, PlannerKind::kRing).rectify(asked);
  return EventSimulator().open(program)->latency(given.plan);
}

struct Found {
  Picoseconds stays{std::numeric_limits<std::int64_t>::max()};  // under the best static heuristic
  Picoseconds moves{std::numeric_limits<std::int64_t>::max()};
};

Found find(const std::string& network, const std::string& chip_name) {
  const Chip chip = load_chip(chip_name);
  const Problem problem(make_builtin(network, DType::kInt8), chip, resolve_mode(chip, {}, {}, {}));
  Found found;
  for (const HeuristicInfo& info : heuristics()) {
    found.stays = std::min(found.stays, latency_of(problem, Placement(info.make(problem))));
  }
  for (const MovingHeuristicInfo& info : moving_heuristics()) {
    found.moves = std::min(found.moves, latency_of(problem, info.make(problem)));
  }
  return found;
}

}  // namespace

TEST_CASE("heuristics that move are told from those that do not", "[heuristics]") {
  const Chip chip = load_chip("nnpi");
  const Problem problem(make_builtin("mobilenet-v2", DType::kInt8), chip);
  CHECK(
      error_of([&] { apply_heuristic("stream", problem); }) ==
      "heuristic \"stream\" moves tensors during an inference, and here they stay where they are");
  CHECK(error_of([&] {
          apply_placement_heuristic("strea", problem);
        }).find("(did you mean \"stream\"?)") != std::string::npos);
  CHECK(apply_placement_heuristic("native", problem).stays());
  CHECK(placement_heuristic_names().size() == heuristics().size() + moving_heuristics().size());
}

TEST_CASE("heuristics that move keep their contract", "[heuristics]") {
  std::size_t fetched = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Rng rng(seed, 77);
    const Graph graph = random_graph(rng, {});
    const Chip chip = random_chip(rng, graph, false);
    const Problem problem(graph, chip, random_mode(rng, chip));
    for (const MovingHeuristicInfo& info : moving_heuristics()) {
      INFO("seed " << seed << ' ' << info.name);
      Placement made;
      try {
        made = info.make(problem);
      } catch (const Error&) {
        continue;  // it cannot be lowered
      }
      CHECK(made == info.make(problem));
      CHECK(validate(problem, made.homes).violation == Violation::kNone);
      Placement settled = made;
      settle(problem, settled);
      CHECK(settled == made);
      for (const Movable& movable : problem.movables().list()) {
        fetched += made.fetches(movable.tensor) ? 1U : 0U;
      }
    }
  }
  CHECK(fetched > 100);
}

// docs/strategies/heuristics.md has the figures.
TEST_CASE("moving weights pays where the slow channel binds", "[heuristics]") {
  const Found bert = find("bert-large", "nnpi");
  CHECK(bert.moves.count() * 5 < bert.stays.count() * 4);
  const Found more = find("bert-large", "nnpi-12ice");
  CHECK(more.moves.count() * 6 < more.stays.count() * 5);
  const Found resnet = find("resnet101", "nnpi");
  CHECK(resnet.moves.count() * 10 < resnet.stays.count() * 9);
}

TEST_CASE("moving weights costs little where nothing binds", "[heuristics]") {
  for (const char* const network : {"resnet50", "mobilenet-v2"}) {
    const Found found = find(network, "nnpi");
    CHECK(found.moves.count() * 50 < found.stays.count() * 51);
  }
}

}  // namespace memplace
