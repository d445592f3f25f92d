// SPDX-License-Identifier: Apache-2.0
// Walks and leaps: sums by hand, and how much work is left out.
#include "sim/event/walk.h"

#include <memory>
#include <string>

#include <catch2/catch.hpp>

#include "base/rng.h"
#include "sim/event/engine.h"
#include "sim/event/incremental_walk.h"
#include "tests/support/small_chips.h"
#include "tests/support/toy_chips.h"
#include "workloads/io/graph_text.h"

namespace memplace::event {
namespace {

Program program_of(const std::string& text, const Chip& chip, const Mode& mode = {1, 1, 1}) {
  return lower(Problem(parse_graph_text(text), chip, mode));
}

Mapping slowest(const Program& program) {
  return uniform_mapping(program.problem, program.chip().slowest());
}

// `ops` ops in a row, each of four tiles with two chunks of weights.
std::string chain(int ops) {
  std::string text = "input x 16\no0: elementwise(16) in=x w=16 out=16\n";
  for (int i = 1; i < ops; ++i) {
    text += "o" + std::to_string(i) + ": elementwise(16) in=o" + std::to_string(i - 1) +
            " w=16 out=16\n";
  }
  return text;
}

}  // namespace

// A byte takes 1 ns to read, to compute and to write. Each of 100 tiles reads 8 B and writes 8 B on
// the one channel, which is never idle: the second block is read while the first computes, and
// from then on a block or an output waits. 100 x 16 ns.
TEST_CASE("walk: a long op is mostly leapt over", "[event]") {
  const Program program =
      program_of("input x 800\na: elementwise(800) in=x out=800\n", small_chip({4096}));
  const Plan plan(program);
  REQUIRE(plan.tile_runs.size() == 1);
  REQUIRE(plan.tile_runs[0].count == 100);
  Walk walk(plan);
  CHECK(walk.run(slowest(program)).latency == 1'600'000);
  // A few tiles until the rhythm is found, and the last two: blocks run two ahead.
  CHECK(walk.leapt() >= 90);
  CHECK(walk.leapt() <= 97);
}

TEST_CASE("walk: no leap where a run is short", "[event]") {
  const Program program =
      program_of("input x 24\na: elementwise(24) in=x out=24\n", small_chip({4096}));
  const Plan plan(program);
  Walk walk(plan);
  CHECK(walk.run(slowest(program)).latency == 48'000);
  CHECK(walk.leapt() == 0);
}

TEST_CASE("walk: a leap through inferences ends as the engine does", "[event]") {
  const Program program = program_of("input x 800\na: elementwise(800) in=x w=64 out=800\n",
                                     test::toy_chip(), {1, 1, 5});
  const Plan plan(program);
  Walk walk(plan);
  Engine engine(plan);
  const Mapping mapping = slowest(program);
  const SimResult expected = engine.run(mapping, nullptr);
  const WalkTimes times = walk.run(mapping);
  CHECK(times.latency == expected.latency.count());
  CHECK(times.makespan == expected.makespan.count());
  CHECK(walk.leapt() > 0);
}

TEST_CASE("walk: what cannot be walked", "[event]") {
  Chip chip = test::toy_chip();
  const std::string text = "input x 8\na: elementwise(8) in=x out=8\n";
  CHECK(Walk::can_walk(Plan(program_of(text, chip))));
  CHECK_FALSE(IncrementalWalk::can_walk(Plan(program_of(text, chip, {1, 1, 2}))));
  // An op without elements takes no time.
  CHECK_FALSE(Walk::can_walk(Plan(program_of("input x 8\na: elementwise(0) in=x out=8\n", chip))));
  Chip two_engines = chip;
  two_engines.engines.count = 2;
  CHECK_FALSE(Walk::can_walk(Plan(program_of(text, two_engines, {2, 1, 1}))));
  chip.memories[test::kDram].max_burst = 4_B;
  CHECK_FALSE(Walk::can_walk(Plan(program_of(text, chip))));
}

TEST_CASE("incremental walk: nothing changed, nothing walked", "[event]") {
  const Program program = program_of(chain(10), test::toy_chip());
  const Plan plan(program);
  IncrementalWalk walk(plan);
  const Mapping base = slowest(program);
  const Time latency = walk.rebase(base);
  CHECK(latency == Walk(plan).run(base).latency);
  CHECK(walk.latency(base) == latency);
  CHECK(walk.ops_walked() == 0);
}

// The output of op 50 of 100 in SRAM: op 50 writes it, op 51 reads it, and the weights reader runs
// a little ahead. What comes long before or after is not walked.
TEST_CASE("incremental walk: a change in the middle walks only the middle", "[event]") {
  const Program program = program_of(chain(100), test::toy_chip());
  const Plan plan(program);
  IncrementalWalk walk(plan);
  const Mapping base = slowest(program);
  walk.rebase(base);
  Mapping changed = base;
  changed[program.graph().find_tensor("o50.out").value()] = test::kSram;
  CHECK(walk.latency(changed) == Walk(plan).run(changed).latency);
  CHECK(walk.ops_walked() >= 2);
  CHECK(walk.ops_walked() <= 6);
  changed[program.graph().find_tensor("o50.weights").value()] = test::kSram;
  CHECK(walk.latency(changed) == Walk(plan).run(changed).latency);
  CHECK(walk.ops_walked() <= 8);
  // The base is as it was.
  CHECK(walk.latency(base) == Walk(plan).run(base).latency);
}

TEST_CASE("incremental walk: any change gives what a whole walk gives", "[event]") {
  const Program program = program_of(chain(30), test::toy_chip());
  const Plan plan(program);
  IncrementalWalk incremental(plan);
  Walk whole(plan);
  Rng rng(1, 2);
  const auto decisions = program.problem.decisions().tensors();
  Mapping base = slowest(program);
  for (int round = 0; round < 20; ++round) {
    CHECK(incremental.rebase(base) == whole.run(base).latency);
    Mapping mapping = base;
    for (int change = 0; change < 10; ++change) {
      mapping[decisions[rng.below(decisions.size())]] = MemoryId(rng.below(3));
      settle(program.problem, mapping);
      REQUIRE(incremental.latency(mapping) == whole.run(mapping).latency);
    }
    base = mapping;
  }
}

}  // namespace memplace::event
