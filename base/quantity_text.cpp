// SPDX-License-Identifier: Apache-2.0
#include "base/quantity_text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <span>

#include <fmt/format.h>

#include "base/int128.h"

namespace memplace {
namespace {

// A unit's name and how many base units it is. Larger units first; the last is the base unit.
struct UnitName {
  std::string_view name;
  std::int64_t factor;
};

constexpr std::int64_t kKilo = 1000;
constexpr std::int64_t kMega = kKilo * 1000;
constexpr std::int64_t kGiga = kMega * 1000;
constexpr std::int64_t kTera = kGiga * 1000;
constexpr std::int64_t kKibi = 1024;
constexpr std::int64_t kMebi = kKibi * 1024;
constexpr std::int64_t kGibi = kMebi * 1024;
constexpr std::int64_t kTebi = kGibi * 1024;

// In each table the units used for writing come first, from large to small; those after the base
// unit are only read.
constexpr std::array<UnitName, 9> kByteUnits{{{"TiB", kTebi},
                                              {"GiB", kGibi},
                                              {"MiB", kMebi},
                                              {"KiB", kKibi},
                                              {"B", 1},
                                              {"TB", kTera},
                                              {"GB", kGiga},
                                              {"MB", kMega},
                                              {"kB", kKilo}}};
constexpr std::size_t kByteUnitsWritten = 5;
constexpr std::array<UnitName, 5> kTimeUnits{
    {{"s", kTera}, {"ms", kGiga}, {"us", kMega}, {"ns", kKilo}, {"ps", 1}}};
constexpr std::array<UnitName, 9> kBandwidthUnits{{{"TB/s", kTera},
                                                   {"GB/s", kGiga},
                                                   {"MB/s", kMega},
                                                   {"kB/s", kKilo},
                                                   {"B/s", 1},
                                                   {"TiB/s", kTebi},
                                                   {"GiB/s", kGibi},
                                                   {"MiB/s", kMebi},
                                                   {"KiB/s", kKibi}}};
constexpr std::size_t kBandwidthUnitsWritten = 5;
constexpr std::array<UnitName, 4> kFrequencyUnits{
    {{"GHz", kGiga}, {"MHz", kMega}, {"kHz", kKilo}, {"Hz", 1}}};
constexpr std::array<UnitName, 3> kEnergyUnits{{{"nJ/B", kMega}, {"pJ/B", kKilo}, {"fJ/B", 1}}};
constexpr std::int64_t kPeta = kTera * 1000;
constexpr std::array<UnitName, 6> kWorkUnits{
    {{"J", kPeta}, {"mJ", kTera}, {"uJ", kGiga}, {"nJ", kMega}, {"pJ", kKilo}, {"fJ", 1}}};
constexpr std::array<UnitName, 4> kPowerUnits{
    {{"kW", kGiga}, {"W", kMega}, {"mW", kKilo}, {"uW", 1}}};
constexpr std::array<UnitName, 2> kAreaPerMebibyteUnits{{{"mm2/MiB", kMega}, {"um2/MiB", 1}}};
constexpr std::array<UnitName, 2> kAreaUnits{{{"mm2", kMega}, {"um2", 1}}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && blank(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

// "NUMBER UNIT" in base units; nothing unless it is exactly a whole number of them.
std::optional<std::int64_t> parse(std::string_view text, std::span<const UnitName> units) {
  text = trimmed(text);
  Uint128 digits = 0;
  Uint128 scale = 1;  // the number is digits / scale
  bool point = false;
  bool any = false;
  std::size_t i = 0;
  for (; i < text.size() && (is_digit(text[i]) || (text[i] == '.' && !point)); ++i) {
    if (text[i] == '.') {
      point = true;
      continue;
    }
    any = true;
    digits = digits * 10 + static_cast<Uint128>(text[i] - '0');
    scale *= point ? 10 : 1;
    if (digits >> 64U != 0 || scale >> 62U != 0) {
      return std::nullopt;
    }
  }
  if (!any || text[i - 1] == '.') {
    return std::nullopt;
  }
  const std::string_view name = trimmed(text.substr(i));
  const auto unit =
      std::find_if(units.begin(), units.end(), [&](const UnitName& u) { return u.name == name; });
  if (unit == units.end()) {
    return std::nullopt;
  }
  const Uint128 amount = digits * static_cast<Uint128>(unit->factor);
  if (amount % scale != 0 ||
      amount / scale > static_cast<Uint128>(std::numeric_limits<std::int64_t>::max())) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(amount / scale);
}

template <class Q>
std::optional<Q> parse_as(std::string_view text, std::span<const UnitName> units) {
  const std::optional<std::int64_t> count = parse(text, units);
  return count ? std::optional<Q>(Q(*count)) : std::nullopt;
}

// "24.50" as "24.5", "24.00" as "24".
std::string without_trailing_zeros(std::string number) {
  if (number.find('.') != std::string::npos) {
    number.erase(number.find_last_not_of('0') + 1);
    if (number.back() == '.') {
      number.pop_back();
    }
  }
  return number;
}

// The largest unit in which `count` has at most three decimals, exactly.
std::string write(std::int64_t count, std::span<const UnitName> units) {
  if (count == 0) {
    return fmt::format("0 {}", units.back().name);
  }
  for (const UnitName& unit : units) {
    const auto thousandths = static_cast<Uint128>(count) * 1000;
    const auto factor = static_cast<Uint128>(unit.factor);
    if (unit.factor == 1 || count < unit.factor || thousandths % factor != 0) {
      continue;
    }
    const auto scaled = static_cast<std::uint64_t>(thousandths / factor);
    const std::string number =
        without_trailing_zeros(fmt::format("{}.{:03}", scaled / 1000, scaled % 1000));
    return fmt::format("{} {}", number, unit.name);
  }
  return fmt::format("{} {}", count, units.back().name);
}

// Each threshold is where four digits round up to one digit more: 999.96 ns is 1 us.
std::string write_rounded(std::int64_t count, std::span<const UnitName> units) {
  for (const UnitName& unit : units) {
    const double value = static_cast<double>(count) / static_cast<double>(unit.factor);
    if (value >= 0.99995 && unit.factor > 1) {
      const int decimals = value >= 999.95 ? 0 : value >= 99.995 ? 1 : value >= 9.9995 ? 2 : 3;
      return fmt::format("{} {}", without_trailing_zeros(fmt::format("{:.{}f}", value, decimals)),
                         unit.name);
    }
  }
  return fmt::format("{} {}", count, units.back().name);
}

constexpr auto kBytesWritten = std::span(kByteUnits).first<kByteUnitsWritten>();
constexpr auto kBandwidthsWritten = std::span(kBandwidthUnits).first<kBandwidthUnitsWritten>();

// What each kind of quantity is read and written with.
struct Kind {
  QuantityKind kind;
  std::string_view base_unit;
  std::span<const UnitName> read;
  std::span<const UnitName> written;
};

constexpr std::array<UnitName, 1> kCountUnits{{{"", 1}}};

// In the order of QuantityKind.
constexpr std::array<Kind, 9> kKinds{
    {{QuantityKind::kCount, "none", kCountUnits, kCountUnits},
     {QuantityKind::kBytes, "bytes", kByteUnits, kBytesWritten},
     {QuantityKind::kTime, "ps", kTimeUnits, kTimeUnits},
     {QuantityKind::kBandwidth, "bytes_per_s", kBandwidthUnits, kBandwidthsWritten},
     {QuantityKind::kFrequency, "hz", kFrequencyUnits, kFrequencyUnits},
     {QuantityKind::kEnergyPerByte, "fj_per_byte", kEnergyUnits, kEnergyUnits},
     {QuantityKind::kPower, "uw", kPowerUnits, kPowerUnits},
     {QuantityKind::kAreaPerMebibyte, "um2_per_mib", kAreaPerMebibyteUnits, kAreaPerMebibyteUnits},
     {QuantityKind::kArea, "um2", kAreaUnits, kAreaUnits}}};

const Kind& row_of(QuantityKind kind) { return kKinds.at(static_cast<std::size_t>(kind)); }

}  // namespace

std::optional<Bytes> parse_bytes(std::string_view text) {
  return parse_as<Bytes>(text, kByteUnits);
}
std::optional<Picoseconds> parse_time(std::string_view text) {
  return parse_as<Picoseconds>(text, kTimeUnits);
}
std::optional<Bandwidth> parse_bandwidth(std::string_view text) {
  return parse_as<Bandwidth>(text, kBandwidthUnits);
}
std::optional<Frequency> parse_frequency(std::string_view text) {
  return parse_as<Frequency>(text, kFrequencyUnits);
}
std::optional<EnergyPerByte> parse_energy_per_byte(std::string_view text) {
  return parse_as<EnergyPerByte>(text, kEnergyUnits);
}
std::optional<Power> parse_power(std::string_view text) {
  return parse_as<Power>(text, kPowerUnits);
}
std::optional<AreaPerMebibyte> parse_area_per_mebibyte(std::string_view text) {
  return parse_as<AreaPerMebibyte>(text, kAreaPerMebibyteUnits);
}
std::optional<Area> parse_area(std::string_view text) { return parse_as<Area>(text, kAreaUnits); }

std::optional<Femtojoules> parse_energy(std::string_view text) {
  return parse_as<Femtojoules>(text, kWorkUnits);
}

std::string_view unit_of(QuantityKind kind) { return row_of(kind).base_unit; }

// No unit stands in two tables.
std::optional<AnyQuantity> parse_any_quantity(std::string_view text) {
  for (const Kind& row : kKinds) {
    if (const std::optional<std::int64_t> count = parse(text, row.read)) {
      return AnyQuantity{row.kind, *count};
    }
  }
  return std::nullopt;
}

std::string format(AnyQuantity value) {
  return value.kind == QuantityKind::kCount ? std::to_string(value.count)
                                            : write(value.count, row_of(value.kind).written);
}

std::string format(Bytes value) { return write(value.count(), kBytesWritten); }
std::string format(Picoseconds value) { return write(value.count(), kTimeUnits); }
std::string format(Bandwidth value) { return write(value.count(), kBandwidthsWritten); }
std::string format(Frequency value) { return write(value.count(), kFrequencyUnits); }
std::string format(EnergyPerByte value) { return write(value.count(), kEnergyUnits); }
std::string format(Power value) { return write(value.count(), kPowerUnits); }
std::string format(AreaPerMebibyte value) { return write(value.count(), kAreaPerMebibyteUnits); }
std::string format(Area value) { return write(value.count(), kAreaUnits); }

std::string rounded(Bytes value) { return write_rounded(value.count(), kBytesWritten); }
std::string rounded(Picoseconds value) { return write_rounded(value.count(), kTimeUnits); }
std::string rounded(Bandwidth value) { return write_rounded(value.count(), kBandwidthsWritten); }

}  // namespace memplace
