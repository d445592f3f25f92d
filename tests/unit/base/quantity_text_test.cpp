// SPDX-License-Identifier: Apache-2.0
#include "base/quantity_text.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include <catch2/catch.hpp>

#include "base/rng.h"

namespace memplace {
namespace {

constexpr std::int64_t kMostCount = std::numeric_limits<std::int64_t>::max();

TEST_CASE("decimal and binary prefixes mean what they say", "[base]") {
  CHECK(parse_bytes("24 MiB") == Bytes(25'165'824));
  CHECK(parse_bytes("24 MB") == Bytes(24'000'000));
  CHECK(parse_bytes("4 kB") == Bytes(4000));
  CHECK(parse_bytes("4 KiB") == Bytes(4096));
  CHECK(parse_bytes("2 GB") == Bytes(2'000'000'000));
  CHECK(parse_bytes("2 GiB") == Bytes(2'147'483'648));
  CHECK(parse_bytes("1 TB") == Bytes(1'000'000'000'000));
  CHECK(parse_bytes("1 TiB") == Bytes(1'099'511'627'776));
  CHECK(parse_bytes("100 B") == Bytes(100));
  CHECK(parse_bandwidth("12.8GiB/s") == std::nullopt);  // 13743895347.2
  CHECK(parse_bandwidth("12.5GiB/s") == Bandwidth(13'421'772'800));
  CHECK(parse_bandwidth("67.2 GB/s") == Bandwidth(67'200'000'000));
  CHECK(parse_bandwidth("1 KiB/s") == Bandwidth(1024));
  CHECK(parse_bandwidth("1 kB/s") == Bandwidth(1000));
  CHECK(parse_bandwidth("6.8 TB/s") == Bandwidth(6'800'000'000'000));
}

TEST_CASE("each kind of quantity has its units", "[base]") {
  CHECK(parse_time("1.5 ns") == Picoseconds(1500));
  CHECK(parse_time("20 us") == Picoseconds(20'000'000));
  CHECK(parse_time("3 ms") == Picoseconds(3'000'000'000));
  CHECK(parse_time("2 s") == Picoseconds(2'000'000'000'000));
  CHECK(parse_time("0 ps") == Picoseconds(0));
  CHECK(parse_frequency("0.86 GHz") == Frequency(860'000'000));
  CHECK(parse_frequency("5 MHz") == Frequency(5'000'000));
  CHECK(parse_frequency("5 kHz") == Frequency(5000));
  CHECK(parse_frequency("5 Hz") == Frequency(5));
  CHECK(parse_energy_per_byte("162.5 pJ/B") == EnergyPerByte(162'500));
  CHECK(parse_energy_per_byte("1 nJ/B") == EnergyPerByte(1'000'000));
  CHECK(parse_energy_per_byte("7 fJ/B") == EnergyPerByte(7));
  CHECK(parse_power("250 mW") == Power(250'000));
  CHECK(parse_power("2 W") == Power(2'000'000));
  CHECK(parse_power("1 kW") == Power(1'000'000'000));
  CHECK(parse_power("9 uW") == Power(9));
  CHECK(parse_area_per_mebibyte("0.44 mm2/MiB") == AreaPerMebibyte(440'000));
  CHECK(parse_area_per_mebibyte("3 um2/MiB") == AreaPerMebibyte(3));
  CHECK(parse_area("1.5 mm2") == Area(1'500'000));
  CHECK(parse_area("3 um2") == Area(3));
}

TEST_CASE("blanks are free around number and unit", "[base]") {
  for (const std::string_view text : {"4KiB", "4 KiB", "  4   KiB\t", "4.0 KiB", "04 KiB"}) {
    CAPTURE(text);
    CHECK(parse_bytes(text) == Bytes(4096));
  }
  CHECK(parse_bytes(".5 KiB") == Bytes(512));
}

TEST_CASE("what is no quantity of the kind is nothing", "[base]") {
  for (const std::string_view text :
       {"",        " ",     "B",       "4",       "0",      "4 ",    "-4 B",
        "+4 B",    "4. B",  ". B",     "1.2.3 B", "4 4 B",  "4 kb",  "4 KB",
        "4 mB",    "4 MIB", "4 MiB/s", "4 ns",    "4e3 B",  "0x4 B", "4,5 MB",
        "1'000 B", "nan B", "inf B",   "4 B B",   "4 K iB", "\n4 B", "4\u00a0B"}) {
    CAPTURE(text);
    CHECK(parse_bytes(text) == std::nullopt);
  }
  CHECK(parse_bandwidth("68 GBps") == std::nullopt);
  CHECK(parse_bandwidth("68 GB") == std::nullopt);
  CHECK(parse_time("4 B") == std::nullopt);
  CHECK(parse_time("4 NS") == std::nullopt);
  CHECK(parse_frequency("4 ghz") == std::nullopt);
  CHECK(parse_power("4 MW") == std::nullopt);
  CHECK(parse_energy_per_byte("4 pJ") == std::nullopt);
  CHECK(parse_area("4 mm2/MiB") == std::nullopt);
}

TEST_CASE("only whole numbers of the base unit are exact", "[base]") {
  CHECK(parse_bytes("0.5 B") == std::nullopt);
  CHECK(parse_bytes("0.1 KiB") == std::nullopt);  // 102.4
  CHECK(parse_bytes("0.125 KiB") == Bytes(128));
  CHECK(parse_time("0.0005 ns") == std::nullopt);
  CHECK(parse_time("0.0010 ns") == Picoseconds(1));
}

// 2^63 - 1 = 9223372036854775807.
TEST_CASE("the largest count is read and one more is not", "[base]") {
  CHECK(parse_bytes("9223372036854775807 B") == Bytes(kMostCount));
  CHECK(parse_bytes("9223372036854775808 B") == std::nullopt);
  CHECK(parse_bytes("18446744073709551616 B") == std::nullopt);
  CHECK(parse_bytes("8388607 TiB") == Bytes(std::int64_t{8'388'607} << 40));
  CHECK(parse_bytes("8388608 TiB") == std::nullopt);                                // 2^63
  CHECK(parse_bytes("340282366920938463463374607431768211457 B") == std::nullopt);  // 2^128 + 1
  CHECK(parse_time("9223372.036854775807 s") == Picoseconds(kMostCount));
  CHECK(parse_bytes(std::string(10'000, '9') + " B") == std::nullopt);
  CHECK(parse_bytes("0." + std::string(10'000, '0') + "1 B") == std::nullopt);
}

TEST_CASE("quantities are written in the largest unit that keeps three decimals", "[base]") {
  CHECK(format(24_MiB) == "24 MiB");
  CHECK(format(1536_KiB) == "1.5 MiB");
  CHECK(format(1000_B) == "1000 B");
  CHECK(format(1025_B) == "1025 B");  // 1.0009765625 KiB
  CHECK(format(1152_B) == "1.125 KiB");
  CHECK(format(0_B) == "0 B");
  CHECK(format(Bandwidth(67'200'000'000)) == "67.2 GB/s");
  CHECK(format(Bandwidth(6'800'000'000'000)) == "6.8 TB/s");
  CHECK(format(1500_ps) == "1.5 ns");
  CHECK(format(1'000'001_ps) == "1000.001 ns");
  CHECK(format(0_ps) == "0 ps");
  CHECK(format(Frequency(860'000'000)) == "860 MHz");
  CHECK(format(EnergyPerByte(162'500)) == "162.5 pJ/B");
  CHECK(format(Power(250'000)) == "250 mW");
  CHECK(format(AreaPerMebibyte(440'000)) == "440000 um2/MiB");
  CHECK(format(Area(1'500'000)) == "1.5 mm2");
  CHECK(format(Bytes(kMostCount)) == "9223372036854775807 B");
  CHECK(format(Bytes(-5)) == "-5 B");
}

// Random counts of every size, and round ones, which use the larger units.
template <class Q>
void check_round_trip(std::optional<Q> (*parse)(std::string_view)) {
  Rng rng(1);
  for (int i = 0; i < 20'000; ++i) {
    std::int64_t count = rng.between(0, kMostCount) >> rng.between(0, 62);
    const std::int64_t round = rng.chance(0.5) ? 1000 : 1024;
    for (std::int64_t times = rng.between(0, 4); times > 0 && count <= kMostCount / round;
         --times) {
      count *= round;
    }
    const std::string text = format(Q(count));
    CAPTURE(count, text);
    REQUIRE(parse(text) == Q(count));
  }
  CHECK(parse(format(Q(0))) == Q(0));
  CHECK(parse(format(Q(1))) == Q(1));
  CHECK(parse(format(Q(kMostCount))) == Q(kMostCount));
}

TEST_CASE("reading what was written gives the same value, in every unit", "[base]") {
  check_round_trip<Bytes>(parse_bytes);
  check_round_trip<Picoseconds>(parse_time);
  check_round_trip<Bandwidth>(parse_bandwidth);
  check_round_trip<Frequency>(parse_frequency);
  check_round_trip<EnergyPerByte>(parse_energy_per_byte);
  check_round_trip<Power>(parse_power);
  check_round_trip<AreaPerMebibyte>(parse_area_per_mebibyte);
  check_round_trip<Area>(parse_area);
}

// 25,489,310 B = 24.3085... MiB.
TEST_CASE("people read four significant digits", "[base]") {
  CHECK(rounded(Picoseconds(89'312'345)) == "89.31 us");
  CHECK(rounded(Bytes(25'489'310)) == "24.31 MiB");
  CHECK(rounded(Bandwidth(6'800'000'000'000)) == "6.8 TB/s");
  CHECK(rounded(Picoseconds(1'234'567)) == "1.235 us");
  CHECK(rounded(Picoseconds(123'456)) == "123.5 ns");
  CHECK(rounded(999_ps) == "999 ps");
  CHECK(rounded(0_ps) == "0 ps");
  CHECK(rounded(1000_B) == "1000 B");
  CHECK(rounded(Bytes(1023 * 1024)) == "1023 KiB");
}

TEST_CASE("rounding up to one digit more stays at four", "[base]") {
  CHECK(rounded(Picoseconds(9'999)) == "9.999 ns");
  CHECK(rounded(Picoseconds(9'999'600)) == "10 us");
  CHECK(rounded(Picoseconds(99'996'000)) == "100 us");
  CHECK(rounded(Picoseconds(999'960)) == "1 us");
  CHECK(rounded(Picoseconds(999'940)) == "999.9 ns");
  CHECK(rounded(Picoseconds(12'345'600'000'000'000)) == "12346 s");
}

}  // namespace
TEST_CASE("an energy is read in its unit", "[quantity]") {
  CHECK(parse_energy("1.5 mJ") == Femtojoules(1'500'000'000'000));
  CHECK(parse_energy("2 pJ") == Femtojoules(2000));
  CHECK(parse_energy("3fJ") == Femtojoules(3));
  CHECK_FALSE(parse_energy("3 pJ/B").has_value());
  CHECK_FALSE(parse_energy("3").has_value());
}

TEST_CASE("a quantity's unit says what kind it is of", "[quantity]") {
  const auto check = [](const std::string& text, QuantityKind kind, std::int64_t count,
                        const std::string& unit) {
    CAPTURE(text);
    const auto value = parse_any_quantity(text);
    REQUIRE(value.has_value());
    CHECK(*value == AnyQuantity{kind, count});
    CHECK(format(*value) == text);
    CHECK(unit_of(kind) == unit);
  };
  check("12", QuantityKind::kCount, 12, "none");
  check("8 MiB", QuantityKind::kBytes, 8 << 20, "bytes");
  check("1.5 ns", QuantityKind::kTime, 1500, "ps");
  check("34 GB/s", QuantityKind::kBandwidth, 34'000'000'000, "bytes_per_s");
  check("860 MHz", QuantityKind::kFrequency, 860'000'000, "hz");
  check("12.5 pJ/B", QuantityKind::kEnergyPerByte, 12'500, "fj_per_byte");
  check("250 mW", QuantityKind::kPower, 250'000, "uw");
  check("436 um2/MiB", QuantityKind::kAreaPerMebibyte, 436, "um2_per_mib");
  check("1.5 mm2", QuantityKind::kArea, 1'500'000, "um2");
  CHECK_FALSE(parse_any_quantity("engine").has_value());
  CHECK_FALSE(parse_any_quantity("-1").has_value());
  CHECK_FALSE(parse_any_quantity("1.5").has_value());
}

}  // namespace memplace
