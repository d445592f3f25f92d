// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <string>

#include <catch2/catch.hpp>

#include "tests/support/decisions.h"
#include "tests/unit/workloads/by_name.h"
#include "workloads/builtin/builtins.h"

namespace memplace {
namespace {

// Batch normalisation is folded: its two parameters a channel have become one bias. So published
// counts, which have both, are larger by one for each output channel of a convolution.
std::int64_t conv_channels(const Graph& graph) {
  std::int64_t channels = 0;
  for (const OpId id : graph.ops()) {
    if (graph.op(id).kind == "conv") {
      channels += graph.tensor(graph.op(id).outputs[0]).shape[1];
    }
  }
  return channels;
}

TEST_CASE("resnet50 has its published size", "[workloads]") {
  const Graph graph = make_builtin("resnet50", DType::kInt8);
  CHECK(graph.name() == "resnet50");
  CHECK(graph.ops().size() == 57);  // 53 convolutions, fc, two pools, softmax
  const GraphTotals totals = graph.totals();
  CHECK(totals.macs == 4'089'184'256);  // "4.1 GMAC"; v1.5
  CHECK(totals.parameters == 23'454'912 + 26'560 + 2'049'000);
  CHECK(conv_channels(graph) == 26'560);
  CHECK(totals.parameters + conv_channels(graph) == 25'557'032);  // as published, unfolded
  // One byte a weight, four a bias: 25,502,912 weights, 26,560 + 1,000 biases.
  CHECK(totals.weight_bytes == Bytes(25'502'912 + 4 * 27'560));
  // 54 ops have weights; all outputs but the softmax's are decided.
  CHECK(decisions_of(graph).size() == 54 + 56);
}

TEST_CASE("resnet101 and mobilenet-v2 have their published sizes", "[workloads]") {
  const Graph resnet = make_builtin("resnet101", DType::kInt8);
  CHECK(resnet.ops().size() == 108);
  CHECK(resnet.totals().macs == 7'801'405'440);  // "7.8 GMAC"
  CHECK(resnet.totals().parameters + conv_channels(resnet) == 44'549'160);

  const Graph mobilenet = make_builtin("mobilenet-v2", DType::kInt8);
  CHECK(mobilenet.ops().size() == 52 + 3);        // 52 convolutions, pool, classifier, softmax
  CHECK(mobilenet.totals().macs == 300'774'272);  // "0.30 GMAC"
  CHECK(mobilenet.totals().parameters + conv_channels(mobilenet) == 3'504'872);
}

TEST_CASE("resnet50's layers have the shapes of the paper", "[workloads]") {
  const Graph graph = make_builtin("resnet50", DType::kInt8);
  // 224 -> 112 -> 56 pixels, then 56, 28, 14, 7 for the four stages.
  const Op& stem = op_of(graph, "conv1");
  CHECK(stem.work == Work(GridWork{1, 112 * 112, 64, 3, 49}));
  CHECK(stem.window == Window{7, 7, 2, 3, 1, 1});
  CHECK(tensor_of(graph, "input").shape == Shape{1, 3, 224, 224});
  CHECK(tensor_of(graph, "input").bytes == Bytes(150'528));
  CHECK(tensor_of(graph, "conv1.weights").shape == Shape{64, 3, 7, 7});
  CHECK(tensor_of(graph, "conv1.weights").bytes == Bytes(64 * 147 + 4 * 64));
  CHECK(tensor_of(graph, "conv1.weights").parameters == 64 * 147 + 64);
  CHECK(tensor_of(graph, "conv1.out").shape == Shape{1, 64, 112, 112});

  const Op& pool = op_of(graph, "maxpool");
  CHECK(pool.work == Work(VectorWork{VectorKind::kReduction, 64 * 56 * 56 * 9}));
  CHECK_FALSE(pool.weights.has_value());

  // v1.5: conv1 of a stage keeps 56 pixels, the 3x3 halves them.
  CHECK(op_of(graph, "layer2.0.conv1").work == Work(GridWork{1, 56 * 56, 128, 256, 1}));
  CHECK(op_of(graph, "layer2.0.conv2").work == Work(GridWork{1, 28 * 28, 128, 128, 9}));
  CHECK(op_of(graph, "layer2.0.conv2").window == Window{3, 3, 2, 1, 1, 1});
  CHECK(op_of(graph, "layer2.0.downsample").work == Work(GridWork{1, 28 * 28, 512, 256, 1}));
  CHECK(op_of(graph, "layer2.0.downsample").window == Window{1, 1, 2, 0, 1, 1});
  CHECK(tensor_of(graph, "layer2.0.conv2.weights").bytes == Bytes(147'456 + 512));
  CHECK(tensor_of(graph, "layer2.0.conv2.out").bytes == Bytes(100'352));

  const Op& last = op_of(graph, "layer4.2.conv3");
  CHECK(last.work == Work(GridWork{1, 7 * 7, 2048, 512, 1}));
  REQUIRE(last.inputs.size() == 2);
  CHECK(graph.tensor(last.inputs[0].tensor).name == "layer4.2.conv2.out");
  CHECK(graph.tensor(last.inputs[1].tensor).name == "layer4.1.conv3.out");
  CHECK(graph.tensor(op_of(graph, "layer2.0.conv3").inputs[1].tensor).name ==
        "layer2.0.downsample.out");

  CHECK(op_of(graph, "avgpool").work == Work(VectorWork{VectorKind::kReduction, 2048 * 49}));
  CHECK(op_of(graph, "fc").work == Work(GridWork{1, 1, 1000, 2048, 1}));
  CHECK(tensor_of(graph, "fc.weights").bytes == Bytes(2'048'000 + 4'000));
  CHECK(op_of(graph, "softmax").work == Work(VectorWork{VectorKind::kSoftmax, 1000}));
  CHECK(tensor_of(graph, "softmax.out").graph_output);
}

TEST_CASE("mobilenet-v2's depthwise convolutions are batches of one channel", "[workloads]") {
  const Graph graph = make_builtin("mobilenet-v2", DType::kInt8);
  CHECK(op_of(graph, "features.0").work == Work(GridWork{1, 112 * 112, 32, 3, 9}));
  CHECK_FALSE(graph.find_op("features.1.expand").has_value());
  // The second block: 16 channels x 6, stride 2 from 112 to 56 pixels.
  const Op& depthwise = op_of(graph, "features.2.depthwise");
  CHECK(depthwise.work == Work(GridWork{96, 56 * 56, 1, 1, 9}));
  CHECK(depthwise.macs() == 2'709'504);
  CHECK(depthwise.window == Window{3, 3, 2, 1, 1, 96});
  CHECK(tensor_of(graph, "features.2.depthwise.weights").shape == Shape{96, 1, 3, 3});
  CHECK(tensor_of(graph, "features.2.depthwise.weights").bytes == Bytes(96 * 9 + 4 * 96));
  CHECK(op_of(graph, "features.2.project").inputs.size() == 1);  // the stride forbids a shortcut
  CHECK(op_of(graph, "features.3.project").inputs.size() == 2);
  CHECK(op_of(graph, "features.17.project").work == Work(GridWork{1, 49, 320, 960, 1}));
  CHECK(op_of(graph, "features.18").work == Work(GridWork{1, 49, 1280, 320, 1}));
  CHECK(op_of(graph, "classifier").work == Work(GridWork{1, 1, 1000, 1280, 1}));
}

TEST_CASE("a batch multiplies positions and activations, not weights", "[workloads]") {
  const Graph one = make_builtin("resnet50", DType::kInt8);
  const Graph four = make_builtin("resnet50:batch=4", DType::kInt8);
  CHECK(four.name() == "resnet50:batch=4");
  CHECK(four.totals().macs == 4 * one.totals().macs);
  CHECK(four.totals().activation_bytes == 4 * one.totals().activation_bytes);
  CHECK(four.totals().weight_bytes == one.totals().weight_bytes);
  CHECK(op_of(four, "fc").work == Work(GridWork{1, 4, 1000, 2048, 1}));
  CHECK(op_of(four, "layer2.0.conv2").work == Work(GridWork{1, 4 * 784, 128, 128, 9}));
}

TEST_CASE("the type sets the bytes of weights and activations, never of biases", "[workloads]") {
  const Graph int8 = make_builtin("resnet50", DType::kInt8);
  const Graph fp16 = make_builtin("resnet50", DType::kFp16);
  CHECK(fp16.totals().weight_bytes == Bytes(2 * 25'502'912 + 4 * 27'560));
  CHECK(fp16.totals().activation_bytes == 2 * int8.totals().activation_bytes);
  CHECK(fp16.totals().parameters == int8.totals().parameters);
  CHECK(tensor_of(fp16, "input").bytes == Bytes(2 * 150'528));
  CHECK(tensor_of(fp16, "conv1.out").dtype == DType::kFp16);
}

TEST_CASE("the image's size reaches every layer", "[workloads]") {
  // 33 pixels: 17 after the stem, 9 after the pool, then 9, 5, 3, 2.
  const Graph graph = make_builtin("resnet50:image=33", DType::kInt8);
  CHECK(tensor_of(graph, "conv1.out").shape == Shape{1, 64, 17, 17});
  CHECK(tensor_of(graph, "maxpool.out").shape == Shape{1, 64, 9, 9});
  CHECK(tensor_of(graph, "layer4.2.conv3.out").shape == Shape{1, 2048, 2, 2});
  CHECK(op_of(graph, "avgpool").work == Work(VectorWork{VectorKind::kReduction, 2048 * 4}));
}

}  // namespace
}  // namespace memplace
