// SPDX-License-Identifier: Apache-2.0
#include "report/search_figures/progress_of_runs.h"

#include <catch2/catch.hpp>

#include "tests/unit/report/figures/histories.h"

namespace memplace::test {
namespace {

constexpr double kNativeCost = 12;

// Speed-ups 0.5 and, from evaluation 3 on, 1.5.
const std::vector<HistoryEntry> kFirst = history_of(
    {{"start", 1, 24, true}, {"move", 2, 30, false}, {"move", 3, 8, true}, {"swap", 4, 9, false}});
// Speed-ups 1 and, from evaluation 2 on, 2.
const std::vector<HistoryEntry> kSecond =
    history_of({{"start", 1, 12, true}, {"swap", 5, 6, true}});

RunProgress progress(const std::vector<HistoryEntry>& history, bool over = true) {
  return {history, over, improvements_of(history, 3)};
}

}  // namespace

// Evaluations 2 and 3 both look better than 20; each is measured twice more: 2 as (16 + 18) / 2,
// then 3 as (13 + 15) / 2. Of 8 the budget leaves one more measurement.
TEST_CASE("improvements under noise cost the mean of re-measurements", "[figures]") {
  const auto history = history_of({{"start", 1, 20, true},
                                   {"move", 2, 15, false},
                                   {"move", 3, 12, false},
                                   {"remeasure", 2, 16, false},
                                   {"remeasure", 2, 18, true},
                                   {"remeasure", 3, 13, false},
                                   {"remeasure", 3, 15, true},
                                   {"swap", 4, 9, false},
                                   {"remeasure", 4, 10, true}});
  const std::vector<Improvement> improvements = improvements_of(history, 2);
  CHECK(improvements == std::vector<Improvement>{{1, 20}, {5, 17}, {7, 14}, {9, 10}});
  const std::vector<RunProgress> runs{{history, true, improvements}};
  const auto shares = part_shares(runs, 20);
  REQUIRE(shares.size() == 4);
  CHECK(shares[1].part == "move");
  CHECK(shares[1].evaluations == 2);
  CHECK(shares[1].improvements == 2);
  CHECK(shares[1].speedup_gain == Approx(20.0 / 14 - 1));
  CHECK(shares[2].part == "remeasure");
  CHECK(shares[2].evaluations == 5);
  CHECK(shares[2].improvements == 0);
  CHECK(shares[3].speedup_gain == Approx(20.0 / 10 - 20.0 / 14));
}

TEST_CASE("a grid has equal ratios and each place once", "[figures]") {
  CHECK(curve_grid(1000, 4) == std::vector<std::uint64_t>{1, 10, 100, 1000});
  CHECK(curve_grid(5, 200) == std::vector<std::uint64_t>{1, 2, 3, 4, 5});
  CHECK(curve_grid(1, 200) == std::vector<std::uint64_t>{1});
  const auto many = curve_grid(1'000'000, 200);
  CHECK(many.size() <= 200);
  CHECK(many.front() == 1);
  CHECK(many.back() == 1'000'000);
  for (std::size_t i = 1; i < many.size(); ++i) {
    CHECK(many[i - 1] < many[i]);
  }
}

// At 1: speed-ups 0.5 and 1; their deviation is sqrt(0.125), the standard error sqrt(0.125 / 2).
TEST_CASE("a curve has its spread over seeds", "[figures]") {
  const std::vector<RunProgress> runs{progress(kFirst), progress(kSecond)};
  const std::vector<std::uint64_t> grid{1, 2, 3, 9};
  const auto curve = spread_curve(runs, kNativeCost, grid);
  REQUIRE(curve.size() == 4);
  CHECK(curve[0].mean == Approx(0.75));
  CHECK(curve[0].standard_error == Approx(0.25));
  CHECK(curve[0].least == 0.5);
  CHECK(curve[0].greatest == 1);
  CHECK(curve[1].mean == Approx((0.5 + 2) / 2));
  CHECK(curve[2].mean == Approx((1.5 + 2) / 2));
  CHECK(curve[3].evaluation == 9);
  CHECK(curve[3].seeds == 2);
  CHECK(curve[3].mean == curve[2].mean);
}

TEST_CASE("a run that is not over counts as far as it is", "[figures]") {
  const std::vector<RunProgress> runs{progress(kFirst), progress(kSecond, false)};
  const std::vector<std::uint64_t> grid{2, 3};
  const auto curve = spread_curve(runs, kNativeCost, grid);
  REQUIRE(curve.size() == 2);
  CHECK(curve[0].seeds == 2);
  CHECK(curve[1].seeds == 1);
  CHECK(curve[1].mean == 1.5);
  CHECK(curve[1].standard_error == 0);
  const std::vector<std::uint64_t> beyond{5};
  CHECK(spread_curve(std::vector<RunProgress>{runs[1]}, kNativeCost, beyond).empty());
}

// Start: from 1 to 0.5 and from 1 to 1, -0.25 on average. Move: from 0.5 to 1.5 in one of two runs.
// Swap: from 1 to 2 in the other. They add up to the mean of the last speed-ups, 1.75, less 1.
TEST_CASE("gains are credited to parts", "[figures]") {
  const auto shares =
      part_shares(std::vector<RunProgress>{progress(kFirst), progress(kSecond)}, kNativeCost);
  REQUIRE(shares.size() == 3);
  CHECK(shares[0].part == "start");
  CHECK(shares[0].evaluations == 1);
  CHECK(shares[0].improvements == 1);
  CHECK(shares[0].speedup_gain == Approx(-0.25));
  CHECK(shares[1].part == "move");
  CHECK(shares[1].evaluations == 1);
  CHECK(shares[1].improvements == 0.5);
  CHECK(shares[1].speedup_gain == Approx(0.5));
  CHECK(shares[2].part == "swap");
  CHECK(shares[2].evaluations == 1);
  CHECK(shares[2].speedup_gain == Approx(0.5));
}

TEST_CASE("the median run is the lower of two in the middle", "[figures]") {
  const RunProgress costly = progress(history_of({{"start", 1, 9, true}}));
  const RunProgress middle = progress(kFirst);  // ends with 8
  const RunProgress best = progress(kSecond);   // ends with 6
  CHECK(median_run(std::vector<RunProgress>{costly, best, middle}) == 2);
  CHECK(median_run(std::vector<RunProgress>{costly, best}) == 1);
  CHECK(median_run(std::vector<RunProgress>{middle, middle, costly, best}) == 0);
}

}  // namespace memplace::test
