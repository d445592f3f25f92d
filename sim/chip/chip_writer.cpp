// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <string>

#include <fmt/format.h>

#include "base/json.h"
#include "base/quantity_text.h"
#include "sim/chip/chip_reader.h"
#include "sim/chip/memory_set.h"

namespace memplace {
namespace {

// A JSON string is a double-quoted YAML scalar.
std::string quoted(const std::string& text) { return one_line(Json(text)); }

std::string engines_text(const Engines& engines) {
  std::string text = "engines:\n";
  text += fmt::format("  count: {}\n", engines.count);
  text += fmt::format("  clock: {}\n", format(engines.clock));
  text += fmt::format("  grid: {{output_channels: {}, input_channels: {}, positions: {}}}\n",
                      engines.grid.output_channels, engines.grid.input_channels,
                      engines.grid.positions);
  text += fmt::format("  passes: {{int8: {}, fp16: {}, fp32: {}}}\n", engines.passes[0],
                      engines.passes[1], engines.passes[2]);
  text += fmt::format("  vector:\n    width: {}\n    cost:\n", format(engines.vector.width));
  for (std::size_t kind = 0; kind < engines.vector.cost.size(); ++kind) {
    text += fmt::format("      {}: {}\n", name_of(static_cast<VectorKind>(kind)),
                        engines.vector.cost.at(kind));
  }
  text += fmt::format("  staging_buffer: {}\n", format(engines.staging_buffer));
  text += fmt::format("  staging: {{weights: {}, input_slot: {}, output_slot: {}}}\n",
                      format(engines.staging.weights), format(engines.staging.input_slot),
                      format(engines.staging.output_slot));
  text += fmt::format("  dispatch_overhead: {}\n", format(engines.dispatch_overhead));
  text += fmt::format("  area: {}\n", format(engines.area));
  return text;
}

std::string memory_text(const Memory& memory) {
  std::string text = fmt::format("  - name: {}\n", quoted(memory.name));
  const auto line = [&](const char* key, const std::string& value) {
    text += fmt::format("    {}: {}\n", key, value);
  };
  line("capacity", format(memory.capacity));
  line("read_bandwidth", format(memory.read_bandwidth));
  line("write_bandwidth", format(memory.write_bandwidth));
  line("latency", format(memory.latency));
  line("read_energy", format(memory.read_energy));
  line("write_energy", format(memory.write_energy));
  line("static_power", format(memory.static_power));
  line("area", format(memory.area));
  line("scope", memory.scope == Scope::kChip ? "chip" : "engine");
  line("channels", memory.channels == Channels::kShared ? "shared" : "split");
  if (memory.max_burst.has_value()) {
    line("max_burst", format(*memory.max_burst));
  }
  line("alignment", format(memory.alignment));
  if (memory.read_only) {
    line("read_only", "true");
  }
  return text;
}

}  // namespace

std::string write_mover(const Mover& mover) {
  return fmt::format("mover: {{piece: {}, in_flight: {}, overhead: {}, service: {}}}\n",
                     format(mover.piece), mover.in_flight, format(mover.overhead),
                     name_of(mover.service));
}

std::string write_chip(const Chip& chip) {
  std::string text = fmt::format("chip: {}\n", quoted(chip.name));
  if (!chip.description.empty()) {
    text += fmt::format("description: {}\n", quoted(chip.description));
  }
  if (chip.io_memory != writable_memories(chip).slowest()) {
    text += fmt::format("io_memory: {}\n", quoted(chip.memories[chip.io_memory].name));
  }
  text += engines_text(chip.engines);
  if (chip.mover != Mover{}) {
    text += write_mover(chip.mover);
  }
  text += "memories:\n";
  for (const Memory& memory : chip.memories) {
    text += memory_text(memory);
  }
  return text;
}

}  // namespace memplace
