// SPDX-License-Identifier: Apache-2.0
#include "sim/chip/chip.h"

#include <fmt/format.h>

#include "base/error.h"

namespace memplace {
namespace {

// Inferences a stream runs where the user does not say: one for a latency, and for a throughput
// enough that the first and last of each stream weigh little.
constexpr std::int64_t kDefaultInferencesOfOneStream = 1;
constexpr std::int64_t kDefaultInferencesOfMoreStreams = 8;

void check_range(std::string_view what, std::int64_t found, std::int64_t least, std::int64_t most) {
  if (found < least || found > most) {
    throw Error(fmt::format("{}: got {}, expected {} to {}", what, found, least, most));
  }
}

}  // namespace

std::string_view name_of(MoverService service) {
  return service == MoverService::kFcfs ? "fcfs" : "demand_first";
}

std::optional<MemoryId> Chip::find_memory(std::string_view memory_name) const {
  for (const MemoryId id : memories.ids()) {
    if (memories[id].name == memory_name) {
      return id;
    }
  }
  return std::nullopt;
}

Mode resolve_mode(const Chip& chip, std::optional<std::int64_t> streams,
                  std::optional<std::int64_t> engines_per_stream,
                  std::optional<std::int64_t> inferences) {
  const std::int64_t engines = chip.engines.count;
  Mode mode;
  mode.streams = streams.value_or(1);
  check_range("streams", mode.streams, 1, static_cast<std::int64_t>(kMaxStreams));
  if (mode.streams > engines) {
    throw Error(fmt::format("streams: got {}, but chip \"{}\" has only {} engine{}", mode.streams,
                            chip.name, engines, engines == 1 ? "" : "s"));
  }
  mode.engines_per_stream = engines_per_stream.value_or(engines / mode.streams);
  check_range("engines-per-stream", mode.engines_per_stream, 1, kMaxEngines);
  if (mode.streams * mode.engines_per_stream > engines) {
    throw Error(
        fmt::format("streams x engines-per-stream: got {} x {} = {}, but chip \"{}\" has "
                    "only {} engine{}",
                    mode.streams, mode.engines_per_stream, mode.streams * mode.engines_per_stream,
                    chip.name, engines, engines == 1 ? "" : "s"));
  }
  mode.inferences = inferences.value_or(mode.streams == 1 ? kDefaultInferencesOfOneStream
                                                          : kDefaultInferencesOfMoreStreams);
  check_range("inferences", mode.inferences, 1, kMaxInferences);
  return mode;
}

MemoryInstances instances_of(const Memory& memory, const Mode& mode) {
  if (memory.scope == Scope::kChip) {
    return {1, memory.capacity, memory.read_bandwidth, memory.write_bandwidth};
  }
  const std::int64_t pooled = mode.engines_per_stream;
  return {static_cast<std::size_t>(mode.streams), memory.capacity * pooled,
          memory.read_bandwidth * pooled, memory.write_bandwidth * pooled};
}

}  // namespace memplace
