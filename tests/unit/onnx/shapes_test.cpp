// SPDX-License-Identifier: Apache-2.0
// Output shapes by our rules, one line an operator; each by the formula of ONNX's operator pages.
#include <catch2/catch.hpp>

#include "tests/unit/onnx/reading.h"

namespace memplace::onnx {

using Ints = std::vector<std::int64_t>;

namespace {

using test::OnnxAttributes;
using test::OnnxGraph;
using test::OnnxModel;
using test::OnnxNames;

// Inputs "x0", "x1", ... of these shapes; "iN" are constants.
Shape shape_of(const std::string& op, const std::vector<Shape>& shapes,
               const std::vector<Ints>& constants = {}, const OnnxAttributes& attributes = {},
               std::int64_t opset = 17, std::size_t output = 0, const std::string& domain = "") {
  OnnxGraph graph;
  OnnxNames inputs;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    inputs.push_back("x" + std::to_string(i));
    graph.input(inputs.back(), test::OnnxDims(shapes[i].begin(), shapes[i].end()));
  }
  for (std::size_t i = 0; i < constants.size(); ++i) {
    inputs.push_back("i" + std::to_string(i));
    graph.ints(inputs.back(), {static_cast<std::int64_t>(constants[i].size())}, constants[i]);
  }
  OnnxNames outputs(output, "");
  outputs.emplace_back("y");
  graph.output("y").node(op, inputs, outputs, attributes, "", domain);
  OnnxModel model(graph, opset);
  return output_shape(read_bytes((domain.empty() ? model : model.import(domain, 1)).bytes()));
}

TEST_CASE("shapes of windows", "[onnx]") {
  // (224 + 2*3 - 7) / 2 + 1 = 112
  CHECK(shape_of("Conv", {{1, 3, 224, 224}, {64, 3, 7, 7}}, {},
                 {{"strides", Ints{2, 2}}, {"pads", Ints{3, 3, 3, 3}}}) == Shape{1, 64, 112, 112});
  CHECK(shape_of("Conv", {{1, 32, 10}, {32, 1, 3}}, {}, {{"group", 32}, {"dilations", Ints{2}}}) ==
        Shape{1, 32, 6});
  CHECK(shape_of("Conv", {{1, 3, 7, 7}, {8, 3, 3, 3}}, {},
                 {{"auto_pad", "SAME_UPPER"}, {"strides", Ints{2, 2}}}) == Shape{1, 8, 4, 4});
  // 2*(8-1) + 1 + 3 - 1 - 2*1 = 15, and 1 of output padding
  CHECK(shape_of("ConvTranspose", {{1, 8, 8, 8}, {8, 4, 3, 3}}, {},
                 {{"strides", Ints{2, 2}},
                  {"pads", Ints{1, 1, 1, 1}},
                  {"output_padding", Ints{1, 1}}}) == Shape{1, 4, 16, 16});
  // (6 - 3) / 2 + 1 = 2 down, 3 up
  const Ints three{3, 3};
  const Ints two{2, 2};
  CHECK(shape_of("MaxPool", {{1, 2, 6, 6}}, {}, {{"kernel_shape", three}, {"strides", two}}) ==
        Shape{1, 2, 2, 2});
  CHECK(shape_of("MaxPool", {{1, 2, 6, 6}}, {},
                 {{"kernel_shape", three}, {"strides", two}, {"ceil_mode", 1}}) ==
        Shape{1, 2, 3, 3});
  CHECK(shape_of("GlobalAveragePool", {{1, 7, 5, 5}}) == Shape{1, 7, 1, 1});
}

TEST_CASE("shapes of products", "[onnx]") {
  CHECK(shape_of("MatMul", {{2, 1, 3, 4}, {5, 4, 6}}) == Shape{2, 5, 3, 6});
  CHECK(shape_of("MatMul", {{4}, {4, 6}}) == Shape{6});
  CHECK(shape_of("Gemm", {{4, 3}, {6, 4}}, {}, {{"transA", 1}, {"transB", 1}}) == Shape{3, 6});
  CHECK(shape_of("Einsum", {{2, 3, 4, 5}, {2, 3, 6, 5}}, {},
                 {{"equation", "b h q d, b h k d -> b h q k"}}) == Shape{2, 3, 4, 6});
  CHECK(shape_of("Einsum", {{7, 2, 3}, {3, 4}}, {}, {{"equation", "...ij,jk->...ik"}}) ==
        Shape{7, 2, 4});
  CHECK(shape_of("Einsum", {{2, 3}, {3, 4}}, {}, {{"equation", "ij,jk"}}) == Shape{2, 4});
  CHECK(shape_of("LSTM", {{5, 2, 8}, {2, 64, 8}, {2, 64, 16}}, {},
                 {{"hidden_size", 16}, {"direction", "bidirectional"}}) == Shape{5, 2, 2, 16});
  CHECK(shape_of("GRU", {{5, 2, 8}, {1, 48, 8}, {1, 48, 16}}, {}, {{"hidden_size", 16}}, 17, 1) ==
        Shape{1, 2, 16});
}

TEST_CASE("shapes of what moves data", "[onnx]") {
  CHECK(shape_of("Reshape", {{2, 3, 4}}, {{0, -1}}) == Shape{2, 12});
  CHECK(shape_of("Flatten", {{2, 3, 4}}, {}, {{"axis", 3}}) == Shape{24, 1});
  CHECK(shape_of("Squeeze", {{1, 3, 1}}, {{-1}}) == Shape{1, 3});
  CHECK(shape_of("Squeeze", {{1, 3, 1}}, {}, {{"axes", Ints{0}}}, 11) == Shape{3, 1});
  CHECK(shape_of("Unsqueeze", {{3}}, {}, {{"axes", Ints{0, 2}}}, 11) == Shape{1, 3, 1});
  CHECK(shape_of("Split", {{2, 10}}, {{3, 7}}, {{"axis", 1}}, 17, 1) == Shape{2, 7});
  CHECK(shape_of("Split", {{2, 10}}, {}, {{"axis", 1}, {"num_outputs", 3}}, 18, 2) == Shape{2, 2});
  CHECK(shape_of("Slice", {{10, 10}}, {{1, 9}, {INT64_MAX, INT64_MIN}, {0, 1}, {3, -2}}) ==
        Shape{3, 5});
  CHECK(shape_of("Slice", {{10, 10}}, {}, {{"starts", Ints{-3}}, {"ends", Ints{9}}}, 9) ==
        Shape{2, 10});
  CHECK(shape_of("Pad", {{2, 3}}, {}, {{"pads", Ints{0, 1, 0, 2}}}, 10) == Shape{2, 6});
  CHECK(shape_of("Gather", {{30, 8}, {2, 5}}) == Shape{2, 5, 8});
  CHECK(shape_of("DepthToSpace", {{1, 8, 2, 3}}, {}, {{"blocksize", 2}}) == Shape{1, 2, 4, 6});
  CHECK(shape_of("TopK", {{2, 9}}, {{4}}) == Shape{2, 4});
}

TEST_CASE("shapes of operators new since opset 17", "[onnx]") {
  CHECK(shape_of("Gelu", {{2, 3}}, {}, {}, 20) == Shape{2, 3});
  CHECK(shape_of("ReduceMean", {{2, 3, 4}}, {{-1}}, {{"keepdims", 0}}, 18) == Shape{2, 3});
  CHECK(shape_of("ReduceMean", {{2, 3, 4}}, {}, {{"axes", Ints{1}}}, 17) == Shape{2, 1, 4});
  CHECK(shape_of("ReduceMax", {{2, 3}}, {}, {{"noop_with_empty_axes", 1}}, 18) == Shape{2, 3});
  CHECK(shape_of("GroupNormalization", {{1, 4, 5}, {2}, {2}}, {}, {{"num_groups", 2}}, 18) ==
        Shape{1, 4, 5});
  CHECK(shape_of("RMSNormalization", {{2, 8}, {8}}, {}, {}, 23) == Shape{2, 8});
  CHECK(shape_of("Swish", {{2, 8}}, {}, {}, 23) == Shape{2, 8});
  CHECK(shape_of("TensorScatter", {{1, 2, 100, 8}, {1, 2, 3, 8}}, {}, {}, 23) ==
        Shape{1, 2, 100, 8});
  // Q of 8 heads of 16, K and V of 2 heads: 6 queries, 9 keys
  CHECK(shape_of("Attention", {{1, 6, 128}, {1, 9, 32}, {1, 9, 32}}, {},
                 {{"q_num_heads", 8}, {"kv_num_heads", 2}}, 23) == Shape{1, 6, 128});
  CHECK(shape_of("Attention", {{1, 8, 6, 16}, {1, 2, 9, 16}, {1, 2, 9, 16}}, {}, {}, 23, 3) ==
        Shape{1, 8, 6, 9});
}

TEST_CASE("shapes of what machine learning on numbers does", "[onnx]") {
  const auto learning = [](const std::string& op, const std::vector<Shape>& shapes,
                           const std::vector<Ints>& constants = {}) {
    return shape_of(op, shapes, constants, {}, 17, 0, "ai.onnx.ml");
  };
  for (const char* const op : {"Binarizer", "Imputer", "Normalizer", "Scaler"}) {
    CHECK(learning(op, {{3, 4}}) == Shape{3, 4});
  }
  CHECK(learning("ArrayFeatureExtractor", {{3, 4}}, {{1, 3}}) == Shape{3, 2});
  CHECK(learning("ArrayFeatureExtractor", {{4}}, {{1, 3, 0}}) == Shape{1, 3});
  CHECK(learning("FeatureVectorizer", {{3, 4}, {3, 2}}) == Shape{3, 6});
  CHECK(learning("FeatureVectorizer", {{4}, {1, 2}}) == Shape{1, 6});
}

TEST_CASE("Resize by scales, by sizes and keeping the ratio", "[onnx]") {
  const auto resize = [](const std::vector<float>& scales, const Ints& sizes,
                         const OnnxAttributes& attributes) {
    OnnxGraph graph = OnnxGraph().input("x", {{1, 3, 10, 20}}).output("y");
    graph.floats("scales", {static_cast<std::int64_t>(scales.size())}, scales)
        .ints("sizes", {static_cast<std::int64_t>(sizes.size())}, sizes);
    const OnnxNames inputs =
        sizes.empty() ? OnnxNames{"x", "", "scales"} : OnnxNames{"x", "", "", "sizes"};
    return output_shape(read(graph.node("Resize", inputs, {"y"}, attributes), 19));
  };
  CHECK(resize({1, 1, 2, 0.5F}, {}, {}) == Shape{1, 3, 20, 10});
  CHECK(resize({}, {1, 3, 7, 8}, {}) == Shape{1, 3, 7, 8});
  // 7 / 10 and 8 / 20: the smaller, 0.4, for both axes
  CHECK(resize({}, {7, 8}, {{"axes", Ints{2, 3}}, {"keep_aspect_ratio_policy", "not_larger"}}) ==
        Shape{1, 3, 4, 8});
}

TEST_CASE("operators of other domains have their stored shapes", "[onnx]") {
  const OnnxGraph graph = OnnxGraph()
                              .input("x", {{"batch", 8}})
                              .output("y")
                              .value("m", {{"batch", 5}})
                              .node("Magic", {"x"}, {"m"}, {}, "magic", "com.microsoft")
                              .node("Relu", {"m"}, {"y"});
  ReadOptions options;
  options.dims["batch"] = 3;
  CHECK(output_shape(read_bytes(OnnxModel(graph).import("com.microsoft", 1).bytes(), options)) ==
        Shape{3, 5});
}

TEST_CASE("an unknown operator is like its first input where that is allowed", "[onnx]") {
  const OnnxGraph graph =
      OnnxGraph().input("x", {{4, 8}}).output("y").node("Magic", {"x"}, {"y"}, {}, "m", "my");
  std::vector<std::string> notes;
  ReadOptions options;
  options.allow_unknown = true;
  options.notes = &notes;
  CHECK(output_shape(read_bytes(OnnxModel(graph).import("my", 1).bytes(), options)) == Shape{4, 8});
  CHECK(notes ==
        std::vector<std::string>{
            "warning: node \"m\" (Magic): the operator is not known; its outputs are taken to be "
            "like its first input, [4, 8]"});
}

TEST_CASE("a stored shape that the inputs contradict is not used", "[onnx]") {
  std::vector<std::string> notes;
  ReadOptions options;
  options.notes = &notes;
  const Model model = read(
      OnnxGraph().input("x", {{8, 4}}).output("y", {{1, 4}}).node("Relu", {"x"}, {"y"}, {}, "r"),
      17, options);
  CHECK(output_shape(model) == Shape{8, 4});
  CHECK(notes ==
        std::vector<std::string>{"warning: node \"r\" (Relu): the file stores [1, 4] for \"y\", "
                                 "its inputs give [8, 4]; the latter is used"});
}

TEST_CASE("shapes of Fourier transforms", "[onnx]") {
  // frames of 4 every 2 of 10 samples: (10 - 4) / 2 + 1 = 4; one-sided: 4 / 2 + 1 = 3 bins
  const Model model = read(OnnxGraph()
                               .input("x", {{1, 10, 1}})
                               .output("y")
                               .ints("step", {}, {2})
                               .ints("length", {}, {4})
                               .node("STFT", {"x", "step", "", "length"}, {"y"}, {}, "stft"));
  CHECK(output_shape(model) == Shape{1, 4, 3, 2});
  CHECK(shape_of("DFT", {{1, 10, 1}}, {}, {{"onesided", 1}}) == Shape{1, 6, 2});
}

TEST_CASE("the library infers what no rule of ours does", "[onnx]") {
  CHECK(shape_of("Det", {{2, 3, 3}}) == Shape{2});
}

}  // namespace
}  // namespace memplace::onnx
