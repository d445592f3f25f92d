// SPDX-License-Identifier: Apache-2.0
// Whatever the bytes: a model or one Error, never a crash.
#include <random>

#include <catch2/catch.hpp>

#include "tests/unit/onnx/reading.h"

namespace memplace::onnx {
namespace {

using test::OnnxGraph;
using test::OnnxModel;

// One of each kind: a convolution, folded shapes, control flow, a function, a library operator.
std::string small_model() {
  const OnnxGraph then_branch =
      OnnxGraph().output("t").node("Relu", {"c"}, {"t"}).value("t", {{1, 4, 6, 6}});
  const OnnxGraph else_branch = OnnxGraph().output("e").node("Neg", {"c"}, {"e"});
  const OnnxGraph body = OnnxGraph()
                             .input("i", test::OnnxDims{}, test::OnnxType::kInt64)
                             .input("k", test::OnnxDims{}, test::OnnxType::kBool)
                             .input("v", std::nullopt)
                             .output("k2")
                             .output("v2")
                             .output("o")
                             .node("Identity", {"k"}, {"k2"})
                             .node("Add", {"v", "bias"}, {"v2"})
                             .node("ReduceSum", {"v2"}, {"o"}, {{"keepdims", 0}});
  OnnxGraph graph;
  graph.input("x", {{"batch", 3, 8, 8}})
      .output("y")
      .weights("w", {4, 3, 3, 3})
      .floats("bias", {1}, {0.5F})
      .ints("trips", {}, {2})
      .ints("start", {1}, {1})
      .ints("end", {1}, {2})
      .ints("minus", {1}, {-1})
      .node("Conv", {"x", "w"}, {"c"}, {{"strides", std::vector<std::int64_t>{1, 1}}}, "conv")
      .node("Constant", {}, {"b"},
            {{"value", test::OnnxTensor::ints("", {}, {1}, test::OnnxType::kBool)}})
      .node("If", {"b"}, {"d"}, {{"then_branch", then_branch}, {"else_branch", else_branch}}, "if")
      .node("Loop", {"trips", "", "d"}, {"l", "scan"}, {{"body", body}}, "loop")
      .node("Shape", {"l"}, {"s"})
      .node("Slice", {"s", "start", "end"}, {"channels"})
      .node("Concat", {"channels", "minus"}, {"shape"}, {{"axis", 0}})
      .node("Reshape", {"l", "shape"}, {"r"})
      .node("F", {"r"}, {"f"}, {{"alpha", 0.5F}}, "call", "local")
      .node("HannWindow", {"trips"}, {"window"})
      .node("ReduceMax", {"window"}, {"m"}, {{"keepdims", 0}})
      .node("Mul", {"f", "m"}, {"y0"})
      .node("MaxPool", {"y0"}, {"y"}, {{"kernel_shape", std::vector<std::int64_t>{2}}});
  OnnxModel model(graph);
  model.import("local", 1)
      .function(
          "local", "F", {"a"}, {"z"},
          {test::onnx_node("LeakyRelu", {"a"}, {"u"},
                           {test::OnnxAttribute::reference("alpha", "alpha", 1)}),
           test::onnx_node("Unsqueeze", {"u", "ax"}, {"z"}),
           test::onnx_node("Constant", {}, {"ax"}, {{"value_ints", std::vector<std::int64_t>{0}}})},
          {"alpha"});
  return model.bytes();
}

ReadOptions options() {
  ReadOptions result;
  result.dims["batch"] = 1;
  return result;
}

// Anything but Error leaves the test.
bool reads(const std::string& bytes) {
  const TemporaryModel file(bytes);
  try {
    read_onnx(file.path(), options());
    return true;
  } catch (const Error& error) {
    CHECK(std::string(error.what()).starts_with(file.path() + ": "));
    CHECK(std::string(error.what()).size() < 2000);
    return false;
  }
}

// c is [1, 4, 6, 6] and so are d and l; its 144 elements become [4, 36], then [1, 4, 36]; pooling
// windows of 2 leave [1, 4, 35].
TEST_CASE("the model to be damaged is whole", "[onnx]") {
  const Model model = read_bytes(small_model(), options());
  CHECK(output_shape(model) == Shape{1, 4, 35});
  CHECK(operators(model) ==
        "Conv Relu Add Add Reshape LeakyRelu Unsqueeze HannWindow ReduceMax Mul MaxPool");
}

TEST_CASE("a model cut anywhere gives one error", "[onnx]") {
  const std::string whole = small_model();
  int whole_reads = 0;
  for (std::size_t length = 0; length < whole.size(); ++length) {
    whole_reads += reads(whole.substr(0, length)) ? 1 : 0;
  }
  // The graph is the file's last field, so that no beginning of it is a model.
  CHECK(whole_reads == 0);
}

TEST_CASE("a model with bytes changed reads or gives one error", "[onnx]") {
  const std::string whole = small_model();
  std::mt19937 random(4711);  // its sequence is the standard's
  int reading = 0;
  for (int run = 0; run < 4000; ++run) {
    std::string bytes = whole;
    for (unsigned change = 0; change <= random() % 4; ++change) {
      const std::size_t at = random() % bytes.size();
      switch (random() % 4) {
        case 0:
          bytes[at] = static_cast<char>(bytes[at] ^ static_cast<char>(1U << (random() % 8)));
          break;
        case 1:
          bytes[at] = static_cast<char>(random() % 256);
          break;
        case 2:
          bytes.erase(at, 1 + random() % 3);
          break;
        default:
          bytes.insert(at, bytes.substr(random() % bytes.size(), random() % 20));
      }
    }
    reading += reads(bytes) ? 1 : 0;
  }
  // Some changes touch only names and stay harmless; most do not.
  CHECK(reading > 20);
  CHECK(reading < 2000);
}

}  // namespace
}  // namespace memplace::onnx
