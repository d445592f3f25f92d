// SPDX-License-Identifier: Apache-2.0
#include "optimizer/studies/sweep/analysis.h"

#include <cmath>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/unit/sweep/sweep_support.h"

namespace memplace {
namespace {

// Two by two chips for two networks.
const std::string kAnalysedSpec = R"(workloads: [a, b]
chip: toy
parameters:
  memories.llc.capacity: [64 B, 32 B]
  memories.sram.capacity: [1 MiB, 2 MiB]
  memories.sram.area: 3 mm2/MiB
mappings: [native]
)";

// As simulated, but with the latencies given, in the order of the points; 0: failed.
SweepPoints points_with(const Sweep& sweep, const std::vector<std::int64_t>& latencies) {
  SweepPoints points;
  for (std::size_t i = 0; i < latencies.size(); ++i) {
    points.push_back(sweep.describe(i));
    if (latencies[i] == 0) {
      points.back()->error = "does not fit";
      continue;
    }
    points.back()->result.latency = Picoseconds(latencies[i]);
    points.back()->result.energy_pj = 1;
    // 3 mm2 for each of 1 or 2 MiB.
    points.back()->result.area = Area(i % 2 == 0 ? 3'000'000 : 6'000'000);
  }
  return points;
}

}  // namespace

TEST_CASE("groups have fronts, best points and geometric means", "[sweep]") {
  const auto sweep = sweep_of(kAnalysedSpec);
  // Cells: (64 B, 1 MiB), (64 B, 2 MiB), (32 B, 1 MiB), (32 B, 2 MiB).
  const auto groups = analyse(*sweep, points_with(*sweep, {40, 10, 50, 10, 10, 10, 20, 40}));
  REQUIRE(groups.size() == 3);
  // a: the last cell is no faster than the second; the third is slower than the first.
  CHECK(groups[0].workload == "a");
  CHECK(groups[0].front == std::vector<std::size_t>{1, 0});
  CHECK(groups[0].best == 1U);
  // b: the first cell beats all.
  CHECK(groups[1].front == std::vector<std::size_t>{0});
  // All: sqrt(40 x 10) = 20, 10, sqrt(50 x 20) = 31.6, 20.
  CHECK(groups[2].workload == kAllWorkloads);
  CHECK(groups[2].cells[0]->value(Metric::kLatency) == Approx(20));
  CHECK(groups[2].cells[0]->value(Metric::kArea) == 3);
  CHECK(groups[2].cells[2]->value(Metric::kLatency) == Approx(std::sqrt(1000.0)));
  CHECK(groups[2].front == std::vector<std::size_t>{1, 0});
}

TEST_CASE("a cell of all workloads fails where one of them does", "[sweep]") {
  const auto sweep = sweep_of(kAnalysedSpec);
  const auto groups = analyse(*sweep, points_with(*sweep, {40, 10, 50, 10, 10, 0, 20, 40}));
  CHECK(groups[0].cells[1].has_value());
  CHECK_FALSE(groups[1].cells[1].has_value());
  CHECK_FALSE(groups[2].cells[1].has_value());
}

TEST_CASE("marginal values compare neighbours", "[sweep]") {
  const auto sweep = sweep_of(kAnalysedSpec);
  const auto groups = analyse(*sweep, points_with(*sweep, {40, 10, 50, 10, 10, 0, 20, 40}));
  // Two axes of two values: two steps each. That of 32 B is to 64 B, the larger, though given last.
  const std::vector<MarginalValue>& steps = groups[0].marginal;
  REQUIRE(steps.size() == 4);
  CHECK(steps[0].axis == 0);
  CHECK(steps[0].from == 1);
  CHECK(steps[0].to == 0);
  CHECK(steps[0].point == 2);
  CHECK(steps[0].latency_ps == -10);
  CHECK(steps[0].area_mm2 == 0);
  CHECK_FALSE(steps[0].gain_ps_per_mm2.has_value());
  CHECK(steps[2].axis == 1);
  CHECK(steps[2].latency_ps == -30);
  CHECK(steps[2].area_mm2 == 3);
  CHECK(steps[2].gain_ps_per_mm2 == 10.0);
  // Of b what touches the failed point is left out.
  CHECK(groups[1].marginal.size() == 2);
}

TEST_CASE("constraints keep points from fronts, not from marginal values", "[sweep]") {
  const auto sweep = sweep_of(kAnalysedSpec + "constraints: [area <= 5 mm2, latency <= 45 ps]\n");
  const auto groups = analyse(*sweep, points_with(*sweep, {40, 10, 50, 10, 10, 10, 20, 40}));
  CHECK(groups[0].front == std::vector<std::size_t>{0});
  CHECK(groups[0].marginal.size() == 4);
  // The scratchpad's 3 mm2 may be 5: a factor of 5 / 3. With 2 MiB it is 6 mm2, allowed up to 5
  // / 6.
  const MemorySensitivity& sram = groups[0].sensitivity.at(2);
  CHECK(sram.memory == "sram");
  CHECK(sram.factors.most->factor == Approx(5.0 / 3));
  CHECK(sram.factors.least->factor == Approx(5.0 / 6));
  CHECK(sram.factors.least->then == 1U);
  // The cache has no area on this chip.
  CHECK_FALSE(groups[0].sensitivity.at(1).factors.most.has_value());
}

TEST_CASE("where no point meets the constraints there is no best", "[sweep]") {
  const auto sweep = sweep_of(kAnalysedSpec + "constraints: [area <= 1 mm2]\n");
  const auto groups = analyse(*sweep, points_with(*sweep, {40, 10, 50, 10, 10, 10, 20, 40}));
  CHECK(groups[0].front.empty());
  CHECK_FALSE(groups[0].best.has_value());
  CHECK(groups[0].sensitivity.empty());
}

}  // namespace memplace
