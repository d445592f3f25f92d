// SPDX-License-Identifier: Apache-2.0
#include "optimizer/studies/sweep/pareto.h"

#include <vector>

#include <catch2/catch.hpp>

#include "base/rng.h"

namespace memplace {
namespace {

using Indices = std::vector<std::size_t>;

bool dominates(const Costs& a, const Costs& b) {
  bool less = false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] > b[i]) {
      return false;
    }
    less = less || a[i] < b[i];
  }
  return less;
}

}  // namespace

TEST_CASE("a front is what nothing dominates", "[sweep]") {
  CHECK(pareto_front({}).empty());
  const std::vector<Costs> one{{3, 4}};
  CHECK(pareto_front(one) == Indices{0});
  // Beaten: 2 by 0 in both, 3 by 1 in the second alone. Ordered by first cost.
  const std::vector<Costs> some{{2, 5}, {4, 1}, {3, 6}, {4, 2}, {1, 9}};
  CHECK(pareto_front(some) == Indices{4, 0, 1});
  // Of equals the first.
  const std::vector<Costs> equal{{2, 2}, {1, 3}, {2, 2}, {1, 3}};
  CHECK(pareto_front(equal) == Indices{1, 0});
  const std::vector<Costs> single{{2}, {1}, {1}};
  CHECK(pareto_front(single) == Indices{1});
}

TEST_CASE("fronts of random points are what comparing all with all finds", "[sweep]") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Rng rng(seed, 0x706172, 0);
    const std::size_t costs = 1 + rng.below(4);
    std::vector<Costs> points(rng.below(30));
    for (Costs& point : points) {
      for (std::size_t i = 0; i < costs; ++i) {
        point.push_back(static_cast<double>(rng.below(6)));
      }
    }
    const Indices front = pareto_front(points);
    CAPTURE(seed, costs, points.size());
    for (std::size_t i = 0; i < points.size(); ++i) {
      bool expected = true;
      for (std::size_t j = 0; j < points.size(); ++j) {
        expected =
            expected && !dominates(points[j], points[i]) && !(j < i && points[j] == points[i]);
      }
      CHECK((std::find(front.begin(), front.end(), i) != front.end()) == expected);
    }
  }
}

}  // namespace memplace
