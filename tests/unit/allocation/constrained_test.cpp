// SPDX-License-Identifier: Apache-2.0
// Buffers that are fixed or have gaps, against trying out every offset.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/rng.h"
#include "sim/allocation/solver.h"
#include "sim/allocation/validator.h"
#include "tests/support/error_of.h"

namespace memplace {
namespace {

AllocationBuffer made(const std::string& id, std::int64_t lower, std::int64_t upper,
                      std::int64_t size, std::int64_t alignment = 1) {
  return {id, lower, upper, Bytes(size), alignment, std::nullopt};
}

AllocationProblem random_problem(Rng& rng) {
  AllocationProblem problem;
  const std::int64_t count = rng.between(1, 5);
  for (std::int64_t i = 0; i < count; ++i) {
    AllocationBuffer buffer;
    buffer.id = std::to_string(i);
    buffer.lower = rng.between(0, 4);
    buffer.upper = rng.between(buffer.lower + 1, 8);
    buffer.size = Bytes(rng.between(0, 4));
    buffer.alignment = rng.chance(0.3) ? 2 : 1;
    if (rng.chance(0.3)) {
      buffer.fixed = Bytes(rng.between(0, 3) * buffer.alignment);
    }
    if (buffer.upper - buffer.lower > 2 && rng.chance(0.5)) {
      const std::int64_t begin = rng.between(buffer.lower, buffer.upper - 2);
      buffer.gaps = {{begin, begin + 1}};
    }
    problem.buffers.push_back(buffer);
  }
  problem.capacity = Bytes(rng.between(2, 9));
  return problem;
}

// Tries every offset of every buffer that is not fixed, one buffer after the other: `part` has
// those that have their `offsets`.
bool fits(const AllocationProblem& problem, AllocationProblem& part, Allocation& found) {
  const std::size_t i = part.buffers.size();
  if (i == problem.buffers.size()) {
    return true;
  }
  const auto& fixed = problem.buffers[i].fixed;
  part.buffers.push_back(problem.buffers[i]);
  for (std::int64_t at = 0; at <= (fixed ? 0 : problem.capacity.count()); ++at) {
    found.offsets.push_back(fixed.value_or(Bytes(at)));
    if (validate(part, found).violation == AllocationViolation::kNone &&
        fits(problem, part, found)) {
      return true;
    }
    found.offsets.pop_back();
  }
  part.buffers.pop_back();
  return false;
}
bool fits(const AllocationProblem& problem) {
  AllocationProblem part{{}, problem.capacity};
  Allocation found;
  return fits(problem, part, found);
}

}  // namespace

TEST_CASE("what is fixed or has gaps fits where any allocation does", "[allocation]") {
  int allocated = 0;
  int refuted = 0;
  int searched = 0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    Rng rng(seed, 7);
    AllocationProblem problem = random_problem(rng);
    CAPTURE(seed);
    const AllocationResult result = solve_allocation(problem, {});
    const bool possible = fits(problem);
    REQUIRE(result.status ==
            (possible ? AllocationStatus::kAllocated : AllocationStatus::kInfeasible));
    (possible ? allocated : refuted) += 1;
    searched += result.method == "search" ? 1 : 0;
    if (possible) {
      CHECK(validate(problem, result.allocation).violation == AllocationViolation::kNone);
    }
    const AllocationResult least = minimize_allocation(problem, {});
    if (least.status == AllocationStatus::kInfeasible) {
      CHECK(least.method == "fixed offsets");
      continue;
    }
    const Bytes reached = peak(problem, least.allocation);
    CHECK(least.bound == reached);
    problem.capacity = reached;
    CHECK(fits(problem));
    if (reached > Bytes(0)) {
      problem.capacity -= Bytes(1);
      CHECK(!fits(problem));
    }
  }
  CHECK(allocated > 200);
  CHECK(refuted > 200);
  CHECK(searched > 15);
}

TEST_CASE("a buffer in the gap of another may have its place", "[allocation]") {
  AllocationProblem problem{{made("a", 0, 9, 4), made("b", 3, 5, 4)}, Bytes(4)};
  CHECK(solve_allocation(problem, {}).status == AllocationStatus::kInfeasible);
  problem.buffers[0].gaps = {{3, 5}};
  const AllocationResult result = solve_allocation(problem, {});
  CHECK(result.status == AllocationStatus::kAllocated);
  CHECK(result.allocation.offsets == std::vector{Bytes(0), Bytes(0)});
  problem.buffers[0].gaps = {{3, 4}};
  CHECK(solve_allocation(problem, {}).status == AllocationStatus::kInfeasible);
  CHECK(validate(problem, {{Bytes(0), Bytes(0)}}).violation == AllocationViolation::kOverlap);
  problem.buffers[1].fixed = Bytes(0);
  CHECK(validate(problem, {{Bytes(0), Bytes(1)}}).violation == AllocationViolation::kMoved);
}

TEST_CASE("fixed buffers that contradict each other fit nowhere", "[allocation]") {
  AllocationProblem problem{{made("a", 0, 9, 4), made("b", 3, 5, 4)}, Bytes(100)};
  problem.buffers[0].fixed = Bytes(8);
  problem.buffers[1].fixed = Bytes(11);
  for (const AllocationResult& result :
       {solve_allocation(problem, {}), minimize_allocation(problem, {})}) {
    CHECK(result.status == AllocationStatus::kInfeasible);
    CHECK(result.method == "fixed offsets");
  }
  problem.buffers[1].fixed = Bytes(12);
  CHECK(solve_allocation(problem, {}).status == AllocationStatus::kAllocated);
  CHECK(lower_bound(problem) == Bytes(16));
}

// Two hundred buffers around a fixed one in their middle: what is left is below and above it.
TEST_CASE("many buffers around a fixed one take few nodes", "[allocation]") {
  AllocationProblem problem;
  Rng rng(1, 7);
  for (int i = 0; i < 200; ++i) {
    const std::int64_t lower = rng.between(0, 100);
    problem.buffers.push_back(
        made(std::to_string(i), lower, lower + rng.between(1, 20), rng.between(1, 64)));
  }
  problem.buffers[0] = made("fixed", 0, 121, 64);
  problem.buffers[0].fixed = Bytes(512);
  problem.capacity = lower_bound(problem) + Bytes(100);
  const AllocationResult result = solve_allocation(problem, {.most_nodes = 20'000});
  CHECK(result.status == AllocationStatus::kAllocated);
  CHECK(validate(problem, result.allocation).violation == AllocationViolation::kNone);
}

TEST_CASE("gaps and fixed offsets that make no sense are refused", "[allocation]") {
  const auto message = [](const AllocationBuffer& buffer) {
    return error_of([&] { check_problem({{buffer}, Bytes(8)}); });
  };
  AllocationBuffer buffer = made("a", 0, 9, 4, 4);
  buffer.gaps = {{3, 5}, {4, 6}};
  CHECK(message(buffer) ==
        "buffer \"a\": has a gap [4, 6), expected gaps that are not empty, in order and within "
        "[0, 9)");
  buffer.gaps = {{0, 4}, {4, 9}};
  CHECK(message(buffer) == "buffer \"a\": has gaps at all times, and never lives");
  buffer.gaps = {};
  buffer.fixed = Bytes(6);
  CHECK(message(buffer) == "buffer \"a\": offset: got 6, expected a multiple of its alignment, 4");
  AllocationProblem many;
  many.buffers.assign(kMostConstrainedBuffers + 1, made("a", 0, 1, 1));
  many.buffers[0].fixed = Bytes(0);
  CHECK(
      error_of([&] { solve_allocation(many, {}); }) ==
      "got 3001 buffers and gaps, expected at most 3000 where some buffers are fixed or have gaps");
}

}  // namespace memplace
