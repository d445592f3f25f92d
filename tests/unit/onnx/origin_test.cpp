// SPDX-License-Identifier: Apache-2.0
// What a network's tensors and ops are called in the model that it came from.
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/unit/onnx/model_maker.h"

namespace memplace::onnx::test {
namespace {

using Names = std::vector<std::string>;

Names origin(const Graph& graph, const std::string& tensor) {
  const auto names = graph.origin(graph.find_tensor(tensor).value());
  return {names.begin(), names.end()};
}

Names nodes(const Graph& graph, const std::string& op) {
  const auto names = graph.origin(graph.find_op(op).value());
  return {names.begin(), names.end()};
}

}  // namespace

TEST_CASE("an op has the nodes that are fused into it, a tensor the value it holds", "[onnx]") {
  ModelMaker maker;
  const Shape image{1, 8, 10, 10};
  const ValueId x = maker.input("image", image);
  ValueId y =
      maker.node("Conv", {x, maker.constant("w_0", {8, 8, 3, 3}), maker.constant("b_0", {8})},
                 image, {{"pads", Ints{1, 1, 1, 1}}}, "c");
  y = maker.node("BatchNormalization",
                 {y, maker.constant("s", {8}), maker.constant("t", {8}), maker.constant("m", {8}),
                  maker.constant("v", {8})},
                 image, {}, "n");
  maker.output(maker.node("Relu", {y}, image, {}, "r"));
  const Graph graph = maker.convert();
  REQUIRE(kinds(graph) == "conv");
  CHECK(graph.came_from_file());
  CHECK(nodes(graph, "c") == Names{"c", "n", "r"});
  CHECK(origin(graph, "image") == Names{"image"});
  CHECK(origin(graph, "c.weights") == Names{"w_0", "b_0"});
  CHECK(origin(graph, "c.out") == Names{"r_output_0"});
}

TEST_CASE("a tensor stands for its views and for what changes nothing", "[onnx]") {
  ModelMaker maker;
  ValueId y = maker.node("Relu", {maker.input("x", {2, 6})}, {2, 6}, {}, "r");
  y = maker.node("Reshape", {y, maker.integers({3, 4})}, {3, 4}, {}, "view");
  y = maker.node("Identity", {y}, {3, 4}, {}, "same");
  maker.output(maker.node("Sigmoid", {y}, {3, 4}, {}, "s"));
  const Graph graph = maker.convert();
  REQUIRE(kinds(graph) == "relu sigmoid");
  CHECK(origin(graph, "r.out") == Names{"r_output_0", "view_output_0", "same_output_0"});
  CHECK(nodes(graph, "r") == Names{"r"});
}

TEST_CASE("weights have the name that the file stores them under", "[onnx]") {
  ModelMaker maker;
  const ValueId turned =
      maker.node("Transpose", {maker.constant("stored", {6, 4})}, {4, 6}, {}, "turn");
  maker.output(maker.node("MatMul", {maker.input("x", {2, 4}), turned}, {2, 6}, {}, "p"));
  const Graph graph = maker.convert();
  REQUIRE(kinds(graph) == "matmul");
  const Names names = origin(graph, "p.weights");
  REQUIRE_FALSE(names.empty());
  CHECK(names.front() == "stored");
}

TEST_CASE("a pattern has the nodes it was recognised in", "[onnx]") {
  ModelMaker maker;
  const ValueId x = maker.input("x", {2, 8});
  const ValueId gate = maker.node("Sigmoid", {x}, {2, 8}, {}, "gate");
  maker.output(maker.node("Mul", {x, gate}, {2, 8}, {}, "times"));
  const Graph graph = maker.convert();
  REQUIRE(graph.ops().size() == 1);
  const auto names = graph.origin(*graph.ops().begin());
  CHECK(Names(names.begin(), names.end()) == Names{"times", "gate"});
}

}  // namespace memplace::onnx::test
