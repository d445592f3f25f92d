// SPDX-License-Identifier: Apache-2.0
// Where rates become time: one function for bandwidth, one for cycles, both exact and rounded up.
// See docs/timing-model.md, law 1.
#pragma once

#include <cstdint>
#include <limits>

#include "base/error.h"
#include "base/int128.h"
#include "base/units.h"

namespace memplace {

inline constexpr std::int64_t kPicosecondsPerSecond = 1'000'000'000'000;

namespace detail {

// ceil(amount * 10^12 / per_second), exact. Throws Error from 2^62 ps on.
constexpr Picoseconds time_for(std::int64_t amount, std::int64_t per_second) {
  const auto product = static_cast<Uint128>(amount) * static_cast<Uint128>(kPicosecondsPerSecond);
  const auto rate = static_cast<Uint128>(per_second);
  const Uint128 time = product / rate + (product % rate != 0 ? 1 : 0);
  if (time > static_cast<Uint128>(std::numeric_limits<std::int64_t>::max() / 2)) {
    throw Error(
        "one transfer or computation would take more than 53 days of simulated time; the sizes or "
        "rates given cannot be meant");
  }
  return Picoseconds(static_cast<std::int64_t>(time));
}

}  // namespace detail

// Time to move `size` (>= 0) at `rate` (> 0), rounded up to a whole picosecond. The only place
// where bandwidth becomes time; every simulator calls it. Throws Error from 2^62 ps (53 days) on.
constexpr Picoseconds transfer_time(Bytes size, Bandwidth rate) {
  return detail::time_for(size.count(), rate.count());
}

// Time that `cycles` (>= 0) take at `clock` (> 0), rounded up to a whole picosecond. Throws Error
// from 2^62 ps (53 days) on.
constexpr Picoseconds cycle_time(Cycles cycles, Frequency clock) {
  return detail::time_for(cycles.count(), clock.count());
}

// The bandwidth that moves `size` in `time`, for toy chips in tests: 1_B / 4_ns. Throws Error
// where that is not a whole number of bytes per second, or does not fit.
constexpr Bandwidth operator/(Bytes size, Picoseconds time) {
  const auto product =
      static_cast<Uint128>(size.count()) * static_cast<Uint128>(kPicosecondsPerSecond);
  const auto divisor = static_cast<Uint128>(time.count());
  if (product % divisor != 0 ||
      product / divisor > static_cast<Uint128>(std::numeric_limits<std::int64_t>::max())) {
    throw Error("this bandwidth is not a whole number of bytes per second below 2^63");
  }
  return Bandwidth(static_cast<std::int64_t>(product / divisor));
}

}  // namespace memplace
