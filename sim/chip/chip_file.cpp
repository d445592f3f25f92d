// SPDX-License-Identifier: Apache-2.0
#include "sim/chip/chip_file.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/quantity_text.h"

namespace memplace {
namespace {

// The largest values a chip may have. They keep every later sum within 64 bits; nothing real comes
// near them.
constexpr Bytes kMostCapacity(std::int64_t{1} << 50);
constexpr Bandwidth kMostBandwidth(std::int64_t{1} << 50);
constexpr Picoseconds kMostLatency(1'000'000'000'000);
constexpr EnergyPerByte kMostEnergy(10'000'000);                    // 10,000 pJ/B
constexpr Power kMostPower(1'000'000'000);                          // 1 kW
constexpr AreaPerMebibyte kMostAreaPerMebibyte(1'000'000'000'000);  // 1,000,000 mm2/MiB
constexpr Area kMostArea(1'000'000'000'000);                        // 1,000,000 mm2
constexpr Frequency kMostClock(1'000'000'000'000);                  // 1000 GHz
constexpr Bytes kMostAlignment(std::int64_t{1} << 30);
constexpr Bytes kMostVectorWidth(std::int64_t{1} << 20);
constexpr std::int64_t kMostGridAxis = 65'536;
constexpr std::int64_t kMostPasses = 64;
// 2^50 elements of 8 bytes at this cost are still fewer than 2^63 operand bytes.
constexpr std::int64_t kMostVectorCost = 1000;
constexpr std::size_t kLongestMemoryName = 32;

// `value` if it lies in [least, most].
template <class Unit>
Quantity<Unit> in_range(const YamlValue& at, Quantity<Unit> value, Quantity<Unit> least,
                        Quantity<Unit> most) {
  if (value < least || value > most) {
    throw at.error(
        fmt::format("got {}, expected {} to {}", format(value), format(least), format(most)));
  }
  return value;
}

Bytes read_bytes(const YamlValue& at, Bytes least, Bytes most) {
  return in_range(at, at.as_bytes(), least, most);
}

Bandwidth read_bandwidth(const YamlValue& at) {
  return in_range(at, at.as_bandwidth(), Bandwidth(1), kMostBandwidth);
}

Picoseconds read_time(const YamlValue& at) {
  return in_range(at, at.as_time(), Picoseconds(0), kMostLatency);
}

EnergyPerByte read_energy(const YamlValue& at) {
  return in_range(at, at.as_energy_per_byte(), EnergyPerByte(0), kMostEnergy);
}

// Names appear in override paths and on the command line, so they are kept plain.
std::string read_memory_name(const YamlValue& at) {
  std::string name = at.as_name();
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
  const bool number =
      std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!plain || number || name.size() > kLongestMemoryName) {
    throw at.error(fmt::format(
        "got \"{}\", expected at most {} letters, digits, '-' and '_', not digits alone", name,
        kLongestMemoryName));
  }
  return name;
}

Grid parse_grid(const YamlValue& at) {
  YamlMap map(at);
  Grid grid;
  grid.output_channels = map.required("output_channels").as_integer(1, kMostGridAxis);
  grid.input_channels = map.required("input_channels").as_integer(1, kMostGridAxis);
  grid.positions = map.required("positions").as_integer(1, kMostGridAxis);
  map.finish();
  return grid;
}

std::array<std::int64_t, 3> parse_passes(const YamlValue& at) {
  YamlMap map(at);
  std::array<std::int64_t, 3> passes{};
  for (const DType type : {DType::kInt8, DType::kFp16, DType::kFp32}) {
    passes.at(static_cast<std::size_t>(type)) =
        map.required(name_of(type)).as_integer(1, kMostPasses);
  }
  map.finish();
  return passes;
}

VectorUnit parse_vector(const YamlValue& at) {
  YamlMap map(at);
  VectorUnit vector;
  vector.width = read_bytes(map.required("width"), Bytes(1), kMostVectorWidth);
  YamlMap cost(map.required("cost"));
  for (std::size_t kind = 0; kind < vector.cost.size(); ++kind) {
    vector.cost.at(kind) =
        cost.required(name_of(static_cast<VectorKind>(kind))).as_integer(1, kMostVectorCost);
  }
  cost.finish();
  map.finish();
  return vector;
}

// A chunk of weights takes at most half the share (law 2), and at least a byte.
constexpr Bytes kLeastWeightsShare{2};

Staging parse_staging(const YamlValue& at) {
  YamlMap map(at);
  Staging staging;
  staging.weights = read_bytes(map.required("weights"), kLeastWeightsShare, kMostCapacity);
  staging.input_slot = read_bytes(map.required("input_slot"), Bytes(1), kMostCapacity);
  staging.output_slot = read_bytes(map.required("output_slot"), Bytes(1), kMostCapacity);
  map.finish();
  return staging;
}

EnginesFile parse_engines(const YamlValue& at) {
  YamlMap map(at);
  const std::int64_t count = map.required("count").as_integer(1, kMaxEngines);
  const YamlValue clock_at = map.required("clock");
  const Frequency clock = in_range(clock_at, clock_at.as_frequency(), Frequency(1), kMostClock);
  const Grid grid = parse_grid(map.required("grid"));
  const auto passes = parse_passes(map.required("passes"));
  const VectorUnit vector = parse_vector(map.required("vector"));
  const Bytes buffer = read_bytes(map.required("staging_buffer"), Bytes(1), kMostCapacity);
  const YamlValue staging_at = map.required("staging");
  const Staging staging = parse_staging(staging_at);
  const Picoseconds dispatch = read_time(map.required("dispatch_overhead"));
  std::optional<Area> area;
  if (const auto area_at = map.optional("area")) {
    area = in_range(*area_at, area_at->as_area(), Area(0), kMostArea);
  }
  map.finish();
  return {staging_at, count, clock, grid, passes, vector, buffer, staging, dispatch, area};
}

const std::vector<std::string>& scope_names() {
  static const std::vector<std::string> names{"chip", "engine"};
  return names;
}

const std::vector<std::string>& channels_names() {
  static const std::vector<std::string> names{"shared", "split"};
  return names;
}

const std::vector<std::string>& mover_service_names() {
  static const std::vector<std::string> names{std::string(name_of(MoverService::kDemandFirst)),
                                              std::string(name_of(MoverService::kFcfs))};
  return names;
}

MoverFile parse_mover(const YamlValue& at) {
  YamlMap map(at);
  MoverFile file;
  if (const auto value = map.optional("piece")) {
    file.piece = read_bytes(*value, Bytes(1), kMostCapacity);
  }
  if (const auto value = map.optional("in_flight")) {
    file.in_flight = value->as_integer(1, kMaxMoverPlaces);
  }
  if (const auto value = map.optional("overhead")) {
    file.overhead = read_time(*value);
  }
  if (const auto value = map.optional("service")) {
    file.service = static_cast<MoverService>(value->as_choice("service", mover_service_names()));
  }
  map.finish();
  return file;
}

Bytes read_alignment(const YamlValue& at) {
  const Bytes alignment = read_bytes(at, Bytes(1), kMostAlignment);
  if ((alignment.count() & (alignment.count() - 1)) != 0) {
    throw at.error(fmt::format("got {}, expected a power of two", format(alignment)));
  }
  return alignment;
}

MemoryFile parse_memory(const YamlValue& at) {
  YamlMap map(at);
  const YamlValue name_at = map.required("name");
  MemoryFile file(name_at);
  file.name = read_memory_name(name_at);
  file.capacity = read_bytes(map.required("capacity"), Bytes(0), kMostCapacity);
  file.read_bandwidth = read_bandwidth(map.required("read_bandwidth"));
  if (const auto value = map.optional("write_bandwidth")) {
    file.write_bandwidth = read_bandwidth(*value);
  }
  file.latency = read_time(map.required("latency"));
  if (const auto value = map.optional("read_energy")) {
    file.read_energy = read_energy(*value);
  }
  if (const auto value = map.optional("write_energy")) {
    file.write_energy = read_energy(*value);
  }
  if (const auto value = map.optional("static_power")) {
    file.static_power = in_range(*value, value->as_power(), Power(0), kMostPower);
  }
  if (const auto value = map.optional("area")) {
    file.area =
        in_range(*value, value->as_area_per_mebibyte(), AreaPerMebibyte(0), kMostAreaPerMebibyte);
  }
  if (const auto value = map.optional("scope")) {
    file.scope = static_cast<Scope>(value->as_choice("scope", scope_names()));
  }
  if (const auto value = map.optional("channels")) {
    file.channels = static_cast<Channels>(value->as_choice("kind of channels", channels_names()));
  }
  if (const auto value = map.optional("max_burst")) {
    file.max_burst = read_bytes(*value, Bytes(1), kMostCapacity);
  }
  if (const auto value = map.optional("alignment")) {
    file.alignment = read_alignment(*value);
  }
  if (const auto value = map.optional("read_only")) {
    file.read_only = value->as_bool();
  }
  map.finish();
  return file;
}

}  // namespace

ChipFile parse_chip_file(const YamlDocument& document) {
  YamlMap map(document.root());
  std::string name = map.required("chip").as_name();
  std::optional<std::string> description;
  if (const auto value = map.optional("description")) {
    description = value->as_string();
  }
  const std::optional<YamlValue> io_memory = map.optional("io_memory");
  EnginesFile engines = parse_engines(map.required("engines"));
  const std::optional<YamlValue> mover_at = map.optional("mover");
  const MoverFile mover = mover_at.has_value() ? parse_mover(*mover_at) : MoverFile{};
  const YamlValue memories_at = map.required("memories");
  std::vector<MemoryFile> memories;
  for (const YamlValue& item : memories_at.items()) {
    memories.push_back(parse_memory(item));
  }
  map.finish();
  return {memories_at,        std::move(name), std::move(description), io_memory,
          std::move(engines), mover,           std::move(memories)};
}

}  // namespace memplace
