// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/systemc_simulator.h"
#include "tests/unit/models/model.h"

namespace memplace::test {

std::unique_ptr<Simulator> make_model() { return std::make_unique<SystemCSimulator>(); }

}  // namespace memplace::test
