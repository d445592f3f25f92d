// SPDX-License-Identifier: Apache-2.0
#include "optimizer/objective.h"

#include <array>
#include <cstdint>
#include <optional>

#include <fmt/format.h>

#include "base/error.h"
#include "base/rates.h"
#include "sim/metrics.h"

namespace memplace {
namespace {

struct Row {
  Objective objective;
  std::string_view name;
  std::string_view unit;
};
constexpr std::array<Row, 4> kRows{
    Row{Objective::kLatency, "latency", "ps"}, Row{Objective::kThroughput, "throughput", "ps"},
    Row{Objective::kEnergy, "energy", "pJ"}, Row{Objective::kEdp, "edp", "pJ*s"}};

double energy_of_an_inference(const Program& program, const SimResult& result) {
  const std::int64_t inferences = program.mode.streams * program.mode.inferences;
  return static_cast<double>(energy_picojoules(program, result)) / static_cast<double>(inferences);
}

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

double cost_of(Objective objective, const Program& program, const SimResult& result) {
  switch (objective) {
    case Objective::kLatency:
      return static_cast<double>(result.latency.count());
    case Objective::kThroughput: {
      const std::optional<double> rate = throughput_per_second(program.mode, result);
      if (!rate.has_value()) {
        throw Error(
            "objective throughput: no time passes between the first and the last inference");
      }
      return static_cast<double>(kPicosecondsPerSecond) / *rate;
    }
    case Objective::kEnergy:
      return energy_of_an_inference(program, result);
    case Objective::kEdp:
      return energy_of_an_inference(program, result) * seconds(result.latency);
  }
  throw InternalError("no such objective");
}

void check_objective(Objective objective, const Mode& mode) {
  if (objective == Objective::kThroughput && mode.inferences < 2) {
    throw Error(fmt::format("objective throughput needs at least 2 inferences a stream, got {}",
                            mode.inferences));
  }
}

}  // namespace memplace
