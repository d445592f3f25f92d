// SPDX-License-Identifier: Apache-2.0
// The relaxed model is no later than simulators, and loses no more than docs/model/bound.md says.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <variant>

#include <catch2/catch.hpp>

#include "optimizer/bound/bound.h"
#include "optimizer/bound/path_cuts.h"
#include "optimizer/bound/relaxed_program.h"
#include "sim/event/event_simulator.h"
#include "sim/feasible/rectify.h"
#include "tests/support/sim_case.h"
#include "tests/support/toy_chips.h"
#include "workloads/io/graph_text.h"

namespace memplace::test {
namespace {

using bound::Cut;
using bound::PathRule;

Program toy(const std::string& text) {
  return lower(Problem(parse_graph_text(text), toy_chip(), Mode{}));
}

Mapping all_in(const Program& program, std::size_t memory) {
  return uniform_mapping(program.problem, MemoryId(memory));
}

bound::Shares shares_of(const Program& program, const Mapping& mapping) {
  const std::size_t memories = program.chip().memories.size();
  bound::Shares shares(program.problem.decisions().tensors().size() * memories, 0.0);
  for (std::size_t i = 0; i < program.problem.decisions().tensors().size(); ++i) {
    shares[i * memories + mapping[program.problem.decisions().tensors()[i]].index()] = 1;
  }
  return shares;
}

// Of whole shares; exact where doubles are.
Picoseconds time_of(const Cut& cut, const bound::Shares& shares) {
  return Picoseconds(static_cast<std::int64_t>(cut.at(shares)));
}

}  // namespace

// docs/model/timing.md, worked timeline 1: w 32 ns and x 16 ns in one queue, 20 ns computing, y 16
// ns: 84 ns. Here x (fixed) is behind w (posted at the same instant) too.
TEST_CASE("one op in the slowest memory takes what the simulators say", "[bound]") {
  const Program program = toy("graph one\ninput x 4\na: grid(out=5,in=4) w=8 in=x out=4\n");
  const Mapping mapping = all_in(program, 0);
  CHECK(relaxed_time(program, mapping) == EventSimulator().run(program, mapping).latency);
}

// Timeline 3: b's weights go before x in DRAM's queue, though b comes later in the program.
TEST_CASE("inputs wait for weights of later ops that are posted before them", "[bound]") {
  const Program program =
      toy("graph two\ninput x 4\n"
          "a: grid(out=5,in=4) w=8 in=x out=4\n"
          "b: grid(out=5,in=4) w=8 in=a out=4\n");
  Mapping mapping = all_in(program, 0);
  mapping[*program.graph().find_tensor("a.out")] = MemoryId(2);
  settle(program.problem, mapping);
  CHECK(EventSimulator().run(program, mapping).latency == 144_ns);
  CHECK(relaxed_time(program, mapping) == 144_ns);

  // By paths: without queues x does not wait, and the last thing to come are b's weights at 64 ns.
  const bound::RelaxedProgram relaxed(program);
  bound::PathFinder finder(relaxed);
  const bound::Shares shares = shares_of(program, mapping);
  CHECK(time_of(finder.longest(shares, PathRule::kQueue), shares) == 144_ns);
  CHECK(time_of(finder.longest(shares, PathRule::kPrefetch), shares) == 100_ns);
  // x 16, a 20, out 4 and in 4, b 20, out 16.
  CHECK(time_of(finder.longest(shares, PathRule::kData), shares) == 80_ns);
}

TEST_CASE("no simulated latency is below the relaxed time or any path", "[bound][property]") {
  EventSimulator simulator;
  int tight = 0;
  int tried = 0;
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    CAPTURE(seed);
    SimCase c = random_case(seed);
    const Program program = lower(c);
    const RectifyResult rectified = rectify(Problem(*c.graph, c.chip, c.mode), c.mapping);
    if (std::holds_alternative<Infeasible>(rectified)) {
      continue;
    }
    ++tried;
    const Mapping& mapping = std::get<Rectified>(rectified).mapping;
    const Picoseconds latency = simulator.run(program, mapping).latency;
    const Picoseconds relaxed = relaxed_time(program, mapping);
    REQUIRE(relaxed <= latency);
    tight += relaxed == latency ? 1 : 0;

    const bound::RelaxedProgram plan(program);
    bound::PathFinder finder(plan);
    const bound::Shares shares = shares_of(program, mapping);
    Picoseconds last(0);
    for (std::size_t rule = 0; rule < bound::kPathRules; ++rule) {
      const Picoseconds path = time_of(finder.longest(shares, static_cast<PathRule>(rule)), shares);
      REQUIRE(path >= last);
      REQUIRE(path <= latency);
      last = path;
    }
    for (const Cut& cut : bound::channel_cuts(plan)) {
      REQUIRE(time_of(cut, shares) <= latency);
    }
    REQUIRE(time_of(bound::compute_cut(plan), shares) <= relaxed);
  }
  CHECK(tried > 1500);
  // The model is not merely low: often it is the truth.
  CHECK(tight > tried / 10);
}

// An llc that is practically endless over a slow dram: what all its room costs does not fit 64
// bits, and once made this prove more than a mapping takes.
TEST_CASE("endless memories prove no more than is true", "[bound]") {
  const auto graph =
      std::make_shared<const Graph>(parse_graph_text("graph endless\ninput x 8\n"
                                                     "o0: grid(out=7,in=7) w=10 in=x out=17\n"
                                                     "o1: grid(out=16,in=6) w=21 in=o0 out=20\n"
                                                     "o2: grid(out=8,in=8) w=15 in=o1 out=10\n"
                                                     "o3: grid(out=1,in=6) w=8 in=o2 out=20\n"));
  Chip chip = toy_chip();
  Memory& dram = chip.memories[MemoryId(0)];
  dram.read_bandwidth = dram.write_bandwidth = Bandwidth(20'000'000);
  dram.capacity = chip.memories[MemoryId(1)].capacity = Bytes(std::int64_t{1} << 50);
  const Program program = lower(Problem(*graph, chip));
  Mapping mapping = uniform_mapping(Problem(*graph, chip), MemoryId(1));
  for (const char* const name : {"o0.out", "o2.weights", "o2.out"}) {
    mapping[*graph->find_tensor(name)] = MemoryId(2);
  }
  settle(Problem(*graph, chip), mapping);
  const Picoseconds latency = EventSimulator().run(program, mapping).latency;
  BoundRequest request;
  CHECK(prove_bound(program, request).proven <= latency);
  request.known = latency + 20_ns;
  CHECK(prove_bound(program, request).proven <= latency);
  request.effort.width = request.effort.last_width = 0;
  CHECK(prove_bound(program, request).proven <= latency);
}

// What a sketch of this took for a bound: independent ops overlap, so the sum over all ops of the
// longest of reading, computing and writing is none. The random cases must be able to show that.
TEST_CASE("sums over ops of branching networks are no bound, and the cases show it", "[bound]") {
  EventSimulator simulator;
  int above = 0;
  for (std::uint64_t seed = 0; seed < 3000 && above == 0; ++seed) {
    SimCase c = random_case(seed);
    if (c.mode.streams > 1) {
      continue;
    }
    const Program program = lower(c);
    const bound::RelaxedProgram relaxed(program);
    Picoseconds sum(0);
    for (const bound::Step& step : relaxed.steps()) {
      std::int64_t reading = 0;
      std::int64_t writing = 0;
      const LoweredOp& op = program.ops[step.op];
      for (std::size_t block = step.first_block; block < step.end_block; ++block) {
        for (std::size_t i = 0; i < step.operands; ++i) {
          reading += relaxed.operand_read(block, i)[c.mapping[op.operands[i]].index()];
        }
      }
      for (std::size_t tile = step.first_tile; tile < step.end_tile; ++tile) {
        writing += relaxed.tile_write(tile)[c.mapping[op.output].index()];
      }
      sum += Picoseconds(std::max({reading, writing, step.compute}));
    }
    above += sum > simulator.run(program, c.mapping).latency ? 1 : 0;
  }
  CHECK(above > 0);
}

}  // namespace memplace::test
