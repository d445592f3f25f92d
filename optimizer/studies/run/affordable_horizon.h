// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "optimizer/studies/run/run_config.h"
#include "sim/simulator.h"
#include "sim/timing/program.h"

namespace memplace {

// The evaluations that a limit of time is likely to allow, for a strategy to plan for. They are
// counted for a moment, and a tenth is kept back, since late evaluations may be slower. `config`
// has a time_limit, which counts from `began`, and no horizon. At least 1. Throws what
// execute_run() throws.
std::int64_t affordable_horizon(RunConfig config, const Program& program, Simulator& simulator,
                                std::size_t threads, std::chrono::steady_clock::time_point began);

}  // namespace memplace
