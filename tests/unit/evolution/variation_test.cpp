// SPDX-License-Identifier: Apache-2.0
#include "optimizer/evolution/variation.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include <catch2/catch.hpp>

namespace memplace {
namespace {

// Every gene that changes is of the kind that has chance 1; the others never happen.
Mutation only(double super_chance, double reset_chance) {
  Mutation mutation;
  mutation.share = 1;
  mutation.super_chance = super_chance;
  mutation.reset_chance = reset_chance;
  return mutation;
}

std::vector<double> mutated(std::vector<double> genes, const Mutation& mutation,
                            std::uint64_t index) {
  Rng rng(1, 0, index);
  mutate(genes, mutation, rng);
  return genes;
}

std::size_t changes(const std::vector<double>& a, const std::vector<double>& b) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    count += a[i] != b[i] ? 1U : 0U;
  }
  return count;
}

// The mean distance of what becomes of `gene`, alone, from `centre`.
double mean_distance(double gene, double centre, const Mutation& mutation) {
  constexpr std::uint64_t kRounds = 4000;
  double sum = 0;
  for (std::uint64_t i = 0; i < kRounds; ++i) {
    sum += std::abs(mutated({gene}, mutation, i)[0] - centre);
  }
  return sum / kRounds;
}

}  // namespace

// A twentieth of 200 genes are 10.
TEST_CASE("mutation changes one gene at least, and a share at most", "[evolution]") {
  const std::vector<double> genes(200, 1.0);
  std::size_t most = 0;
  for (std::uint64_t i = 0; i < 300; ++i) {
    const std::size_t count = changes(genes, mutated(genes, Mutation{}, i));
    CHECK(count >= 1);
    most = std::max(most, count);
  }
  CHECK(most <= 10);
  CHECK(most >= 8);
  Mutation none;
  none.share = 0;
  CHECK(changes(genes, mutated(genes, none, 1)) == 1);
  CHECK(mutated({}, Mutation{}, 1).empty());
}

TEST_CASE("mutation is a function of its stream", "[evolution]") {
  const std::vector<double> genes(50, 1.0);
  CHECK(mutated(genes, Mutation{}, 3) == mutated(genes, Mutation{}, 3));
  CHECK(mutated(genes, Mutation{}, 3) != mutated(genes, Mutation{}, 4));
}

// The mean of |s N(0, 1)| is s sqrt(2 / pi) = 0.798 s. Its standard error over 4,000 draws is
// 0.603 s / 63 = 0.0095 s, five of which are 0.048 s, or 6% of the mean.
TEST_CASE("steps are in proportion to the gene, and a zero moves too", "[evolution]") {
  constexpr double kMean = 0.7979;
  CHECK(mean_distance(4, 4, only(0, 0)) == Approx(kMean * 0.1 * 4).epsilon(0.06));
  CHECK(mean_distance(-4, -4, only(1, 0)) == Approx(kMean * 10 * 4).epsilon(0.06));
  CHECK(mean_distance(0, 0, only(0, 0)) == Approx(kMean * 0.1 * kLeastGeneSize).epsilon(0.06));
  CHECK(mean_distance(4, 0, only(0, 1)) == Approx(kMean * 0.1).epsilon(0.06));
}

TEST_CASE("no mutation leads out of the range of genes", "[evolution]") {
  bool at_end = false;
  for (std::uint64_t i = 0; i < 100; ++i) {
    const double gene = mutated({kMostGene}, only(1, 0), i)[0];
    CHECK(std::abs(gene) <= kMostGene);
    at_end = at_end || gene == kMostGene;
  }
  CHECK(at_end);
}

// 0.3 of 10 rows are 3.
TEST_CASE("a crossover takes a stretch of rows", "[evolution]") {
  std::vector<bool> lengths(4), begins(10);
  for (std::uint64_t i = 0; i < 500; ++i) {
    Rng rng(2, 0, i);
    const RowRange rows = draw_rows(10, 0.3, rng);
    REQUIRE(rows.end <= 10);
    REQUIRE(rows.end - rows.begin <= 3);
    lengths[rows.end - rows.begin] = true;
    begins[rows.begin] = true;
  }
  CHECK(lengths == std::vector<bool>{false, true, true, true});
  CHECK(begins == std::vector<bool>(10, true));
  Rng rng(2);
  CHECK(draw_rows(1, 0, rng) == RowRange{0, 1});
}

TEST_CASE("taken rows are the other's, the rest is as it was", "[evolution]") {
  std::vector<double> genes{1, 2, 3, 4, 5, 6, 7, 8};
  take_rows(genes, std::vector<double>{10, 20, 30, 40, 50, 60, 70, 80}, 2, {1, 3});
  CHECK(genes == std::vector<double>{1, 2, 30, 40, 50, 60, 7, 8});
}

// The same draws for either: a float is the double, rounded.
TEST_CASE("floats mutate as doubles do", "[evolution]") {
  std::vector<double> doubles(40, 0.5);
  std::vector<float> floats(40, 0.5F);
  Mutation how;
  how.share = 0.5;
  Rng one(3);
  Rng other(3);
  mutate(std::span<double>(doubles), how, one);
  mutate(std::span<float>(floats), how, other);
  int changed = 0;
  for (std::size_t i = 0; i < 40; ++i) {
    CHECK(static_cast<double>(floats[i]) == Approx(doubles[i]).epsilon(1e-5));
    changed += doubles[i] == 0.5 ? 0 : 1;
  }
  CHECK(changed >= 1);
  CHECK(changed <= 20);
  CHECK(one.next() == other.next());
}

// Steps of a thousand times the gene soon leave the range.
TEST_CASE("floats stay where genes may be", "[evolution]") {
  std::vector<float> floats(10, 1);
  Mutation how;
  how.share = 1;
  how.super = 1000;
  how.super_chance = 1;
  Rng rng(1);
  for (int i = 0; i < 50; ++i) {
    mutate(std::span<float>(floats), how, rng);
  }
  float most = 0;
  for (const float gene : floats) {
    most = std::max(most, std::abs(gene));
  }
  CHECK(most == static_cast<float>(kMostGene));
}

TEST_CASE("rows of floats are taken whole", "[evolution]") {
  std::vector<float> genes{1, 2, 3, 4, 5, 6};
  const std::vector<float> other{10, 20, 30, 40, 50, 60};
  take_rows(std::span<float>(genes), std::span<const float>(other), 2, {1, 2});
  CHECK(genes == std::vector<float>{1, 2, 30, 40, 5, 6});
}

}  // namespace memplace
