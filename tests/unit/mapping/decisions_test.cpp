// SPDX-License-Identifier: Apache-2.0
#include "sim/placement/decisions.h"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "sim/placement/problem.h"
#include "tests/support/small_chips.h"
#include "tests/unit/mapping/test_graphs.h"
#include "workloads/io/graph_text.h"

namespace memplace {
namespace {

using Names = std::vector<std::string>;

Names decided(const Graph& graph) {
  Names names;
  const Decisions decisions(graph);
  for (const TensorId id : decisions.tensors()) {
    names.push_back(graph.tensor(id).name);
  }
  return names;
}

}  // namespace

TEST_CASE("a view goes with what it looks at", "[placement]") {
  const Graph graph = parse_graph_text(
      "input x 8\n"
      "a: copy(8) in=x out=8\n"
      "v: view in=a\n"
      "u: view in=v\n"
      "b: copy(8) in=u out=8\n");
  const Decisions decisions(graph);
  CHECK(decisions.leader(tensor(graph, "u.out")) == tensor(graph, "a.out"));
  CHECK_FALSE(decisions.is_fixed(tensor(graph, "v.out")));
  CHECK_FALSE(decisions.decides(tensor(graph, "v.out")));
  CHECK(decided(graph) == Names{"a.out"});
}

TEST_CASE("graph inputs and outputs are fixed, and so is what shares their memory", "[placement]") {
  // x and its view are inputs; b is an output through its view; d's second output is one.
  const Graph graph = parse_graph_text(
      "input x 8\n"
      "v: view in=x\n"
      "a: copy(8) in=v out=8\n"
      "b: copy(8) in=a out=8\n"
      "w: view in=b\n"
      "d: copy(8) in=a out=8,4\n"
      "e: copy(8) in=d out=8\n"
      "f: copy(8) in=e out=8\n"
      "output f\n");
  const auto fixed = [&](const char* name) {
    return Decisions(graph).is_fixed(*graph.find_tensor(name));
  };
  CHECK(fixed("x"));
  CHECK(fixed("v.out"));
  CHECK_FALSE(fixed("a.out"));
  CHECK(fixed("b.out"));
  CHECK(fixed("w.out"));
  CHECK(fixed("d.out"));
  CHECK(fixed("d.out1"));
  CHECK_FALSE(fixed("e.out"));
  CHECK(fixed("f.out"));
  CHECK(decided(graph) == Names{"a.out", "e.out"});

  CHECK_FALSE(graph.tensor(*graph.find_tensor("d.out")).graph_output);
  CHECK(graph.tensor(*graph.find_tensor("d.out1")).graph_output);
  CHECK(Decisions(graph).leader(*graph.find_tensor("d.out1")) == *graph.find_tensor("d.out"));
}

TEST_CASE("decisions follow the schedule, weights first, shared weights once", "[placement]") {
  const Graph graph = parse_graph_text(
      "input x 8\n"
      "a: grid(out=8,in=8) w=64 in=x out=8\n"
      "b: grid(out=8,in=8) w=32 in=a out=8,2\n"
      "c: grid(out=8,in=8) w=a.weights in=b,b.out1 out=8\n"
      "d: copy(8) in=c out=8\n");
  CHECK(decided(graph) == Names{"a.weights", "a.out", "b.weights", "b.out", "c.out"});
}

TEST_CASE("an output that is read on stays an output", "[placement]") {
  const Graph graph = parse_graph_text(
      "input x 8\n"
      "a: copy(8) in=x out=8\n"
      "b: copy(8) in=a out=8\n"
      "output a\n");
  CHECK(Decisions(graph).is_fixed(*graph.find_tensor("a.out")));
  CHECK(decided(graph).empty());
}

// Weights may be where nothing is written; activations may not.
TEST_CASE("a read-only memory holds weights alone", "[placement]") {
  const Graph graph = chain();
  Chip chip = small_chip({100, 10, 8});
  chip.memories[kDram].read_only = true;
  chip.io_memory = kLlc;
  const Problem problem(graph, chip);
  MemorySet written = MemorySet::first(3);
  written.erase(kDram);
  REQUIRE(problem.decisions().size() == 4);
  CHECK(problem.decisions().list()[0] == Decision{tensor(graph, "a.weights"), MemorySet::first(3)});
  CHECK(problem.decisions().list()[1] == Decision{tensor(graph, "a.out"), written});
  CHECK_FALSE(problem.constraints().none());
  CHECK(problem.constraints().allowed[tensor(graph, "b.out")] == written);
  const Mapping slowest = uniform_mapping(problem, kDram);
  CHECK(slowest[tensor(graph, "a.weights")] == kDram);
  CHECK(slowest[tensor(graph, "a.out")] == kLlc);
  CHECK(slowest[tensor(graph, "x")] == kLlc);
  CHECK(slowest[tensor(graph, "c.out")] == kLlc);
}

}  // namespace memplace
