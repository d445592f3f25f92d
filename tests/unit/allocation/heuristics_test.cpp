// SPDX-License-Identifier: Apache-2.0
#include "sim/allocation/heuristics.h"

#include <catch2/catch.hpp>

#include "base/error.h"
#include "sim/allocation/validator.h"
#include "tests/support/random_allocation.h"
#include "tests/unit/allocation/buffers.h"

namespace memplace {
namespace {

TEST_CASE("the first rule that fits answers", "[allocation]") {
  // Largest first: 6 at 0; 4 beside it in time at 0; 3 over both at 6.
  const AllocationProblem problem{{buffer(0, 9, 3), buffer(0, 4, 6), buffer(4, 9, 4)}, 9_B};
  Allocation found;
  CHECK(HeuristicAllocator().allocate(problem, found) ==
        HeuristicOutcome{9_B, AllocationRule::kSize});
  CHECK(found.offsets == std::vector<Bytes>{6_B, 0_B, 0_B});
}

TEST_CASE("hints are tried first and where they are free", "[allocation]") {
  AllocationProblem problem{{buffer(0, 9, 3, 1, 0_B), buffer(0, 4, 6, 1, 3_B), buffer(4, 9, 4)},
                            9_B};
  Allocation found;
  CHECK(HeuristicAllocator().allocate(problem, found) ==
        HeuristicOutcome{9_B, AllocationRule::kHints});
  CHECK(found.offsets == std::vector<Bytes>{0_B, 3_B, 3_B});
  // Not free at 8: then 4 goes to 0 and 3 on top of all, to 9, and the next rule is better.
  problem.buffers[0].hint = 8_B;
  CHECK(HeuristicAllocator().allocate(problem, found) ==
        HeuristicOutcome{9_B, AllocationRule::kSize});
}

TEST_CASE("one rule alone says what it makes of a problem", "[allocation]") {
  // In time: a lives over b and then c.
  const AllocationProblem problem{{buffer(0, 9, 3), buffer(0, 4, 6), buffer(4, 9, 4)}, 0_B};
  HeuristicAllocator allocator;
  Allocation found;
  CHECK(allocator.place(problem, AllocationRule::kSize, found) == 9_B);
  CHECK(found.offsets == std::vector<Bytes>{6_B, 0_B, 0_B});
  // By length: a at 0, c (5 steps) and b (4 steps) on it.
  CHECK(allocator.place(problem, AllocationRule::kLength, found) == 9_B);
  CHECK(found.offsets == std::vector<Bytes>{0_B, 3_B, 3_B});
  CHECK(allocator.bound() == 9_B);
  CHECK_THROWS_AS(allocator.place(problem, AllocationRule::kReordered, found), InternalError);
}

TEST_CASE("no rule is tried after one that reaches the lower bound", "[allocation]") {
  // No capacity is enough; largest first comes to the most live bytes, 9, below which no rule gets.
  const AllocationProblem problem{{buffer(0, 9, 3), buffer(0, 4, 6), buffer(4, 9, 4)}, 0_B};
  Allocation found;
  CHECK(HeuristicAllocator().allocate(problem, found, 10) ==
        HeuristicOutcome{9_B, AllocationRule::kSize});
}

TEST_CASE("the smallest gap is taken where the rule says so", "[allocation]") {
  // Largest first: 10 at 0 and 9 beside it in time at 0; 8 on 10, at [10, 18); 7 on both, at
  // [18, 25); 5 on 9, at [9, 14). The last, of 4, meets 7 and 5: free are [0, 9) and [14, 18).
  const AllocationProblem problem{{buffer(0, 2, 10), buffer(4, 6, 9), buffer(1, 2, 8),
                                   buffer(1, 3, 7), buffer(3, 5, 5), buffer(2, 4, 4)},
                                  0_B};
  HeuristicAllocator allocator;
  Allocation found;
  CHECK(allocator.place(problem, AllocationRule::kSize, found) == 25_B);
  CHECK(found.offsets == std::vector<Bytes>{0_B, 0_B, 10_B, 18_B, 9_B, 0_B});
  CHECK(allocator.place(problem, AllocationRule::kSizeBest, found) == 25_B);
  CHECK(found.offsets == std::vector<Bytes>{0_B, 0_B, 10_B, 18_B, 9_B, 14_B});
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
    const auto count = rng.between(1, seed % 10 == 0 ? 120 : 40);
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
    CHECK(allocator.bound() == lower_bound(problem));
    CHECK(outcome.peak >= allocator.bound());
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
