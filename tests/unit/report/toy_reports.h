// SPDX-License-Identifier: Apache-2.0
// Reports of toy runs, their times worked out by hand.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "report/simulation_report.h"
#include "sim/chip/chip_reader.h"
#include "workloads/io/graph_text.h"

namespace memplace::test {

inline constexpr const char* kTinyText = R"(graph tiny
input x 4
a: grid(out=2,in=4) w=8 in=x out=2
b: elementwise(2) in=a out=2)";

inline Program tiny_program(const std::string& text = kTinyText) {
  return lower(Problem(parse_graph_text(text), load_chip("toy"), {}));
}

inline SimulationReport report_of(const Program& program, const Mapping& mapping,
                                  const SimResult& result, const std::string& name) {
  const Rectified rectified = std::get<Rectified>(rectify(program.problem, mapping));
  RunHeader header{"1.2.3", "simulate", {{"mapping", name}}, {}, "memplace simulate " + name};
  return make_simulation_report(std::move(header), program, mapping, rectified, result);
}

// a.weights in llc, a.out in sram; a character is a nanosecond:
//   x from dram        |----16----------|
//   weights from llc   |----16----------|           a: idle 16 ns, weights and inputs tie
//   a computes                           |--8-----|
//   a.out to sram                                 |2 |
//   a.out from sram                                  |2 |              b: idle 4 ns for its input
//   b computes                                          |2 |
//   b.out to dram                                          |---8----|  end = 38
inline SimulationReport mixed_report() {
  const Program program = tiny_program();
  Mapping mapping = uniform_mapping(program.problem, program.chip().slowest());
  mapping[*program.graph().find_tensor("a.weights")] = MemoryId(1);
  mapping[*program.graph().find_tensor("a.out")] = MemoryId(2);
  SimResult result;
  result.latency = result.makespan = result.first_latency = 38_ns;
  result.drain = 8_ns;
  result.ops = {OpTiming{0_ns, 26_ns, 8_ns, 0_ns, 16_ns, 0_ns, 0_ns, 0_ns, 0_ns},
                OpTiming{26_ns, 38_ns, 2_ns, 0_ns, 0_ns, 4_ns, 0_ns, 0_ns, 0_ns}};
  result.memories = {{24_ns, 4_B, 2_B}, {16_ns, 8_B, 0_B}, {4_ns, 2_B, 2_B}};
  result.completions = {38_ns};
  return report_of(program, mapping, result, "mixed");
}

// As mixed_report(), but a.weights stay in dram and are fetched to llc, in pieces of 4 B:
//   x, w0, w1 from dram  |--x 16--|--w0 16--|--w1 16--|
//   w0, w1 to llc                           |w0 8|    |w1 8|
//   weights from llc                                       |--16--|
//   a computes                                                    |-8-|  idle 72 ns: 56 for the
//   move
// and then as there, 56 ns later: 94 ns.
inline SimulationReport moving_report() {
  const Program program = tiny_program();
  const TensorId weights = *program.graph().find_tensor("a.weights");
  Placement asked(uniform_mapping(program.problem, program.chip().slowest()));
  asked.homes[*program.graph().find_tensor("a.out")] = MemoryId(2);
  asked.near = asked.homes;
  asked.near[weights] = MemoryId(1);
  PlacementRectifier rectifier(program.problem, PlannerKind::kRing);
  SimResult result;
  result.latency = result.makespan = result.first_latency = 94_ns;
  result.drain = 8_ns;
  result.ops = {OpTiming{0_ns, 82_ns, 8_ns, 0_ns, 16_ns, 0_ns, 56_ns, 0_ns, 0_ns},
                OpTiming{82_ns, 94_ns, 2_ns, 0_ns, 0_ns, 4_ns, 0_ns, 0_ns, 0_ns}};
  result.moves = {{0_ns, 56_ns, 56_ns}};
  result.memories = {{56_ns, 12_B, 2_B}, {32_ns, 8_B, 8_B}, {4_ns, 2_B, 2_B}};
  result.completions = {94_ns};
  RunHeader header{"1.2.3", "simulate", {{"mapping", "moving"}}, {}, "memplace simulate moving"};
  return make_simulation_report(std::move(header), program, asked, rectifier.rectify(asked),
                                result);
}

// Everything in dram: 8 B of weights first (32 ns), then x (16), a (8), a.out written and read (8
// each), b (2), b.out written (8): 82 ns. a waits 48 ns, for its inputs as they come last; x is
// queued for 32 of them. b waits 16 ns.
inline SimulationReport dram_report() {
  const Program program = tiny_program();
  const Mapping mapping = uniform_mapping(program.problem, program.chip().slowest());
  SimResult result;
  result.latency = result.makespan = result.first_latency = 82_ns;
  result.drain = 8_ns;
  result.ops = {OpTiming{0_ns, 64_ns, 8_ns, 0_ns, 0_ns, 48_ns, 0_ns, 0_ns, 32_ns},
                OpTiming{64_ns, 82_ns, 2_ns, 0_ns, 0_ns, 16_ns, 0_ns, 0_ns, 0_ns}};
  result.memories = {{72_ns, 14_B, 4_B}, {}, {}};
  result.completions = {82_ns};
  return report_of(program, mapping, result, "dram");
}

}  // namespace memplace::test
