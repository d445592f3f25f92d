// SPDX-License-Identifier: Apache-2.0
// The networks of MLPerf Tiny, quantised: as tf2onnx writes a .tflite file (QuantizeLinear and
// DequantizeLinear around every op, images turned between NHWC and NCHW), and as onnxruntime writes
// its own operators.
#include <map>

#include <catch2/catch.hpp>

#include "tests/unit/onnx/zoo.h"

namespace memplace::onnx {
namespace {

using test::OnnxTensor;
using test::OnnxType;

// A .tflite file through tf2onnx: the graph's input is quantised NHWC; scales and zero points are
// initializers; weights are int8 and reach their op through DequantizeLinear, biases int32.
struct Lite {
  Net net;

  std::string scale() {
    std::string name = net.fresh("scale");
    net.graph().floats(name, {}, {0.05F});
    return name;
  }
  std::string zero(OnnxType type = OnnxType::kInt8) {
    std::string name = net.fresh("zero");
    net.graph().initializer(OnnxTensor::ints(name, {}, {-1}, type));
    return name;
  }
  std::string quantize(const std::string& x) {
    return net.node("QuantizeLinear", {x, scale(), zero()});
  }
  std::string dequantize(const std::string& x) {
    return net.node("DequantizeLinear", {x, scale(), zero()});
  }
  // What follows every op.
  std::string requantize(const std::string& x) { return dequantize(quantize(x)); }
  std::string parameter(const Ints& shape, OnnxType type, std::int64_t channels) {
    const std::string scales = net.fresh("scales");
    net.graph().floats(scales, {channels},
                       std::vector<float>(static_cast<std::size_t>(channels), 0.1F));
    const std::string zeros = net.fresh("zeros");
    net.graph().initializer(
        OnnxTensor::ints(zeros, {channels}, Ints(static_cast<std::size_t>(channels), 0), type));
    return net.node("DequantizeLinear", {net.weights(shape, type), scales, zeros}, {{"axis", 0}});
  }
  std::string transpose(const std::string& x, const Ints& order) {
    return net.node("Transpose", {x}, {{"perm", order}});
  }
  // Tensors stay NHWC between ops where tf2onnx could not push the Transposes through.
  std::string conv(const std::string& x, const Ints& weights, std::int64_t stride,
                   std::int64_t group = 1, bool relu = true, const std::string& add = "") {
    const std::string first = transpose(x, {0, 3, 1, 2});
    std::string y = net.node("Conv",
                             {first, parameter(weights, OnnxType::kInt8, weights[0]),
                              parameter({weights[0]}, OnnxType::kInt32, weights[0])},
                             {{"auto_pad", "SAME_UPPER"},
                              {"kernel_shape", Ints{weights[2], weights[3]}},
                              {"strides", Ints{stride, stride}},
                              {"dilations", Ints{1, 1}},
                              {"group", group}});
    if (relu) {
      y = net.node("Relu", {y});
    }
    y = requantize(transpose(y, {0, 2, 3, 1}));
    if (!add.empty()) {
      y = requantize(net.node("Relu", {net.node("Add", {y, add})}));
    }
    return y;
  }
  std::string dense(const std::string& x, std::int64_t in, std::int64_t out, bool relu) {
    const std::string matrix = transpose(parameter({out, in}, OnnxType::kInt8, out), {1, 0});
    std::string y =
        net.node("Add", {net.node("MatMul", {x, matrix}), parameter({out}, OnnxType::kInt32, out)});
    if (relu) {
      y = net.node("Relu", {y});
    }
    return requantize(y);
  }
};

// ResNet-8 of MLPerf Tiny, 32 x 32 x 3: 12,501,632 multiply-accumulates.
//   conv 3x3, 3 -> 16, 32 x 32:                    1024 x 16 x  27 =   442,368
//   two of 16 -> 16, 32 x 32:                  2 x 1024 x 16 x 144 = 4,718,592
//   16 -> 32 of stride 2, 32 -> 32, 1x1:  256 x 32 x (144+288+16)  = 3,670,016
//   32 -> 64 of stride 2, 64 -> 64, 1x1:   64 x 64 x (288+576+32)  = 3,670,016
//   64 -> 10:                                                              640
// Parameters: weights of 432 + 4608 + 14336 + 57344 + 640 = 77,360, biases of
// 16 + 32 + 96 + 192 + 10 = 346.
TEST_CASE("ResNet-8 of MLPerf Tiny, int8 through tf2onnx", "[onnx]") {
  Lite lite;
  Net& net = lite.net;
  std::string x =
      lite.dequantize(net.input("input_1_int8", {"unk__101", 32, 32, 3}, OnnxType::kInt8));
  x = lite.conv(x, {16, 3, 3, 3}, 1);
  std::int64_t width = 16;
  for (int stage = 0; stage < 3; ++stage) {
    const std::int64_t in = stage == 0 ? width : width / 2;
    const std::int64_t stride = stage == 0 ? 1 : 2;
    const std::string y = lite.conv(x, {width, in, 3, 3}, stride);
    const std::string skip = stage == 0 ? x : lite.conv(x, {width, in, 1, 1}, stride, 1, false);
    x = lite.conv(y, {width, width, 3, 3}, 1, 1, false, skip);
    width *= 2;
  }
  x = lite.transpose(x, {0, 3, 1, 2});
  x = net.node("AveragePool", {x}, {{"kernel_shape", Ints{8, 8}}, {"strides", Ints{8, 8}}});
  x = lite.requantize(lite.transpose(x, {0, 2, 3, 1}));
  x = net.node("Reshape", {x, net.ints({-1, 64})});
  x = lite.dense(x, 64, 10, false);
  x = lite.quantize(net.node("Softmax", {x}));
  net.output(x);
  // All of it is quantised, so that the type of floats makes no difference.
  Bytes activations;
  for (const DType dtype : {DType::kInt8, DType::kFp32}) {
    const Graph graph = import_net(net, {.opset = 13, .dims = {{"unk__101", 1}}, .dtype = dtype});
    CHECK(kinds(graph) == "averagepool:1 conv:9 matmul:1 softmax:1");
    CHECK(graph.totals().macs == 12'501'632);
    CHECK(graph.totals().parameters == 77'360 + 346);
    CHECK(graph.totals().weight_bytes == Bytes(77'360 + 4 * 346));
    CHECK((activations == Bytes(0) || graph.totals().activation_bytes == activations));
    activations = graph.totals().activation_bytes;
  }
}

// DS-CNN of keyword spotting, 49 x 10: a convolution of 10 x 4 and stride 2 to 25 x 5 x 64, four
// pairs of 3 x 3 depthwise and 1 x 1, pooling, 12 classes. 125 positions:
//   125 x 64 x 40 + 4 x 125 x 64 x (9 + 64) + 64 x 12 = 320,000 + 2,336,000 + 768 = 2,656,768
// Parameters: 2560 + 4 x (576 + 4096) + 768 = 22,016 and 64 + 8 x 64 + 12 = 588 biases.
TEST_CASE("DS-CNN of MLPerf Tiny, int8 through tf2onnx", "[onnx]") {
  Lite lite;
  Net& net = lite.net;
  std::string x = net.input("input_1", {1, 490}, OnnxType::kInt8);
  x = net.node("Reshape", {lite.dequantize(x), net.ints({-1, 49, 10, 1})});
  x = lite.conv(x, {64, 1, 10, 4}, 2);
  for (int i = 0; i < 4; ++i) {
    x = lite.conv(x, {64, 1, 3, 3}, 1, 64);
    x = lite.conv(x, {64, 64, 1, 1}, 1);
  }
  x = net.node("ReduceMean", {x}, {{"axes", Ints{1, 2}}, {"keepdims", 0}});
  x = lite.dense(lite.requantize(x), 64, 12, false);
  net.output(lite.quantize(net.node("Softmax", {x})));
  const Graph graph = import_net(net, {.opset = 12});
  CHECK(kinds(graph) == "averagepool:1 conv:9 matmul:1 softmax:1");
  CHECK(graph.totals().macs == 2'656'768);
  CHECK(graph.totals().parameters == 22'016 + 588);
  CHECK(graph.totals().weight_bytes == Bytes(22'016 + 4 * 588));
}

// MobileNet v1 of width 0.25 on 96 x 96 images, 2 classes: 7,489,664 multiply-accumulates and
// 210,778 weights with 1,368 biases.
//   first: 48 x 48 positions, 3 x 3 x 3 -> 8
//   pairs: depthwise 3 x 3 of C, then C -> D, at the sizes below
TEST_CASE("MobileNet v1 of MLPerf Tiny, int8 through tf2onnx", "[onnx]") {
  Lite lite;
  Net& net = lite.net;
  std::string x = lite.dequantize(net.input("input_1", {1, 96, 96, 3}, OnnxType::kInt8));
  std::int64_t in = 8;
  std::int64_t size = 48;
  std::int64_t macs = 48 * 48 * 27 * 8;
  std::int64_t matrices = 27 * 8;
  std::int64_t biases = 8;
  x = lite.conv(x, {8, 3, 3, 3}, 2);
  for (const auto& [out, stride] : std::vector<std::pair<std::int64_t, std::int64_t>>{{16, 1},
                                                                                      {32, 2},
                                                                                      {32, 1},
                                                                                      {64, 2},
                                                                                      {64, 1},
                                                                                      {128, 2},
                                                                                      {128, 1},
                                                                                      {128, 1},
                                                                                      {128, 1},
                                                                                      {128, 1},
                                                                                      {128, 1},
                                                                                      {256, 2},
                                                                                      {256, 1}}) {
    x = lite.conv(x, {in, 1, 3, 3}, stride, in);
    x = lite.conv(x, {out, in, 1, 1}, 1);
    size /= stride;
    macs += size * size * in * (9 + out);
    matrices += in * (9 + out);
    biases += in + out;
    in = out;
  }
  x = lite.transpose(x, {0, 3, 1, 2});
  x = lite.transpose(net.node("GlobalAveragePool", {x}), {0, 2, 3, 1});
  x = net.node("Reshape", {lite.requantize(x), net.ints({-1, 256})});
  x = lite.dense(x, 256, 2, false);
  net.output(lite.quantize(net.node("Softmax", {x})));
  CHECK(macs + 512 == 7'489'664);
  const Graph graph = import_net(net, {.opset = 13});
  CHECK(kinds(graph) == "averagepool:1 conv:27 matmul:1 softmax:1");
  CHECK(graph.totals().macs == 7'489'664);
  CHECK(graph.totals().parameters == matrices + 512 + biases + 2);
  CHECK(graph.totals().weight_bytes == Bytes(matrices + 512 + 4 * (biases + 2)));
}

// The autoencoder of anomaly detection: 640, 128 x 4, 8, 128 x 4, 640. Products:
//   640 x 128 x 2 + 128 x 128 x 6 + 128 x 8 x 2 = 264,192; biases 128 x 8 + 8 + 640 = 1,672
TEST_CASE("the autoencoder of MLPerf Tiny, int8 through tf2onnx", "[onnx]") {
  Lite lite;
  Net& net = lite.net;
  std::string x = lite.dequantize(net.input("input_1", {1, 640}, OnnxType::kInt8));
  const std::vector<std::int64_t> sizes{640, 128, 128, 128, 128, 8, 128, 128, 128, 128, 640};
  for (std::size_t i = 1; i < sizes.size(); ++i) {
    x = lite.dense(x, sizes[i - 1], sizes[i], i + 1 < sizes.size());
  }
  net.output(lite.quantize(x));
  const Graph graph = import_net(net, {.opset = 13});
  CHECK(kinds(graph) == "matmul:10");
  CHECK(graph.totals().macs == 264'192);
  CHECK(graph.totals().parameters == 264'192 + 1'672);
  CHECK(graph.totals().weight_bytes == Bytes(264'192 + 4 * 1'672));
}

// onnxruntime's static quantisation into its own operators: every op has the scales and zero
// points of all that it reads and writes.
struct Own : Lite {
  std::string conv(const std::string& x, const Ints& weights, std::int64_t stride,
                   std::int64_t pad) {
    return net.node("QLinearConv",
                    {x, scale(), zero(), net.weights(weights, OnnxType::kInt8), scale(), zero(),
                     scale(), zero(), net.weights({weights[0]}, OnnxType::kInt32)},
                    {{"kernel_shape", Ints{weights[2], weights[3]}},
                     {"strides", Ints{stride, stride}},
                     {"pads", Ints{pad, pad, pad, pad}}});
  }
  std::string unary(const std::string& op, const std::string& x,
                    const Attributes& attributes = {}) {
    return net.node(op, {x, scale(), zero(), scale(), zero()}, attributes, kMicrosoft);
  }
  std::string binary(const std::string& op, const std::string& a, const std::string& b) {
    return net.node(op, {a, scale(), zero(), b, scale(), zero(), scale(), zero()}, {}, kMicrosoft);
  }
};

// The same sums as through tf2onnx.
TEST_CASE("ResNet-8 of MLPerf Tiny in the operators of onnxruntime", "[onnx]") {
  Own own;
  Net& net = own.net;
  std::string x =
      own.conv(own.quantize(net.input("input", {"batch", 3, 32, 32})), {16, 3, 3, 3}, 1, 1);
  std::int64_t width = 16;
  for (int stage = 0; stage < 3; ++stage) {
    const std::int64_t in = stage == 0 ? width : width / 2;
    const std::int64_t stride = stage == 0 ? 1 : 2;
    const std::string y =
        own.conv(own.conv(x, {width, in, 3, 3}, stride, 1), {width, width, 3, 3}, 1, 1);
    const std::string skip = stage == 0 ? x : own.conv(x, {width, in, 1, 1}, stride, 0);
    x = own.binary("QLinearAdd", y, skip);
    width *= 2;
  }
  x = own.unary("QLinearGlobalAveragePool", x, {{"channels_last", 0}});
  x = net.node("Flatten", {x});
  x = net.node("QGemm",
               {x, own.scale(), own.zero(), net.weights({10, 64}, OnnxType::kInt8), own.scale(),
                own.zero(), net.weights({10}, OnnxType::kInt32), own.scale(), own.zero()},
               {{"transB", 1}}, kMicrosoft);
  net.output(net.node("Softmax", {own.dequantize(x)}));
  const Graph graph =
      import_net(net, {.opset = 13, .dims = {{"batch", 1}}, .domains = {kMicrosoft}});
  CHECK(kinds(graph) == "averagepool:1 conv:9 matmul:1 softmax:1");
  CHECK(graph.totals().macs == 12'501'632);
  CHECK(graph.totals().parameters == 77'360 + 346);
  CHECK(graph.totals().weight_bytes == Bytes(77'360 + 4 * 346));
}

// What detectors and squeeze-and-excite nets hold beside. Positions of 16 x 16, then 8 x 8:
//   conv 3 -> 8: 256 x 8 x 27 = 55,296; product of 1 x 8 by 8 x 8: 64; conv 16 -> 4: 64 x 64
TEST_CASE("the rest of the quantised operators of onnxruntime", "[onnx]") {
  Own own;
  Net& net = own.net;
  std::string x = own.quantize(net.input("input", {1, 3, 16, 16}));
  x = own.unary("QLinearLeakyRelu", own.conv(x, {8, 3, 3, 3}, 1, 1), {{"alpha", 0.1F}});
  std::string gate = net.node("Flatten", {own.unary("QLinearGlobalAveragePool", x)});
  gate = net.node("QLinearMatMul",
                  {gate, own.scale(), own.zero(), net.weights({8, 8}, OnnxType::kInt8), own.scale(),
                   own.zero(), own.scale(), own.zero()});
  gate = net.node("Reshape", {own.unary("QLinearSigmoid", gate), net.ints({1, 8, 1, 1})});
  const std::string gated = own.binary("QLinearMul", x, gate);
  const Attributes window{{"kernel_shape", Ints{2, 2}}, {"strides", Ints{2, 2}}};
  const std::string small = own.unary("QLinearAveragePool", gated, window);
  const std::string large = net.node("MaxPool", {x}, window);
  x = net.node(
      "QLinearConcat",
      {own.scale(), own.zero(), small, own.scale(), own.zero(), large, own.scale(), own.zero()},
      {{"axis", 1}}, kMicrosoft);
  x = own.conv(x, {4, 16, 1, 1}, 1, 0);
  net.output(own.dequantize(own.unary("QLinearSoftmax", x, {{"axis", 1}, {"opset", 13}})));
  const Graph graph = import_net(net, {.opset = 13, .domains = {kMicrosoft}});
  CHECK(kinds(graph) == "averagepool:2 concat:1 conv:2 matmul:1 maxpool:1 mul:1 softmax:1");
  CHECK(graph.totals().macs == 55'296 + 64 + 64 * 64);
  // Every tensor takes a byte an element.
  for (const OpId id : graph.ops()) {
    for (const TensorId out : graph.op(id).outputs) {
      const Tensor& tensor = graph.tensor(out);
      std::int64_t elements = 1;
      for (const std::int64_t extent : tensor.shape) {
        elements *= extent;
      }
      CAPTURE(tensor.name);
      CHECK(tensor.bytes == Bytes(elements));
    }
  }
}

// By ContribOperators.md of onnxruntime.
TEST_CASE("contributed operators that few files hold", "[onnx]") {
  const auto imported = [](const Net& net) {
    return import_net(net, {.domains = {kMicrosoft}, .dtype = DType::kInt8});
  };
  const auto of_one = [&](const Net& net) {
    const Graph graph = imported(net);
    REQUIRE(graph.ops().size() == 1);
    return graph;
  };
  const auto shape = [](const Graph& graph) {
    return graph.tensor(graph.op(OpId(0)).outputs.at(0)).shape;
  };

  // Channels last; weights as ever: (8 + 2 - 3) / 2 + 1 = 4.
  Net conv;
  conv.output(conv.node("NhwcConv", {conv.input("x", {1, 8, 8, 3}), conv.weights({5, 3, 3, 3})},
                        {{"strides", Ints{2, 2}}, {"pads", Ints{1, 1, 1, 1}}}, kMicrosoft));
  const Graph last = of_one(conv);
  CHECK(shape(last) == Ints{1, 4, 4, 5});
  CHECK(last.totals().macs == 4 * 4 * 5 * 27);

  // [2, 3] times the transpose of [4, 3]; beta of 0 leaves out what is added.
  for (const float beta : {0.0F, 1.0F}) {
    Net gemm;
    gemm.output(gemm.node("GemmFloat8",
                          {gemm.input("a", {2, 3}, OnnxType::kFloat8),
                           gemm.weights({4, 3}, OnnxType::kFloat8), gemm.weights({4})},
                          {{"transB", 1}, {"beta", beta}, {"dtype", 10}}, kMicrosoft));
    const Graph product = of_one(gemm);
    CHECK(kinds(product) == "matmul:1");
    CHECK(shape(product) == Ints{2, 4});
    CHECK(product.totals().macs == 2 * 3 * 4);
    CHECK(product.totals().parameters == 12 + (beta == 0 ? 0 : 4));
  }

  // 3 regions of 2 channels, 5 x 7 each.
  Net crop;
  crop.output(crop.node("CropAndResize",
                        {crop.input("x", {1, 2, 16, 16}), crop.input("rois", {3, 4}),
                         crop.input("images", {3}, OnnxType::kInt32), crop.ints({5, 7})},
                        {}, kMicrosoft));
  CHECK(shape(of_one(crop)) == Ints{3, 2, 5, 7});

  // Rows of 16 B of three tables, of 5 words; norms' scale and shift.
  Net embed;
  const auto bytes = [&](const Ints& of) { return embed.weights(of, OnnxType::kUint8); };
  const Names words = embed.nodes(
      "QEmbedLayerNormalization",
      {embed.input("ids", {1, 5}, OnnxType::kInt32), embed.input("types", {1, 5}, OnnxType::kInt32),
       bytes({100, 16}), bytes({20, 16}), bytes({2, 16}), bytes({16}), bytes({16})},
      1, {}, kMicrosoft);
  embed.output(words[0]);
  const Graph embedded = of_one(embed);
  CHECK(kinds(embedded) == "layernorm:1");
  CHECK(shape(embedded) == Ints{1, 5, 16});
  CHECK(embedded.totals().parameters == 122 * 16 + 2 * 16);

  Net norm;
  norm.output(norm.node("QOrderedLayerNormalization",
                        {norm.input("x", {1, 5, 16}, OnnxType::kInt8), norm.number(0.1F),
                         norm.weights({16}), norm.weights({16}), norm.number(0.1F)},
                        {}, kMicrosoft));
  CHECK(shape(of_one(norm)) == Ints{1, 5, 16});

  Net sum;
  sum.output(sum.node("ReduceSumInteger", {sum.input("x", {2, 3, 4}, OnnxType::kUint8)},
                      {{"axes", Ints{1}}, {"keepdims", 0}}, kMicrosoft));
  const Graph summed = of_one(sum);
  CHECK(kinds(summed) == "reducesum:1");
  CHECK(shape(summed) == Ints{2, 4});
  CHECK(summed.tensor(summed.op(OpId(0)).outputs[0]).bytes == Bytes(4 * 8));
}

// A network in floats, or as onnxruntime's first quantizer wrote it: every bias is brought to the
// unit of the sums at run time, by the scale that the image was quantised with.
struct Twin {
  Net net;
  bool quantised;
  std::map<std::string, Names> known = {};  // by what is quantised

  std::string conv(const std::string& x, const Ints& weights, std::int64_t stride,
                   std::int64_t pad) {
    const Attributes window{{"kernel_shape", Ints{weights[2], weights[3]}},
                            {"strides", Ints{stride, stride}},
                            {"pads", Ints{pad, pad, pad, pad}}};
    const std::string bias = net.weights({weights[0]});
    if (!quantised) {
      return net.node("Conv", {x, net.weights(weights), bias}, window);
    }
    if (!known.contains(x)) {
      known[x] = net.nodes("DynamicQuantizeLinear", {x}, 3);
    }
    const Names& parts = known[x];
    const std::string weights_scale = net.number(0.01F);
    const std::string unit = net.node("Mul", {parts[1], weights_scale});
    const std::string whole = net.node("Floor", {net.node("Div", {bias, unit})});
    const std::string sums = net.node(
        "ConvInteger", {parts[0], net.weights(weights, OnnxType::kUint8), parts[2]}, window);
    const std::string shift =
        net.node("Reshape", {net.node("Cast", {whole}, {{"to", 6}}), net.ints({1, -1, 1, 1})});
    const std::string floats = net.node("Cast", {net.node("Add", {sums, shift})}, {{"to", 1}});
    return net.node("Mul", {floats, net.node("Mul", {parts[1], weights_scale})});
  }
  std::string silu(const std::string& x) { return net.node("Mul", {x, net.node("Sigmoid", {x})}); }
  Graph import() {
    const std::string x = net.input("images", {1, 3, 32, 32});
    const std::string a = silu(conv(x, {16, 3, 3, 3}, 2, 1));
    const std::string b = silu(conv(a, {8, 16, 1, 1}, 1, 0));
    const std::string c = silu(conv(a, {8, 16, 1, 1}, 1, 0));
    const std::string d = net.node("Add", {silu(conv(b, {8, 8, 3, 3}, 1, 1)), b});
    const std::string e = net.node("Concat", {d, c}, {{"axis", 1}});
    net.output(conv(e, {4, 16, 1, 1}, 1, 0));
    return import_net(net, {.opset = 11});
  }
};

// 16 x 16 positions of each: 256 x (16 x 27 + 2 x 8 x 16 + 8 x 72 + 4 x 16) = 339,968. Weights of
// 432 + 2 x 128 + 576 + 64 = 1,328, and biases of 16 + 3 x 8 + 4 = 44.
TEST_CASE("a cell of YOLOX, as onnxruntime first quantised it, is its float twin", "[onnx]") {
  const Graph floats = Twin{{}, false}.import();
  const Graph integers = Twin{{}, true}.import();
  CHECK(kinds(floats) == "add:1 concat:1 conv:5");
  // Four images are quantised, one of them for two convolutions.
  CHECK(kinds(integers) == "add:1 concat:1 conv:5 dynamicquantizelinear:4");
  for (const Graph* graph : {&floats, &integers}) {
    CHECK(graph->totals().macs == 339'968);
    CHECK(graph->totals().parameters == 1'328 + 44);
    CHECK(graph->totals().weight_bytes == Bytes(1'328 + 4 * 44));
  }
}

// 256 x 512 weights, whose raw data are as long as their type is wide; one scale for 16 of them.
TEST_CASE("weights of eight, four and two bits are read and cost that", "[onnx]") {
  for (const auto& [type, bytes] :
       std::vector<std::pair<OnnxType, std::int64_t>>{{OnnxType::kFloat8, 131'072},
                                                      {OnnxType::kFloat4, 65'536},
                                                      {OnnxType::kInt4, 65'536},
                                                      {OnnxType::kUint2, 32'768}}) {
    CAPTURE(bytes);
    Net net;
    const std::string raw(static_cast<std::size_t>(bytes), '\0');
    net.graph().initializer(OnnxTensor::raw("w", {256, 512}, type, raw));
    const std::string scales = net.weights({16, 512}, OnnxType::kFloat16);
    const std::string w =
        net.node("DequantizeLinear", {"w", scales}, {{"axis", 0}, {"block_size", 16}});
    net.output(net.node("MatMul", {net.input("x", {16, 256}, OnnxType::kFloat16), w}));
    const Graph graph = import_net(net, {.opset = 23, .dtype = DType::kFp16});
    CHECK(graph.totals().weight_bytes == Bytes(bytes));
    CHECK(graph.totals().parameters == 131'072);
  }
}

// K = 2,048 and N = 1,024 of 4 bits in blocks of 32: a byte for two of 2,097,152 weights, and
// 65,536 scales of 2 bytes.
TEST_CASE("the scales of a product over blocks have the width that the file gives", "[onnx]") {
  Net net;
  const std::string x = net.input("x", {1, 2048}, OnnxType::kFloat16);
  const std::string w = net.weights({1024, 64, 16}, OnnxType::kUint8);
  const std::string scales = net.weights({1024 * 64}, OnnxType::kFloat16);
  net.output(net.node("MatMulNBits", {x, w, scales},
                      {{"K", 2048}, {"N", 1024}, {"bits", 4}, {"block_size", 32}}, kMicrosoft));
  for (const DType dtype : {DType::kInt8, DType::kFp16, DType::kFp32}) {
    const Graph graph = import_net(net, {.opset = 17, .domains = {kMicrosoft}, .dtype = dtype});
    CHECK(graph.totals().parameters == 2'097'152);
    CHECK(graph.totals().weight_bytes == Bytes(1'048'576 + 2 * 65'536));
  }
}

}  // namespace
}  // namespace memplace::onnx
