// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/support/decisions.h"
#include "workloads/graph/graph.h"
#include "workloads/io/graph_text.h"

namespace memplace {
namespace {

std::string lifetime(const Graph& graph, const std::string& tensor) {
  const Lifetime life = graph.lifetime(*graph.find_tensor(tensor));
  return "[" + std::to_string(life.begin) + ", " + std::to_string(life.end) + ")";
}

// step      0 1 2 3 4
//   x       i r . . .     read at 0 alone
//   y       i . . r .     an input exists before it is read
//   a.out   . w r r .     written at 1, read at 2 and 3
//   a.out1  . w . . .     an output: to the end
//   b, w    weights: throughout
TEST_CASE("lifetimes are half-open, from the producer to after the last reader", "[workloads]") {
  const Graph graph = parse_graph_text(
      "input x 8\n"
      "input y 8\n"
      "s: copy(8) in=x out=8\n"
      "a: copy(8) w=4 in=s out=8,2\n"
      "b: copy(8) in=a out=8\n"
      "c: elementwise(8) w=a.weights in=a,y out=8\n"
      "d: elementwise(8) in=b,c out=8\n");
  CHECK(lifetime(graph, "x") == "[0, 1)");
  CHECK(lifetime(graph, "y") == "[0, 4)");
  CHECK(lifetime(graph, "s.out") == "[0, 2)");
  CHECK(lifetime(graph, "a.weights") == "[0, 5)");
  CHECK(lifetime(graph, "a.out") == "[1, 4)");
  CHECK(lifetime(graph, "a.out1") == "[1, 5)");
  CHECK(lifetime(graph, "b.out") == "[2, 5)");
  CHECK(lifetime(graph, "c.out") == "[3, 5)");
  CHECK(lifetime(graph, "d.out") == "[4, 5)");
}

// a is written at 0; its view v is read at 3, the view's view u at 4.
TEST_CASE("a storage lives as long as every view of it", "[workloads]") {
  const Graph graph = parse_graph_text(
      "input x 8\n"
      "a: copy(8) in=x out=8\n"
      "v: view in=a\n"
      "u: view in=v\n"
      "b: copy(8) in=v out=8\n"
      "c: copy(8) in=u out=8\n"
      "d: elementwise(8) in=b,c out=8\n");
  CHECK(lifetime(graph, "a.out") == "[0, 5)");
  CHECK(lifetime(graph, "v.out") == "[0, 5)");
  CHECK(lifetime(graph, "u.out") == "[0, 5)");
}

TEST_CASE("a view that is a graph output keeps its storage to the end", "[workloads]") {
  const Graph graph = parse_graph_text(
      "input x 8\n"
      "a: copy(8) in=x out=8\n"
      "v: view in=a\n"
      "b: copy(8) in=x out=8\n"
      "c: copy(8) in=b out=8\n");
  CHECK(lifetime(graph, "a.out") == "[0, 4)");
  CHECK(lifetime(graph, "v.out") == "[0, 4)");
  CHECK(lifetime(graph, "b.out") == "[2, 4)");
}

// Tensors numbered against the schedule: the view's before the storage's.
TEST_CASE("lifetimes do not depend on the numbering of tensors", "[workloads]") {
  GraphBuilder builder("net");
  const auto tensor = [&](const char* name) {
    return builder.add_tensor(
        {name, TensorKind::kActivation, DType::kInt8, {8}, Bytes(8), 0, false});
  };
  const TensorId last = tensor("last");
  const TensorId view = tensor("view");
  const TensorId source = tensor("source");
  const auto op = [&](const char* name, Work work, std::vector<Operand> inputs, TensorId output) {
    Op made;
    made.name = name;
    made.kind = "any";
    made.work = work;
    made.inputs = std::move(inputs);
    made.outputs = {output};
    builder.add_op(made);
  };
  op("a", VectorWork{}, {}, source);
  op("b", NoWork{}, {{source, Bytes(8)}}, view);
  op("c", VectorWork{}, {{view, Bytes(8)}}, last);
  const Graph graph = builder.build();
  CHECK(lifetime(graph, "source") == "[0, 3)");
  CHECK(lifetime(graph, "view") == "[0, 3)");
  CHECK(lifetime(graph, "last") == "[2, 3)");
}

TEST_CASE("an input that nobody reads exists at step 0", "[workloads]") {
  const Graph graph = parse_graph_text("input x 8\ninput y 8\na: copy(8) in=x out=8\n");
  CHECK(lifetime(graph, "y") == "[0, 1)");
  CHECK(Decisions(graph).is_fixed(*graph.find_tensor("y")));
}

TEST_CASE("a lifetime contains its begin and not its end", "[workloads]") {
  const Lifetime life{2, 4};
  CHECK_FALSE(life.contains(1));
  CHECK(life.contains(2));
  CHECK(life.contains(3));
  CHECK_FALSE(life.contains(4));
}

}  // namespace
}  // namespace memplace
