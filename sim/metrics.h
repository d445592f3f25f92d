// SPDX-License-Identifier: Apache-2.0
// What follows from a simulated run: throughput and energy.
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

// The sum over all memories; engines are not part of the model. Throws Error as above.
std::int64_t energy_picojoules(const Program& program, const SimResult& result);

}  // namespace memplace
