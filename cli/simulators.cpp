// SPDX-License-Identifier: Apache-2.0
#include "cli/simulators.h"

#include <array>

#include <fmt/format.h>

#include "base/error.h"
#include "sim/check/checked_simulator.h"
#include "sim/event/event_simulator.h"

#ifdef MEMPLACE_HAS_SYSTEMC
#include "sim/systemc/systemc_simulator.h"
#endif

namespace memplace {
namespace {

const std::array<std::string, 3>& models() {
  static const std::array<std::string, 3> names{kDefaultModel, "systemc", "both"};
  return names;
}

}  // namespace

bool has_systemc() {
#ifdef MEMPLACE_HAS_SYSTEMC
  return true;
#else
  return false;
#endif
}

void declare_model(Arguments& arguments) {
  arguments.add_choice("--model", "MODEL", "{}, which must then agree", models());
}

std::string choose_model(const Arguments& arguments) {
  std::string model = models()[arguments.choice("--model")];
  if (model != kDefaultModel && !has_systemc()) {
    throw arguments.error(fmt::format(
        "--model {}: this build has no SystemC model, as SystemC was not found when it was "
        "configured; it has event",
        model));
  }
  return model;
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
