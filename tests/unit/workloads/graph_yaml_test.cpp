// SPDX-License-Identifier: Apache-2.0
#include "workloads/io/graph_yaml.h"

#include <cstdint>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/rng.h"
#include "tests/support/random_graph.h"
#include "workloads/builtin/builtins.h"
#include "workloads/io/graph_text.h"

namespace memplace {
namespace {

Graph read(const std::string& text) {
  return read_graph_yaml(YamlDocument::from_text(text, "g.yaml"));
}

TEST_CASE("every built-in survives being written and read", "[workloads]") {
  for (const std::string& name : builtin_names()) {
    const Graph graph = make_builtin(name, DType::kFp16);
    const Graph again = read(write_graph_yaml(graph));
    CHECK(again == graph);
    CHECK(again.totals() == graph.totals());
  }
}

TEST_CASE("random graphs survive being written and read", "[workloads]") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Rng rng(seed, 2);
    const Graph graph = random_graph(rng, {});
    CHECK(read(write_graph_yaml(graph)) == graph);
  }
}

TEST_CASE("names that mean something to YAML survive", "[workloads]") {
  const std::vector<std::string> names{
      "a: b", "- x", "null", "~",    "true", "#x",  "'q\"", "1",   " x ", "a,b",      "{x}", "[y]",
      "&z",   "*z",  "!t",   "a #b", "x:",   "\\n", "%d",   "@at", "?",   "\xc3\xa9", "|",   ">"};
  GraphBuilder builder("no: graph");
  TensorId last =
      builder.add_tensor({"in, put", TensorKind::kInput, DType::kInt64, {2}, Bytes(16), 0, false});
  for (const std::string& name : names) {
    const TensorId out =
        builder.add_tensor({name, TensorKind::kActivation, DType::kInt8, {}, Bytes(7), 0, false});
    Op op;
    op.name = name;
    op.kind = name;
    op.work = VectorWork{VectorKind::kCopy, 7};
    op.inputs = {{last, Bytes(3)}};
    op.outputs = {out};
    builder.add_op(op);
    last = out;
  }
  const Graph graph = builder.build();
  CHECK(read(write_graph_yaml(graph)) == graph);
}

TEST_CASE("a graph is written one part a line", "[workloads]") {
  const Graph graph = parse_graph_text(
      "graph tiny\n"
      "input x 2048\n"
      "a: grid(positions=4,out=8,in=8) w=64/100 in=x:32 out=32,0\n"
      "v: view in=a\n"
      "b: grid(batch=2,out=4,in=4,kernel=9) w=a.weights in=v,a.out1 out=8\n"
      "c: softmax(8) w=a.weights:1 in=b out=8\n"
      "output b");
  CHECK(write_graph_yaml(graph) ==
        R"(graph: tiny
inputs:
  - {name: x, dtype: int8, shape: [2048], bytes: 2 KiB}
ops:
  - name: a
    kind: grid
    work: {grid: {positions: 4, out_channels: 8, in_channels: 8}}
    inputs: [{tensor: x, bytes: 32 B}]
    weights: {name: a.weights, dtype: int8, shape: [100], bytes: 100 B, parameters: 100, read: 64 B}
    outputs: [{name: a.out, dtype: int8, shape: [32], bytes: 32 B}, {name: a.out1, dtype: int8, shape: [0], bytes: 0 B}]
  - name: v
    kind: view
    work: view
    inputs: [a.out]
    outputs: [{name: v.out, dtype: int8, shape: [32], bytes: 32 B}]
  - name: b
    kind: grid
    work: {grid: {batch: 2, positions: 1, out_channels: 4, in_channels: 4, kernel: 9}}
    inputs: [v.out, a.out1]
    weights: a.weights
    outputs: [{name: b.out, dtype: int8, shape: [8], bytes: 8 B}]
  - name: c
    kind: softmax
    work: {vector: {kind: softmax, elements: 8}}
    inputs: [b.out]
    weights: {tensor: a.weights, bytes: 1 B}
    outputs: [{name: c.out, dtype: int8, shape: [8], bytes: 8 B}]
outputs: [b.out, c.out]
)");
}

TEST_CASE("what a graph file leaves out has its documented default", "[workloads]") {
  const Graph graph = read(R"(
graph: short
ops:
  - name: a
    kind: conv
    work: {grid: {positions: 4, out_channels: 3, in_channels: 2}}
    window: {kernel: [3, 5]}
    weights: {name: w, dtype: fp16, shape: [3, 2]}
    outputs: [{name: y, shape: [3, 4]}, {name: z, bytes: 1 KiB}]
)");
  const Op& op = graph.op(OpId(0));
  CHECK(op.work == Work(GridWork{1, 4, 3, 2, 1}));
  CHECK(op.window == Window{3, 5, 1, 0, 1, 1});
  CHECK(op.inputs.empty());
  const Tensor& weights = graph.tensor(*graph.find_tensor("w"));
  CHECK(weights.bytes == Bytes(12));
  CHECK(weights.parameters == 6);
  CHECK(op.weights->bytes == Bytes(12));
  const Tensor& y = graph.tensor(*graph.find_tensor("y"));
  CHECK(y.dtype == DType::kInt8);
  CHECK(y.bytes == Bytes(12));
  CHECK(y.graph_output);
  CHECK(graph.tensor(*graph.find_tensor("z")).bytes == Bytes(1024));
  CHECK(graph.tensor(*graph.find_tensor("z")).shape.empty());
}

}  // namespace
}  // namespace memplace
