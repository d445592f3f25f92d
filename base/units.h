// SPDX-License-Identifier: Apache-2.0
// Quantities with a unit, as types. All are 64-bit integers inside; only operators that make sense
// exist, so that adding bytes to picoseconds does not compile (tests/compile_fail).
#pragma once

#include <compare>
#include <cstdint>

namespace memplace {

// A signed integer amount of one unit. Construction is explicit; sums, differences, comparisons and
// products with plain integers keep the unit.
template <class Unit>
class Quantity {
 public:
  constexpr Quantity() = default;
  explicit constexpr Quantity(std::int64_t count) : count_(count) {}

  // The bare number, in the unit named by the type.
  constexpr std::int64_t count() const { return count_; }

  constexpr auto operator<=>(const Quantity&) const = default;

  constexpr Quantity& operator+=(Quantity other) {
    count_ += other.count_;
    return *this;
  }
  constexpr Quantity& operator-=(Quantity other) {
    count_ -= other.count_;
    return *this;
  }
  friend constexpr Quantity operator+(Quantity a, Quantity b) { return a += b; }
  friend constexpr Quantity operator-(Quantity a, Quantity b) { return a -= b; }
  friend constexpr Quantity operator*(Quantity a, std::int64_t factor) {
    return Quantity(a.count_ * factor);
  }
  friend constexpr Quantity operator*(std::int64_t factor, Quantity a) { return a * factor; }

 private:
  std::int64_t count_ = 0;
};

using Bytes = Quantity<struct BytesUnit>;
using Picoseconds = Quantity<struct PicosecondsUnit>;
using Cycles = Quantity<struct CyclesUnit>;
using Femtojoules = Quantity<struct FemtojoulesUnit>;

using Bandwidth = Quantity<struct BytesPerSecondUnit>;
using Frequency = Quantity<struct HertzUnit>;
using EnergyPerByte = Quantity<struct FemtojoulesPerByteUnit>;
using Power = Quantity<struct MicrowattsUnit>;
using AreaPerMebibyte = Quantity<struct SquareMicrometresPerMebibyteUnit>;
using Area = Quantity<struct SquareMicrometresUnit>;

// The smallest integer >= numerator / denominator, for numerator >= 0 and denominator > 0.
constexpr std::int64_t ceil_div(std::int64_t numerator, std::int64_t denominator) {
  return numerator / denominator + (numerator % denominator != 0 ? 1 : 0);
}

// Part `index` of `total` dealt out over `parts` as evenly as integers allow: the first
// total % parts parts get one more. Runs of equal parts stay together.
constexpr std::int64_t even_share(std::int64_t total, std::int64_t parts, std::int64_t index) {
  return total / parts + (index < total % parts ? 1 : 0);
}

inline namespace literals {
constexpr Bytes operator""_B(unsigned long long n) { return Bytes(static_cast<std::int64_t>(n)); }
constexpr Bytes operator""_KiB(unsigned long long n) {
  return Bytes(static_cast<std::int64_t>(n) << 10);
}
constexpr Bytes operator""_MiB(unsigned long long n) {
  return Bytes(static_cast<std::int64_t>(n) << 20);
}
constexpr Bytes operator""_GiB(unsigned long long n) {
  return Bytes(static_cast<std::int64_t>(n) << 30);
}
constexpr Picoseconds operator""_ps(unsigned long long n) {
  return Picoseconds(static_cast<std::int64_t>(n));
}
constexpr Picoseconds operator""_ns(unsigned long long n) {
  return Picoseconds(static_cast<std::int64_t>(n) * 1000);
}
constexpr Picoseconds operator""_us(unsigned long long n) {
  return Picoseconds(static_cast<std::int64_t>(n) * 1000 * 1000);
}
}  // namespace literals

}  // namespace memplace
