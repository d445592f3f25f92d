// SPDX-License-Identifier: Apache-2.0
// A run as something to simulate.
#pragma once

#include <string>

#include "optimizer/studies/settings/request.h"

namespace memplace {

// What the run in `directory` was of, under the best mapping that it has found so far. Throws Error
// as load_run() does, where it has found none, and where its chip is not there any more, unless it
// is for `other_chip`.
SimulationRequest best_of_run(const std::string& directory, const std::string& version,
                              bool other_chip);

}  // namespace memplace
