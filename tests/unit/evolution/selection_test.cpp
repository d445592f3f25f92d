// SPDX-License-Identifier: Apache-2.0
#include "optimizer/evolution/selection.h"

#include <cstddef>
#include <vector>

#include <catch2/catch.hpp>

namespace memplace {
namespace {

using Indices = std::vector<std::size_t>;

}  // namespace

TEST_CASE("the fittest, in order; of equals the last", "[evolution]") {
  const std::vector<double> fitness{2, 5, -1, 5, 3};
  CHECK(fittest(fitness, 3) == Indices{3, 1, 4});
  CHECK(fittest(fitness, 9) == Indices{3, 1, 4, 0, 2});
  CHECK(fittest(fitness, 0).empty());
  CHECK(fittest({}, 2).empty());
}

// Of 4, the fittest is drawn into a tournament of 3 with probability 1 - (3/4)^3 = 0.578, the least
// fit wins only against itself: 1/64 = 0.0156. Of 6,400 that is 100 +- 10, and 3,700 +- 40.
TEST_CASE("a tournament's winner is the fittest of those drawn", "[evolution]") {
  const std::vector<double> fitness{1, 4, 2, 3};
  std::vector<int> wins(4);
  Rng rng(5);
  for (int i = 0; i < 6400; ++i) {
    ++wins[tournament(fitness, 3, rng)];
  }
  CHECK(wins[0] > 50);
  CHECK(wins[0] < 150);
  CHECK(wins[1] > 3500);
  CHECK(wins[1] < 3900);
  CHECK(wins[0] < wins[2]);
  CHECK(wins[2] < wins[3]);
}

// Two of two equals: the first wins where both draws are the first, a quarter of 4,000 times.
TEST_CASE("a tournament of equals prefers the last", "[evolution]") {
  int first = 0;
  Rng rng(6);
  for (int i = 0; i < 4000; ++i) {
    first += tournament(std::vector<double>{1, 1}, 2, rng) == 0 ? 1 : 0;
  }
  CHECK(first > 860);
  CHECK(first < 1140);
}

}  // namespace memplace
