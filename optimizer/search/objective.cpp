// SPDX-License-Identifier: Apache-2.0
#include "optimizer/search/objective.h"

#include <array>
#include <cstddef>

#include <fmt/format.h>

#include "base/error.h"
#include "base/rates.h"

namespace memplace {
namespace {

struct Row {
  Objective objective;
  std::string_view name;
  std::string_view unit;
};
constexpr std::array<Row, 4> kRows{
    Row{Objective::kLatency, "latency", "ps"}, Row{Objective::kThroughput, "throughput", "1/s"},
    Row{Objective::kEnergy, "energy", "pJ"}, Row{Objective::kEdp, "edp", "pJ*s"}};

double seconds(Picoseconds time) {
  return static_cast<double>(time.count()) / static_cast<double>(kPicosecondsPerSecond);
}

}  // namespace

std::string_view name_of(Objective objective) {
  return kRows.at(static_cast<std::size_t>(objective)).name;
}

std::string_view unit_of(Objective objective) {
  return kRows.at(static_cast<std::size_t>(objective)).unit;
}

std::vector<std::string> objective_names() {
  std::vector<std::string> names;
  names.reserve(kRows.size());
  for (const Row& row : kRows) {
    names.emplace_back(row.name);
  }
  return names;
}

Objective find_objective(std::string_view name) {
  for (const Row& row : kRows) {
    if (row.name == name) {
      return row.objective;
    }
  }
  throw Error(unknown_name_message("objective", name, objective_names()));
}

double cost_of(Objective objective, const Measures& measures) {
  switch (objective) {
    case Objective::kLatency:
      return static_cast<double>(measures.latency.count());
    case Objective::kThroughput:
      if (!measures.throughput_per_s.has_value()) {
        throw Error(
            "objective throughput: no time passes between the first and the last inference");
      }
      return static_cast<double>(kPicosecondsPerSecond) / *measures.throughput_per_s;
    case Objective::kEnergy:
      return measures.inference_energy_pj.value();
    case Objective::kEdp:
      return measures.inference_energy_pj.value() * seconds(measures.latency);
  }
  throw InternalError("no such objective");
}

double value_of(Objective objective, double cost) {
  return objective == Objective::kThroughput ? static_cast<double>(kPicosecondsPerSecond) / cost
                                             : cost;
}

void check_objective(Objective objective, const Mode& mode) {
  if (objective == Objective::kThroughput && mode.inferences < 2) {
    throw Error(fmt::format("objective throughput needs at least 2 inferences a stream, got {}",
                            mode.inferences));
  }
}

}  // namespace memplace
