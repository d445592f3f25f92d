// SPDX-License-Identifier: Apache-2.0
// What a search minimizes.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/chip/chip.h"
#include "sim/metrics.h"

namespace memplace {

enum class Objective {
  kLatency,     // of the worst inference, in picoseconds
  kThroughput,  // time of an inference at law 7's throughput, in picoseconds
  kEnergy,      // of the memories for an inference, in picojoules
  kEdp,         // that energy times the latency, in picojoules x seconds
};

std::string_view name_of(Objective objective);  // latency, throughput, energy, edp
std::string_view unit_of(Objective objective);  // of value_of(): ps, 1/s, pJ, pJ*s
std::vector<std::string> objective_names();

// Throws Error naming the known objectives and the nearest.
Objective find_objective(std::string_view name);

// What the objective makes of what was measured, less being better. Throws Error where there is no
// throughput. All but the latency needs measures_of() a run.
double cost_of(Objective objective, const Measures& measures);

// What reports say of a cost: for throughput the inferences a second that it stands for, of which
// more is better, else itself.
double value_of(Objective objective, double cost);

// Throws Error where `mode` is one in which the objective has no value.
void check_objective(Objective objective, const Mode& mode);

}  // namespace memplace
