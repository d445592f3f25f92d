// SPDX-License-Identifier: Apache-2.0
// The work of single operators, and what is refused.
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/unit/onnx/model_maker.h"

namespace memplace::onnx::test {
namespace {

// The network of one node over inputs and constants.
struct One {
  ModelMaker maker;
  Graph done(ValueId out) {
    maker.output(out);
    return maker.convert();
  }
  std::string refused(ValueId out, bool allow_unknown = false) {
    maker.output(out);
    try {
      maker.convert(DType::kInt8, allow_unknown);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }
};

GridWork grid(const Graph& graph, std::size_t op = 0) {
  return std::get<GridWork>(graph.op(OpId(op)).work);
}
VectorWork vector(const Graph& graph, std::size_t op = 0) {
  return std::get<VectorWork>(graph.op(OpId(op)).work);
}

}  // namespace

TEST_CASE("convolutions of one and three dimensions, grouped and depthwise", "[onnx]") {
  One line;
  const Graph a = line.done(line.maker.node(
      "Conv", {line.maker.input("x", {2, 6, 20}), line.maker.constant("w", {12, 3, 5})}, {2, 12, 8},
      {{"group", std::int64_t{2}}, {"strides", Ints{2}}, {"dilations", Ints{1}}}));
  CHECK(grid(a) ==
        GridWork{.batch = 2, .positions = 16, .out_channels = 6, .in_channels = 3, .kernel = 5});
  CHECK(a.op(OpId(0)).window == Window{.kernel_height = 1,
                                       .kernel_width = 5,
                                       .stride = 2,
                                       .padding = 0,
                                       .dilation = 1,
                                       .groups = 2});
  One space;
  const Graph b = space.done(space.maker.node(
      "Conv", {space.maker.input("x", {1, 4, 6, 6, 6}), space.maker.constant("w", {8, 4, 3, 3, 3})},
      {1, 8, 4, 4, 4}));
  CHECK(grid(b) ==
        GridWork{.batch = 1, .positions = 64, .out_channels = 8, .in_channels = 4, .kernel = 27});
  One depthwise;
  const Graph c = depthwise.done(depthwise.maker.node(
      "Conv",
      {depthwise.maker.input("x", {1, 8, 6, 6}), depthwise.maker.constant("w", {8, 1, 3, 3})},
      {1, 8, 6, 6}, {{"group", std::int64_t{8}}, {"auto_pad", std::string("SAME_UPPER")}}));
  CHECK(grid(c) ==
        GridWork{.batch = 8, .positions = 36, .out_channels = 1, .in_channels = 1, .kernel = 9});
  CHECK(c.op(OpId(0)).window->padding == 1);
}

// Each of 4 x 4 inputs of 8 channels meets 6 x 2 x 2 weights of each of its channels.
TEST_CASE("a transposed convolution counts the positions of its input", "[onnx]") {
  One one;
  const Graph graph = one.done(one.maker.node(
      "ConvTranspose", {one.maker.input("x", {1, 8, 4, 4}), one.maker.constant("w", {8, 6, 2, 2})},
      {1, 6, 8, 8}, {{"strides", Ints{2, 2}}}));
  CHECK(grid(graph) ==
        GridWork{.batch = 1, .positions = 16, .out_channels = 6, .in_channels = 8, .kernel = 4});
  CHECK(graph.op(OpId(0)).kind == "convtranspose");
}

TEST_CASE("matrix products by which side is constant", "[onnx]") {
  One right;
  CHECK(grid(right.done(right.maker.node(
            "MatMul", {right.maker.input("x", {2, 3, 5, 7}), right.maker.constant("w", {7, 11})},
            {2, 3, 5, 11}))) ==
        GridWork{.batch = 1, .positions = 30, .out_channels = 11, .in_channels = 7, .kernel = 1});
  One left;
  const Graph flipped = left.done(left.maker.node(
      "MatMul", {left.maker.constant("w", {11, 7}), left.maker.input("x", {2, 7, 5})}, {2, 11, 5}));
  CHECK(grid(flipped) ==
        GridWork{.batch = 1, .positions = 10, .out_channels = 11, .in_channels = 7, .kernel = 1});
  CHECK(flipped.totals().weight_bytes == Bytes(77));
  One both;
  CHECK(grid(both.done(both.maker.node(
            "MatMul", {both.maker.input("x", {2, 3, 5, 7}), both.maker.input("y", {2, 3, 7, 11})},
            {2, 3, 5, 11}))) ==
        GridWork{.batch = 6, .positions = 5, .out_channels = 11, .in_channels = 7, .kernel = 1});
  // One left-hand side for all batches: the batches are its other side's columns.
  One shared;
  CHECK(grid(shared.done(shared.maker.node(
            "MatMul", {shared.maker.input("x", {5, 7}), shared.maker.input("y", {6, 7, 11})},
            {6, 5, 11}))) ==
        GridWork{.batch = 1, .positions = 66, .out_channels = 5, .in_channels = 7, .kernel = 1});
  One gemm;
  const Graph transposed = gemm.done(
      gemm.maker.node("Gemm",
                      {gemm.maker.input("x", {7, 5}), gemm.maker.constant("w", {11, 7}),
                       gemm.maker.constant("b", {11})},
                      {5, 11}, {{"transA", std::int64_t{1}}, {"transB", std::int64_t{1}}}));
  CHECK(grid(transposed) ==
        GridWork{.batch = 1, .positions = 5, .out_channels = 11, .in_channels = 7, .kernel = 1});
  CHECK(transposed.totals().weight_bytes == Bytes(77 + 44));
}

TEST_CASE("contractions", "[onnx]") {
  One one;
  const Graph graph = one.done(one.maker.node(
      "Einsum", {one.maker.input("q", {2, 5, 3, 7}), one.maker.input("k", {2, 6, 3, 7})},
      {2, 3, 5, 6}, {{"equation", std::string("bihd, bjhd -> bhij")}}));
  CHECK(grid(graph) ==
        GridWork{.batch = 6, .positions = 5, .out_channels = 6, .in_channels = 7, .kernel = 1});
  CHECK(graph.op(OpId(0)).kind == "matmul");
  One dots;
  CHECK(grid(dots.done(dots.maker.node(
            "Einsum", {dots.maker.input("x", {2, 4, 7}), dots.maker.constant("w", {7, 9})},
            {2, 4, 9}, {{"equation", std::string("...d,de->...e")}}))) ==
        GridWork{.batch = 1, .positions = 8, .out_channels = 9, .in_channels = 7, .kernel = 1});
  One implied;
  CHECK(grid(implied.done(implied.maker.node(
            "Einsum", {implied.maker.input("x", {2, 4, 7}), implied.maker.input("y", {2, 7, 9})},
            {2, 4, 9}, {{"equation", std::string("...ij,...jk")}}))) ==
        GridWork{.batch = 2, .positions = 4, .out_channels = 9, .in_channels = 7, .kernel = 1});
  One trace;
  CHECK(trace.refused(trace.maker.node(
            "Einsum", {trace.maker.input("x", {3, 3}), trace.maker.input("y", {3})}, {3},
            {{"equation", std::string("ii,i->i")}}, "e")) ==
        "node \"e\" (Einsum): equation \"ii,i->i\" is refused: it takes a diagonal");
}

// (2 x 3 by 3 x 4) by 4 x 5: 24 and 40 multiply-accumulates.
TEST_CASE("a contraction of several tensors is products from left to right", "[onnx]") {
  One one;
  const ValueId out = one.maker.node(
      "Einsum",
      {one.maker.input("x", {2, 3}), one.maker.constant("w", {3, 4}), one.maker.input("y", {4, 5})},
      {2, 5}, {{"equation", std::string("ij,jk,kl->il")}}, "e");
  const Graph graph = one.done(out);
  REQUIRE(kinds(graph) == "matmul matmul");
  CHECK(
      graph.op(OpId(0)).work ==
      Work(GridWork{.batch = 1, .positions = 2, .out_channels = 4, .in_channels = 3, .kernel = 1}));
  CHECK(
      graph.op(OpId(1)).work ==
      Work(GridWork{.batch = 1, .positions = 2, .out_channels = 5, .in_channels = 4, .kernel = 1}));
  CHECK(graph.tensor(graph.op(OpId(0)).weights->tensor).bytes == Bytes(12));
  CHECK(graph.tensor(graph.op(OpId(0)).outputs[0]).bytes == Bytes(8));
}

// 7 steps of 2 samples: 5 inputs and 8 states to 4 x 8 gates.
TEST_CASE("an LSTM is its products and its gates", "[onnx]") {
  One one;
  const ValueId out =
      one.maker.node("LSTM",
                     {one.maker.input("x", {7, 2, 5}), one.maker.constant("w", {1, 32, 5}),
                      one.maker.constant("r", {1, 32, 8}), one.maker.constant("b", {1, 64})},
                     {7, 1, 2, 8}, {{"hidden_size", std::int64_t{8}}}, "rnn");
  const Graph graph = one.done(out);
  CHECK(kinds(graph) == "matmul matmul lstm");
  CHECK(grid(graph, 0) ==
        GridWork{.batch = 1, .positions = 14, .out_channels = 32, .in_channels = 5, .kernel = 1});
  CHECK(grid(graph, 1) ==
        GridWork{.batch = 1, .positions = 2, .out_channels = 32, .in_channels = 8, .kernel = 7});
  CHECK(vector(graph, 2) == VectorWork{VectorKind::kTranscendental, 7 * 2 * 32});
  CHECK(graph.totals().weight_bytes == Bytes(32 * 5 + 4 * 64 + 32 * 8));
}

TEST_CASE("vector work is counted by what is written, read or looked at", "[onnx]") {
  One pool;
  CHECK(vector(pool.done(pool.maker.node("MaxPool", {pool.maker.input("x", {1, 4, 8, 8})},
                                         {1, 4, 4, 4}, {{"kernel_shape", Ints{3, 3}}}))) ==
        VectorWork{VectorKind::kReduction, 4 * 16 * 9});
  One mean;
  const Graph pooled = mean.done(mean.maker.node(
      "ReduceMean", {mean.maker.input("x", {1, 4, 8, 8})}, {1, 4}, {{"axes", Ints{2, 3}}}));
  CHECK(vector(pooled) == VectorWork{VectorKind::kReduction, 256});
  CHECK(pooled.op(OpId(0)).kind == "averagepool");
  One resize;
  CHECK(vector(resize.done(resize.maker.node("Resize",
                                             {resize.maker.input("x", {1, 4, 8, 8}), std::nullopt,
                                              std::nullopt, resize.maker.integers({1, 4, 16, 16})},
                                             {1, 4, 16, 16}, {{"mode", std::string("linear")}}))) ==
        VectorWork{VectorKind::kReduction, 4 * 256 * 4});
  One concat;
  const Graph joined = concat.done(concat.maker.node(
      "Concat", {concat.maker.constant("cls", {1, 1, 8}), concat.maker.input("x", {1, 4, 8})},
      {1, 5, 8}, {{"axis", std::int64_t{1}}}));
  CHECK(vector(joined) == VectorWork{VectorKind::kCopy, 40});
  CHECK(joined.op(OpId(0)).weights->bytes == Bytes(4 * 8));
  One divide;
  CHECK(vector(divide.done(divide.maker.node(
            "Div", {divide.maker.input("x", {6}), divide.maker.number(3)}, {6}))) ==
        VectorWork{VectorKind::kElementwise, 6});
}

TEST_CASE("channels shuffled by reshape and transpose are copied", "[onnx]") {
  One one;
  const ValueId x = one.maker.node("Relu", {one.maker.input("x", {1, 8, 4, 4})}, {1, 8, 4, 4});
  ValueId y = one.maker.node("Reshape", {x}, {1, 2, 4, 4, 4});
  y = one.maker.node("Transpose", {y}, {1, 4, 2, 4, 4}, {{"perm", Ints{0, 2, 1, 3, 4}}});
  y = one.maker.node("Reshape", {y}, {1, 8, 4, 4});
  CHECK(kinds(one.done(one.maker.node("Relu", {y}, {1, 8, 4, 4}))) == "relu transpose relu");
}

TEST_CASE("data between quantise and dequantise take a byte and no op", "[onnx]") {
  ModelMaker maker;
  const ValueId scale = maker.number(0.1);
  const ValueId zero = maker.constant("zero", {}, ElementType::kInt8);
  const auto quantize = [&](ValueId x, const Shape& shape) {
    return maker.node("QuantizeLinear", {x, scale, zero}, shape, {}, "", ElementType::kInt8);
  };
  const auto dequantize = [&](ValueId x, const Shape& shape) {
    return maker.node("DequantizeLinear", {x, scale, zero}, shape);
  };
  const Shape image{1, 8, 4, 4};
  ValueId x = maker.input("x", image);
  x = dequantize(quantize(x, image), image);
  const ValueId w = dequantize(maker.constant("w", {8, 8, 1, 1}, ElementType::kInt8), {8, 8, 1, 1});
  const ValueId b = dequantize(maker.constant("b", {8}, ElementType::kInt32), {8});
  ValueId y = maker.node("Conv", {x, w, b}, image);
  y = maker.node("Relu", {y}, image);
  y = dequantize(quantize(y, image), image);
  maker.output(maker.node("GlobalAveragePool", {y}, {1, 8, 1, 1}));
  const Graph graph = maker.convert(DType::kFp32);
  CHECK(kinds(graph) == "conv averagepool");
  CHECK(graph.totals().weight_bytes == Bytes(64 + 4 * 8));
  CHECK(graph.tensor(graph.op(OpId(0)).inputs[0].tensor).bytes == Bytes(128));
  CHECK(graph.tensor(graph.op(OpId(0)).outputs[0]).bytes == Bytes(128));
  CHECK(graph.tensor(graph.op(OpId(0)).outputs[0]).dtype == DType::kInt8);
  CHECK(graph.tensor(graph.op(OpId(1)).outputs[0]).bytes == Bytes(4 * 8));
}

TEST_CASE("quantised operators", "[onnx]") {
  ModelMaker maker;
  const auto byte = ElementType::kInt8;
  const ValueId s = maker.number(0.1);
  const ValueId z = maker.constant("zero", {}, byte);
  const ValueId x = maker.input("x", {1, 8, 4, 4}, byte);
  ValueId y = maker.node("QLinearConv",
                         {x, s, z, maker.constant("w", {8, 8, 1, 1}, byte), s, z, s, z,
                          maker.constant("b", {8}, ElementType::kInt32)},
                         {1, 8, 4, 4}, {}, "", byte);
  y = maker.node("com.microsoft:QLinearAdd", {y, s, z, x, s, z, s, z}, {1, 8, 4, 4}, {}, "", byte);
  maker.output(y);
  const Graph graph = maker.convert(DType::kFp32);
  // The addition is a residual, as in floats: one result of 8 x 4 x 4 bytes.
  CHECK(kinds(graph) == "conv");
  CHECK(graph.op(OpId(0)).inputs.size() == 2);
  CHECK(graph.totals().weight_bytes == Bytes(64 + 32));
  CHECK(graph.totals().activation_bytes == Bytes(128));
}

// Dynamic quantisation: sums of 32 bits become floats in the product's output stage.
TEST_CASE("an integer product takes in its rescaling", "[onnx]") {
  ModelMaker maker;
  const auto byte = ElementType::kInt8;
  const ValueId x = maker.input("x", {4, 16});
  const ValueId q = maker.node("DynamicQuantizeLinear", {x}, {4, 16}, {}, "", byte);
  const ValueId scale = maker.value("scale", {});
  const ValueId zero = maker.value("zero", {}, byte);
  maker.last().outputs.emplace_back(scale);
  maker.last().outputs.emplace_back(zero);
  const ValueId sums =
      maker.node("MatMulInteger",
                 {q, maker.constant("w", {16, 8}, byte), zero, maker.constant("wz", {}, byte)},
                 {4, 8}, {}, "", ElementType::kInt32);
  const ValueId floats = maker.node("Cast", {sums}, {4, 8});
  const ValueId factor = maker.node("Mul", {scale, maker.number(0.1)}, {});
  const ValueId scaled = maker.node("Mul", {floats, factor}, {4, 8});
  maker.output(maker.node("Add", {scaled, maker.constant("b", {8})}, {4, 8}));
  const Graph graph = maker.convert();
  CHECK(kinds(graph) == "dynamicquantizelinear matmul");
  CHECK(graph.totals().weight_bytes == Bytes(16 * 8 + 4 * 8));
}

TEST_CASE("unknown and refused operators are named and counted", "[onnx]") {
  One one;
  ValueId x = one.maker.input("x", {4});
  x = one.maker.node("com.example:Warp", {x}, {4}, {}, "a");
  x = one.maker.node("com.example:Warp", {x}, {4}, {}, "b");
  CHECK(one.refused(x) ==
        "operator Warp of domain \"com.example\" is not known: 2 nodes, the first of them \"a\"; "
        "--allow-unknown costs it as an elementwise one");
  const Graph graph = one.maker.convert(DType::kInt8, true);
  CHECK(kinds(graph) == "warp warp");
  CHECK(vector(graph) == VectorWork{VectorKind::kElementwise, 4});
  CHECK(one.maker.notes ==
        std::vector<std::string>{"warning: operator Warp of domain \"com.example\" is not known, "
                                 "costed as elementwise: 2"});
  One strings;
  CHECK(strings.refused(
            strings.maker.node("StringConcat", {strings.maker.input("x", {4})}, {4}, {}, "s")) ==
        "operator StringConcat is refused, strings have no place on an accelerator: 1 node \"s\"");
  One loop;
  CHECK(loop.refused(loop.maker.node("Loop", {loop.maker.input("x", {4})}, {4}, {}, "l")) ==
        "node \"l\" (Loop): control flow that depends on data is refused");
  // What the file or the user says of its size.
  One nonzero;
  CHECK(vector(nonzero.done(nonzero.maker.node("NonZero", {nonzero.maker.input("x", {8})}, {1, 4},
                                               {}, "n"))) == VectorWork{VectorKind::kReduction, 8});
}

TEST_CASE("shapes that do not fit their operator are errors", "[onnx]") {
  One product;
  CHECK(product.refused(product.maker.node(
            "MatMul", {product.maker.input("x", {4, 5}), product.maker.constant("w", {6, 7})},
            {4, 7}, {}, "m")) == "node \"m\" (MatMul): 5 columns times 6 rows");
  One conv;
  CHECK(conv.refused(conv.maker.node(
            "Conv", {conv.maker.input("x", {1, 8, 4, 4}), conv.maker.constant("w", {8, 4, 1, 1})},
            {1, 8, 4, 4}, {{"group", std::int64_t{3}}}, "c")) ==
        "node \"c\" (Conv): weights for 12 to 8 channels in 3 groups, input of 8, output of 8");
  One view;
  CHECK(view.refused(view.maker.node("Reshape", {view.maker.input("x", {4})}, {5}, {}, "v")) ==
        "node \"v\" (Reshape): a view of 4 elements as 5");
  One huge;
  const std::int64_t big = std::int64_t{1} << 40;
  CHECK(huge.refused(huge.maker.node("Relu", {huge.maker.input("x", {big, big})}, {big, big})) ==
        "value \"Relu_0_output_0\" has more than 1125899906842624 elements");
  One attribute;
  CHECK(attribute.refused(
            attribute.maker.node("MaxPool", {attribute.maker.input("x", {1, 1, 4, 4})},
                                 {1, 1, 4, 4}, {{"kernel_shape", std::int64_t{3}}}, "p")) ==
        "node \"p\" (MaxPool): attribute \"kernel_shape\" is not a list of integers");
}

// 576 weights and 8 biases of 4 bytes; outputs of 8 x 10 x 10.
TEST_CASE("an import is summed up for people", "[onnx]") {
  ModelMaker maker;
  const ValueId x = maker.input("x", {1, 8, 10, 10});
  const ValueId y =
      maker.node("Conv", {x, maker.constant("w", {8, 8, 3, 3}), maker.constant("b", {8})},
                 {1, 8, 10, 10}, {{"pads", Ints{1, 1, 1, 1}}});
  maker.output(maker.node("Relu", {y}, {1, 8, 10, 10}));
  const Graph graph = maker.convert();
  CHECK(summarize(maker.model(), graph, maker.notes) ==
        "net: 2 nodes became 1 ops\n"
        "  multiply-accumulates: 57600\n"
        "  parameters: 584\n"
        "  weight bytes: 608\n"
        "  activation bytes: 800\n"
        "  fused: Relu into convolutions: 1\n");
}

}  // namespace memplace::onnx::test
