// SPDX-License-Identifier: Apache-2.0
// ResNet-50 as torchvision exports it, beside the built-in network.
#include <algorithm>
#include <array>
#include <string>

#include <catch2/catch.hpp>

#include "tests/unit/onnx/model_maker.h"
#include "workloads/builtin/builtins.h"

namespace memplace::onnx::test {
namespace {

constexpr std::array<int, 4> kBlocks{3, 4, 6, 3};

struct Exporter {
  ModelMaker maker;
  bool folded;  // whether the exporter folded batch norms

  ValueId conv(const std::string& path, ValueId x, std::int64_t out, std::int64_t kernel,
               std::int64_t stride, std::int64_t pad) {
    const Shape in = maker.shape(x);
    const std::int64_t size = (in[2] + 2 * pad - kernel) / stride + 1;
    const Shape shape{in[0], out, size, size};
    std::vector<std::optional<ValueId>> inputs{
        x, maker.constant(path + ".weight", {out, in[1], kernel, kernel})};
    if (folded) {
      inputs.emplace_back(maker.constant(path + ".bias", {out}));
    }
    ValueId y = maker.node("Conv", inputs, shape,
                           {{"kernel_shape", Ints{kernel, kernel}},
                            {"strides", Ints{stride, stride}},
                            {"pads", Ints{pad, pad, pad, pad}}},
                           "/" + path + "/Conv");
    if (!folded) {
      std::vector<std::optional<ValueId>> norm{y};
      for (const char* part : {"weight", "bias", "running_mean", "running_var"}) {
        norm.emplace_back(maker.constant(path + ".bn." + part, {out}));
      }
      y = maker.node("BatchNormalization", norm, shape, {}, "/" + path + "/bn");
    }
    return y;
  }
  ValueId relu(ValueId x) { return maker.node("Relu", {x}, maker.shape(x)); }
};

Model torchvision_resnet50(bool folded) {
  Exporter net{ModelMaker("resnet50"), folded};
  ModelMaker& maker = net.maker;
  ValueId x = maker.input("input", {1, 3, 224, 224});
  x = net.relu(net.conv("conv1", x, 64, 7, 2, 3));
  x = maker.node(
      "MaxPool", {x}, {1, 64, 56, 56},
      {{"kernel_shape", Ints{3, 3}}, {"strides", Ints{2, 2}}, {"pads", Ints{1, 1, 1, 1}}},
      "/maxpool/MaxPool");
  std::int64_t width = 64;
  for (std::size_t stage = 0; stage < kBlocks.size(); ++stage) {
    for (int block = 0; block < kBlocks[stage]; ++block) {
      const std::string path = "layer" + std::to_string(stage + 1) + "." + std::to_string(block);
      const std::int64_t stride = stage > 0 && block == 0 ? 2 : 1;
      ValueId y = net.relu(net.conv(path + ".conv1", x, width, 1, 1, 0));
      y = net.relu(net.conv(path + ".conv2", y, width, 3, stride, 1));
      y = net.conv(path + ".conv3", y, 4 * width, 1, 1, 0);
      if (block == 0) {
        x = net.conv(path + ".downsample", x, 4 * width, 1, stride, 0);
      }
      x = net.relu(maker.node("Add", {y, x}, maker.shape(y)));
    }
    width *= 2;
  }
  x = maker.node("GlobalAveragePool", {x}, {1, 2048, 1, 1}, {}, "/avgpool/GlobalAveragePool");
  x = maker.node("Flatten", {x}, {1, 2048});
  x = maker.node("Gemm",
                 {x, maker.constant("fc.weight", {1000, 2048}), maker.constant("fc.bias", {1000})},
                 {1, 1000}, {{"transB", std::int64_t{1}}}, "/fc/Gemm");
  x = maker.node("Softmax", {x}, {1, 1000}, {}, "/softmax/Softmax");
  maker.output(x);
  return maker.model();
}

}  // namespace

TEST_CASE("an exported ResNet-50 is the built-in one", "[onnx]") {
  const Graph builtin = make_builtin("resnet50", DType::kInt8);
  for (const bool folded : {false, true}) {
    std::vector<std::string> notes;
    const Graph graph = convert(torchvision_resnet50(folded), {}, notes);
    CHECK(graph.totals() == builtin.totals());
    CHECK(graph.ops().size() == 57);
    CHECK(graph.find_op("layer1.0.conv2").has_value());
    // 49 activations end convolutions; the 16 that follow additions among them.
    CHECK(std::find(notes.begin(), notes.end(),
                    "fused: residual additions into convolutions: 16") != notes.end());
    CHECK(std::find(notes.begin(), notes.end(), "fused: Relu into convolutions: 49") !=
          notes.end());
    const bool told =
        std::find(notes.begin(), notes.end(),
                  "folded: batch normalisations into convolutions: 53") != notes.end();
    CHECK(told != folded);
    CHECK(graph.tensor(*graph.find_tensor("fc.weights")).bytes == Bytes(2048 * 1000 + 4 * 1000));
    // All blocks' ops are alike but for the order of the projections.
    const Op& conv = graph.op(*graph.find_op("layer2.1.conv3"));
    const Op& twin = builtin.op(*builtin.find_op("layer2.1.conv3"));
    CHECK(conv.work == twin.work);
    CHECK(conv.window == twin.window);
    CHECK(conv.inputs.size() == 2);
  }
}

}  // namespace memplace::onnx::test
