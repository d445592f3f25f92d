// SPDX-License-Identifier: Apache-2.0
#include "optimizer/studies/loading/simulators.h"

#include <fmt/format.h>

#include "base/error.h"
#include "sim/check/checked_simulator.h"
#include "sim/event/event_simulator.h"

#ifdef MEMPLACE_HAS_SYSTEMC
#include "sim/systemc/systemc_simulator.h"
#endif

namespace memplace {

bool has_systemc() {
#ifdef MEMPLACE_HAS_SYSTEMC
  return true;
#else
  return false;
#endif
}

void check_model(const std::string& model, std::string_view label) {
  if (model != kDefaultModel && !has_systemc()) {
    throw Error(fmt::format(
        "{}{}: this build has no SystemC model, as SystemC was not found when it was configured; "
        "it has event",
        label, model));
  }
}

std::size_t fitting_threads(const std::string& model, std::size_t threads) {
  return make_simulator(model)->thread_safe() ? threads : 1;
}

std::unique_ptr<Simulator> make_simulator(const std::string& model) {
#ifdef MEMPLACE_HAS_SYSTEMC
  if (model == "systemc") {
    return std::make_unique<SystemCSimulator>();
  }
  if (model == "both") {
    return std::make_unique<CheckedSimulator>(std::make_unique<EventSimulator>(),
                                              std::make_unique<SystemCSimulator>());
  }
#endif
  MEMPLACE_ASSERT(model == kDefaultModel, model);
  return std::make_unique<EventSimulator>();
}

}  // namespace memplace
