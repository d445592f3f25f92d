// SPDX-License-Identifier: Apache-2.0
// Functions, If, Loop, Scan and sequences become plain nodes.
#include <catch2/catch.hpp>

#include "tests/unit/onnx/reading.h"

namespace memplace::onnx {
namespace {

using test::OnnxAttribute;
using test::OnnxDims;
using test::OnnxGraph;
using test::OnnxModel;
using test::OnnxType;

TEST_CASE("the branch of a constant If is taken, with what it captures", "[onnx]") {
  const OnnxGraph then_branch = OnnxGraph().output("t").node("Squeeze", {"x"}, {"t"});
  const OnnxGraph else_branch = OnnxGraph().output("e").node("Identity", {"x"}, {"e"});
  // PyTorch's squeeze: x.size(0) == 1 ?
  const OnnxGraph graph =
      OnnxGraph()
          .input("x", {{1, 3}})
          .output("y")
          .ints("zero", {}, {0})
          .ints("one", {}, {1})
          .node("Shape", {"x"}, {"s"})
          .node("Gather", {"s", "zero"}, {"d"})
          .node("Equal", {"d", "one"}, {"b"})
          .node("If", {"b"}, {"y"}, {{"then_branch", then_branch}, {"else_branch", else_branch}},
                "if");
  std::vector<std::string> notes;
  ReadOptions options;
  options.notes = &notes;
  const Model model = read(graph, 17, options);
  CHECK(operators(model) == "Squeeze");
  CHECK(output_shape(model) == Shape{3});
  CHECK(notes == std::vector<std::string>{"node \"if\" (If): its then_branch is always taken"});
}

OnnxGraph loop_body() {
  return OnnxGraph()
      .input("i", OnnxDims{}, OnnxType::kInt64)
      .input("k", OnnxDims{}, OnnxType::kBool)
      .input("v", std::nullopt)
      .output("k2")
      .output("v2")
      .output("row")
      .node("Less", {"i", "last"}, {"k2"})
      .node("MatMul", {"v", "w"}, {"v2"})
      .node("Relu", {"v2"}, {"row"});
}

// The condition after iteration i is i < 1: iterations 0 and 1 run, though 5 are allowed.
TEST_CASE("a Loop is unrolled until its condition fails, its rows joined", "[onnx]") {
  const Model model =
      read(OnnxGraph()
               .input("x", {{2, 4}})
               .output("rows")
               .output("y")
               .weights("w", {4, 4})
               .ints("last", {}, {1})
               .ints("n", {}, {5})
               .node("Loop", {"n", "", "x"}, {"y", "rows"}, {{"body", loop_body()}}, "loop"));
  CHECK(operators(model) == "MatMul Relu MatMul Relu Unsqueeze Unsqueeze Concat");
  CHECK(output_shape(model) == Shape{2, 2, 4});
  CHECK(model.values[model.outputs[1]].shape == Shape{2, 4});
  CHECK(model.nodes[0].name == "loop/0/MatMul_0");
  CHECK(model.nodes[2].name == "loop/1/MatMul_1");
  CHECK(model.nodes[0].inputs[1] == model.nodes[2].inputs[1]);  // one w
}

// Slices of x [3, 2] along axis 1, from the end: x[:, 1], then x[:, 0].
TEST_CASE("a Scan of known length is unrolled", "[onnx]") {
  const OnnxGraph body = OnnxGraph()
                             .input("h", std::nullopt)
                             .input("e", std::nullopt)
                             .output("h2")
                             .output("o")
                             .node("Add", {"h", "e"}, {"h2"})
                             .node("Relu", {"h2"}, {"o"});
  using Ints = std::vector<std::int64_t>;
  const Model model = read(OnnxGraph()
                               .input("x", {{3, 2}})
                               .input("h0", {{3}})
                               .output("o")
                               .node("Scan", {"h0", "x"}, {"h", "o"},
                                     {{"body", body},
                                      {"num_scan_inputs", 1},
                                      {"scan_input_axes", Ints{1}},
                                      {"scan_input_directions", Ints{1}},
                                      {"scan_output_axes", Ints{1}}},
                                     "scan"));
  CHECK(operators(model) == "Gather Add Relu Gather Add Relu Unsqueeze Unsqueeze Concat");
  CHECK(output_shape(model) == Shape{3, 2});
  const Value& index = model.values[*model.nodes[0].inputs[1]];
  CHECK(std::get<Ints>(*index.data) == Ints{1});
}

TEST_CASE("functions are inlined with their attributes, defaults and inputs left out", "[onnx]") {
  OnnxModel model(OnnxGraph()
                      .input("x", {{2, 3}})
                      .output("y")
                      .node("F", {"x"}, {"a"}, {{"axis", 0}}, "f1", "my")
                      .node("F", {"a"}, {"y"}, {}, "f2", "my"));
  model.import("my", 1).function(
      "my", "F", {"p", "low"}, {"q"},
      {test::onnx_node("Clip", {"p", "low"}, {"c"}),
       test::onnx_node("Softmax", {"c"}, {"q"}, {OnnxAttribute::reference("axis", "axis", 2)})},
      {"axis"});
  const Model read_back = read_bytes(model.bytes());
  CHECK(operators(read_back) == "Clip Softmax Clip Softmax");
  CHECK(std::get<std::int64_t>(read_back.nodes[1].attributes.at("axis")) == 0);
  CHECK_FALSE(read_back.nodes[3].attributes.contains("axis"));
  CHECK(read_back.nodes[0].inputs.size() == 1);
  CHECK(read_back.nodes[0].name == "f1/Clip_0");
}

TEST_CASE("sequences of known length vanish", "[onnx]") {
  const Model model = read(OnnxGraph()
                               .input("x", {{6, 2}})
                               .output("y")
                               .output("n")
                               .ints("part", {}, {4})
                               .ints("last", {}, {-1})
                               .node("SplitToSequence", {"x", "part"}, {"s"})
                               .node("SequenceAt", {"s", "last"}, {"tail"})
                               .node("SequenceInsert", {"s", "tail"}, {"s2"})
                               .node("SequenceLength", {"s2"}, {"n"})
                               .node("ConcatFromSequence", {"s2"}, {"y"}, {{"axis", 0}}));
  // Parts of 4 and 2 rows, and the last one again: 8 rows.
  CHECK(operators(model) == "Slice Slice Concat");
  CHECK(output_shape(model) == Shape{8, 2});
  CHECK(std::get<std::vector<std::int64_t>>(*value_named(model, "n").data) ==
        std::vector<std::int64_t>{3});
}

TEST_CASE("unsorted nodes are sorted, double names made unique, dead nodes dropped", "[onnx]") {
  std::vector<std::string> notes;
  ReadOptions options;
  options.notes = &notes;
  const Model model = read(OnnxGraph()
                               .input("x", {{2}})
                               .input("unused", {{"n"}})
                               .output("y")
                               .node("Neg", {"a"}, {"y"}, {}, "same")
                               .node("NonZero", {"x"}, {"dead"}, {}, "dead")
                               .node("Relu", {"x"}, {"a"}, {}, "same"),
                           17, options);
  CHECK(operators(model) == "Relu Neg");
  CHECK(model.nodes[0].name == "same");
  CHECK(model.nodes[1].name == "same_2");
  CHECK(notes ==
        std::vector<std::string>{"the nodes are not in topological order; they were sorted"});
}

}  // namespace
}  // namespace memplace::onnx
