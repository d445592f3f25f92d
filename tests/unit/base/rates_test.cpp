// SPDX-License-Identifier: Apache-2.0
#include "base/rates.h"

#include <cstdint>
#include <string>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "base/int128.h"
#include "base/rng.h"
#include "tests/support/error_of.h"

namespace memplace {
namespace {

constexpr Bandwidth kGigabyte(1'000'000'000);  // 1 B/ns
constexpr Frequency kGigahertz(1'000'000'000);

static_assert(transfer_time(64_B, 1_B / 1_ns) == 64_ns);
static_assert(transfer_time(1_B, Bandwidth(3'000'000'000)) == 334_ps);  // 333.33...
static_assert(transfer_time(0_B, Bandwidth(1)) == 0_ps);
static_assert(cycle_time(Cycles(3), kGigahertz) == 3_ns);
static_assert(1_B / 4_ns == Bandwidth(250'000'000));

const std::string kTooLong =
    "one transfer or computation would take more than 53 days of simulated time; the sizes or "
    "rates given cannot be meant";

// 25,557,032 B (ResNet-50's weights) at 67.2 GB/s: 25557032 / 67.2e9 s = 380312.97619... ns.
// 1 MiB at 680 GB/s: 1048576 / 680 = 1542.0235... ns.
TEST_CASE("a transfer takes the exact quotient rounded up to a picosecond", "[base]") {
  CHECK(transfer_time(25'557'032_B, Bandwidth(67'200'000'000)) == Picoseconds(380'312'977));
  CHECK(transfer_time(1_MiB, Bandwidth(680'000'000'000)) == Picoseconds(1'542'024));
  CHECK(transfer_time(1_B, Bandwidth(1'000'000'000'000)) == 1_ps);
  CHECK(transfer_time(1_B, Bandwidth(6'800'000'000'000)) == 1_ps);
  CHECK(transfer_time(7_B, Bandwidth(6'800'000'000'000)) == 2_ps);  // 1.029
}

// One cycle of 0.86 GHz is 1162.79... ps; 43 cycles are 50000 ps exactly.
TEST_CASE("cycles round up once for the whole sum, not once a cycle", "[base]") {
  CHECK(cycle_time(Cycles(1), Frequency(860'000'000)) == 1163_ps);
  CHECK(cycle_time(Cycles(43), Frequency(860'000'000)) == 50'000_ps);
  CHECK(cycle_time(Cycles(44), Frequency(860'000'000)) == 51'163_ps);
  CHECK(cycle_time(Cycles(0), kGigahertz) == 0_ps);
}

// The law that defines the ceiling, without dividing: (t - 1) * rate < size * 10^12 <= t * rate.
// All products are below 2^62 * 2^63 < 2^128.
TEST_CASE("transfer times of random sizes and rates are exact ceilings", "[base]") {
  Rng rng(20);
  for (int i = 0; i < 200'000; ++i) {
    const std::int64_t size = rng.between(1, (std::int64_t{1} << rng.between(1, 40)) - 1);
    const std::int64_t rate = rng.between(1'000'000, std::int64_t{1} << rng.between(20, 62));
    const std::int64_t time = transfer_time(Bytes(size), Bandwidth(rate)).count();
    const Uint128 needed = static_cast<Uint128>(size) * 1'000'000'000'000U;
    const auto wide_rate = static_cast<Uint128>(rate);
    CAPTURE(size, rate, time);
    REQUIRE(time > 0);
    REQUIRE(static_cast<Uint128>(time) * wide_rate >= needed);
    REQUIRE(static_cast<Uint128>(time - 1) * wide_rate < needed);
    REQUIRE(cycle_time(Cycles(size), Frequency(rate)).count() == time);
  }
}

// At 1 B/s a byte takes 10^12 ps; 2^62 / 10^12 = 4611686.018..., so 4,611,686 B are the most.
// At 10^12 B/s a byte takes 1 ps, so that 2^62 bytes take 2^62 ps, the last time allowed.
TEST_CASE("times above 2^62 ps are refused and 2^62 ps is not", "[base]") {
  CHECK(transfer_time(4'611'686_B, Bandwidth(1)) == Picoseconds(4'611'686'000'000'000'000));
  CHECK(error_of([] { transfer_time(4'611'687_B, Bandwidth(1)); }) == kTooLong);
  constexpr std::int64_t kMost = std::int64_t{1} << 62;
  CHECK(transfer_time(Bytes(kMost), Bandwidth(kPicosecondsPerSecond)) == Picoseconds(kMost));
  CHECK(error_of([] { transfer_time(Bytes(kMost + 1), Bandwidth(kPicosecondsPerSecond)); }) ==
        kTooLong);
  CHECK(error_of([] { cycle_time(Cycles(4'611'687), Frequency(1)); }) == kTooLong);
  CHECK(error_of([] { transfer_time(Bytes(9'223'372'036'854'775'807), Bandwidth(1)); }) ==
        kTooLong);
}

// 1 GiB / 1 s: the product 2^30 * 10^12 does not fit 64 bits, the quotient does.
TEST_CASE("a toy bandwidth is a whole number of bytes per second", "[base]") {
  CHECK(2_B / 1_ns == Bandwidth(2'000'000'000));
  CHECK(kGigabyte == 1_B / 1_ns);
  CHECK(1_GiB / Picoseconds(kPicosecondsPerSecond) == Bandwidth(1'073'741'824));
  const std::string message = "this bandwidth is not a whole number of bytes per second";
  CHECK(error_of([] { 1_B / 7_ns; }) == message);
  CHECK(error_of([] { 1_GiB / 1_ps; }) == message);
}

}  // namespace
}  // namespace memplace
