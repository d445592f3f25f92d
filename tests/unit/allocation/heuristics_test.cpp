// SPDX-License-Identifier: Apache-2.0
#include "sim/allocation/heuristics.h"

#include <catch2/catch.hpp>

#include "sim/allocation/validator.h"
#include "tests/support/random_allocation.h"

namespace memplace {
namespace {

AllocationBuffer buffer(std::int64_t lower, std::int64_t upper, std::int64_t size,
                        std::optional<Bytes> hint = std::nullopt) {
  return {"b", lower, upper, Bytes(size), 1, hint};
}

TEST_CASE("the first rule that fits answers", "[allocation]") {
  // Largest first: 6 at 0; 4 beside it in time at 0; 3 over both at 6.
  const AllocationProblem problem{{buffer(0, 9, 3), buffer(0, 4, 6), buffer(4, 9, 4)}, 9_B};
  Allocation found;
  CHECK(HeuristicAllocator().allocate(problem, found) ==
        HeuristicOutcome{9_B, AllocationRule::kSize});
  CHECK(found.offsets == std::vector<Bytes>{6_B, 0_B, 0_B});
}

TEST_CASE("hints are tried first and where they are free", "[allocation]") {
  AllocationProblem problem{{buffer(0, 9, 3, 0_B), buffer(0, 4, 6, 3_B), buffer(4, 9, 4)}, 9_B};
  Allocation found;
  CHECK(HeuristicAllocator().allocate(problem, found) ==
        HeuristicOutcome{9_B, AllocationRule::kHints});
  CHECK(found.offsets == std::vector<Bytes>{0_B, 3_B, 3_B});
  // Not free at 8: then 4 goes to 0 and 3 on top of all, to 9, and the next rule is better.
  problem.buffers[0].hint = 8_B;
  CHECK(HeuristicAllocator().allocate(problem, found) ==
        HeuristicOutcome{9_B, AllocationRule::kSize});
}

TEST_CASE("nothing to allocate fits anywhere", "[allocation]") {
  Allocation found;
  CHECK(HeuristicAllocator().allocate({}, found) == HeuristicOutcome{0_B, AllocationRule::kSize});
  const AllocationProblem empty_buffer{{buffer(0, 9, 0)}, 0_B};
  CHECK(HeuristicAllocator().allocate(empty_buffer, found).peak == 0_B);
}

TEST_CASE("heuristics are valid whatever the problem", "[allocation]") {
  HeuristicAllocator allocator;
  Allocation found;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Rng rng(seed);
    AllocationProblem problem;
    const auto count = rng.between(1, 40);
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t lower = rng.between(-20, 20);
      problem.buffers.push_back(
          {"b", lower, rng.between(lower + 1, 30), Bytes(rng.between(0, 50)),
           rng.chance(0.5) ? 1 : rng.between(2, 16),
           rng.chance(0.8) ? std::nullopt : std::optional(Bytes(rng.between(0, 60)))});
    }
    problem.capacity = rng.chance(0.5) ? lower_bound(problem) : 0_B;  // the latter tries all rules
    const HeuristicOutcome outcome = allocator.allocate(problem, found, 20);
    CHECK(outcome.peak == peak(problem, found));
    CHECK(outcome.peak >= lower_bound(problem));
    CHECK(HeuristicAllocator().allocate(problem, found, 20) == outcome);
    problem.capacity = outcome.peak;
    CHECK(validate(problem, found) == AllocationValidation{});
  }
}

TEST_CASE("a thousand buffers cut from a rectangle come near to its height", "[allocation]") {
  // 1,000,000 B is the least. Measured peaks are 17 to 30 % above: with no byte to spare, rules do
  // not get nearer, which is what the search is for.
  HeuristicAllocator allocator;
  Allocation found;
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    Rng rng(seed);
    AllocationProblem problem = cut_rectangle(1000, 1'000'000, 1000, rng);
    const HeuristicOutcome outcome = allocator.allocate(problem, found, 100);
    INFO(outcome.peak.count() << ' ' << name_of(outcome.rule));
    CHECK(outcome.peak.count() < 1'300'000);
    problem.capacity = outcome.peak;
    CHECK(validate(problem, found) == AllocationValidation{});
  }
}

}  // namespace
}  // namespace memplace
