// SPDX-License-Identifier: Apache-2.0
#include "report/search_figures/embedding.h"

#include <cmath>
#include <vector>

#include <catch2/catch.hpp>

namespace memplace {
namespace {

using Place = std::array<double, 2>;

double distance(const Place& a, const Place& b) { return std::hypot(a[0] - b[0], a[1] - b[1]); }

std::vector<double> distances_of(const std::vector<Place>& places) {
  std::vector<double> distances;
  for (const Place& a : places) {
    for (const Place& b : places) {
      distances.push_back(distance(a, b));
    }
  }
  return distances;
}

}  // namespace

// Of three tensors two are in the same memory: 2 pairs of 4 are common.
TEST_CASE("mappings are as far apart as their pairs differ", "[figures]") {
  CHECK(jaccard_distance("012", "011") == 0.5);
  CHECK(jaccard_distance("00", "11") == 1);
  CHECK(jaccard_distance("0120", "0120") == 0);
  CHECK(jaccard_distance("", "") == 0);
}

// 0, 1 and 3 have their mean at 4/3; the greatest coordinate is 3 - 4/3, and positive.
TEST_CASE("points of a line stay on it", "[figures]") {
  const PlaneEmbedding plane = classical_scaling(distances_of({{0, 0}, {1, 0}, {3, 0}}), 3);
  CHECK(plane.explained_share == Approx(1));
  const std::vector<double> expected{-4.0 / 3, -1.0 / 3, 5.0 / 3};
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(plane.points[i][0] == Approx(expected[i]));
    CHECK(std::abs(plane.points[i][1]) < 1e-9);
  }
}

// A rectangle of 4 by 2: the long side is the first axis. All coordinates of an axis are of equal
// size, so that the first corner has the positive ones.
TEST_CASE("points of a plane come back with their axes settled", "[figures]") {
  const std::vector<Place> corners{{0, 0}, {4, 0}, {4, 2}, {0, 2}};
  const PlaneEmbedding plane = classical_scaling(distances_of(corners), 4);
  CHECK(plane.explained_share == Approx(1));
  const std::vector<Place> expected{{2, 1}, {-2, 1}, {-2, -1}, {2, -1}};
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(plane.points[i][0] == Approx(expected[i][0]));
    CHECK(plane.points[i][1] == Approx(expected[i][1]));
  }
}

// Four points all 1 apart span three equal axes: two have 2/3 of the variance.
TEST_CASE("what does not fit a plane is said", "[figures]") {
  std::vector<double> distances(16, 1);
  for (std::size_t i = 0; i < 16; i += 5) {
    distances[i] = 0;
  }
  CHECK(classical_scaling(distances, 4).explained_share == Approx(2.0 / 3));
}

TEST_CASE("few points and equal ones are no trouble", "[figures]") {
  CHECK(classical_scaling({}, 0).points.empty());
  const std::vector<double> none{0};
  CHECK(classical_scaling(none, 1).points == std::vector<Place>{{0, 0}});
  const PlaneEmbedding same = embed_mappings(std::vector<std::string>(3, "0102"));
  CHECK(same.points == std::vector<Place>(3, {0, 0}));
  CHECK(same.explained_share == 1);
}

// Neighbours have 1 of 3 pairs in common, opposites none: squared distances 4/9 and 1. Twice the
// inner products have the eigenvalues 1 (opposites 00-11), 1 (01-10) and -1/9, which does not
// count: the plane has it all, with each opposite 1 apart and neighbours sqrt(1/2).
TEST_CASE("four mappings of two tensors", "[figures]") {
  const PlaneEmbedding plane = embed_mappings(std::vector<std::string>{"00", "01", "10", "11"});
  CHECK(plane.explained_share == Approx(1));
  CHECK(distance(plane.points[0], plane.points[3]) == Approx(1));
  CHECK(distance(plane.points[1], plane.points[2]) == Approx(1));
  CHECK(distance(plane.points[0], plane.points[1]) == Approx(std::sqrt(0.5)));
}

// 21 places for runs of 100, 1 and 10 visits: the short ones have all of theirs, the long one 10,
// every 11th; the one nearest to its best (57), 55, gives way to it.
TEST_CASE("visits are thinned evenly, and the best stay", "[figures]") {
  const std::vector<std::size_t> sizes{100, 1, 10};
  const std::vector<std::size_t> best{57, 0, 3};
  const auto places = thinned(sizes, best, 21);
  CHECK(places[0] == std::vector<std::size_t>{0, 11, 22, 33, 44, 57, 66, 77, 88, 99});
  CHECK(places[1] == std::vector<std::size_t>{0});
  CHECK(places[2] == std::vector<std::size_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  // One place each: the best.
  CHECK(thinned(sizes, best, 3) == std::vector<std::vector<std::size_t>>{{57}, {0}, {3}});
}

}  // namespace memplace
