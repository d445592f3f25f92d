// SPDX-License-Identifier: Apache-2.0
#include "cli/simulators.h"

#include <array>
#include <string>

#include "base/error.h"

#ifdef MEMPLACE_HAS_SYSTEMC
#include "sim/systemc/systemc_simulator.h"
#endif

namespace memplace {

std::unique_ptr<Simulator> make_simulator(std::string_view name) {
  if (name == "systemc") {
#ifdef MEMPLACE_HAS_SYSTEMC
    return std::make_unique<SystemCSimulator>();
#else
    throw Error("this build has no simulator: SystemC was not found when it was configured");
#endif
  }
  const std::array<std::string, 1> names{"systemc"};
  throw Error(unknown_name_message("simulator", name, names));
}

}  // namespace memplace
