// SPDX-License-Identifier: Apache-2.0
#include "optimizer/search/objective.h"

#include <string>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "optimizer/search/noise.h"
#include "tests/support/toy_tasks.h"

namespace memplace::test {

// Two streams of two inferences; in each memory 10 B read at 1 pJ: 3 memories x 10 pJ in all, a
// quarter of which is an inference's. The second inferences take 4 ns for two: 2 ns each.
TEST_CASE("objectives are derived from a run", "[objective]") {
  const Program toy = toy_program(kChainText);
  Chip chip = toy.chip();
  for (Memory& memory : chip.memories) {
    memory.read_energy = EnergyPerByte(1000);
    memory.static_power = Power(0);
  }
  const Program program(Problem(toy.graph(), chip, {2, 1, 2}));
  SimResult result;
  result.latency = 5_ns;
  result.makespan = 9_ns;
  result.completions = {5_ns, 9_ns, 4_ns, 8_ns};
  result.memories = IdVector<MemoryId, MemoryActivity>(3, {{}, 10_B, {}});
  const Measures measures = measures_of(program, result);
  CHECK(measures.latency == 5_ns);
  CHECK(measures.slowest_bytes == 10_B);
  CHECK(cost_of(Objective::kLatency, measures) == 5000);
  CHECK(cost_of(Objective::kThroughput, measures) == Approx(2000));
  CHECK(cost_of(Objective::kEnergy, measures) == 7.5);
  CHECK(cost_of(Objective::kEdp, measures) == Approx(7.5 * 5e-9));
}

TEST_CASE("objectives have names", "[objective]") {
  for (const std::string& name : objective_names()) {
    CHECK(name_of(find_objective(name)) == name);
    CHECK_FALSE(unit_of(find_objective(name)).empty());
  }
  CHECK_THROWS_WITH(find_objective("latencies"),
                    "unknown objective \"latencies\"; known: latency, throughput, energy, edp (did "
                    "you mean \"latency\"?)");
}

TEST_CASE("throughput needs a second inference", "[objective]") {
  CHECK_NOTHROW(check_objective(Objective::kThroughput, {2, 1, 2}));
  CHECK_NOTHROW(check_objective(Objective::kLatency, {2, 1, 1}));
  CHECK_THROWS_WITH(check_objective(Objective::kThroughput, {2, 1, 1}),
                    "objective throughput needs at least 2 inferences a stream, got 1");
}

TEST_CASE("noise is a function of the seed and the evaluation", "[noise]") {
  CHECK(Noise{}.measure(1000, 3) == 1000);
  const Noise noise{0.02, 7};
  CHECK(noise.measure(1000, 3) == noise.measure(1000, 3));
  CHECK(noise.measure(1000, 3) != noise.measure(1000, 4));
  CHECK(noise.measure(1000, 3) != Noise{0.02, 8}.measure(1000, 3));
  CHECK(noise.measure(2000, 3) == Approx(2 * noise.measure(1000, 3)));
}

// Of 10,000 draws the mean lies within 5 standard errors of 1, and so does the mean square.
TEST_CASE("noise has the spread it is given", "[noise]") {
  const Noise noise{0.02, 1};
  double sum = 0;
  double squares = 0;
  constexpr int kDraws = 10'000;
  for (int i = 0; i < kDraws; ++i) {
    const double error = noise.measure(1, static_cast<std::uint64_t>(i)) - 1;
    sum += error;
    squares += error * error;
  }
  CHECK(std::abs(sum / kDraws) < 5 * 0.02 / 100);
  CHECK(std::abs(squares / kDraws / (0.02 * 0.02) - 1) < 5 * std::sqrt(2.0) / 100);
}

TEST_CASE("noise never makes a cost vanish", "[noise]") {
  const Noise wild{1.0, 1};
  double least = 1;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    least = std::min(least, wild.measure(1, i));
  }
  CHECK(least == Noise::kLeastFactor);
}

}  // namespace memplace::test
