// SPDX-License-Identifier: Apache-2.0
// Convolutional networks as torchvision's are exported: batch norms folded into convolutions, the
// batch symbolic. Parameters are the published ones less one for each channel of a norm, whose
// scale and shift have become the convolution's bias.
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/unit/onnx/zoo_vision.h"

namespace memplace::onnx {
namespace {

// 15,470,264,320 multiply-accumulates and 138,357,544 parameters, as published.
TEST_CASE("VGG-16", "[onnx]") {
  Vision t;
  std::string x = t.image();
  std::int64_t in = 3;
  for (const std::int64_t out :
       {64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0}) {
    if (out == 0) {
      x = t.pool("MaxPool", x, 2, 2);
    } else {
      x = t.op("Relu", {t.conv(x, {out, in, 3, 3}, 1, {1, 1})});
      in = out;
    }
  }
  // AdaptiveAvgPool2d(7) of 7 x 7 is an AveragePool of 1.
  x = t.flatten(t.pool("AveragePool", x, 1, 1));
  x = t.op("Relu", {t.gemm(x, 25088, 4096)});
  x = t.op("Relu", {t.gemm(t.op("Dropout", {x}), 4096, 4096)});
  const Graph graph = t.finish(t.gemm(t.op("Identity", {x}), 4096, 1000));
  CHECK(kinds(graph) == "averagepool:1 conv:13 matmul:3 maxpool:5");
  CHECK(graph.totals().macs == 15'470'264'320);
  CHECK(graph.totals().parameters == 138'357'544);
}

// torchvision's: 714,188,480 and 61,100,840.
TEST_CASE("AlexNet", "[onnx]") {
  Vision t;
  std::string x = t.image();
  x = t.op("Relu", {t.conv(x, {64, 3, 11, 11}, 4, {2, 2})});
  x = t.op("Relu", {t.conv(t.pool("MaxPool", x, 3, 2), {192, 64, 5, 5}, 1, {2, 2})});
  x = t.op("Relu", {t.conv(t.pool("MaxPool", x, 3, 2), {384, 192, 3, 3}, 1, {1, 1})});
  x = t.op("Relu", {t.conv(x, {256, 384, 3, 3}, 1, {1, 1})});
  x = t.op("Relu", {t.conv(x, {256, 256, 3, 3}, 1, {1, 1})});
  x = t.pool("AveragePool", t.pool("MaxPool", x, 3, 2), 1, 1);
  x = t.op("Relu", {t.gemm(t.flatten(x), 9216, 4096)});
  x = t.op("Relu", {t.gemm(x, 4096, 4096)});
  const Graph graph = t.finish(t.gemm(x, 4096, 1000));
  CHECK(kinds(graph) == "averagepool:1 conv:5 matmul:3 maxpool:3");
  CHECK(graph.totals().macs == 714'188'480);
  CHECK(graph.totals().parameters == 61'100'840);
}

// 2,834,161,664 multiply-accumulates and 7,978,856 parameters. The first norm of a layer follows a
// concatenation and stays, with 2 parameters a channel; the second folds into the 1 x 1 convolution
// before it, 128 channels a layer, as the stem's does, 64.
TEST_CASE("DenseNet-121", "[onnx]") {
  Vision t;
  const auto norm = [&](const std::string& x, std::int64_t channels) {
    Names inputs{x};
    for (int i = 0; i < 4; ++i) {
      inputs.push_back(t.net.weights({channels}));
    }
    return t.op("Relu", {t.op("BatchNormalization", inputs,
                              {{"epsilon", 1e-5F}, {"momentum", 0.9F}, {"training_mode", 0}})});
  };
  std::string x = t.pool("MaxPool", t.conv_relu(t.image(), {64, 3, 7, 7}, 2), 3, 2, 1);
  std::int64_t channels = 64;
  for (const int layers : {6, 12, 24, 16}) {
    Names parts{x};
    for (int layer = 0; layer < layers; ++layer) {
      const std::string all = parts.size() == 1 ? parts[0] : t.op("Concat", parts, {{"axis", 1}});
      const std::string narrow = t.conv_relu(norm(all, channels), {128, channels, 1, 1});
      parts.push_back(t.conv(narrow, {32, 128, 3, 3}, 1, {1, 1}, 1, false));
      channels += 32;
    }
    x = norm(t.op("Concat", parts, {{"axis", 1}}), channels);
    if (layers != 16) {
      channels /= 2;
      x = t.pool("AveragePool", t.conv(x, {channels, 2 * channels, 1, 1}, 1, {0, 0}, 1, false), 2,
                 2);
    }
  }
  const Graph graph = t.finish(t.head(x, 1024));
  // 58 x 2 layers, the stem and three transitions.
  CHECK(kinds(graph) == "averagepool:4 batchnorm:62 concat:58 conv:120 matmul:1 maxpool:1");
  CHECK(graph.totals().macs == 2'834'161'664);
  CHECK(graph.totals().parameters == 7'978'856 - t.norms);
}

// ShuffleNet v2 x1, 2,278,604 parameters. Multiply-accumulates:
//   stem 112^2 x 24 x 27                                                          =  8,128,512
//   stage 2: 784 x (24 x 9 + 24 x 58 + 58 x 9 + 58^2) + 3136 x 24 x 58             =  8,672,608
//            + 3 x 784 x (2 x 58^2 + 9 x 58)                                       = 17,052,000
//   stage 3: 196 x 2 x (116 x 9 + 116^2) + 784 x 116^2                             = 16,233,504
//            + 7 x 196 x (2 x 116^2 + 9 x 116)                                     = 38,355,632
//   stage 4: 49 x 2 x (232 x 9 + 232^2) + 196 x 232^2                              = 16,028,880
//            + 3 x 49 x (2 x 232^2 + 9 x 232)                                      = 16,131,192
//   last 49 x 464 x 1024 and head 1024 x 1000                     = 23,281,664 and  1,024,000
// Channels are split by a Split and shuffled by Reshape, Transpose, Reshape; the 13 shuffles before
// a Split are copies, the 3 at the end of a stage are read in place by convolutions.
TEST_CASE("ShuffleNet v2", "[onnx]") {
  Vision t;
  const auto shuffle = [&](const std::string& x, std::int64_t channels) {
    const std::string rows = t.dim(x, 2);
    const std::string columns = t.dim(x, 3);
    const std::string batch = t.dim(x, 0);
    const std::string apart =
        t.op("Reshape",
             {x, t.shape({batch, t.net.integer(2), t.net.integer(channels / 2), rows, columns})});
    return t.op("Reshape", {t.transpose(apart, {0, 2, 1, 3, 4}),
                            t.shape({batch, t.net.integer(channels), rows, columns})});
  };
  std::string x = t.pool("MaxPool", t.conv_relu(t.image(), {24, 3, 3, 3}, 2), 3, 2, 1);
  std::int64_t in = 24;
  std::int64_t out = 116;
  for (const int repeats : {4, 8, 4}) {
    const std::int64_t half = out / 2;
    for (int block = 0; block < repeats; ++block) {
      std::string left = x;
      std::string right = x;
      const std::int64_t from = block == 0 ? in : half;
      const std::int64_t stride = block == 0 ? 2 : 1;
      if (block == 0) {
        left = t.conv_relu(t.conv_norm(x, {in, 1, 3, 3}, 2, in), {half, in, 1, 1});
      } else {
        const Names halves = t.net.nodes("Split", {x, t.net.ints({half, half})}, 2, {{"axis", 1}});
        left = halves[0];
        right = halves[1];
      }
      right = t.conv_relu(right, {half, from, 1, 1});
      right = t.conv_relu(t.conv_norm(right, {half, 1, 3, 3}, stride, half), {half, half, 1, 1});
      x = shuffle(t.op("Concat", {left, right}, {{"axis", 1}}), out);
    }
    in = out;
    out = out == 116 ? 232 : 464;
  }
  x = t.conv_relu(x, {1024, 464, 1, 1});
  x = t.op("ReduceMean", {x}, {{"axes", Ints{2, 3}}, {"keepdims", 0}});
  const Graph graph = t.finish(t.gemm(x, 1024, 1000));
  CHECK(kinds(graph) == "averagepool:1 concat:16 conv:56 matmul:1 maxpool:1 split:13 transpose:13");
  CHECK(graph.totals().macs == 144'907'992);
  CHECK(graph.totals().parameters == 2'278'604 - t.norms);
}

// 300,774,272 multiply-accumulates and 3,504,872 parameters. ReLU6 is a Clip with bounds as inputs.
TEST_CASE("MobileNet v2", "[onnx]") {
  Vision t;
  const auto relu6 = [&](const std::string& x) {
    return t.op("Clip", {x, t.net.number(0), t.net.number(6)});
  };
  std::string x = relu6(t.conv_norm(t.image(), {32, 3, 3, 3}, 2));
  std::int64_t in = 32;
  const std::vector<Ints> rows{{1, 16, 1, 1}, {6, 24, 2, 2},  {6, 32, 3, 2}, {6, 64, 4, 2},
                               {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};
  for (const Ints& row : rows) {
    for (std::int64_t block = 0; block < row[2]; ++block) {
      const std::int64_t wide = in * row[0];
      std::string y = row[0] == 1 ? x : relu6(t.conv_norm(x, {wide, in, 1, 1}));
      y = relu6(t.conv_norm(y, {wide, 1, 3, 3}, block == 0 ? row[3] : 1, wide));
      y = t.conv_norm(y, {row[1], wide, 1, 1});
      x = block > 0 ? t.op("Add", {x, y}) : y;
      in = row[1];
    }
  }
  const Graph graph = t.finish(t.head(relu6(t.conv_norm(x, {1280, 320, 1, 1})), 1280));
  CHECK(kinds(graph) == "averagepool:1 conv:52 matmul:1");
  CHECK(graph.totals().macs == 300'774'272);
  CHECK(graph.totals().parameters == 3'504'872 - t.norms);
}

}  // namespace
}  // namespace memplace::onnx
