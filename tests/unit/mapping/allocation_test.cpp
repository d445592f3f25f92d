// SPDX-License-Identifier: Apache-2.0
// What a search calls for every evaluation must not allocate.
#include <cstddef>

#include <catch2/catch.hpp>

#include "sim/allocation/heuristics.h"
#include "sim/feasible/rectify.h"
#include "tests/support/allocation_count.h"
#include "tests/support/random_allocation.h"
#include "tests/support/small_chips.h"
#include "tests/unit/mapping/test_graphs.h"

namespace memplace {
namespace {

TEST_CASE("rectifying in the search allocates nothing", "[mapping]") {
  const Graph graph = chain();
  const Chip chip = small_chip({100, 10, 8});
  Rectifier rectifier(Problem(graph, chip));
  const Mapping asked = uniform_mapping(Problem(graph, chip), MemoryId(2));
  Mapping given(asked.size());
  Epsilon epsilon;
  const std::size_t before = test::allocation_count();
  const bool possible = rectifier.rectify_into(asked, given, epsilon);
  const std::size_t after = test::allocation_count();
  CHECK(possible);
  CHECK(epsilon.demoted_bytes == 14_B);
  CHECK(after == before);
  // The counter counts.
  CHECK(std::holds_alternative<Rectified>(rectifier.rectify(asked)));
  CHECK(test::allocation_count() > after);
}

TEST_CASE("offset heuristics allocate only at first", "[allocation]") {
  Rng rng(1);
  AllocationProblem problem = cut_rectangle(100, 1000, 100, rng);
  HeuristicAllocator allocator;
  Allocation found;
  const HeuristicOutcome first = allocator.allocate(problem, found, 10);
  const std::size_t before = test::allocation_count();
  const HeuristicOutcome again = allocator.allocate(problem, found, 10);
  CHECK(test::allocation_count() - before == 0);
  CHECK(again == first);
}

}  // namespace
}  // namespace memplace
