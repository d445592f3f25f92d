// SPDX-License-Identifier: Apache-2.0
// Two published models, which are in MEMPLACE_ONNX_MODELS.
#include <map>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/unit/onnx/reading.h"
#include "workloads/builtin/builtins.h"
#include "workloads/onnx/convert/convert.h"

namespace memplace::onnx {
namespace {

const std::string kResnet = MEMPLACE_ONNX_MODELS "light_resnet50.onnx";
const std::string kSqueezenet = MEMPLACE_ONNX_MODELS "light_squeezenet.onnx";

std::map<std::string, int> operator_counts(const Model& model) {
  std::map<std::string, int> counts;
  for (const Node& node : model.nodes) {
    ++counts[node.op_type];
  }
  return counts;
}

bool all_shaped(const Model& model) {
  for (const Node& node : model.nodes) {
    for (const auto* ids : {&node.inputs, &node.outputs}) {
      for (const auto& id : *ids) {
        if (id && !model.values[*id].shape) {
          return false;
        }
      }
    }
  }
  return true;
}

// ResNet-50 has 53 convolutions, each with a batch norm, 49 ReLUs, 16 additions, 2 pools, and one
// fully connected layer; its weights are ConstantOfShape nodes here, which fold.
TEST_CASE("the published ResNet-50 is read", "[onnx]") {
  const Model model = read_onnx(kResnet, {});
  const std::map<std::string, int> expected{
      {"Conv", 53},   {"BatchNormalization", 53}, {"Relu", 49},   {"Sum", 16},
      {"MaxPool", 1}, {"AveragePool", 1},         {"Reshape", 1}, {"Gemm", 1},
      {"Softmax", 1}};
  CHECK(operator_counts(model) == expected);
  CHECK(output_shape(model) == Shape{1, 1000});
  CHECK(all_shaped(model));
  CHECK(model.inputs.size() == 1);
}

TEST_CASE("the published SqueezeNet is read", "[onnx]") {
  const Model model = read_onnx(kSqueezenet, {});
  CHECK(operator_counts(model).at("Conv") == 26);
  CHECK(operator_counts(model).at("Concat") == 8);
  CHECK(all_shaped(model));
}

TEST_CASE("published model graphs are imported", "[onnx]") {
  std::vector<std::string> notes;
  const Graph resnet = convert(read_onnx(kResnet, {}), {}, notes);
  const Graph builtin = make_builtin("resnet50", DType::kInt8);
  CHECK(resnet.totals().macs == builtin.totals().macs);
  CHECK(resnet.totals().weight_bytes == builtin.totals().weight_bytes);
  CHECK(resnet.ops().size() == builtin.ops().size());
  const Graph squeeze = convert(read_onnx(kSqueezenet, {}), {}, notes);
  // What torchvision counts for its SqueezeNet 1.1.
  CHECK(squeeze.totals().parameters == 1235496);
}

}  // namespace
}  // namespace memplace::onnx
