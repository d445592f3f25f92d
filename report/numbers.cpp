// SPDX-License-Identifier: Apache-2.0
#include "report/numbers.h"

#include <array>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "base/int128.h"

namespace memplace {
namespace {

// part x scale / whole, rounded half up.
std::int64_t scaled(std::int64_t part, std::int64_t scale, std::int64_t whole) {
  const Uint128 product = static_cast<Uint128>(part) * static_cast<Uint128>(scale);
  const auto divisor = static_cast<Uint128>(whole);
  return static_cast<std::int64_t>((2 * product + divisor) / (2 * divisor));
}

}  // namespace

TimeScale::TimeScale(Picoseconds largest) : unit_("ps"), size_(1) {
  using Unit = std::pair<std::string_view, std::int64_t>;
  constexpr std::array<Unit, 4> kUnits{Unit{"ns", 1'000}, Unit{"us", 1'000'000},
                                       Unit{"ms", 1'000'000'000}, Unit{"s", 1'000'000'000'000}};
  for (const auto& [unit, size] : kUnits) {
    if (largest.count() >= size) {
      unit_ = unit;
      size_ = size;
    }
  }
}

std::string TimeScale::text(Picoseconds time) const {
  if (size_ == 1) {
    return std::to_string(time.count());
  }
  const std::int64_t hundredths = scaled(time.count(), 100, size_);
  return fmt::format("{}.{:02}", hundredths / 100, hundredths % 100);
}

std::string TimeScale::signed_text(Picoseconds difference) const {
  std::string size = text(magnitude(difference));
  if (size == text(Picoseconds(0))) {
    return size;
  }
  return (difference < Picoseconds(0) ? "-" : "+") + size;
}

Picoseconds magnitude(Picoseconds difference) {
  return difference < Picoseconds(0) ? Picoseconds(0) - difference : difference;
}

std::string percent(std::int64_t part, std::int64_t whole) {
  const std::int64_t tenths = whole == 0 ? 0 : scaled(part, 1000, whole);
  return fmt::format("{}.{}%", tenths / 10, tenths % 10);
}

std::string significant(double value, int digits) {
  const bool large = std::abs(value) >= std::pow(10.0, digits - 1);
  return large && std::isfinite(value) ? fmt::format("{:.0f}", value)
                                       : fmt::format("{:.{}g}", value, digits);
}

std::string counted(std::int64_t count) {
  using Prefix = std::pair<std::string_view, std::int64_t>;
  constexpr std::array<Prefix, 4> kPrefixes{Prefix{"T", 1'000'000'000'000},
                                            Prefix{"G", 1'000'000'000}, Prefix{"M", 1'000'000},
                                            Prefix{"k", 1'000}};
  for (const auto& [prefix, size] : kPrefixes) {
    if (count >= size) {
      return significant(static_cast<double>(count) / static_cast<double>(size)) + ' ' +
             std::string(prefix);
    }
  }
  return std::to_string(count);
}

std::string plural(std::int64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

}  // namespace memplace
