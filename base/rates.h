// SPDX-License-Identifier: Apache-2.0
// Where rates become time: one function for bandwidth, one for cycles, both exact and rounded up.
// See docs/model/timing.md, law 1.
#pragma once

#include <cstdint>
#include <limits>

#include "base/error.h"
#include "base/int128.h"
#include "base/units.h"

namespace memplace {

inline constexpr std::int64_t kPicosecondsPerSecond = 1'000'000'000'000;

namespace detail {

inline constexpr std::int64_t kMostPicoseconds = std::int64_t{1} << 62;

// ceil(amount * 10^12 / per_second), exact. Throws Error above 2^62 ps.
constexpr Picoseconds time_for(std::int64_t amount, std::int64_t per_second) {
  const auto product = static_cast<Uint128>(amount) * static_cast<Uint128>(kPicosecondsPerSecond);
  const auto rate = static_cast<Uint128>(per_second);
  const Uint128 time = product / rate + (product % rate != 0 ? 1 : 0);
  if (time > static_cast<Uint128>(kMostPicoseconds)) {
    throw Error(
        "one transfer or computation would take more than 53 days of simulated time; the sizes or "
        "rates given cannot be meant");
  }
  return Picoseconds(static_cast<std::int64_t>(time));
}

}  // namespace detail

// Time to move `size` (>= 0) at `rate` (> 0), rounded up to a whole picosecond. The only place
// where bandwidth becomes time; every simulator calls it. Throws Error above 2^62 ps (53 days).
constexpr Picoseconds transfer_time(Bytes size, Bandwidth rate) {
  return detail::time_for(size.count(), rate.count());
}

// Time that `cycles` (>= 0) take at `clock` (> 0), rounded up to a whole picosecond. Throws Error
// above 2^62 ps (53 days).
constexpr Picoseconds cycle_time(Cycles cycles, Frequency clock) {
  return detail::time_for(cycles.count(), clock.count());
}

// The bandwidth that moves `size` (>= 0) in `time` (> 0), for toy chips in tests: 1_B / 4_ns.
// Throws Error unless it is a whole number of bytes per second that fits.
constexpr Bandwidth operator/(Bytes size, Picoseconds time) {
  const auto product =
      static_cast<Uint128>(size.count()) * static_cast<Uint128>(kPicosecondsPerSecond);
  const auto divisor = static_cast<Uint128>(time.count());
  if (product % divisor != 0 ||
      product / divisor > static_cast<Uint128>(std::numeric_limits<std::int64_t>::max())) {
    throw Error("this bandwidth is not a whole number of bytes per second");
  }
  return Bandwidth(static_cast<std::int64_t>(product / divisor));
}

}  // namespace memplace
