// SPDX-License-Identifier: Apache-2.0
// What a search calls for every evaluation must not allocate.
#include <cstddef>
#include <cstdlib>
#include <new>

#include <catch2/catch.hpp>

#include "sim/allocation/heuristics.h"
#include "sim/mapping/rectify.h"
#include "tests/support/random_allocation.h"
#include "tests/support/small_chips.h"
#include "tests/unit/mapping/test_graphs.h"

namespace {
std::size_t allocations = 0;
}  // namespace

// Not inlined: g++ 12 takes an inlined free() for a mismatch with operator new.
// NOLINTBEGIN(misc-definitions-in-headers,readability-inconsistent-declaration-parameter-name)
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* const memory = std::malloc(size == 0 ? 1 : size)) {
    return memory;
  }
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t /*size*/) noexcept {
  std::free(memory);
}
// NOLINTEND(misc-definitions-in-headers,readability-inconsistent-declaration-parameter-name)

namespace memplace {
namespace {

TEST_CASE("rectifying in the search allocates nothing", "[mapping]") {
  const Graph graph = chain();
  const Chip chip = small_chip({100, 10, 8});
  Rectifier rectifier(graph, chip, Mode{});
  const Mapping asked = uniform_mapping(graph, chip, MemoryId(2));
  Mapping given(asked.size());
  Epsilon epsilon;
  const std::size_t before = allocations;
  const bool possible = rectifier.rectify_into(asked, given, epsilon);
  const std::size_t after = allocations;
  CHECK(possible);
  CHECK(epsilon.demoted_bytes == 14_B);
  CHECK(after == before);
  // The counter counts.
  CHECK(std::holds_alternative<Rectified>(rectifier.rectify(asked)));
  CHECK(allocations > after);
}

TEST_CASE("offset heuristics allocate only at first", "[allocation]") {
  Rng rng(1);
  AllocationProblem problem = cut_rectangle(100, 1000, 100, rng);
  HeuristicAllocator allocator;
  Allocation found;
  const HeuristicOutcome first = allocator.allocate(problem, found, 10);
  const std::size_t before = allocations;
  const HeuristicOutcome again = allocator.allocate(problem, found, 10);
  CHECK(allocations - before == 0);
  CHECK(again == first);
}

}  // namespace
}  // namespace memplace
