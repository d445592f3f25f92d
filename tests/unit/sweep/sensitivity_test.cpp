// SPDX-License-Identifier: Apache-2.0
#include "optimizer/studies/sweep/sensitivity.h"

#include <optional>
#include <tuple>
#include <vector>

#include <catch2/catch.hpp>

#include "base/rng.h"

namespace memplace {
namespace {

// Who is best at a factor, by trying all; nobody where no area is allowed.
std::optional<std::size_t> best_at(const std::vector<AreaRival>& rivals, const AreaRules& rules,
                                   double factor) {
  std::optional<std::size_t> best;
  std::tuple<double, std::vector<double>, double> least;
  for (std::size_t i = 0; i < rivals.size(); ++i) {
    const double area = rivals[i].area + (factor - 1) * rivals[i].share;
    const double cost = rules.is_objective ? rivals[i].others * area : rivals[i].others;
    const std::tuple key{cost, rivals[i].first, rules.breaks_ties ? area : 0};
    if (area <= rules.most && area >= rules.least && (!best.has_value() || key < least)) {
      best = i;
      least = key;
    }
  }
  return best;
}

}  // namespace

TEST_CASE("a bound on the area ends with the room that the best point leaves", "[sweep]") {
  // The fastest has 54 mm2 of which 20 are the memory's: (60 - 34) / 20 = 1.3. The faster one with
  // 62 mm2, 28 of them the memory's, is allowed from (60 - 34) / 28 = 0.929 on.
  const std::vector<AreaRival> rivals{{10, 54, 20}, {9, 62, 28}, {11, 40, 10}};
  const FactorRange range = stable_factors(rivals, 0, {false, 0, 60});
  REQUIRE(range.most.has_value());
  CHECK(range.most->factor == Approx(1.3));
  CHECK(range.most->forbidden);
  // At 1.3 the third has 40 + 3.
  CHECK(range.most->then == 2U);
  REQUIRE(range.least.has_value());
  CHECK(range.least->factor == Approx(26.0 / 28));
  CHECK(range.least->then == 1U);
  CHECK_FALSE(range.least->forbidden);
}

TEST_CASE("a product with the area ends where two products cross", "[sweep]") {
  // 4 x (10 + d 2) = 40 + 8 d against 2 x (25 + d 20) = 50 + 40 d: equal at d = -10 / 32.
  const std::vector<AreaRival> rivals{{4, 10, 2}, {2, 25, 20}};
  const FactorRange range = stable_factors(rivals, 0, {true});
  REQUIRE(range.least.has_value());
  CHECK(range.least->factor == Approx(1 - 10.0 / 32));
  CHECK(range.least->then == 1U);
  CHECK_FALSE(range.most.has_value());
}

// Equal in cost and in what comes before the area: 50 + 20 d against 51 + 5 d meet at d = 1 / 15.
// The third is alike in cost alone, and worse in what comes first.
TEST_CASE("of points of one cost the one with the least area is best", "[sweep]") {
  const std::vector<AreaRival> rivals{{7, 50, 20, {3}}, {7, 51, 5, {3}}, {7, 1, 0, {4}}};
  FactorRange range = stable_factors(rivals, 0, {false, 0, 100, true});
  REQUIRE(range.most.has_value());
  CHECK(range.most->factor == Approx(1 + 1.0 / 15));
  CHECK(range.most->then == 1U);
  CHECK_FALSE(range.most->forbidden);
  CHECK_FALSE(range.least.has_value());
  // And where area is no objective at all, the first of them.
  range = stable_factors(rivals, 0, {false, 0, 100, false});
  CHECK(range.most->factor == Approx(1 + 50.0 / 20));
  CHECK(range.most->forbidden);
  CHECK(range.most->then == 1U);
}

TEST_CASE("where no area is allowed beyond an end, nobody is best there", "[sweep]") {
  const std::vector<AreaRival> rivals{{1, 10, 5}};
  const FactorRange range = stable_factors(rivals, 0, {false, 0, 20});
  REQUIRE(range.most.has_value());
  CHECK(range.most->factor == Approx(3));
  CHECK_FALSE(range.most->then.has_value());
}

// Both have 0.1 besides the memory: alike at 0, but -(0.7 - 0.3) / (0.6 - 0.2) is a bit above -1.
TEST_CASE("an end where the memory takes nothing is none, whatever rounding says", "[sweep]") {
  const std::vector<AreaRival> rivals{{1, 0.1 + 0.2, 0.2, {0}}, {1, 0.1 + 0.6, 0.6, {0}}};
  CHECK_FALSE(stable_factors(rivals, 0, {false, 0, 9, true}).least.has_value());
}

TEST_CASE("where no area is asked for, none matters", "[sweep]") {
  const std::vector<AreaRival> rivals{{1, 10, 2}, {2, 1, 1}};
  const FactorRange range = stable_factors(rivals, 0, {false});
  CHECK_FALSE(range.least.has_value());
  CHECK_FALSE(range.most.has_value());
}

TEST_CASE("between the ends of random factors the best stays, beyond it does not", "[sweep]") {
  int ends = 0;
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    Rng rng(seed, 0x73656e, 0);
    std::vector<AreaRival> rivals(2 + rng.below(8));
    for (AreaRival& rival : rivals) {
      rival.share = rng.uniform() * 10;
      rival.area = rival.share + rng.uniform() * 10;
      // Of few values, so that there are ties.
      rival.others = 1 + static_cast<double>(rng.below(2));
      rival.first = {static_cast<double>(rng.below(2))};
    }
    AreaRules rules;
    rules.is_objective = rng.chance(0.5);
    rules.breaks_ties = rng.chance(0.5);
    if (rng.chance(0.5)) {
      rules.most = 5 + rng.uniform() * 20;
    }
    const auto best = best_at(rivals, rules, 1);
    if (!best.has_value()) {
      continue;
    }
    CAPTURE(seed);
    const FactorRange range = stable_factors(rivals, *best, rules);
    constexpr double kSmall = 1e-6;
    if (range.least.has_value()) {
      ++ends;
      CHECK(best_at(rivals, rules, range.least->factor + kSmall) == best);
      CHECK(best_at(rivals, rules, range.least->factor - kSmall) != best);
      CHECK(best_at(rivals, rules, range.least->factor - kSmall) == range.least->then);
    } else {
      CHECK(best_at(rivals, rules, 0) == best);
    }
    if (range.most.has_value()) {
      ++ends;
      CHECK(best_at(rivals, rules, range.most->factor - kSmall) == best);
      CHECK(best_at(rivals, rules, range.most->factor + kSmall) != best);
      CHECK(best_at(rivals, rules, range.most->factor + kSmall) == range.most->then);
    } else {
      CHECK(best_at(rivals, rules, 1000) == best);
    }
  }
  CHECK(ends > 100);
}

}  // namespace memplace
