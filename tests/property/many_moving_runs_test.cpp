// SPDX-License-Identifier: Apache-2.0
// 100,000 more of moving_runs_test.cpp.
#include <catch2/catch.hpp>

#include "tests/property/moving_runs.h"

namespace memplace::test {
namespace {

void check_many(std::uint64_t first, std::uint64_t end) {
  MovingRuns runs;
  check_moving_runs(first, end, runs);
  CHECK(runs.moving > static_cast<int>(end - first));
  CHECK(runs.late > 1'000);
  CHECK(runs.caught > 1'000);
}

}  // namespace

TEST_CASE("runs of placements 1000 to 13499 are valid", "[long]") { check_many(1000, 13500); }
TEST_CASE("runs of placements 13500 to 25999 are valid", "[long]") { check_many(13500, 26000); }
TEST_CASE("runs of placements 26000 to 38499 are valid", "[long]") { check_many(26000, 38500); }
TEST_CASE("runs of placements 38500 to 50999 are valid", "[long]") { check_many(38500, 51000); }
TEST_CASE("runs of placements 51000 to 63499 are valid", "[long]") { check_many(51000, 63500); }
TEST_CASE("runs of placements 63500 to 75999 are valid", "[long]") { check_many(63500, 76000); }
TEST_CASE("runs of placements 76000 to 88499 are valid", "[long]") { check_many(76000, 88500); }
TEST_CASE("runs of placements 88500 to 100999 are valid", "[long]") { check_many(88500, 101000); }

}  // namespace memplace::test
