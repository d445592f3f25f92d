// SPDX-License-Identifier: Apache-2.0
// What follows from a simulated run and its chip: throughput, energy and area.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/units.h"
#include "sim/chip/chip.h"
#include "sim/simulator.h"
#include "sim/timing/program.h"

namespace memplace {

// What is known of a run. Where only a latency was asked for it is all that there is.
struct Measures {
  Picoseconds latency;                             // of the worst inference
  std::optional<double> throughput_per_s = {};     // law 7, where there is one
  std::optional<double> inference_energy_pj = {};  // each inference's share of energy_picojoules()
  std::optional<Bytes> slowest_bytes =
      {};  // read from the slowest memory and written to it, by all

  bool operator==(const Measures&) const = default;
};

// Of a whole run. Throws Error where the energy does not fit.
Measures measures_of(const Program& program, const SimResult& result);

// Law 7; none where the last completion is also the latest first one.
std::optional<double> throughput_per_second(const Mode& mode, const SimResult& result);

// Law 8's energy of one memory, rounded half up once. Throws Error where it does not fit.
std::int64_t energy_picojoules(const Memory& memory, const MemoryActivity& activity,
                               Picoseconds makespan, std::size_t instances);

// All instances of a memory on the chip: those of engine scope exist once in each engine, whatever
// the mode. Rounded half up once. Throws Error where it does not fit 64 bits of square micrometres.
Area area_of(const Chip& chip, MemoryId memory);

// All memories and all engines. Throws Error as above.
Area area_of(const Chip& chip);

// The sum over all memories; engines are not part of the model. Throws Error as above.
std::int64_t energy_picojoules(const Program& program, const SimResult& result);
// Each inference's share of it, rounded half up.
std::int64_t energy_of_inference(const Program& program, const SimResult& result);

}  // namespace memplace
