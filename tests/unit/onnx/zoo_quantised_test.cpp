// SPDX-License-Identifier: Apache-2.0
// The networks of MLPerf Tiny, quantised: as tf2onnx writes a .tflite file (QuantizeLinear and
// DequantizeLinear around every op, images turned between NHWC and NCHW), and as onnxruntime writes
// its own operators.
#include <catch2/catch.hpp>

#include "tests/unit/onnx/zoo.h"

namespace memplace::onnx {
namespace {

using test::OnnxTensor;
using test::OnnxType;

constexpr const char* kMicrosoft = "com.microsoft";

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
  const Graph graph = import_net(net, {.opset = 13, .dims = {{"unk__101", 1}}});
  CHECK(kinds(graph) == "averagepool:1 conv:9 matmul:1 softmax:1");
  CHECK(graph.totals().macs == 12'501'632);
  CHECK(graph.totals().parameters == 77'360 + 346);
  CHECK(graph.totals().weight_bytes == Bytes(77'360 + 4 * 346));
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

}  // namespace
}  // namespace memplace::onnx
