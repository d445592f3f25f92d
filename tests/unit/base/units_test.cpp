// SPDX-License-Identifier: Apache-2.0
#include "base/units.h"

#include <cstdint>
#include <type_traits>

#include <catch2/catch.hpp>

namespace memplace {
namespace {

static_assert(2_KiB == Bytes(2048));
static_assert(3_MiB == Bytes(3 * 1024 * 1024));
static_assert(5_GiB == Bytes(5'368'709'120));
static_assert(7_ns == Picoseconds(7000));
static_assert(2_us == Picoseconds(2'000'000));
static_assert(!std::is_convertible_v<std::int64_t, Bytes>);
static_assert(!std::is_convertible_v<Bytes, std::int64_t>);
static_assert(!std::is_constructible_v<Bytes, Picoseconds>);
static_assert(!std::is_assignable_v<Bytes&, Picoseconds>);
static_assert(sizeof(Bytes) == sizeof(std::int64_t));

static_assert(ceil_div(0, 7) == 0);
static_assert(ceil_div(1, 7) == 1);
static_assert(ceil_div(7, 7) == 1);
static_assert(ceil_div(8, 7) == 2);

TEST_CASE("sums, differences and products keep the unit", "[base]") {
  Bytes size = 10_B;
  size += 5_B;
  CHECK(size == 15_B);
  size -= 20_B;
  CHECK(size.count() == -5);
  CHECK(10_ns + 1_ps == Picoseconds(10'001));
  CHECK(10_ns - 1_ps == Picoseconds(9'999));
  CHECK(3 * 4_B == 12_B);
  CHECK(4_B * 3 == 12_B);
  CHECK(Bytes() == 0_B);
}

TEST_CASE("quantities are ordered by their count", "[base]") {
  CHECK(1_KiB > 1023_B);
  CHECK(1_KiB <= 1024_B);
  CHECK(Bytes(-1) < 0_B);
  CHECK(999_ps != 1_ns);
}

// 2^63 - 1 = 7 x 1317624576693539401 exactly, so its ceiling by 7 needs no rounding, and by 2 it
// does: (2^63 - 1 + 1) / 2 = 2^62. The textbook (n + d - 1) / d would overflow for both.
TEST_CASE("ceil_div does not overflow at the largest numerator", "[base]") {
  constexpr std::int64_t kMost = 9'223'372'036'854'775'807;
  CHECK(ceil_div(kMost, 7) == 1'317'624'576'693'539'401);
  CHECK(ceil_div(kMost, 2) == std::int64_t{1} << 62);
  CHECK(ceil_div(kMost, kMost) == 1);
}

// 11 over 4: 3 + 3 + 3 + 2.
TEST_CASE("even shares give the first parts one more", "[base]") {
  CHECK(even_share(11, 4, 0) == 3);
  CHECK(even_share(11, 4, 1) == 3);
  CHECK(even_share(11, 4, 2) == 3);
  CHECK(even_share(11, 4, 3) == 2);
  CHECK(even_share(2, 4, 1) == 1);
  CHECK(even_share(2, 4, 2) == 0);
}

TEST_CASE("even shares sum to the total, never grow and differ by at most one", "[base]") {
  for (std::int64_t total = 0; total <= 40; ++total) {
    for (std::int64_t parts = 1; parts <= 12; ++parts) {
      std::int64_t sum = 0;
      for (std::int64_t i = 0; i < parts; ++i) {
        sum += even_share(total, parts, i);
      }
      CAPTURE(total, parts);
      const std::int64_t first = even_share(total, parts, 0);
      const std::int64_t last = even_share(total, parts, parts - 1);
      REQUIRE(sum == total);
      REQUIRE((first == last || first == last + 1));
    }
  }
}

}  // namespace
}  // namespace memplace
