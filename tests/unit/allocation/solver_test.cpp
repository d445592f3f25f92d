// SPDX-License-Identifier: Apache-2.0
// Work is counted in nodes, never in seconds: the search is deterministic.
#include "sim/allocation/solver.h"

#include <algorithm>
#include <numeric>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "sim/allocation/search.h"
#include "sim/allocation/sections.h"
#include "sim/allocation/validator.h"
#include "tests/support/random_allocation.h"

namespace memplace {
namespace {

AllocationProblem random_problem(Rng& rng, std::int64_t most) {
  AllocationProblem problem;
  const std::int64_t count = rng.between(1, most);
  const bool aligned = rng.chance(0.5);
  const std::int64_t divisor = rng.chance(0.5) ? 1 : 3;  // of all alignments
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t lower = rng.between(0, 6);
    problem.buffers.push_back({std::to_string(i), lower, rng.between(lower + 1, 8),
                               Bytes(rng.between(0, 9)),
                               divisor * (aligned ? rng.between(1, 5) : 1), std::nullopt});
  }
  return problem;
}

// Each order of buffers, each put on top of what is there before it. An allocation of least peak is
// among them: its buffers in order of their offsets come to lie no higher.
Bytes least_peak(const AllocationProblem& problem) {
  const std::vector<AllocationBuffer>& buffers = problem.buffers;
  std::vector<std::size_t> order(buffers.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::int64_t least = 1 << 30;
  do {
    std::vector<std::int64_t> top(buffers.size());
    std::int64_t highest = 0;
    for (std::size_t k = 0; k < order.size(); ++k) {
      const AllocationBuffer& buffer = buffers[order[k]];
      std::int64_t below = 0;
      for (std::size_t j = 0; j < k; ++j) {
        const AllocationBuffer& other = buffers[order[j]];
        if (other.lower < buffer.upper && buffer.lower < other.upper && other.size > 0_B) {
          below = std::max(below, top[order[j]]);
        }
      }
      below = (below + buffer.alignment - 1) / buffer.alignment * buffer.alignment;
      top[order[k]] = below + buffer.size.count();
      highest = std::max(highest, buffer.size > 0_B ? top[order[k]] : 0);
    }
    least = std::min(least, highest);
  } while (std::next_permutation(order.begin(), order.end()));
  return Bytes(least);
}

// The search alone, without bounds and heuristics before it.
SearchVerdict search_only(const AllocationProblem& problem, PackingStyle style,
                          Allocation& allocation) {
  const Sections sections(problem);
  PackingSearch search(sections, problem.capacity.count());
  const SearchVerdict verdict = search.run(style, 1'000'000, [] { return false; });
  allocation.offsets.assign(problem.buffers.size(), 0_B);
  for (std::size_t i = 0; i < sections.items().size(); ++i) {
    allocation.offsets[sections.items()[i].buffer] = Bytes(search.offsets()[i]);
  }
  return verdict;
}

TEST_CASE("the search is right about 500 small problems in every style", "[allocation]") {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    Rng rng(seed);
    AllocationProblem problem = random_problem(rng, 7);
    const Bytes least = least_peak(problem);
    INFO("seed " << seed);
    CHECK(lower_bound(problem) <= least);
    for (std::size_t style = 0; style < kPackingStyles; ++style) {
      Allocation found;
      problem.capacity = least;
      REQUIRE(search_only(problem, static_cast<PackingStyle>(style), found) ==
              SearchVerdict::kPacked);
      REQUIRE(validate(problem, found) == AllocationValidation{});
      if (least > 0_B) {
        problem.capacity = least - 1_B;
        REQUIRE(search_only(problem, static_cast<PackingStyle>(style), found) ==
                SearchVerdict::kRefuted);
      }
    }
  }
}

TEST_CASE("the solver and the minimum are right about 500 small problems", "[allocation]") {
  for (std::uint64_t seed = 1000; seed < 1500; ++seed) {
    Rng rng(seed);
    AllocationProblem problem = random_problem(rng, 7);
    const Bytes least = least_peak(problem);
    INFO("seed " << seed);
    problem.capacity = least;
    const AllocationResult fits = solve_allocation(problem, {});
    REQUIRE(fits.status == AllocationStatus::kAllocated);
    REQUIRE(validate(problem, fits.allocation) == AllocationValidation{});
    REQUIRE(fits.bound <= least);
    const AllocationResult minimum = minimize_allocation(problem, {});
    REQUIRE(minimum.status == AllocationStatus::kAllocated);
    REQUIRE(validate(problem, minimum.allocation) == AllocationValidation{});
    REQUIRE(minimum.bound == least);
    if (least > 0_B) {
      problem.capacity = least - 1_B;
      const AllocationResult refuted = solve_allocation(problem, {});
      REQUIRE(refuted.status == AllocationStatus::kInfeasible);
      REQUIRE(refuted.bound <= least);
      REQUIRE(refuted.bound > problem.capacity);
    }
  }
}

TEST_CASE("what answered is named", "[allocation]") {
  const auto buffer = [](std::int64_t lower, std::int64_t upper, std::int64_t size) {
    return AllocationBuffer{"b", lower, upper, Bytes(size), 1, std::nullopt};
  };
  AllocationProblem problem{{buffer(0, 9, 3), buffer(0, 4, 6)}, 9_B};
  CHECK(solve_allocation(problem, {}).method == "heuristic size");
  problem.capacity = 8_B;
  CHECK(solve_allocation(problem, {}).method == "lower bound");
  CHECK(solve_allocation(problem, {}).bound == 9_B);
  problem.capacity = Bytes(-1);
  CHECK_THROWS_AS(solve_allocation(problem, {}), Error);
  CHECK(solve_allocation({}, {}).status == AllocationStatus::kAllocated);
}

// Cut in pieces from a rectangle, so that no byte may be wasted: the hardest of their size.
TEST_CASE("rectangles cut in pieces are put together again", "[allocation]") {
  std::int64_t nodes = 0;
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    for (const std::size_t count : {20U, 40U}) {
      Rng rng(seed);
      const AllocationProblem problem = cut_rectangle(count, 1024, 64, rng);
      const AllocationResult result = solve_allocation(problem, {});
      INFO("seed " << seed << " count " << count << " nodes " << result.nodes);
      CHECK(result.status == AllocationStatus::kAllocated);
      CHECK(validate(problem, result.allocation) == AllocationValidation{});
      nodes += result.nodes;
    }
  }
  CHECK(nodes > 0);
  CHECK(nodes < 20'000);
}

TEST_CASE("rectangles in 150 to 450 pieces take few nodes", "[allocation]") {
  // Measured: 151 to 2,580 nodes each. The time of a search has a long tail: seed 2 in 450 pieces,
  // which is left out, takes 61,493.
  for (const std::size_t count : {150U, 300U, 450U}) {
    for (std::uint64_t seed = 0; seed < (count == 450 ? 2 : 3); ++seed) {
      Rng rng(seed);
      const AllocationProblem problem = cut_rectangle(count, 1'048'576, 4096, rng);
      AllocationLimits limits;
      limits.rounds = 0;
      limits.most_nodes = 100'000;
      const AllocationResult result = solve_allocation(problem, limits);
      INFO("seed " << seed << " count " << count << " nodes " << result.nodes);
      CHECK(result.status == AllocationStatus::kAllocated);
      CHECK(result.nodes >= static_cast<std::int64_t>(count));
      CHECK(validate(problem, result.allocation) == AllocationValidation{});
    }
  }
}

TEST_CASE("a thousand random buffers take no more than their most live bytes", "[allocation]") {
  // Heuristics end some per cent above. Measured: 1,024 to 3,100 nodes each. With an alignment of
  // 64 every buffer is rounded up to it but the topmost.
  for (const std::int64_t alignment : {1, 64}) {
    for (std::uint64_t seed = 0; seed < 2; ++seed) {
      Rng rng(seed);
      AllocationProblem problem;
      for (int i = 0; i < 1000; ++i) {
        const std::int64_t lower = rng.between(0, 999);
        problem.buffers.push_back({std::to_string(i), lower, lower + rng.between(1, 100),
                                   Bytes(rng.between(1, 100'000)), alignment, std::nullopt});
      }
      problem.capacity = lower_bound(problem);
      AllocationLimits limits;
      limits.rounds = 0;
      limits.most_nodes = 10'000;
      const AllocationResult result = solve_allocation(problem, limits);
      INFO("seed " << seed << " alignment " << alignment << " nodes " << result.nodes);
      CHECK(result.status == AllocationStatus::kAllocated);
      CHECK(result.nodes >= 1000);
      CHECK(validate(problem, result.allocation) == AllocationValidation{});
    }
  }
}

TEST_CASE("the budget of nodes is kept and gives the same result again", "[allocation]") {
  Rng rng(3);
  const AllocationProblem problem = cut_rectangle(300, 1'000'000, 5000, rng);
  AllocationLimits limits;
  limits.rounds = 0;
  limits.most_nodes = 100;
  const AllocationResult first = solve_allocation(problem, limits);
  CHECK(first.status == AllocationStatus::kUnknown);
  CHECK(first.nodes == 100);
  CHECK(first.method == "search");
  const AllocationResult again = solve_allocation(problem, limits);
  CHECK(again.allocation == first.allocation);
  AllocationProblem loose = problem;
  loose.capacity = peak(problem, first.allocation);
  CHECK(validate(loose, first.allocation) == AllocationValidation{});  // what the heuristics left
  const AllocationResult least = minimize_allocation(problem, limits);
  CHECK(least.nodes <= 100);
  CHECK(least.allocation == minimize_allocation(problem, limits).allocation);
}

TEST_CASE("the search stops when told to", "[allocation]") {
  Rng rng(3);
  const AllocationProblem problem = cut_rectangle(300, 1'000'000, 5000, rng);
  AllocationLimits limits;
  limits.rounds = 0;
  limits.stop = [] { return true; };
  CHECK(solve_allocation(problem, limits).status == AllocationStatus::kUnknown);
  CHECK(solve_allocation(problem, limits).nodes == 0);
}

TEST_CASE("a search that was stopped in the middle claims nothing", "[allocation]") {
  Rng rng(4);
  const AllocationProblem problem = cut_rectangle(300, 1'000'000, 5000, rng);
  const Sections sections(problem);
  PackingSearch search(sections, problem.capacity.count());
  constexpr std::int64_t kMany = 1'000'000;
  CHECK(search.run(PackingStyle::kTight, kMany, [] { return true; }) == SearchVerdict::kStopped);
  CHECK(search.nodes() > 0);
  // What it has kept of that run is true: the packing is still found.
  CHECK(search.run(PackingStyle::kLow, kMany, [] { return false; }) == SearchVerdict::kPacked);
}

}  // namespace
}  // namespace memplace
