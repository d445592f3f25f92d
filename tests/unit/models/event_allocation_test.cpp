// SPDX-License-Identifier: Apache-2.0
// A search asks the event model for tens of thousands of latencies; after the first they must not
// allocate.
#include <cstddef>
#include <memory>
#include <vector>

#include <catch2/catch.hpp>

#include "base/rng.h"
#include "sim/event/event_simulator.h"
#include "sim/event/incremental_walk.h"
#include "sim/event/plan.h"
#include "tests/support/allocation_count.h"
#include "tests/support/decisions.h"
#include "tests/support/sim_case.h"

namespace memplace::test {
namespace {

// Mappings of a case, all different from one another where it has decisions.
std::vector<Mapping> mappings_of(const SimCase& c) {
  std::vector<Mapping> mappings{c.mapping};
  Rng rng(1);
  for (int i = 0; i < 4; ++i) {
    Mapping mapping = mappings.back();
    for (const TensorId decision : decisions_of(*c.graph)) {
      if (rng.chance(0.3)) {
        mapping[decision] = MemoryId(static_cast<std::size_t>(rng.below(c.chip.memories.size())));
      }
    }
    settle(Problem(*c.graph, c.chip), mapping);
    mappings.push_back(mapping);
  }
  return mappings;
}

// Allocations of `call` for every mapping, once it has been called for each: queues have grown.
template <class Call>
std::size_t allocations_of(const std::vector<Mapping>& mappings, const Call& call) {
  for (const Mapping& mapping : mappings) {
    call(mapping);
  }
  const std::size_t before = allocation_count();
  for (const Mapping& mapping : mappings) {
    call(mapping);
  }
  return allocation_count() - before;
}

}  // namespace

TEST_CASE("latencies allocate nothing after the first", "[models]") {
  EventSimulator simulator;
  std::size_t walks = 0;
  std::size_t runs = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    const SimCase c = random_case(seed);
    const Program program = lower(c);
    const std::vector<Mapping> mappings = mappings_of(c);
    (event::IncrementalWalk::can_walk(event::Plan(program)) ? walks : runs) += 1;
    const std::unique_ptr<SimSession> session = simulator.open(program);
    CHECK(allocations_of(mappings, [&](const Mapping& m) { session->latency(m); }) == 0);
    CHECK(allocations_of(mappings, [&](const Mapping& m) { session->rebase(m); }) == 0);
    CHECK(allocations_of(mappings, [&](const Mapping& m) { session->latency_near(m); }) == 0);
    // The counter counts.
    CHECK(allocations_of(mappings, [&](const Mapping& m) { session->run(m); }) > 0);
  }
  // Both ways were taken.
  CHECK(walks > 5);
  CHECK(runs > 5);
}

// A walk needs no queue, so not even to grow one.
TEST_CASE("a walk of another mapping allocates nothing at all", "[models]") {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const SimCase c = random_case(seed);
    const Program program = lower(c);
    if (!event::IncrementalWalk::can_walk(event::Plan(program))) {
      continue;
    }
    CAPTURE(seed);
    const std::vector<Mapping> mappings = mappings_of(c);
    const std::unique_ptr<SimSession> session = EventSimulator().open(program);
    session->rebase(mappings.front());
    const std::size_t before = allocation_count();
    for (const Mapping& mapping : mappings) {
      session->latency(mapping);
      session->latency_near(mapping);
      session->rebase(mapping);
    }
    CHECK(allocation_count() == before);
  }
}

}  // namespace memplace::test
