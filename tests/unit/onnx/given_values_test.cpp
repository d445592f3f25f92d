// SPDX-License-Identifier: Apache-2.0
// Values of inputs that decide something, and sizes that depend on data.
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/unit/onnx/reading.h"

namespace memplace::onnx {
namespace {

using test::OnnxAttribute;
using test::OnnxDims;
using test::OnnxGraph;
using test::OnnxType;

// A branch on a sampling rate, as voice-activity models have it.
OnnxGraph branching() {
  const OnnxGraph wide = OnnxGraph().output("t").node("Relu", {"x"}, {"t"});
  const OnnxGraph narrow = OnnxGraph().output("e").node("Neg", {"x"}, {"e"});
  return OnnxGraph()
      .input("x", {{1, 3}})
      .input("sr", OnnxDims{}, OnnxType::kInt64)
      .output("y")
      .ints("rate", {}, {16000})
      .node("Equal", {"sr", "rate"}, {"b"})
      .node("If", {"b"}, {"y"}, {{"then_branch", wide}, {"else_branch", narrow}}, "if");
}

ReadOptions with_values(std::map<std::string, std::vector<double>> values) {
  ReadOptions options;
  options.values = std::move(values);
  return options;
}

}  // namespace

TEST_CASE("a value of an input chooses a branch", "[onnx]") {
  CHECK(operators(read(branching(), 17, with_values({{"sr", {16000}}}))) == "Relu");
  const Model narrow = read(branching(), 17, with_values({{"sr", {8000}}}));
  CHECK(operators(narrow) == "Neg");
  CHECK(narrow.inputs.size() == 1);
  CHECK(error_of(branching()) ==
        "node \"if\" (If): its condition is not constant; an input may decide it: sr (give --value "
        "NAME=V)");
}

TEST_CASE("a value of an input is a shape", "[onnx]") {
  const OnnxGraph graph = OnnxGraph()
                              .input("x", {{2, 6}})
                              .input("to", OnnxDims{2}, OnnxType::kInt64)
                              .output("y")
                              .node("Reshape", {"x", "to"}, {"y"});
  CHECK(output_shape(read(graph, 17, with_values({{"to", {3, 4}}}))) == Shape{3, 4});
  CHECK(error_of(graph, 17, with_values({{"to", {12}}})) ==
        "\"to\" is given 1 numbers, and is [2]");
  CHECK(error_of(graph, 17, with_values({{"to", {3, 4.5}}})) ==
        "\"to\" is given as 4.5, and holds whole numbers");
}

TEST_CASE("what is given a value has to be there and lack one", "[onnx]") {
  CHECK(error_of(branching(), 17, with_values({{"sr", {16000}}, {"srr", {1}}})) ==
        "unknown input with a value to be given \"srr\"; known: x, sr (did you mean \"sr\"?)");
  CHECK(error_of(branching(), 17, with_values({{"rate", {8000}}})) ==
        "\"rate\" is given a value, and has one in the file");
  const OnnxGraph flag = OnnxGraph()
                             .input("x", {{2}})
                             .input("b", OnnxDims{}, OnnxType::kBool)
                             .output("y")
                             .node("Where", {"b", "x", "x"}, {"y"});
  CHECK(error_of(flag, 17, with_values({{"b", {2}}})) ==
        "\"b\" is given as 2, and holds true or false");
}

TEST_CASE("a size that depends on data is taken as given, and said", "[onnx]") {
  const OnnxGraph graph = OnnxGraph()
                              .input("boxes", {{1, 50, 4}})
                              .input("scores", {{1, 2, 50}})
                              .output("y")
                              .node("NonMaxSuppression", {"boxes", "scores"}, {"picked"}, {}, "nms")
                              .node("Cast", {"picked"}, {"y"}, {{"to", std::int64_t{1}}});
  CHECK(
      error_of(graph) ==
      "node \"nms\" (NonMaxSuppression): the shape of its output \"picked\" is not known: its size "
      "depends on the data; give --dim picked.0=N");
  ReadOptions options;
  options.dims = {{"picked.0", 20}};
  const Model model = read(graph, 17, options);
  CHECK(output_shape(model) == Shape{20, 3});
  CHECK(model.warnings ==
        std::vector<std::string>{"node \"nms\" (NonMaxSuppression): \"picked\" is taken to be [20, "
                                 "3], as given; its size depends on data"});
  options.dims = {{"picked.0", 20}, {"picked.1", 4}};
  CHECK(error_of(graph, 17, options) == "dimension picked.1 is given as 4, and it is 3");
  options.dims = {{"piked.0", 20}};
  CHECK(error_of(graph, 17, options).starts_with("unknown symbolic dimension \"piked.0\""));
}

TEST_CASE("a result of unknown shape that nobody reads is left out", "[onnx]") {
  const OnnxGraph graph = OnnxGraph()
                              .input("x", {{2, 3}})
                              .output("y", {{2, 3}})
                              .node("Magic", {"x"}, {"y", "beside"}, {}, "m", "my.ops");
  const Model model = read_bytes(test::OnnxModel(graph).import("my.ops", 1).bytes());
  CHECK(output_shape(model) == Shape{2, 3});
  CHECK_FALSE(model.nodes.at(0).outputs.at(1).has_value());
}

}  // namespace memplace::onnx
