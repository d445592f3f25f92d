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

}  // namespace memplace
