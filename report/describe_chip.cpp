// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/int128.h"
#include "base/quantity_text.h"
#include "report/describe.h"
#include "report/json_table.h"
#include "report/numbers.h"
#include "report/table.h"

namespace memplace {
namespace {

constexpr std::array<DType, 3> kComputeTypes{DType::kInt8, DType::kFp16, DType::kFp32};

std::string_view name_of_scope(Scope scope) { return scope == Scope::kChip ? "chip" : "engine"; }

std::string_view name_of_channels(Channels channels) {
  return channels == Channels::kShared ? "shared" : "split";
}

Json memories_json(const Chip& chip) {
  Json rows = Json::array();
  for (const Memory& memory : chip.memories) {
    rows.push_back({{"name", memory.name},
                    {"capacity_bytes", memory.capacity},
                    {"read_bytes_per_second", memory.read_bandwidth},
                    {"write_bytes_per_second", memory.write_bandwidth},
                    {"latency_ps", memory.latency},
                    {"scope", name_of_scope(memory.scope)},
                    {"channels", name_of_channels(memory.channels)},
                    {"max_burst_bytes", memory.max_burst ? Json(*memory.max_burst) : Json(nullptr)},
                    {"alignment_bytes", memory.alignment},
                    {"read_fj_per_byte", memory.read_energy},
                    {"write_fj_per_byte", memory.write_energy},
                    {"static_power_uw", memory.static_power},
                    {"area_um2_per_mib", memory.area}});
    if (memory.read_only) {
      rows.back()["read_only"] = true;
    }
  }
  return rows;
}

Json engines_json(const Engines& engines) {
  Json passes = Json::object();
  for (std::size_t i = 0; i < kComputeTypes.size(); ++i) {
    passes[std::string(name_of(kComputeTypes[i]))] = engines.passes[i];
  }
  Json costs = Json::object();
  for (std::size_t i = 0; i < engines.vector.cost.size(); ++i) {
    costs[std::string(name_of(static_cast<VectorKind>(i)))] = engines.vector.cost[i];
  }
  return {{"count", engines.count},
          {"clock_hz", engines.clock},
          {"grid",
           {{"output_channels", engines.grid.output_channels},
            {"input_channels", engines.grid.input_channels},
            {"positions", engines.grid.positions}}},
          {"passes", std::move(passes)},
          {"vector", {{"width_bytes", engines.vector.width}, {"cost", std::move(costs)}}},
          {"staging_buffer_bytes", engines.staging_buffer},
          {"staging",
           {{"weights_bytes", engines.staging.weights},
            {"input_slot_bytes", engines.staging.input_slot},
            {"output_slot_bytes", engines.staging.output_slot}}},
          {"dispatch_overhead_ps", engines.dispatch_overhead},
          {"area_um2", engines.area},
          {"peak_int8_macs_per_second", peak_macs_per_second(engines)}};
}

Json mover_json(const Mover& mover) {
  return {{"piece_bytes", mover.piece},
          {"in_flight", mover.in_flight},
          {"overhead_ps", mover.overhead},
          {"service", name_of(mover.service)}};
}

// "pieces of 64 KiB, 2 in flight, overhead 0 ps each, behind demand".
std::string mover_text(const Mover& mover) {
  return fmt::format(
      "pieces of {}, {} in flight, overhead {} each, {}", format(mover.piece), mover.in_flight,
      format(mover.overhead),
      mover.service == MoverService::kFcfs ? "first come first served" : "behind demand");
}

}  // namespace

double peak_macs_per_second(const Engines& engines) {
  const Grid& grid = engines.grid;
  return static_cast<double>(engines.count) * static_cast<double>(engines.clock.count()) *
         static_cast<double>(grid.output_channels) * static_cast<double>(grid.input_channels) *
         static_cast<double>(grid.positions) / static_cast<double>(engines.passes[0]);
}

std::string summary_of(const Chip& chip) {
  std::vector<std::string> memories;
  for (const Memory& memory : chip.memories) {
    memories.push_back(fmt::format("{} {}{}", memory.name, format(memory.capacity),
                                   memory.scope == Scope::kEngine ? " an engine" : ""));
  }
  return fmt::format("{} at {}; {}", plural(chip.engines.count, "engine"),
                     format(chip.engines.clock), fmt::join(memories, ", "));
}

std::string summary_of(const Mode& mode) {
  return fmt::format("{} x {}, {}{}", plural(mode.streams, "stream"),
                     plural(mode.engines_per_stream, "engine"),
                     plural(mode.inferences, "inference"), mode.streams == 1 ? "" : " each");
}

Json describe_json(const RunHeader& header, const Chip& chip) {
  Json json = begin_json(header);
  json["chip"] = chip.name;
  json["description"] = chip.description;
  json["engines"] = engines_json(chip.engines);
  json["mover"] = mover_json(chip.mover);
  json["memories"] = memories_json(chip);
  if (chip.io_memory != chip.slowest()) {
    json["io_memory"] = chip.memories[chip.io_memory].name;
  }
  return json;
}

std::string describe_csv(const Chip& chip) { return json_rows_to_csv(memories_json(chip)); }

std::string describe_text(const RunHeader& header, const Chip& chip,
                          std::optional<std::size_t> width) {
  const Engines& engines = chip.engines;
  const auto line = [](std::string_view key, const std::string& value) {
    return fmt::format("{:<16}{}\n", key, value);
  };
  std::string text = text_head(header) + '\n';
  if (!chip.description.empty()) {
    text += line("description", chip.description);
  }
  text += line("engines", fmt::format("{} at {}", engines.count, format(engines.clock)));
  text += line("grid", fmt::format("{} output channels x {} input channels x {} positions",
                                   engines.grid.output_channels, engines.grid.input_channels,
                                   engines.grid.positions));
  text += line("peak", significant(peak_macs_per_second(engines) / 1e12) + " TMAC/s of int8");
  text += line("grid passes", fmt::format("int8 {}, fp16 {}, fp32 {}", engines.passes[0],
                                          engines.passes[1], engines.passes[2]));
  text += line("vector unit", format(engines.vector.width) + " a cycle");
  text +=
      line("staging",
           fmt::format("{}: weights {}, 2 input slots of {}, 2 output slots of {}",
                       format(engines.staging_buffer), format(engines.staging.weights),
                       format(engines.staging.input_slot), format(engines.staging.output_slot)));
  text += line("dispatch", format(engines.dispatch_overhead) + " an op");
  text += line("mover", mover_text(chip.mover));
  if (chip.io_memory != chip.slowest()) {
    text += line("inputs, outputs", "in " + chip.memories[chip.io_memory].name);
  }

  Table table;
  table.add_column("memory", Table::Column::kName);
  for (const std::string_view title : {"capacity", "read", "write", "latency"}) {
    table.add_column(std::string(title), Table::Column::kNumber);
  }
  for (const std::string_view title : {"scope", "channels"}) {
    table.add_column(std::string(title), Table::Column::kName);
  }
  table.add_column("read energy", Table::Column::kNumber);
  for (const Memory& memory : chip.memories) {
    table.add_row({memory.name, format(memory.capacity), format(memory.read_bandwidth),
                   memory.read_only ? "none" : format(memory.write_bandwidth),
                   format(memory.latency), std::string(name_of_scope(memory.scope)),
                   std::string(name_of_channels(memory.channels)), format(memory.read_energy)});
  }
  return text + "\nMemories, from slow to fast\n" + table.text(width, "  ");
}

}  // namespace memplace
