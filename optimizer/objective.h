// SPDX-License-Identifier: Apache-2.0
// What a search minimizes.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/simulator.h"
#include "sim/timing/program.h"

namespace memplace {

enum class Objective {
  kLatency,     // of the worst inference, in picoseconds
  kThroughput,  // time of an inference at law 7's throughput, in picoseconds
  kEnergy,      // of the memories for an inference, in picojoules
  kEdp,         // that energy times the latency, in picojoules x seconds
};

std::string_view name_of(Objective objective);  // latency, throughput, energy, edp
std::string_view unit_of(Objective objective);  // of cost_of(): ps, ps, pJ, pJ*s
std::vector<std::string> objective_names();

// Throws Error naming the known objectives and the nearest.
Objective find_objective(std::string_view name);

// The objective's value of a run, less being better. Throws Error where it has none: throughput
// needs two inferences a stream, and energies must fit 64 bits of picojoules.
double cost_of(Objective objective, const Program& program, const SimResult& result);

// Throws Error where `mode` is one in which the objective has no value.
void check_objective(Objective objective, const Mode& mode);

}  // namespace memplace
