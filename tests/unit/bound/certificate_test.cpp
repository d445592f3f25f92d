// SPDX-License-Identifier: Apache-2.0
#include "optimizer/bound/certificate.h"

#include <cstdint>
#include <limits>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/support/toy_tasks.h"

namespace memplace::test {
namespace {

using bound::certified_bound;
using bound::Cut;
using bound::kWholeWeight;
using bound::Room;
using bound::RoomPrices;

// Two decisions, three memories.
const std::string kTwoDecisions =
    "graph two\ninput x 8\na: grid(out=4,in=8) w=32 in=x out=24\nb: elementwise(24) in=a out=24\n";

struct TwoCuts {
  Program program = toy_program(kTwoDecisions);
  Room room{program};
  RoomPrices prices{room};
  std::vector<char> allowed = std::vector<char>(6, 1);
  // 10 + 30 w_dram + 20 w_llc + 5 w_sram, and 40 + 8 y_dram + 2 y_llc.
  std::vector<Cut> cuts{{10, {{0, 30}, {1, 20}, {2, 5}}}, {40, {{3, 8}, {4, 2}}}};
};

}  // namespace

TEST_CASE("a bound is the least of a weighted mean of cuts, decision by decision", "[bound]") {
  TwoCuts e;
  REQUIRE(e.room.decisions() == 2);
  const auto half = std::vector<std::int64_t>{kWholeWeight / 2, kWholeWeight / 2};
  // (10 + 40) / 2 + 5 / 2 + 0, rounded down.
  CHECK(certified_bound(e.cuts, half, e.prices, e.allowed, 3) == 27);
  // Weights that add up to less leave a rest that says nothing.
  const std::vector<std::int64_t> less{kWholeWeight / 2, 0};
  CHECK(certified_bound(e.cuts, less, e.prices, e.allowed, 3) == 7);
  // Where w may be in dram alone.
  e.allowed = {1, 0, 0, 1, 1, 1};
  CHECK(certified_bound(e.cuts, {{kWholeWeight, 0}}, e.prices, e.allowed, 3) == 40);
}

TEST_CASE("prices of room keep decisions from the best memories", "[bound]") {
  TwoCuts e;
  // One picosecond a byte of sram at step 0, which w (32 B) and a (24 B) both take; sram has 32 B.
  e.prices.set(e.prices.row(2, 0), static_cast<std::int64_t>(bound::kPriceUnit));
  // w: least of 30, 20, 5 + 32; a: least of 0, 0, 24; less 32 for all room.
  CHECK(certified_bound(e.cuts, {{kWholeWeight, 0}}, e.prices, e.allowed, 3) == 0);
  e.cuts[0].constant = 100;
  CHECK(certified_bound(e.cuts, {{kWholeWeight, 0}}, e.prices, e.allowed, 3) == 100 + 20 - 32);
}

TEST_CASE("weights that prove nothing are refused", "[bound]") {
  TwoCuts e;
  const auto check = [&](std::vector<std::int64_t> weights) {
    return certified_bound(e.cuts, weights, e.prices, e.allowed, 3);
  };
  CHECK_THROWS_AS(check({kWholeWeight, 1}), InternalError);
  CHECK_THROWS_AS(check({-1, 0}), InternalError);
  CHECK_THROWS_AS(check({0}), InternalError);
  e.allowed = {0, 0, 0, 1, 1, 1};
  CHECK_THROWS_AS(check({0, 0}), InternalError);
}

TEST_CASE("weights are made of duals, whatever these are", "[bound]") {
  using Weights = std::vector<std::int64_t>;
  CHECK(bound::weights_from(std::vector<double>{1, 3}) ==
        Weights{kWholeWeight / 4, kWholeWeight / 4 * 3});
  CHECK(bound::weights_from(std::vector<double>{-1, 2, 0}) == Weights{0, kWholeWeight, 0});
  CHECK(bound::weights_from(std::vector<double>{0, -5}) == Weights{0, 0});
  CHECK(bound::weights_from(std::vector<double>{}).empty());
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  CHECK(bound::weights_from(std::vector<double>{kNone, 1, kInfinite}) ==
        Weights{0, kWholeWeight, 0});
}

}  // namespace memplace::test
