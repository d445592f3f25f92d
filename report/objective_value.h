// SPDX-License-Identifier: Apache-2.0
// Costs as every report words them: those of the objective throughput as inferences a second.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "optimizer/search/objective.h"

namespace memplace {

// For people, with its unit: "399.3 us", "5260 inferences/s", "1300 uJ", "0.52 pJ*s".
std::string cost_text(Objective objective, double cost);

// Writes value_of() a cost into an object: under PREFIXcost, or PREFIXthroughput_per_s.
void add_cost(Json& json, Objective objective, double cost, std::string_view prefix = "");

}  // namespace memplace
