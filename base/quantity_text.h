// SPDX-License-Identifier: Apache-2.0
// Quantities as text, "68 GB/s" or "24 MiB": read exactly, never through floating point, and
// written so that reading gives the same value. Decimal (k, M, G, T) and binary (Ki, Mi, Gi, Ti)
// prefixes mean what they say.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/units.h"

namespace memplace {

// Each parser takes `NUMBER UNIT`, with or without blanks between, and returns nothing where the
// text is no such quantity, is negative, does not fit, or is not a whole number of the base unit
// (bytes, picoseconds, bytes/s, hertz, femtojoules/byte, microwatts, square micrometres per MiB).
// Zero needs its unit too.
std::optional<Bytes> parse_bytes(std::string_view text);                    // 24 MiB, 100 B, 4 kB
std::optional<Picoseconds> parse_time(std::string_view text);               // 1.5 ns, 20 us, 0 ps
std::optional<Bandwidth> parse_bandwidth(std::string_view text);            // 67.2 GB/s, 12.8GiB/s
std::optional<Frequency> parse_frequency(std::string_view text);            // 0.86 GHz
std::optional<EnergyPerByte> parse_energy_per_byte(std::string_view text);  // 162.5 pJ/B
std::optional<Power> parse_power(std::string_view text);                    // 250 mW
std::optional<AreaPerMebibyte> parse_area_per_mebibyte(std::string_view text);  // 0.44 mm2/MiB
std::optional<Area> parse_area(std::string_view text);                          // 1.5 mm2

std::optional<Femtojoules> parse_energy(std::string_view text);  // 1.5 mJ

// The shortest exact text in the largest unit that keeps at most three decimals, else in the base
// unit: "24 MiB", "67.2 GB/s", "1.5 ns". parse_X(format(x)) == x.
std::string format(Bytes value);
std::string format(Picoseconds value);
std::string format(Bandwidth value);
std::string format(Frequency value);
std::string format(EnergyPerByte value);
std::string format(Power value);
std::string format(AreaPerMebibyte value);
std::string format(Area value);

// A quantity of whatever kind its unit says; a number without a unit is a count.
enum class QuantityKind {
  kCount,
  kBytes,
  kTime,
  kBandwidth,
  kFrequency,
  kEnergyPerByte,
  kPower,
  kAreaPerMebibyte,
  kArea,
};
std::string_view unit_of(QuantityKind kind);  // of its base unit: none, bytes, ps, bytes_per_s, ...

struct AnyQuantity {
  QuantityKind kind = QuantityKind::kCount;
  std::int64_t count = 0;

  bool operator==(const AnyQuantity&) const = default;
};
std::optional<AnyQuantity> parse_any_quantity(std::string_view text);
std::string format(AnyQuantity value);

// For people: at most four significant digits in a fitting unit ("89.31 us", "24.31 MiB", "6.8
// TB/s"). Not meant to be read back.
std::string rounded(Bytes value);
std::string rounded(Picoseconds value);
std::string rounded(Bandwidth value);

}  // namespace memplace
