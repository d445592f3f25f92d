// SPDX-License-Identifier: Apache-2.0
#include "base/rng.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <numeric>
#include <set>
#include <span>

#include <catch2/catch.hpp>

#include "base/error.h"

namespace memplace {
namespace {

using Words = std::array<std::uint32_t, 4>;

// Known answers of the Random123 distribution (kat_vectors, philox 4x32 10).
TEST_CASE("philox gives Random123's known answers", "[base]") {
  CHECK(philox4x32({0, 0, 0, 0}, {0, 0}) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) ==
        Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

// Seed 0, purpose 0, index 0 is the first known answer: two words make a draw, the lower first.
TEST_CASE("the first draws of a stream are words of its first block", "[base]") {
  Rng zero(0);
  CHECK(zero.next() == 0xe169c58d6627e8d5);
  CHECK(zero.next() == 0x9b00dbd8bc57ac4c);
  // The third known answer is block 0x243f6a88 of this stream; block 0 is what the function says.
  Rng rng(0x299f31d0a4093822, 0x85a308d3, 0x0370734413198a2e);
  const Words block = philox4x32({0, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0});
  CHECK(rng.next() == (block[0] | std::uint64_t{block[1]} << 32U));
  CHECK(rng.next() == (block[2] | std::uint64_t{block[3]} << 32U));
  const Words second =
      philox4x32({1, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0});
  CHECK(rng.next() == (second[0] | std::uint64_t{second[1]} << 32U));
}

// 0xe169c58d6627e8d5 / 2^64 = 0.8805...; times 10 is 8.80, so 8.
TEST_CASE("the distributions of the known first draw are fixed", "[base]") {
  CHECK(Rng(0).below(10) == 8);
  CHECK(Rng(0).between(-5, 4) == 3);
  CHECK(Rng(0).uniform() == static_cast<double>(0xe169c58d6627e8d5 >> 11U) / 9007199254740992.0);
  CHECK(Rng(0).chance(0.8806));
  CHECK_FALSE(Rng(0).chance(0.8805));
}

TEST_CASE("same three numbers, same stream; a copy keeps its position", "[base]") {
  Rng a(7, 1, 2);
  Rng b(7, 1, 2);
  a.next();
  b.next();
  Rng c = a;
  for (int i = 0; i < 100; ++i) {
    const std::uint64_t draw = a.next();
    REQUIRE(draw == b.next());
    REQUIRE(draw == c.next());
  }
}

// 64 streams of 64 draws: that two of 4096 draws of 64 bits meet has a chance of 2^-41.
TEST_CASE("streams that differ in seed, purpose or index share no draw", "[base]") {
  std::set<std::uint64_t> draws;
  for (const std::uint64_t seed :
       {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{1} << 32U, std::uint64_t{1} << 63U}) {
    for (const std::uint32_t purpose : {0U, 1U, 2U, 0x80000000U}) {
      for (const std::uint64_t index :
           {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 32U, std::uint64_t{1} << 63U}) {
        Rng rng(seed, purpose, index);
        for (int i = 0; i < 64; ++i) {
          draws.insert(rng.next());
        }
      }
    }
  }
  CHECK(draws.size() == 64 * 64);
}

// Neighbouring streams: of 64,000 pairs of bits half agree, +- 4 standard deviations of 126.
TEST_CASE("neighbouring streams agree in half of their bits", "[base]") {
  Rng a(1, 0, 0);
  Rng b(1, 0, 1);
  int equal_bits = 0;
  for (int i = 0; i < 1000; ++i) {
    for (std::uint64_t same = ~(a.next() ^ b.next()); same != 0; same &= same - 1) {
      ++equal_bits;
    }
  }
  CHECK(equal_bits == Approx(32'000).margin(506));
}

// Chi-square with 6 degrees of freedom exceeds 22.5 once in 1000; the seed is fixed.
TEST_CASE("below() gives each value equally often", "[base]") {
  constexpr std::uint64_t kValues = 7;
  constexpr int kDraws = 700'000;
  Rng rng(3);
  std::array<int, kValues> counts{};
  for (int i = 0; i < kDraws; ++i) {
    ++counts.at(rng.below(kValues));
  }
  double chi_square = 0;
  for (const int count : counts) {
    chi_square += (count - 100'000.0) * (count - 100'000.0) / 100'000.0;
  }
  CHECK(chi_square < 22.5);
  CHECK(chi_square > 0.2);  // and not suspiciously even
}

// Chances of 1/8, 0, 5/8 and 2/8: the chi-square of three kinds is below 13.8 in 99.9% of cases.
TEST_CASE("weighted() gives each index its share", "[base]") {
  constexpr std::array<double, 4> kWeights{0.5, 0, 2.5, 1};
  constexpr double kDraws = 80'000;
  Rng rng(4);
  std::array<double, 4> counts{};
  for (int i = 0; i < kDraws; ++i) {
    ++counts.at(rng.weighted(kWeights, 4));
  }
  CHECK(counts[1] == 0);
  double chi_square = 0;
  for (const std::size_t i : {0U, 2U, 3U}) {
    const double expected = kDraws * kWeights.at(i) / 4;
    chi_square += (counts.at(i) - expected) * (counts.at(i) - expected) / expected;
  }
  CHECK(chi_square < 13.8);
}

TEST_CASE("weighted() of nothing but zeros is below(), and of rounding the last", "[base]") {
  constexpr std::array<double, 3> kNone{0, 0, 0};
  Rng rng(5);
  Rng other(5);
  std::set<std::size_t> drawn;
  for (int i = 0; i < 100; ++i) {
    const std::size_t index = rng.weighted(kNone, 0);
    CHECK(index == other.below(3));
    drawn.insert(index);
  }
  CHECK(drawn.size() == 3);
  // A sum that is too great by far, as rounding makes it by little.
  constexpr std::array<double, 2> kLittle{0, 1e-9};
  CHECK(rng.weighted(kLittle, 1) == 1);
  CHECK_THROWS_AS(rng.weighted({}, 1), InternalError);
}

// For the bound 3 * 2^62 a plain 128-bit product without rejection gives every third value twice as
// often: v = 0 mod 3 would come half of the time. Unbiased: a third, +- 4 x 0.0047.
TEST_CASE("below() is unbiased for bounds near 2^64", "[base]") {
  constexpr std::uint64_t kBound = std::uint64_t{3} << 62U;
  Rng rng(4);
  int multiples = 0;
  std::uint64_t largest = 0;
  for (int i = 0; i < 10'000; ++i) {
    const std::uint64_t draw = rng.below(kBound);
    REQUIRE(draw < kBound);
    largest = std::max(largest, draw);
    multiples += draw % 3 == 0 ? 1 : 0;
  }
  CHECK(multiples / 10'000.0 == Approx(1 / 3.0).margin(0.019));
  CHECK(largest > kBound / 1000 * 995);
}

TEST_CASE("below(1) is 0 and below(0) is our mistake", "[base]") {
  Rng rng(5);
  CHECK(rng.below(1) == 0);
  CHECK_THROWS_AS(rng.below(0), InternalError);
}

TEST_CASE("between() reaches both ends, also of the whole range", "[base]") {
  Rng rng(6);
  std::map<std::int64_t, int> counts;
  for (int i = 0; i < 3000; ++i) {
    ++counts[rng.between(-1, 1)];
  }
  CHECK(counts.size() == 3);
  for (const auto& [value, count] : counts) {
    CAPTURE(value);
    CHECK(count == Approx(1000).margin(110));  // 4 standard deviations of 26
  }
  CHECK(rng.between(9, 9) == 9);
  CHECK_THROWS_AS(rng.between(1, 0), InternalError);

  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  int negative = 0;
  for (int i = 0; i < 10'000; ++i) {
    negative += rng.between(kLeast, kMost) < 0 ? 1 : 0;
  }
  CHECK(negative == Approx(5000).margin(200));
}

// Mean 1/2, variance 1/12; 4 standard errors of 100,000 draws are 0.0037 and 0.00095.
TEST_CASE("uniform() fills the unit interval evenly", "[base]") {
  Rng rng(7);
  double sum = 0;
  double squares = 0;
  for (int i = 0; i < 100'000; ++i) {
    const double x = rng.uniform();
    REQUIRE(x >= 0);
    REQUIRE(x < 1);
    REQUIRE(x * 0x1p53 == std::floor(x * 0x1p53));
    sum += x;
    squares += x * x;
  }
  const double mean = sum / 100'000;
  CHECK(mean == Approx(0.5).margin(0.0037));
  CHECK(squares / 100'000 - mean * mean == Approx(1 / 12.0).margin(0.00095));
}

TEST_CASE("chance() of 0 never happens and of 1 always", "[base]") {
  Rng rng(8);
  int happened = 0;
  for (int i = 0; i < 1000; ++i) {
    REQUIRE_FALSE(rng.chance(0));
    REQUIRE(rng.chance(1));
    happened += rng.chance(0.25) ? 1 : 0;
  }
  CHECK(happened == Approx(250).margin(55));
}

// Standard normal: mean 0, variance 1, fourth moment 3, 68.27% within one and 95.45% within two.
TEST_CASE("normal() has the moments and the share of a standard normal", "[base]") {
  constexpr int kDraws = 200'000;
  Rng rng(9);
  double sum = 0;
  double squares = 0;
  double fourths = 0;
  int within_one = 0;
  int within_two = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double x = rng.normal();
    sum += x;
    squares += x * x;
    fourths += x * x * x * x;
    within_one += std::abs(x) < 1 ? 1 : 0;
    within_two += std::abs(x) < 2 ? 1 : 0;
  }
  CHECK(sum / kDraws == Approx(0).margin(0.009));
  CHECK(squares / kDraws == Approx(1).margin(0.0127));
  CHECK(fourths / kDraws == Approx(3).margin(0.09));
  CHECK(within_one / double{kDraws} == Approx(0.6827).margin(0.0042));
  CHECK(within_two / double{kDraws} == Approx(0.9545).margin(0.0019));
}

// All 24 orders of four items, 1000 times each; 4 standard deviations of 31.
TEST_CASE("shuffle() gives each order equally often", "[base]") {
  Rng rng(10);
  std::map<std::vector<int>, int> counts;
  for (int i = 0; i < 24'000; ++i) {
    std::vector<int> items{1, 2, 3, 4};
    rng.shuffle(std::span(items));
    ++counts[items];
  }
  CHECK(counts.size() == 24);
  for (const auto& [order, count] : counts) {
    CAPTURE(order);
    CHECK(count == Approx(1000).margin(124));
  }
  std::vector<int> none;
  rng.shuffle(std::span(none));
  CHECK(none.empty());
}

TEST_CASE("a shuffle keeps the items and is the same for the same stream", "[base]") {
  std::vector<int> a(100);
  std::iota(a.begin(), a.end(), 0);
  std::vector<int> b = a;
  const std::vector<int> sorted = a;
  Rng(11).shuffle(std::span(a));
  Rng(11).shuffle(std::span(b));
  CHECK(a == b);
  CHECK(a != sorted);
  std::sort(a.begin(), a.end());
  CHECK(a == sorted);
}

}  // namespace
}  // namespace memplace
