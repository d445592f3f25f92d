// SPDX-License-Identifier: Apache-2.0
#include "optimizer/moves/reward.h"

#include <catch2/catch.hpp>

namespace memplace {
namespace {

Evaluated evaluated(double cost, Bytes demoted, Bytes asked) {
  Evaluated result;
  result.cost = cost;
  result.epsilon = {demoted, asked};
  return result;
}

}  // namespace

// (100 / 50)^2 * 5 = 20, (100 / 200)^2 * 5 = 1.25.
TEST_CASE("a gain is the scaled power of the speed-up", "[reward]") {
  CHECK(gain(100, 100, {}) == 5);
  CHECK(gain(50, 100, {}) == 20);
  CHECK(gain(200, 100, {}) == 1.25);
  CHECK(gain(50, 100, {3, 1}) == 8);
  CHECK(gain(50, 100, {0, 7}) == 7);
  // Where nothing costs anything; and what costs nothing is better than native.
  CHECK(gain(0, 0, {}) == 5);
  CHECK(gain(0, 100, {}) == 5e12);
}

TEST_CASE("a reward is the gain of the feasible and -epsilon of the others", "[reward]") {
  CHECK(reward(evaluated(50, Bytes(0), Bytes(8)), 100, {}) == 20);
  CHECK(reward(evaluated(50, Bytes(2), Bytes(8)), 100, {}) == -0.25);
  CHECK(reward(evaluated(50, Bytes(8), Bytes(8)), 100, {}) == -1);
}

}  // namespace memplace
