// SPDX-License-Identifier: Apache-2.0
// Files of the ONNX model zoo as old as opset 3: exported by Caffe2, CNTK and early PyTorch, with
// weights among the graph's inputs, attributes that later went, and no stored shapes.
#include <string>

#include <catch2/catch.hpp>

#include "tests/unit/onnx/zoo.h"

namespace memplace::onnx {
namespace {

using test::OnnxType;

// Every parameter is an initializer and an input at once.
struct Old {
  Net net;

  std::string weights(const Ints& shape) {
    std::string name = net.weights(shape);
    net.graph().input(name, test::OnnxDims(shape.begin(), shape.end()));
    return name;
  }
  std::string conv(const std::string& x, const Ints& shape, std::int64_t stride, std::int64_t pad,
                   std::int64_t group = 1, bool bias = true) {
    Names inputs{x, weights(shape)};
    if (bias) {
      inputs.push_back(weights({shape[0]}));
    }
    return net.node("Conv", inputs,
                    {{"kernel_shape", Ints{shape[2], shape[3]}},
                     {"strides", Ints{stride, stride}},
                     {"pads", Ints{pad, pad, pad, pad}},
                     {"group", group}});
  }
  std::string relu(const std::string& x) { return net.node("Relu", {x}); }
  std::string lrn(const std::string& x) {
    return net.node("LRN", {x}, {{"size", 5}, {"alpha", 1e-4F}, {"beta", 0.75F}, {"bias", 1.0F}});
  }
  std::string pool(const std::string& x, const std::string& type, std::int64_t kernel,
                   std::int64_t stride, const Ints& pads) {
    return net.node(type, {x},
                    {{"kernel_shape", Ints{kernel, kernel}},
                     {"strides", Ints{stride, stride}},
                     {"pads", pads}});
  }
  std::string dropout(const std::string& x) {
    return net.nodes("Dropout", {x}, 2, {{"is_test", 1}, {"ratio", 0.5F}})[0];
  }
  std::string gemm(const std::string& x, std::int64_t in, std::int64_t out) {
    return net.node("Gemm", {x, weights({out, in}), weights({out})},
                    {{"transB", 1}, {"broadcast", 1}});
  }
};

// bvlc_alexnet of opset 3, from Caffe2: two groups, LRN, Reshape with its shape as an attribute in
// opset 3 and as an initializer from opset 5, Gemm with `broadcast`.
//   conv1 54^2 x 96 x 363, conv2 26^2 x 256 x 1200, conv3 12^2 x 384 x 2304,
//   conv4 12^2 x 384 x 1728, conv5 12^2 x 256 x 1728, 9216 x 4096, 4096 x 4096, 4096 x 1000
// of an image of 224: 101,616,768 + 207,667,200 + 127,401,984 + 95,551,488 + 63,700,992 +
// 37,748,736 + 16,777,216 + 4,096,000 = 654,560,384. Parameters: 60,965,224, Caffe's.
TEST_CASE("AlexNet of Caffe in opsets 3 and 8", "[onnx]") {
  for (const int opset : {3, 8}) {
    Old old;
    Net& net = old.net;
    std::string x = net.input("data_0", {1, 3, 224, 224});
    x = old.lrn(old.relu(old.conv(x, {96, 3, 11, 11}, 4, 0)));
    x = old.pool(x, "MaxPool", 3, 2, {0, 0, 0, 0});
    x = old.lrn(old.relu(old.conv(x, {256, 48, 5, 5}, 1, 2, 2)));
    x = old.pool(x, "MaxPool", 3, 2, {0, 0, 0, 0});
    x = old.relu(old.conv(x, {384, 256, 3, 3}, 1, 1));
    x = old.relu(old.conv(x, {384, 192, 3, 3}, 1, 1, 2));
    x = old.relu(old.conv(x, {256, 192, 3, 3}, 1, 1, 2));
    x = old.pool(x, "MaxPool", 3, 2, {0, 0, 1, 1});
    if (opset < 5) {
      x = net.node("Reshape", {x}, {{"shape", Ints{1, 9216}}});
    } else {
      net.graph().ints("OC2_DUMMY_1", {2}, {1, 9216});
      net.graph().input("OC2_DUMMY_1", test::OnnxDims{2}, OnnxType::kInt64);
      x = net.nodes("Reshape", {x, "OC2_DUMMY_1"}, 1)[0];
    }
    x = old.dropout(old.relu(old.gemm(x, 9216, 4096)));
    x = old.dropout(old.relu(old.gemm(x, 4096, 4096)));
    net.output(net.node("Softmax", {old.gemm(x, 4096, 1000)}));
    const Graph graph = import_net(net, {.opset = opset});
    CAPTURE(opset);
    CHECK(kinds(graph) == "conv:5 lrn:2 matmul:3 maxpool:3 softmax:1");
    CHECK(graph.totals().macs == 654'560'384);
    CHECK(graph.totals().parameters == 60'965'224);
  }
}

// The leftovers of opsets 1 to 7 that Caffe2's DenseNet and ShuffleNet, CNTK's ResNets and early
// PyTorch write: `axis` and `broadcast` of additions, `consumed_inputs`, `is_test` and `spatial`,
// Unsqueeze of parameters, Pad with attributes, Upsample with scales, Sum, `to` as a text.
TEST_CASE("attributes and inputs that later opsets dropped", "[onnx]") {
  for (const int opset : {2, 5, 6, 7, 8}) {
    Old old;
    Net& net = old.net;
    CAPTURE(opset);
    std::string x = net.input("gpu_0/data_0", {1, 3, 32, 32});
    const std::string padded =
        net.node("Pad", {x},
                 {{opset == 1 ? "paddings" : "pads", Ints{0, 0, 1, 1, 0, 0, 1, 1}},
                  {"mode", "constant"},
                  {"value", 0.0F}});
    x = old.conv(padded, {16, 3, 3, 3}, 1, 0, 1, false);
    Names norm{x};
    for (int i = 0; i < 4; ++i) {
      norm.push_back(old.weights({16}));
    }
    Attributes leftovers{{"epsilon", 1e-5F}, {"momentum", 0.9F}, {"spatial", 1}};
    if (opset < 7) {
      leftovers.emplace_back("is_test", 1);
    }
    if (opset < 6) {
      leftovers.emplace_back("consumed_inputs", Ints{0, 0, 0, 1, 1});
    }
    x = net.node("BatchNormalization", norm, leftovers);
    // A scale and a shift of the channels, as DenseNet of Caffe2 has them.
    for (const char* op : {"Mul", "Add"}) {
      if (opset < 7) {
        x = net.node(op, {x, old.weights({16})}, {{"axis", 1}, {"broadcast", 1}});
      } else {
        x = net.node(op, {x, net.node("Unsqueeze", {old.weights({16})}, {{"axes", Ints{1, 2}}})});
      }
    }
    x = old.relu(x);
    const std::string y = old.conv(x, {16, 16, 3, 3}, 1, 1);
    x = net.node("Sum", {y, x});
    const std::string small = old.pool(x, "AveragePool", 2, 2, {0, 0, 0, 0});
    const std::string large =
        opset < 7 ? net.node("Upsample", {small},
                             {{"height_scale", 2.0F}, {"width_scale", 2.0F}, {"mode", "nearest"}})
                  : net.node("Upsample", {small},
                             {{"scales", std::vector<float>{1, 1, 2, 2}}, {"mode", "nearest"}});
    x = net.node("Concat", {x, large}, opset < 4 ? Attributes{} : Attributes{{"axis", 1}});
    x = net.node("Cast", {x}, opset < 6 ? Attributes{{"to", "FLOAT"}} : Attributes{{"to", 1}});
    x = net.node("GlobalAveragePool", {x});
    x = net.node("Squeeze", {x}, {{"axes", Ints{2, 3}}});
    net.output(net.node("Softmax", {old.gemm(x, 32, 10)}, {{"axis", 1}}));
    const Graph graph = import_net(net, {.opset = opset});
    CHECK(kinds(graph) == "averagepool:2 concat:1 conv:2 matmul:1 pad:1 softmax:1 upsample:1");
    CHECK(graph.totals().macs == 1024 * 16 * (27 + 144) + 320);
    CHECK(graph.totals().parameters == 16 * (27 + 144) + 320 + 16 + 16 + 10);
  }
}

}  // namespace
}  // namespace memplace::onnx
