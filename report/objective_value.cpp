// SPDX-License-Identifier: Apache-2.0
#include "report/objective_value.h"

#include <cmath>

#include "base/error.h"
#include "base/quantity_text.h"
#include "report/numbers.h"

namespace memplace {

std::string cost_text(Objective objective, double cost) {
  constexpr double kPicojoulesPerMicrojoule = 1e6;
  const double value = value_of(objective, cost);
  switch (objective) {
    case Objective::kLatency:
      return rounded(Picoseconds(std::llround(value)));
    case Objective::kThroughput:
      return significant(value) + " inferences/s";
    case Objective::kEnergy:
      return significant(value / kPicojoulesPerMicrojoule) + " uJ";
    case Objective::kEdp:
      return significant(value) + ' ' + std::string(unit_of(objective));
  }
  throw InternalError("no such objective");
}

void add_cost(Json& json, Objective objective, double cost, std::string_view prefix) {
  const bool rate = objective == Objective::kThroughput;
  json[std::string(prefix) + (rate ? "throughput_per_s" : "cost")] = value_of(objective, cost);
}

}  // namespace memplace
