// SPDX-License-Identifier: Apache-2.0
#include "report/simulation_report.h"

#include <catch2/catch.hpp>

#include "report/address_table.h"
#include "report/placement_export.h"
#include "sim/allocation/allocation_csv.h"
#include "sim/chip/chip_reader.h"
#include "tests/unit/report/toy_reports.h"
#include "workloads/io/graph_text.h"

namespace memplace {
namespace {

Program toy_program(Mode mode = {}) {
  auto graph = std::make_shared<const Graph>(parse_graph_text(R"(graph tiny
input x 4
a: grid(out=2,in=4) w=8 in=x out=2
b: elementwise(2) in=a out=2)"));
  return lower(Problem(*graph, load_chip("toy"), mode));
}

// a.weights fetched from dram to llc, a.out in sram, the rest in dram; all as asked.
RectifiedPlacement fetched(const Program& program) {
  RectifiedPlacement placement;
  placement.homes = uniform_mapping(program.problem, program.chip().slowest());
  placement.homes[*program.graph().find_tensor("a.out")] = MemoryId(2);
  const TensorId weights = *program.graph().find_tensor("a.weights");
  placement.plan.near = placement.homes;
  placement.plan.near[weights] = MemoryId(1);
  placement.plan.moves = {
      {weights, MemoryId(0), MemoryId(1), 8_B, std::nullopt, OpId(0), OpId(0), 0_B}};
  return placement;
}

std::string text_after(const std::string& text, const std::string& title) {
  const std::size_t begin = text.find("\n" + title) + 1;
  return text.substr(begin, text.find("\n\n", begin) - begin);
}

}  // namespace

TEST_CASE("rooflines are the sums that docs/guide/output.md gives", "[report]") {
  // a: 8 cycles of 1 ns; b: 2. x in dram at 4 ns/B, weights in llc at 2, a.out in sram at 1.
  const Program program = toy_program();
  const Graph& graph = program.graph();
  Mapping mapping = uniform_mapping(Problem(graph, program.chip()), program.chip().slowest());
  mapping[*graph.find_tensor("a.weights")] = MemoryId(1);
  mapping[*graph.find_tensor("a.out")] = MemoryId(2);

  const std::vector<Roofline> bounds = rooflines(program, mapping);
  REQUIRE(bounds.size() == 5);
  CHECK(bounds[0].name == "compute");
  CHECK(bounds[0].bound == 10_ns);
  CHECK(bounds[1].name == "dram");
  CHECK(bounds[1].bound == 24_ns);  // 4 B of x, 2 B of b.out
  CHECK(bounds[2].bound == 16_ns);  // 8 B of weights
  CHECK(bounds[3].bound == 4_ns);   // a.out, written and read
  CHECK(bounds[4].name == "dependencies");
  // a: x 16, compute 8, write 2; b: read 2, compute 2, write 8.
  CHECK(bounds[4].bound == 38_ns);
}

TEST_CASE("rooflines grow with inferences", "[report]") {
  const Program program = toy_program({1, 1, 3});
  const Graph& graph = program.graph();
  const Mapping mapping = uniform_mapping(Problem(graph, program.chip()), program.chip().slowest());
  const std::vector<Roofline> bounds = rooflines(program, mapping);
  CHECK(bounds[0].bound == 30_ns);
  // All in dram at 4 ns/B: x 4 B, weights 8 B, a.out twice 2 B, b.out 2 B; three times.
  CHECK(bounds[1].bound == 3 * 72_ns);
  CHECK(bounds[2].bound == 0_ps);
}

// dram: 4 B of x, 8 B of weights for the move, 2 B of b.out, at 4 ns; llc: 8 B written by the move
// and read by a, at 2 ns.
TEST_CASE("rooflines count what moves read and write", "[report]") {
  const Program one = toy_program();
  const auto bounds = rooflines(one, fetched(one).plan);
  CHECK(bounds[0].bound == 10_ns);
  CHECK(bounds[1].bound == 56_ns);
  CHECK(bounds[2].bound == 32_ns);
  CHECK(bounds[3].bound == 4_ns);
  CHECK(bounds[4].bound == 38_ns);
  const Program three = toy_program({1, 1, 3});
  CHECK(rooflines(three, fetched(three).plan)[1].bound == 3 * 56_ns);
  CHECK(rooflines(three, fetched(three).plan)[2].bound == 3 * 32_ns);
}

// Each stream makes its own copy: in one instance of llc, or in the one that it has for itself.
TEST_CASE("rooflines count the moves of all streams of an instance", "[report]") {
  Chip chip = load_chip("toy");
  chip.engines.count = 2;
  const Mode mode{2, 1, 1};
  const Graph graph = toy_program().graph();
  const Program shared = lower(Problem(graph, chip, mode));
  CHECK(rooflines(shared, fetched(shared).plan)[1].bound == 2 * 56_ns);
  CHECK(rooflines(shared, fetched(shared).plan)[2].bound == 2 * 32_ns);
  chip.memories[MemoryId(1)].scope = Scope::kEngine;
  const Program split = lower(Problem(graph, chip, mode));
  CHECK(rooflines(split, fetched(split).plan)[2].bound == 32_ns);
}

TEST_CASE("a report of a fetch", "[report]") {
  const SimulationReport report = test::moving_report();
  CHECK(report.feasible);
  CHECK(report.load_bytes == 0_B);
  REQUIRE(report.moves.size() == 1);
  CHECK(to_csv(report, CsvTable::kMoves) ==
        "tensor,from,to,bytes,after,first_op,begin_ps,end_ps,waited_ps\n"
        "a.weights,dram,llc,8,,a,0,56000,56000\n");
  const ReportedTensor& weights = report.tensors[1];
  REQUIRE(weights.name == "a.weights");
  CHECK(weights.asked == "dram");
  CHECK(weights.given == "dram");
  CHECK(weights.fetched_to == "llc");
  CHECK(weights.read == 8_B);
  // Read by a from llc in 16 ns; moved, from dram in 32 and to llc in 16.
  CHECK(weights.transfer == 64_ns);
  CHECK_FALSE(report.tensors[0].fetched_to.has_value());
  CHECK(report.memories[0].moved_out == 8_B);
  CHECK(report.memories[0].moved_in == 0_B);
  CHECK(report.memories[1].moved_in == 8_B);
  CHECK(report.memories[1].peak == 8_B);
  CHECK(report.memories[1].final_bytes == 0_B);  // b does not read them
  CHECK(report.ops[0].total() == 80_ns);
  const std::string text = to_text(report, {});
  CHECK(text_after(text, "Moves") ==
        "Moves\n"
        "  tensor     from  to   size  after  begin ns    end  waited\n"
        "  a.weights  dram  llc   8 B  -          0.00  56.00   56.00");
  CHECK(text_after(text, "Where the time") ==
        "Where the time of the first inference went\n"
        "  op  tiles  total ns  compute  dispatch  weights  inputs  wait move  output  queued\n"
        "  a       1     80.00     8.00      0.00    16.00    0.00      56.00    0.00    0.00\n"
        "  b       1      6.00     2.00      0.00     0.00    4.00       0.00    0.00    0.00\n"
        "  drain 8.00 ns");
  CHECK(text.find("\n  a.weights  weights     dram > llc  dram > llc   8 B ") != std::string::npos);
}

TEST_CASE("a report without moves has none to show", "[report]") {
  const SimulationReport report = test::mixed_report();
  const std::string text = to_text(report, {});
  CHECK(text.find("Moves") == std::string::npos);
  CHECK(text.find("wait move") == std::string::npos);
  CHECK(to_csv(report, CsvTable::kMoves) ==
        "tensor,from,to,bytes,after,first_op,begin_ps,end_ps,waited_ps\n");
}

// Two streams of three inferences.
TEST_CASE("memories say what moves of the whole run wrote and read", "[report]") {
  Chip chip = load_chip("toy");
  chip.engines.count = 2;
  const Program program = lower(Problem(toy_program().graph(), chip, {2, 1, 3}));
  const RectifiedPlacement placement = fetched(program);
  SimResult result;
  result.ops = IdVector<OpId, OpTiming>(2);
  result.memories = IdVector<MemoryId, MemoryActivity>(3);
  result.moves = {{}};
  result.completions = std::vector<Picoseconds>(6);
  const SimulationReport report = make_simulation_report(
      {}, program, Placement(placement.homes, placement.plan.near), placement, result);
  CHECK(report.memories[0].moved_out == 6 * 8_B);
  CHECK(report.memories[1].moved_in == 6 * 8_B);
  CHECK(report.memories[1].moved_out == 0_B);
  CHECK(report.memories[1].peak == 2 * 8_B);
}

// sram has 9 B, of which a.out takes 2 at steps 0 and 1.
TEST_CASE("a fetch that found no room is in demoted", "[report]") {
  Chip chip = load_chip("toy");
  chip.memories[MemoryId(2)].capacity = 9_B;
  const Program program = lower(Problem(toy_program().graph(), chip));
  Placement asked(fetched(program).homes);
  asked.near[*program.graph().find_tensor("a.weights")] = MemoryId(2);
  PlacementRectifier rectifier(program.problem, PlannerKind::kRing);
  SimResult result;
  result.ops = IdVector<OpId, OpTiming>(2);
  result.memories = IdVector<MemoryId, MemoryActivity>(3);
  result.completions = {0_ns};
  const SimulationReport report =
      make_simulation_report({}, program, asked, rectifier.rectify(asked), result);
  CHECK_FALSE(report.feasible);
  CHECK(report.epsilon == 8.0 / 10.0);
  CHECK(one_line(to_json(report)["demoted"]) ==
        R"([{"tensor":"a.weights","bytes":8,"asked":"dram > sram","given":"dram","refusals":[)"
        R"({"memory":"sram","reason":"time","step":0,"op":"a","asked_bytes":8,"free_bytes":7,)"
        R"("holders":[]}]}])");
  const std::string text = to_text(report, {});
  CHECK(text.find("\nfeasible        not as asked: 1 tensor not fetched, epsilon 0.8\n") !=
        std::string::npos);
  CHECK(text_after(text, "Demoted") ==
        "Demoted\n"
        "  a.weights (8 B): dram > sram -> dram\n"
        "    sram has 7 B free for 8 B at step 0 (a), but no room for it is free early enough");
  CHECK(text.find("\n  a.weights  weights     dram > sram  dram    8 B ") != std::string::npos);
}

TEST_CASE("each copy has an address with an id of its own", "[report]") {
  const Program program = toy_program();
  PlacementRectifier rectifier(program.problem, PlannerKind::kRing);
  const Placement asked(fetched(program).homes, fetched(program).plan.near);
  const std::string csv = to_csv(rectifier.addresses(rectifier.rectify(asked)), program.problem);
  CHECK(csv ==
        "id,memory,lower,upper,size,offset\n"
        "x,dram,0,1,4,8\n"
        "a.weights,dram,0,2,8,0\n"
        "a.weights>llc,llc,0,1,8,0\n"
        "a.out,sram,0,2,2,0\n"
        "b.out,dram,1,2,2,8\n");
  CHECK(parse_allocation_csv(csv, "a.csv").problem.buffers.size() == 5);
}

TEST_CASE("a placement as CSV says where tensors are fetched to, where some are", "[report]") {
  const Program program = toy_program();
  const RectifiedPlacement some = fetched(program);
  const Placement placement(some.homes, some.plan.near);
  CHECK(placement_csv(program, placement) ==
        "tensor,kind,bytes,memory,fetched_to\n"
        "x,input,4,dram,\n"
        "a.weights,weights,8,dram,llc\n"
        "a.out,activation,2,sram,\n"
        "b.out,activation,2,dram,\n");
  CHECK(placement_csv(program, Placement(some.homes)).starts_with("tensor,kind,bytes,memory\n"));
  CHECK(placement_hints(program, placement) == placement_hints(program, Placement(some.homes)));
  CHECK(count_fetches(program, placement) == 1);
  CHECK(count_fetches(program, Placement(some.homes)) == 0);
}

TEST_CASE("traffic counts what one inference moves", "[report]") {
  const Program program = toy_program({1, 1, 5});
  const auto traffic = tensor_traffic(program);
  const TensorId a = *program.graph().find_tensor("a.out");
  CHECK(traffic[a].read == 2_B);
  CHECK(traffic[a].written == 2_B);
  CHECK(traffic[*program.graph().find_tensor("a.weights")].read == 8_B);
}

}  // namespace memplace
