// SPDX-License-Identifier: Apache-2.0
// The simulators that this build of the program has.
#pragma once

#include <memory>
#include <string_view>

#include "sim/simulator.h"

namespace memplace {

// The simulator used where none is named.
inline constexpr std::string_view kDefaultSimulator = "systemc";

// Throws Error for unknown names, and for simulators that were left out of this build.
std::unique_ptr<Simulator> make_simulator(std::string_view name);

}  // namespace memplace
