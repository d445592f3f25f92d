// SPDX-License-Identifier: Apache-2.0
#include "sim/event/event_simulator.h"
#include "tests/unit/models/model.h"

namespace memplace::test {

std::unique_ptr<Simulator> make_model() { return std::make_unique<EventSimulator>(); }

}  // namespace memplace::test
