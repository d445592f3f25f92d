// SPDX-License-Identifier: Apache-2.0
#include "workloads/graph/graph.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "workloads/io/graph_text.h"

namespace memplace {
namespace {

std::vector<std::string> op_names(const Graph& graph, std::span<const OpId> ids) {
  std::vector<std::string> names;
  std::transform(ids.begin(), ids.end(), std::back_inserter(names),
                 [&](OpId id) { return graph.op(id).name; });
  return names;
}

using Names = std::vector<std::string>;

TEST_CASE("neighbours come in schedule order, each once", "[workloads]") {
  const Graph graph = parse_graph_text(
      "input x 32\n"
      "a: grid(positions=4,out=8,in=8) w=64 in=x out=32\n"
      "b: elementwise(32) in=a out=32\n"
      "c: elementwise(32) in=b,a,b,x out=32\n");
  const auto tensor = [&](const char* name) { return *graph.find_tensor(name); };
  const auto op = [&](const char* name) { return *graph.find_op(name); };

  CHECK(op_names(graph, graph.consumers(tensor("a.out"))) == Names{"b", "c"});
  CHECK(op_names(graph, graph.consumers(tensor("b.out"))) == Names{"c"});
  CHECK(op_names(graph, graph.consumers(tensor("x"))) == Names{"a", "c"});
  CHECK(op_names(graph, graph.consumers(tensor("a.weights"))) == Names{"a"});
  CHECK(graph.consumers(tensor("c.out")).empty());

  CHECK(graph.predecessors(op("a")).empty());
  CHECK(op_names(graph, graph.predecessors(op("c"))) == Names{"a", "b"});
  CHECK(op_names(graph, graph.successors(op("a"))) == Names{"b", "c"});
  CHECK(graph.successors(op("c")).empty());

  CHECK(graph.producer(tensor("b.out")) == op("b"));
  CHECK_FALSE(graph.producer(tensor("x")).has_value());
  CHECK_FALSE(graph.producer(tensor("a.weights")).has_value());
  CHECK_FALSE(graph.find_op("x").has_value());
  CHECK_FALSE(graph.find_tensor("a").has_value());
}

TEST_CASE("a view shares the storage of what it looks at", "[workloads]") {
  const Graph graph = parse_graph_text(
      "input x 8\n"
      "a: copy(8) in=x out=8\n"
      "v: view in=a\n"
      "u: view in=v\n"
      "b: copy(8) in=u out=8\n");
  const auto tensor = [&](const char* name) { return *graph.find_tensor(name); };
  CHECK(graph.storage(tensor("u.out")) == tensor("a.out"));
  CHECK(graph.producer(tensor("u.out")) == *graph.find_op("u"));
  CHECK(op_names(graph, graph.predecessors(*graph.find_op("b"))) == Names{"u"});
}

TEST_CASE("totals count each tensor once and views not at all", "[workloads]") {
  // MACs: 2 x 4 x 8 x 8 for a, 3 x 8 for c, 10 for the depthwise e; weights: 64 + 100 bytes.
  const Graph graph = parse_graph_text(
      "input x 64\n"
      "a: grid(batch=2,positions=4,out=8,in=8) w=64 in=x out=64\n"
      "v: view in=a\n"
      "c: grid(positions=3,out=8) w=a.weights in=v out=24,5\n"
      "e: mac(10) w=100 in=c,c.out1 out=10\n");
  const GraphTotals totals = graph.totals();
  CHECK(totals.macs == 512 + 24 + 10);
  CHECK(totals.parameters == 164);
  CHECK(totals.weight_bytes == Bytes(164));
  CHECK(totals.activation_bytes == Bytes(64 + 24 + 5 + 10));
}

Graph two_inputs(bool swapped, const std::string& kind, std::optional<Window> window) {
  GraphBuilder builder("pair");
  Tensor x{"x", TensorKind::kInput, DType::kInt8, {4}, Bytes(4), 0, false};
  Tensor y{"y", TensorKind::kInput, DType::kInt8, {4}, Bytes(4), 0, false};
  const TensorId first = builder.add_tensor(swapped ? y : x);
  const TensorId second = builder.add_tensor(swapped ? x : y);
  const TensorId out = builder.add_tensor(
      Tensor{"z", TensorKind::kActivation, DType::kInt8, {4}, Bytes(4), 0, false});
  Op op;
  op.name = "add";
  op.kind = kind;
  op.work = VectorWork{VectorKind::kElementwise, 4};
  op.inputs = {{swapped ? second : first, Bytes(4)}, {swapped ? first : second, Bytes(4)}};
  op.outputs = {out};
  op.window = window;
  builder.add_op(op);
  return builder.build();
}

TEST_CASE("graphs are equal whatever the order their tensors were added in", "[workloads]") {
  const Graph graph = two_inputs(false, "add", std::nullopt);
  CHECK(graph == two_inputs(true, "add", std::nullopt));
  CHECK_FALSE(graph == two_inputs(false, "sum", std::nullopt));
  CHECK_FALSE(graph == two_inputs(false, "add", Window{}));
}

TEST_CASE("graphs differ where any part does", "[workloads]") {
  const auto with = [](const std::string& line) {
    return parse_graph_text("input x 8\na: copy(8) w=16 in=x out=8\n" + line);
  };
  const Graph graph = with("b: copy(8) w=8 in=a out=8");
  CHECK(graph == with("b: copy(8) w=8 in=a out=8"));
  CHECK_FALSE(graph == with("c: copy(8) w=8 in=a out=8"));
  CHECK_FALSE(graph == with("b: copy(9) w=8 in=a out=8"));
  CHECK_FALSE(graph == with("b: elementwise(8) w=8 in=a out=8"));
  CHECK_FALSE(graph == with("b: copy(8) w=4/8 in=a out=8"));
  CHECK_FALSE(graph == with("b: copy(8) in=a out=8"));
  CHECK_FALSE(graph == with("b: copy(8) w=a.weights:8 in=a out=8"));
  CHECK_FALSE(graph == with("b: copy(8) w=8 in=x out=8"));
  CHECK_FALSE(graph == with("b: copy(8) w=8 in=a:7 out=8"));
  CHECK_FALSE(graph == with("b: copy(8) w=8 in=a,a out=8"));
  CHECK_FALSE(graph == with("b: copy(8) w=8 in=a out=9"));
  CHECK_FALSE(graph == with("b: copy(8) w=8 in=a out=8\noutput a"));
  CHECK_FALSE(graph == parse_graph_text("graph other\ninput x 8\na: copy(8) w=16 in=x out=8\n"
                                        "b: copy(8) w=8 in=a out=8"));
}

}  // namespace
}  // namespace memplace
