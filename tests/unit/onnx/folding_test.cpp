// SPDX-License-Identifier: Apache-2.0
// Shapes computed in the graph, as exporters write them, fold; what is left is the network.
#include <catch2/catch.hpp>

#include "tests/unit/onnx/reading.h"

namespace memplace::onnx {

using Ints = std::vector<std::int64_t>;

namespace {

using test::OnnxGraph;
using test::OnnxTensor;
using test::OnnxType;

Ints ints(const Model& model, std::string_view name) {
  return std::get<Ints>(value_named(model, name).data.value());
}

// x.view(x.size(0), -1, 4) of a [batch, 8, 6]: [2, 12, 4].
TEST_CASE("a view written as Shape, Gather, Unsqueeze, Concat and Reshape folds", "[onnx]") {
  const OnnxGraph graph = OnnxGraph()
                              .input("x", {{"batch", 8, 6}})
                              .output("y")
                              .ints("zero", {}, {0})
                              .ints("axes", {1}, {0})
                              .ints("rest", {2}, {-1, 4})
                              .node("Shape", {"x"}, {"s"})
                              .node("Gather", {"s", "zero"}, {"b"}, {{"axis", 0}})
                              .node("Unsqueeze", {"b", "axes"}, {"b1"})
                              .node("Concat", {"b1", "rest"}, {"shape"}, {{"axis", 0}})
                              .node("Reshape", {"x", "shape"}, {"y"});
  ReadOptions options;
  options.dims["batch"] = 2;
  const Model model = read(graph, 17, options);
  CHECK(operators(model) == "Reshape");
  CHECK(output_shape(model) == Shape{2, 12, 4});
  CHECK(ints(model, "shape") == Ints{2, -1, 4});
  // zero, axes, rest, s, b and b1 are gone with the nodes that read them.
  CHECK(model.values.size() == 3);
}

// Attention's head size: 64 / 4 = 16 by Div and Cast; sequence 6 as a Slice; 1 / sqrt(16) = 0.25.
TEST_CASE("the sizes of attention heads fold through floats", "[onnx]") {
  const OnnxGraph graph = OnnxGraph()
                              .input("x", {{1, 6, 64}})
                              .output("y")
                              .output("scale")
                              .ints("two", {1}, {2})
                              .ints("three", {1}, {3})
                              .ints("heads", {1}, {4})
                              .ints("begin", {1}, {0})
                              .node("Shape", {"x"}, {"s"})
                              .node("Slice", {"s", "two", "three"}, {"hidden"})
                              .node("Div", {"hidden", "heads"}, {"size"})
                              .node("Slice", {"s", "begin", "two"}, {"outer"})
                              .node("Concat", {"outer", "heads", "size"}, {"shape"}, {{"axis", 0}})
                              .node("Reshape", {"x", "shape"}, {"y"})
                              .node("Cast", {"size"}, {"f"}, {{"to", 1}})
                              .node("Sqrt", {"f"}, {"root"})
                              .node("Reciprocal", {"root"}, {"scale"});
  const Model model = read(graph);
  CHECK(operators(model) == "Reshape");
  CHECK(output_shape(model) == Shape{1, 6, 4, 16});
  CHECK(std::get<std::vector<double>>(*value_named(model, "scale").data) ==
        std::vector<double>{0.25});
}

// Of x [3, 5]: Where(Equal([3, -1], -1), [1, 1], [3, -1]) = [3, 1] is what an Expand of PyTorch
// computes.
TEST_CASE("the shape of an Expand folds through Equal and Where", "[onnx]") {
  const OnnxGraph graph =
      OnnxGraph()
          .input("x", {{1, 5}})
          .output("y")
          .ints("wanted", {2}, {3, -1})
          .ints("count", {1}, {2})
          .ints("minus", {}, {-1})
          .node("ConstantOfShape", {"count"}, {"ones"}, {{"value", OnnxTensor::ints("", {1}, {1})}})
          .node("Mul", {"ones", "minus"}, {"negative"})
          .node("Equal", {"wanted", "negative"}, {"open"})
          .node("Where", {"open", "ones", "wanted"}, {"shape"})
          .node("Expand", {"x", "shape"}, {"y"});
  const Model model = read(graph);
  CHECK(ints(model, "shape") == Ints{3, 1});
  CHECK(output_shape(model) == Shape{3, 5});
}

struct Sum {
  std::string op;
  Ints a;
  Ints b;
  Ints expected;
};

TEST_CASE("integer arithmetic folds by the standard's rules", "[onnx]") {
  const std::vector<Sum> sums{
      {"Add", {1, 2}, {10, 20}, {11, 22}}, {"Sub", {1, 2}, {10, 20}, {-9, -18}},
      {"Mul", {3, 4}, {5, 6}, {15, 24}},   {"Div", {7, -7}, {2, 2}, {3, -3}},  // toward zero
      {"Mod", {7, -7}, {3, 3}, {1, 2}},                                        // the divisor's sign
      {"Pow", {2, 3}, {10, 2}, {1024, 9}}, {"Min", {1, 9}, {5, 5}, {1, 5}},
      {"Max", {1, 9}, {5, 5}, {5, 9}},     {"Equal", {1, 9}, {1, 5}, {1, 0}},
      {"Less", {1, 9}, {5, 5}, {1, 0}},    {"GreaterOrEqual", {5, 4}, {5, 5}, {1, 0}},
  };
  for (const Sum& sum : sums) {
    CAPTURE(sum.op);
    const Model model = read(OnnxGraph()
                                 .output("y")
                                 .ints("a", {2}, sum.a)
                                 .ints("b", {2}, sum.b)
                                 .node(sum.op, {"a", "b"}, {"y"}));
    CHECK(ints(model, "y") == sum.expected);
    CHECK(model.nodes.empty());
  }
}

TEST_CASE("results that are not exact stay without data", "[onnx]") {
  const auto has_data = [](const std::string& op, std::int64_t a, std::int64_t b) {
    const Model model = read(OnnxGraph()
                                 .output("y")
                                 .ints("a", {1}, {a})
                                 .ints("b", {1}, {b})
                                 .node(op, {"a", "b"}, {"y"}));
    return value_named(model, "y").data.has_value();
  };
  CHECK_FALSE(has_data("Add", INT64_MAX, 1));
  CHECK_FALSE(has_data("Mul", INT64_MAX, 2));
  CHECK_FALSE(has_data("Div", 1, 0));
  CHECK_FALSE(has_data("Div", INT64_MIN, -1));
  CHECK_FALSE(has_data("Mod", 1, 0));
  CHECK_FALSE(has_data("Pow", 10, 300));
  CHECK(has_data("Div", INT64_MIN, 1));
}

TEST_CASE("moves of constants fold", "[onnx]") {
  const auto result = [](const std::string& op, const test::OnnxNames& inputs,
                         const test::OnnxAttributes& attributes) {
    const Model model = read(OnnxGraph()
                                 .output("y")
                                 .ints("m", {2, 3}, {1, 2, 3, 4, 5, 6})
                                 .ints("i", {2}, {-1, 0})
                                 .ints("v", {2}, {7, 8})
                                 .ints("one", {1}, {1})
                                 .ints("minus", {1}, {-1})
                                 .ints("least", {1}, {INT64_MIN})
                                 .ints("twos", {2}, {2, 2})
                                 .ints("five", {}, {5})
                                 .ints("three", {}, {3})
                                 .ints("neg", {}, {-1})
                                 .ints("e", {3}, {2, 2, 3})
                                 .node(op, inputs, {"y"}, attributes));
    return std::pair(output_shape(model), ints(model, "y"));
  };
  using Result = std::pair<Shape, Ints>;
  CHECK(result("Transpose", {"m"}, {}) == Result{{3, 2}, {1, 4, 2, 5, 3, 6}});
  CHECK(result("Gather", {"m", "i"}, {{"axis", 1}}) == Result{{2, 2}, {3, 1, 6, 4}});
  CHECK(result("Slice", {"m", "minus", "least", "one", "minus"}, {}) ==
        Result{{2, 3}, {3, 2, 1, 6, 5, 4}});
  CHECK(result("Concat", {"m", "m"}, {{"axis", 1}}) ==
        Result{{2, 6}, {1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6}});
  CHECK(result("Tile", {"v", "one"}, {}) == Result{{2}, {7, 8}});
  CHECK(result("Expand", {"m", "e"}, {}) ==
        Result{{2, 2, 3}, {1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6}});
  CHECK(result("Range", {"five", "three", "neg"}, {}) == Result{{2}, {5, 4}});
  CHECK(result("NonZero", {"i"}, {}) == Result{{1, 1}, {0}});
  CHECK(result("ReduceProd", {"m"}, {{"keepdims", 0}}) == Result{{}, {720}});
}

TEST_CASE("weights made by ConstantOfShape are constants without data", "[onnx]") {
  const Model model = read(OnnxGraph()
                               .input("x", {{1, 300}})
                               .output("y")
                               .ints("s", {2}, {300, 200})
                               .node("ConstantOfShape", {"s"}, {"w"})
                               .node("Transpose", {"w"}, {"t"})
                               .node("Gemm", {"x", "t"}, {"y"}, {{"transB", 1}}));
  CHECK(operators(model) == "Gemm");
  CHECK(value_named(model, "t").is_constant);
  CHECK_FALSE(value_named(model, "t").data);
  CHECK(output_shape(model) == Shape{1, 200});
}

TEST_CASE("quantised weights keep their stored type", "[onnx]") {
  const Model model = read(OnnxGraph()
                               .input("x", {{1, 4}})
                               .output("y")
                               .weights("q", {4, 2}, OnnxType::kInt8)
                               .floats("scale", {}, {0.5F})
                               .node("DequantizeLinear", {"q", "scale"}, {"w"})
                               .node("MatMul", {"x", "w"}, {"y"}));
  CHECK(operators(model) == "DequantizeLinear MatMul");
  CHECK(value_named(model, "q").type == ElementType::kInt8);
}

TEST_CASE("what a constant would grow by is computed, not stored", "[onnx]") {
  const Model model = read(OnnxGraph()
                               .output("y")
                               .floats("one", {1}, {1.0F})
                               .ints("s", {2}, {1000, 1000})
                               .node("Expand", {"one", "s"}, {"y"}));
  CHECK(operators(model) == "Expand");
}

TEST_CASE("constants of every stored form are read", "[onnx]") {
  const std::string half("\x00\x3C\x00\xC1\x01\x00", 6);  // 1, -2.5, 2^-24
  const Model model =
      read(OnnxGraph()
               .output("h")
               .output("b")
               .output("i")
               .output("u")
               .initializer(OnnxTensor::raw("h", {3}, OnnxType::kFloat16, half))
               .initializer(OnnxTensor::raw("b", {2}, OnnxType::kBool, std::string("\1\0", 2)))
               .initializer(OnnxTensor::raw("i", {1}, OnnxType::kInt32, "\xFE\xFF\xFF\xFF"))
               .initializer(OnnxTensor::ints("u", {2}, {200, 3}, OnnxType::kUint8)));
  CHECK(std::get<std::vector<double>>(*value_named(model, "h").data) ==
        std::vector<double>{1, -2.5, 1.0 / 16777216});
  CHECK(ints(model, "b") == Ints{1, 0});
  CHECK(ints(model, "i") == Ints{-2});
  CHECK(ints(model, "u") == Ints{200, 3});
}

}  // namespace
}  // namespace memplace::onnx
