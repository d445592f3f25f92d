// SPDX-License-Identifier: Apache-2.0
#include "sim/metrics.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "base/error.h"
#include "base/int128.h"
#include "base/rates.h"

namespace memplace {
namespace {

Error does_not_fit(const Memory& memory) {
  return Error(
      fmt::format("memory \"{}\": its energy does not fit 64 bits of picojoules; the "
                  "energies or the power of the chip cannot be meant",
                  memory.name));
}

Error area_does_not_fit(const Chip& chip) {
  return Error(
      fmt::format("chip \"{}\": its area does not fit 64 bits of square micrometres; its "
                  "areas cannot be meant",
                  chip.name));
}

Area narrowed(const Chip& chip, Uint128 area) {
  if (area > static_cast<Uint128>(std::numeric_limits<std::int64_t>::max())) {
    throw area_does_not_fit(chip);
  }
  return Area(static_cast<std::int64_t>(area));
}

}  // namespace

Measures measures_of(const Program& program, const SimResult& result) {
  const std::int64_t inferences = program.mode().streams * program.mode().inferences;
  const MemoryActivity& slowest = result.memories[program.chip().slowest()];
  return {result.latency, throughput_per_second(program.mode(), result),
          static_cast<double>(energy_picojoules(program, result)) / static_cast<double>(inferences),
          slowest.read + slowest.written};
}

std::optional<double> throughput_per_second(const Mode& mode, const SimResult& result) {
  if (mode.inferences < 2) {
    return std::nullopt;
  }
  const auto per_stream = static_cast<std::size_t>(mode.inferences);
  Picoseconds first;
  for (std::size_t i = 0; i < result.completions.size(); i += per_stream) {
    first = std::max(first, result.completions[i]);
  }
  const Picoseconds time = result.makespan - first;
  if (time <= Picoseconds(0)) {
    return std::nullopt;
  }
  const auto completions = static_cast<double>(mode.streams * mode.inferences - mode.streams);
  return completions * static_cast<double>(kPicosecondsPerSecond) /
         static_cast<double>(time.count());
}

std::int64_t energy_picojoules(const Memory& memory, const MemoryActivity& activity,
                               Picoseconds makespan, std::size_t instances) {
  const auto wide = [](std::int64_t value) { return static_cast<Uint128>(value); };
  constexpr Uint128 kPerPicojoule = 1'000'000;  // attojoules
  constexpr auto kMost = static_cast<Uint128>(std::numeric_limits<std::int64_t>::max());
  const Uint128 moved_fj = wide(activity.read.count()) * wide(memory.read_energy.count()) +
                           wide(activity.written.count()) * wide(memory.write_energy.count());
  // A microwatt over a picosecond is an attojoule.
  const Uint128 static_aj = wide(memory.static_power.count()) * wide(makespan.count());
  Uint128 total_pj = kMost + 1;
  // Sums this large do not fit anyway, and smaller ones cannot wrap in what follows.
  if (moved_fj / 1000 <= kMost && static_aj / kPerPicojoule <= kMost) {
    const Uint128 total_aj = moved_fj * 1000 + static_aj * static_cast<Uint128>(instances);
    total_pj = (total_aj + kPerPicojoule / 2) / kPerPicojoule;
  }
  if (total_pj > kMost) {
    throw does_not_fit(memory);
  }
  return static_cast<std::int64_t>(total_pj);
}

Area area_of(const Chip& chip, MemoryId memory) {
  const Memory& at = chip.memories[memory];
  const std::int64_t copies = at.scope == Scope::kEngine ? chip.engines.count : 1;
  constexpr Uint128 kMebibyte = 1U << 20U;
  // At most 2^40 x 2^50 x 2^12: within 128 bits.
  const Uint128 scaled = static_cast<Uint128>(at.area.count()) *
                         static_cast<Uint128>(at.capacity.count()) * static_cast<Uint128>(copies);
  return narrowed(chip, (scaled + kMebibyte / 2) / kMebibyte);
}

Area area_of(const Chip& chip) {
  Uint128 sum =
      static_cast<Uint128>(chip.engines.area.count()) * static_cast<Uint128>(chip.engines.count);
  for (const MemoryId id : chip.memories.ids()) {
    sum += static_cast<Uint128>(area_of(chip, id).count());
  }
  return narrowed(chip, sum);
}

std::int64_t energy_picojoules(const Program& program, const SimResult& result) {
  std::int64_t sum = 0;
  for (const MemoryId id : program.chip().memories.ids()) {
    const Memory& memory = program.chip().memories[id];
    const std::int64_t energy = energy_picojoules(memory, result.memories[id], result.makespan,
                                                  instances_of(memory, program.mode()).instances);
    if (energy > std::numeric_limits<std::int64_t>::max() - sum) {
      throw does_not_fit(memory);
    }
    sum += energy;
  }
  return sum;
}

std::int64_t energy_of_inference(const Program& program, const SimResult& result) {
  const std::int64_t inferences = program.mode().streams * program.mode().inferences;
  return even_share(energy_picojoules(program, result) + inferences / 2, inferences,
                    inferences - 1);
}

}  // namespace memplace
