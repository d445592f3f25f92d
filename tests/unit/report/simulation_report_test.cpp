// SPDX-License-Identifier: Apache-2.0
#include "report/simulation_report.h"

#include <catch2/catch.hpp>

#include "sim/chip/chip_reader.h"
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

TEST_CASE("traffic counts what one inference moves", "[report]") {
  const Program program = toy_program({1, 1, 5});
  const auto traffic = tensor_traffic(program);
  const TensorId a = *program.graph().find_tensor("a.out");
  CHECK(traffic[a].read == 2_B);
  CHECK(traffic[a].written == 2_B);
  CHECK(traffic[*program.graph().find_tensor("a.weights")].read == 8_B);
}

}  // namespace memplace
