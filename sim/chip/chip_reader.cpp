// SPDX-License-Identifier: Apache-2.0
#include "sim/chip/chip_reader.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "base/error.h"
#include "base/file_kinds.h"
#include "base/files.h"
#include "base/quantity_text.h"
#include "sim/chip/builtin_chips.h"
#include "sim/chip/chip_file.h"
#include "sim/chip/memory_set.h"

namespace memplace {
namespace {

// What a chip file may leave out.
constexpr Scope kDefaultScope = Scope::kChip;
constexpr Channels kDefaultChannels = Channels::kShared;
constexpr Bytes kDefaultAlignment(64);
constexpr EnergyPerByte kDefaultEnergy(0);
constexpr Power kDefaultStaticPower(0);
constexpr AreaPerMebibyte kDefaultMemoryArea(0);
constexpr Area kDefaultEngineArea(0);

Memory complete(const MemoryFile& file) {
  Memory memory;
  memory.name = file.name;
  memory.capacity = file.capacity;
  memory.read_bandwidth = file.read_bandwidth;
  memory.write_bandwidth = file.write_bandwidth.value_or(file.read_bandwidth);
  memory.latency = file.latency;
  memory.scope = file.scope.value_or(kDefaultScope);
  memory.channels = file.channels.value_or(kDefaultChannels);
  memory.max_burst = file.max_burst;
  memory.alignment = file.alignment.value_or(kDefaultAlignment);
  memory.read_only = file.read_only.value_or(false);
  memory.read_energy = file.read_energy.value_or(kDefaultEnergy);
  memory.write_energy = file.write_energy.value_or(kDefaultEnergy);
  memory.static_power = file.static_power.value_or(kDefaultStaticPower);
  memory.area = file.area.value_or(kDefaultMemoryArea);
  return memory;
}

// Two slots each for inputs and outputs: while one is computed on, the other is filled or drained.
void check_staging(const EnginesFile& file) {
  const Bytes shares =
      file.staging.weights + 2 * file.staging.input_slot + 2 * file.staging.output_slot;
  if (shares > file.staging_buffer) {
    throw file.staging_at.error(
        fmt::format("weights + 2 x input_slot + 2 x output_slot = {} + 2 x {} + 2 x {} = {}, "
                    "expected at most the staging_buffer of {}",
                    format(file.staging.weights), format(file.staging.input_slot),
                    format(file.staging.output_slot), format(shares), format(file.staging_buffer)));
  }
}

Engines complete(const EnginesFile& file) {
  check_staging(file);
  Engines engines;
  engines.count = file.count;
  engines.clock = file.clock;
  engines.grid = file.grid;
  engines.passes = file.passes;
  engines.vector = file.vector;
  engines.staging_buffer = file.staging_buffer;
  engines.staging = file.staging;
  engines.dispatch_overhead = file.dispatch_overhead;
  engines.area = file.area.value_or(kDefaultEngineArea);
  return engines;
}

Mover complete(const MoverFile& file) {
  const Mover defaults;
  return {file.piece.value_or(defaults.piece), file.in_flight.value_or(defaults.in_flight),
          file.overhead.value_or(defaults.overhead), file.service.value_or(defaults.service)};
}

// What the file names; else the slowest that can be written.
MemoryId find_io_memory(const ChipFile& file, const Chip& chip) {
  const MemorySet writable = writable_memories(chip);
  if (writable.empty()) {
    throw file.memories_at.error(
        "all memories are read-only, and nothing can hold what is written");
  }
  if (!file.io_memory.has_value()) {
    return writable.slowest();
  }
  std::vector<std::string> names;
  for (const MemoryFile& memory : file.memories) {
    names.push_back(memory.name);
  }
  const MemoryId found(file.io_memory->as_choice("memory", names));
  if (!writable.contains(found)) {
    throw file.io_memory->error(
        fmt::format("\"{}\" is read-only, and a network's inputs and outputs are written",
                    file.io_memory->as_string()));
  }
  return found;
}

Chip complete(const ChipFile& file) {
  Chip chip;
  chip.name = file.chip;
  chip.description = file.description.value_or("");
  chip.engines = complete(file.engines);
  chip.mover = complete(file.mover);
  if (file.memories.empty() || file.memories.size() > kMaxMemories) {
    throw file.memories_at.error(
        fmt::format("got {} memories, expected 1 to {}", file.memories.size(), kMaxMemories));
  }
  for (const MemoryFile& memory : file.memories) {
    if (chip.find_memory(memory.name).has_value()) {
      throw memory.name_at.error(
          fmt::format("there is another memory named \"{}\"; names must differ", memory.name));
    }
    chip.memories.push_back(complete(memory));
  }
  chip.io_memory = find_io_memory(file, chip);
  return chip;
}

const BuiltinChip* find_builtin(const std::string& name) {
  const auto chips = builtin_chips();
  const auto found = std::find_if(chips.begin(), chips.end(),
                                  [&](const BuiltinChip& chip) { return chip.name == name; });
  return found == chips.end() ? nullptr : &*found;
}

const BuiltinChip& known_builtin(const std::string& name) {
  const BuiltinChip* const found = find_builtin(name);
  if (found == nullptr) {
    throw Error(unknown_name_message("chip", name, chip_names()) +
                "; the path of a chip file ends in .yaml");
  }
  return *found;
}

}  // namespace

ChipText find_chip_text(const std::string& name_or_path) {
  if (is_yaml_path(name_or_path)) {
    return {read_file(name_or_path, kMaxYamlBytes), name_or_path};
  }
  const BuiltinChip& chip = known_builtin(name_or_path);
  return {std::string(chip.text), std::string(chip.path)};
}

Chip read_chip(const YamlDocument& document) { return complete(parse_chip_file(document)); }

Chip load_chip(const std::string& name_or_path, std::span<const std::string> overrides) {
  const ChipText chip = find_chip_text(name_or_path);
  YamlDocument document = YamlDocument::from_text(chip.text, chip.source);
  for (const std::string& text : overrides) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw Error(fmt::format(
          "--set: got \"{}\", expected PATH=VALUE such as memories.sram.capacity=8MiB", text));
    }
    const std::string_view view = text;
    document.set(view.substr(0, equals), view.substr(equals + 1));
  }
  return read_chip(document);
}

std::vector<std::string> chip_names() {
  std::vector<std::string> names;
  for (const BuiltinChip& chip : builtin_chips()) {
    names.emplace_back(chip.name);
  }
  return names;
}

std::string builtin_chip_text(const std::string& name) {
  return std::string(known_builtin(name).text);
}

}  // namespace memplace
