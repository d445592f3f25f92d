// SPDX-License-Identifier: Apache-2.0
#include "report/numbers.h"

#include <catch2/catch.hpp>

namespace memplace {

TEST_CASE("a time scale fits the largest time", "[report]") {
  CHECK(TimeScale(999_ps).unit() == "ps");
  CHECK(TimeScale(999_ps).text(12_ps) == "12");
  CHECK(TimeScale(1_ns).unit() == "ns");
  CHECK(TimeScale(999'999_ps).unit() == "ns");
  CHECK(TimeScale(1_us).unit() == "us");
  CHECK(TimeScale(1'000'000_us).unit() == "s");
  // 0.005 ns rounds up, 0.0049 down.
  CHECK(TimeScale(1_ns).text(5_ps) == "0.01");
  CHECK(TimeScale(1_us).text(4'999_ps) == "0.00");
  CHECK(TimeScale(1_us).text(12'345'678_ps) == "12.35");
}

TEST_CASE("shares, counts and plurals", "[report]") {
  CHECK(percent(1, 3) == "33.3%");
  CHECK(percent(2, 3) == "66.7%");
  CHECK(percent(0, 0) == "0.0%");
  CHECK(percent(std::int64_t{1} << 61, std::int64_t{1} << 61) == "100.0%");
  CHECK(counted(999) == "999");
  CHECK(counted(25'530'472) == "25.53 M");
  CHECK(counted(4'089'184'256) == "4.089 G");
  CHECK(plural(1, "op") == "1 op");
  CHECK(plural(0, "op") == "0 ops");
}

TEST_CASE("large numbers are whole", "[report]") {
  CHECK(significant(0) == "0");
  CHECK(significant(5.26) == "5.26");
  CHECK(significant(358.06) == "358.1");
  CHECK(significant(999.96) == "1000");
  CHECK(significant(12'345.6) == "12346");
  CHECK(significant(-1'234'567) == "-1234567");
  CHECK(significant(1.234e15) == "1234000000000000");
  CHECK(significant(1'234'567, 6) == "1234567");
  CHECK(significant(12.345678, 6) == "12.3457");
  CHECK(significant(0.00001234) == "1.234e-05");
  CHECK(counted(12'345'000'000'000'000) == "12345 T");
}

TEST_CASE("differences have a sign", "[report]") {
  const TimeScale scale(30_us);
  CHECK(scale.signed_text(Picoseconds(-1'250'000)) == "-1.25");
  CHECK(scale.signed_text(1'250'000_ps) == "+1.25");
  CHECK(scale.signed_text(0_ps) == "0.00");
  CHECK(scale.signed_text(Picoseconds(-4'999)) == "0.00");
  CHECK(scale.signed_text(Picoseconds(-5'000)) == "-0.01");
  CHECK(magnitude(Picoseconds(-7)) == 7_ps);
}

}  // namespace memplace
