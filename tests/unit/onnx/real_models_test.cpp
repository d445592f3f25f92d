// SPDX-License-Identifier: Apache-2.0
// Two published models, where they lie beside the source tree or MEMPLACE_ONNX_MODELS says where.
#include <cstdlib>
#include <map>

#include <catch2/catch.hpp>

#include "tests/unit/onnx/reading.h"

namespace memplace::onnx {
namespace {

std::string model_path(const std::string& name) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing else reads or writes the environment.
  const char* folder = std::getenv("MEMPLACE_ONNX_MODELS");
  const std::filesystem::path root =
      folder != nullptr ? folder : std::string(MEMPLACE_SOURCE_DIR) + "/../shared/onnx";
  return (root / name).string();
}

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
  const std::string path = model_path("light_resnet50.onnx");
  if (!std::filesystem::exists(path)) {
    WARN("no model at " << path);
    return;
  }
  const Model model = read_onnx(path, {});
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
  const std::string path = model_path("light_squeezenet.onnx");
  if (!std::filesystem::exists(path)) {
    WARN("no model at " << path);
    return;
  }
  const Model model = read_onnx(path, {});
  CHECK(operator_counts(model).at("Conv") == 26);
  CHECK(operator_counts(model).at("Concat") == 8);
  CHECK(all_shaped(model));
}

}  // namespace
}  // namespace memplace::onnx
