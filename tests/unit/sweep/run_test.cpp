// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "optimizer/studies/sweep/sweep.h"
#include "sim/metrics.h"
#include "tests/unit/sweep/sweep_support.h"

namespace memplace {
namespace {

const std::string kSpec = R"(workloads: [a]
chip: toy
parameters:
  memories.sram.capacity: [4 B, 8 B, 16 B, 32 B]
  memories.dram.capacity: [3 B, 1 MiB]
  memories.llc.capacity: [16 B, 64 B]
mappings:
  - native
  - {strategy: random, budget: 20, label: cold}
  - {strategy: annealing, budget: 20, label: warm, warm_start: true}
)";

std::vector<std::string> lines_of(const SweepPoints& points) {
  std::vector<std::string> lines;
  lines.reserve(points.size());
  for (const auto& point : points) {
    lines.push_back(point_line(*point));
  }
  return lines;
}

}  // namespace

TEST_CASE("a point says what a simulation of its chip says", "[sweep]") {
  const auto sweep = sweep_of(kSpec);
  const SweepPoints points = run_all(*sweep);
  // Point 14: 32 B of scratchpad, 1 MiB of DRAM, 16 B of cache.
  const SweepPoint& point = *points[14];
  CHECK(
      one_line(point.parameters) ==
      R"({"memories.sram.capacity":32,"memories.dram.capacity":1048576,"memories.llc.capacity":16})");
  REQUIRE_FALSE(point.failed());
  // By hand: the activation of 4 B is in the scratchpad, weights of 8 B each in the cache, at 2 ns
  // a byte. DRAM moves the input and the output of 4 B.
  CHECK(point.result.feasible);
  CHECK(point.result.traffic[0].read == Bytes(4));
  CHECK(point.result.traffic[0].written == Bytes(4));
  CHECK(point.result.traffic[1].read == Bytes(16));
  CHECK(point.result.traffic[2].read == Bytes(4));
  CHECK(point.result.traffic[2].written == Bytes(4));
  // 8 multiply-accumulates each, one a nanosecond.
  CHECK(point.result.compute == Picoseconds(16'000));
  CHECK(point.result.evaluations == 1);
  CHECK(point.result.digits.empty());
  CHECK(points[16 + 14]->result.evaluations == 20);
  // Two weights and one activation are decided on.
  CHECK(points[16 + 14]->result.digits.size() == 3);
}

TEST_CASE("a point that fails says why, and the others go on", "[sweep]") {
  const auto sweep = sweep_of(kSpec);
  const SweepPoints points = run_all(*sweep);
  // The input takes 4 B of DRAM. The first point of the first search has 3.
  std::size_t failed = 0;
  for (const auto& point : points) {
    failed += point->failed() ? 1U : 0U;
  }
  CHECK(failed > 0);
  CHECK(failed < points.size());
  const SweepPoint& first = *points[16];
  CHECK(first.failed());
  CHECK(first.error.find("does not fit") != std::string::npos);
  CHECK(first.error.find('\n') == std::string::npos);
  CHECK(read_point_line(point_line(first)) == first);
}

TEST_CASE("a chip that is none is a point that failed", "[sweep]") {
  const auto sweep = sweep_of(
      "workloads: [a]\nchip: toy\nmappings: [native]\n"
      "parameters: {engines.staging_buffer: [8 B, 48 B]}\n");
  const SweepPoints points = run_all(*sweep);
  // Its shares take 16 + 2 x 8 + 2 x 8 B.
  CHECK(points[0]->error.find("= 48 B, expected at most the staging_buffer of 8 B") !=
        std::string::npos);
  CHECK_FALSE(points[1]->failed());
}

TEST_CASE("a sweep is the same on any number of threads", "[sweep][threads]") {
  const auto sweep = sweep_of(kSpec);
  const std::vector<std::string> lines = lines_of(run_all(*sweep));
  CHECK(lines_of(run_all(*sweep, 2)) == lines);
  CHECK(lines_of(run_all(*sweep, 7)) == lines);
}

TEST_CASE("a sweep goes on from any of its points", "[sweep][threads]") {
  const auto sweep = sweep_of(kSpec);
  const SweepPoints whole = run_all(*sweep);
  const std::vector<std::string> lines = lines_of(whole);
  // Stopped after so many points, which with one thread come in order.
  for (std::size_t stop_after = 0; stop_after < whole.size(); ++stop_after) {
    SweepPoints points(whole.size());
    std::copy(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(stop_after),
              points.begin());
    ThreadCrew crew(2);
    Silent silent;
    CHECK(run_sweep(*sweep, crew, points, silent, nullptr));
    CHECK(lines_of(points) == lines);
  }
}

// A crew may hand the points of a chain back in any order, and be stopped between.
TEST_CASE("of a chain with holes only the holes are evaluated", "[sweep]") {
  const auto sweep = sweep_of(kSpec);
  const SweepPoints whole = run_all(*sweep);
  class Counting : public SweepObserver {
   public:
    void on_points(const std::vector<SweepPoint>& points,
                   const std::vector<std::string>& /*lines*/) override {
      count += points.size();
    }
    std::size_t count = 0;
  };
  for (std::size_t hole = 0; hole < whole.size(); ++hole) {
    SweepPoints points = whole;
    points[hole].reset();
    ThreadCrew crew(1);
    Counting observer;
    CHECK(run_sweep(*sweep, crew, points, observer, nullptr));
    CHECK(observer.count == 1);
    CHECK(points == whole);
  }
}

TEST_CASE("a sweep that is stopped keeps what it has", "[sweep][threads]") {
  const auto sweep = sweep_of(kSpec);
  std::atomic<int> asked = 0;
  SweepPoints points(sweep->grid().points());
  ThreadCrew crew(1);
  Silent silent;
  CHECK_FALSE(run_sweep(*sweep, crew, points, silent, [&] { return ++asked > 10; }));
  const auto there = std::count_if(points.begin(), points.end(),
                                   [](const auto& point) { return point.has_value(); });
  CHECK(there > 0);
  CHECK(there < static_cast<std::ptrdiff_t>(points.size()));
  CHECK(run_sweep(*sweep, crew, points, silent, nullptr));
  CHECK(lines_of(points) == lines_of(run_all(*sweep)));
}

TEST_CASE("a warm start begins with what the point before it found", "[sweep]") {
  const auto sweep = sweep_of(kSpec);
  const SweepPoints points = run_all(*sweep);
  // Of the last source, the chain of 32 B and 1 MiB: 16 B of cache, then 64 B.
  const std::size_t first = 2 * 16 + 14;
  const SweepPoint warm = sweep->evaluate(first + 1, &*points[first]);
  CHECK(point_line(warm) == point_line(*points[first + 1]));
  // A strategy of one evaluation finds only where it begins, and the heuristics are faster.
  const auto once = sweep_of(
      "workloads: [a]\nchip: toy\nparameters: {memories.llc.capacity: [16 B, 64 B]}\n"
      "mappings: [{strategy: annealing, budget: 1, options: {start: native}, warm_start: true}]\n");
  SweepPoint before = once->evaluate(0, nullptr);
  before.result.digits = "000";  // all in the slowest memory
  const auto slowest = sweep_of(
      "workloads: [a]\nchip: toy\nparameters: {memories.llc.capacity: [16 B, 64 B]}\n"
      "mappings: [all-slowest]\n");
  CHECK(once->evaluate(1, &before).result.own_latency ==
        slowest->evaluate(1, nullptr).result.latency);
  CHECK(once->evaluate(1, nullptr).result.own_latency !=
        slowest->evaluate(1, nullptr).result.latency);
}

// all-slowest as a search: one evaluation, of a mapping that every other heuristic beats. Its point
// is that of the best of them, and says so.
TEST_CASE("a point of a search is the best of all that was simulated", "[sweep]") {
  const auto sweep = sweep_of(
      "workloads: [a]\nchip: toy\nparameters: {memories.llc.capacity: [16 B, 64 B]}\n"
      "mappings: [all-slowest, native, sram-first, density-greedy, memory-space-assignment,\n"
      "           {strategy: annealing, budget: 1, options: {start: all-slowest}}]\n");
  const SweepPoints points = run_all(*sweep);
  for (std::size_t cell = 0; cell < 2; ++cell) {
    Picoseconds best = points[cell]->result.latency;
    for (std::size_t source = 1; source < 5; ++source) {
      best = std::min(best, points[source * 2 + cell]->result.latency);
    }
    const SweepPoint& searched = *points[5 * 2 + cell];
    REQUIRE(best < points[cell]->result.latency);
    CHECK(searched.result.latency == best);
    CHECK(searched.result.own_latency == points[cell]->result.latency);
    CHECK_FALSE(searched.result.heuristic.empty());
    CHECK(searched.result.heuristic != "all-slowest");
    CHECK(read_point_line(point_line(searched)) == searched);
    CHECK(point_line(searched).find("\"own_latency_ps\":") != std::string::npos);
    CHECK(point_line(*points[cell]).find("own_latency_ps") == std::string::npos);
  }
}

// At 4 B of scratchpad nothing but an activation is near; at 32 B all may be.
TEST_CASE("points on one chip have one bound", "[sweep]") {
  const auto sweep = sweep_of(kSpec + "bound: true\n");
  const SweepPoints points = run_all(*sweep);
  std::size_t bounded = 0;
  for (std::size_t cell = 0; cell < sweep->grid().cells(); ++cell) {
    std::optional<Picoseconds> bound;
    for (std::size_t mapping = 0; mapping < 3; ++mapping) {
      const SweepPoint& point = *points[sweep->grid().point({0, mapping, cell})];
      if (point.failed()) {
        CHECK_FALSE(point.result.bound.has_value());
        continue;
      }
      REQUIRE(point.result.bound.has_value());
      CHECK(*point.result.bound > Picoseconds(0));
      CHECK(*point.result.bound <= point.result.latency);
      CHECK(point.result.bound == bound.value_or(*point.result.bound));
      bound = point.result.bound;
      CHECK(read_point_line(point_line(point)) == point);
      ++bounded;
    }
  }
  CHECK(bounded > 0);
  CHECK(lines_of(run_all(*sweep, 4)) == lines_of(points));
  // Whoever asks first, as after a resume.
  const auto again = sweep_of(kSpec + "bound: true\n");
  CHECK(again->evaluate(16 + 14, nullptr) == *points[16 + 14]);
}

TEST_CASE("a point's hash follows what it depends on", "[sweep]") {
  const auto sweep = sweep_of(kSpec);
  const std::string hash = sweep->describe(3).hash;
  CHECK(hash.size() == 16);
  CHECK(sweep->describe(4).hash != hash);
  CHECK(sweep_of(kSpec)->describe(3).hash == hash);
  CHECK(sweep_of(kSpec + "objective: energy\n")->describe(3).hash != hash);
  CHECK(sweep_of(kSpec + "dtype: fp16\n")->describe(3).hash != hash);
  CHECK(sweep_of(kSpec + "bound: true\n")->describe(3).hash != hash);
  CHECK(sweep_of(kSpec + "bound: false\n")->describe(3).hash == hash);
  // What is said of points does not change them.
  CHECK(sweep_of(kSpec + "objectives: [energy]\n")->describe(3).hash == hash);
  SweepSpec spec = spec_of(kSpec);
  const Sweep other(spec, {small_graph()}, "1.1",
                    [](const std::string&) { return std::make_unique<EventSimulator>(); });
  CHECK(other.describe(3).hash != hash);
}

TEST_CASE("a network that is another one is refused", "[sweep]") {
  SweepSpec spec = spec_of(kSpec);
  spec.workloads[0].digest = graph_digest(small_graph("another"));
  CHECK_THROWS_WITH(Sweep(spec, {small_graph()}, "1.0", nullptr),
                    "the sweep is of another network; a was changed");
}

TEST_CASE("a line that is not one is none", "[sweep]") {
  const auto sweep = sweep_of(kSpec);
  const std::string line = point_line(*run_all(*sweep)[14]);
  CHECK(read_point_line(line).has_value());
  CHECK_FALSE(read_point_line("").has_value());
  CHECK_FALSE(read_point_line("{}").has_value());
  CHECK_FALSE(read_point_line("[1]").has_value());
  CHECK_FALSE(read_point_line(line + " ").has_value());
  for (std::size_t i = 0; i < line.size(); ++i) {
    CHECK_FALSE(read_point_line(line.substr(0, i)).has_value());
  }
}

}  // namespace memplace
