// SPDX-License-Identifier: Apache-2.0
// A chip file as written: what it may leave out is optional here. sim/chip/chip_reader.cpp
// completes it to a Chip.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/yaml_reader.h"
#include "sim/chip/chip.h"

namespace memplace {

struct MemoryFile {
  explicit MemoryFile(YamlValue at) : name_at(std::move(at)) {}

  YamlValue name_at;  // where the name stands, for messages
  std::string name;
  Bytes capacity;
  Bandwidth read_bandwidth;
  std::optional<Bandwidth> write_bandwidth;
  Picoseconds latency;
  std::optional<EnergyPerByte> read_energy;
  std::optional<EnergyPerByte> write_energy;
  std::optional<Power> static_power;
  std::optional<AreaPerMebibyte> area;
  std::optional<Scope> scope;
  std::optional<Channels> channels;
  std::optional<Bytes> max_burst;
  std::optional<Bytes> alignment;
  std::optional<bool> read_only;
};

struct EnginesFile {
  YamlValue staging_at;
  std::int64_t count = 0;
  Frequency clock;
  Grid grid;
  std::array<std::int64_t, 3> passes{};
  VectorUnit vector;
  Bytes staging_buffer;
  Staging staging;
  Picoseconds dispatch_overhead;
  std::optional<Area> area;
};

struct MoverFile {
  std::optional<Bytes> piece;
  std::optional<std::int64_t> in_flight;
  std::optional<Picoseconds> overhead;
  std::optional<MoverService> service;
};

struct ChipFile {
  YamlValue memories_at;
  std::string chip;
  std::optional<std::string> description;
  std::optional<YamlValue> io_memory;
  EnginesFile engines;
  MoverFile mover;
  std::vector<MemoryFile> memories;
};

// Reads the keys of a chip file and checks each value's type and range. Throws Error.
ChipFile parse_chip_file(const YamlDocument& document);

}  // namespace memplace
