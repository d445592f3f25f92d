// SPDX-License-Identifier: Apache-2.0
// The model that a test of all models is linked with.
#pragma once

#include <memory>

#include "sim/simulator.h"

namespace memplace::test {

std::unique_ptr<Simulator> make_model();

}  // namespace memplace::test
