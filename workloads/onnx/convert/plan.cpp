// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/convert/plan.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"

namespace memplace::onnx {
namespace {

// Operators whose kind is not simply their name in lower case.
constexpr std::array<std::pair<std::string_view, std::string_view>, 46> kKinds{{
    {"BatchNormalization", "batchnorm"},
    {"BiasGelu", "gelu"},
    {"ConvInteger", "conv"},
    {"DynamicQuantizeMatMul", "matmul"},
    {"EmbedLayerNormalization", "layernorm"},
    {"FastGelu", "gelu"},
    {"FusedConv", "conv"},
    {"FusedGemm", "matmul"},
    {"FusedMatMul", "matmul"},
    {"Gemm", "matmul"},
    {"GemmFloat8", "matmul"},
    {"GlobalAveragePool", "averagepool"},
    {"GlobalLpPool", "lppool"},
    {"GlobalMaxPool", "maxpool"},
    {"GroupNorm", "groupnorm"},
    {"GroupNormalization", "groupnorm"},
    {"InstanceNormalization", "instancenorm"},
    {"LayerNormalization", "layernorm"},
    {"LpNormalization", "lpnorm"},
    {"MatMulBnb4", "matmul"},
    {"MatMulInteger", "matmul"},
    {"MatMulIntegerToFloat", "matmul"},
    {"MatMulNBits", "matmul"},
    {"NhwcConv", "conv"},
    {"QEmbedLayerNormalization", "layernorm"},
    {"QGemm", "matmul"},
    {"QLinearAdd", "add"},
    {"QLinearAveragePool", "averagepool"},
    {"QLinearConcat", "concat"},
    {"QLinearConv", "conv"},
    {"QLinearGlobalAveragePool", "averagepool"},
    {"QLinearLeakyRelu", "leakyrelu"},
    {"QLinearMatMul", "matmul"},
    {"QLinearMul", "mul"},
    {"QLinearReduceMean", "reducemean"},
    {"QLinearSigmoid", "sigmoid"},
    {"QLinearSoftmax", "softmax"},
    {"QLinearWhere", "where"},
    {"QOrderedLayerNormalization", "layernorm"},
    {"QuickGelu", "gelu"},
    {"RMSNormalization", "rmsnorm"},
    {"ReduceSumInteger", "reducesum"},
    {"ScaleMask", "scale_mask"},
    {"SimplifiedLayerNormalization", "rmsnorm"},
    {"SkipLayerNormalization", "layernorm"},
    {"SkipSimplifiedLayerNormalization", "rmsnorm"},
}};

std::string kind_of(const Node& node) {
  const auto* const found = std::find_if(
      kKinds.begin(), kKinds.end(), [&](const auto& entry) { return entry.first == node.op_type; });
  if (found != kKinds.end()) {
    return std::string(found->second);
  }
  std::string kind = printable(node.op_type);
  std::transform(kind.begin(), kind.end(), kind.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return kind;
}

}  // namespace

void fail(const Node& node, const std::string& what) {
  throw Error(fmt::format("{}: {}", label(node), what));
}

std::int64_t product(const Node& node, std::initializer_list<std::int64_t> factors) {
  std::int64_t result = 1;
  for (const std::int64_t factor : factors) {
    if (factor < 0 || (result > 0 && factor > kMostElements / result)) {
      fail(node, fmt::format("its sizes multiply to more than {}", kMostElements));
    }
    result *= factor;
  }
  return result;
}

std::int64_t product(const Node& node, const Shape& shape, std::size_t from, std::size_t to) {
  std::int64_t result = 1;
  for (std::size_t axis = from; axis < to; ++axis) {
    result = product(node, {result, shape[axis]});
  }
  return result;
}

PlannedOp start(const DraftNode& node) {
  PlannedOp op;
  op.name = node.name;
  op.op_type = node.op_type;
  op.kind = kind_of(node);
  op.merged = node.merged;
  op.inputs = node.fused_inputs;
  op.extras = node.fused_constants;
  op.folded_bias = node.folded_bias;
  for (const auto& output : node.outputs) {
    if (output.has_value()) {
      op.outputs.push_back(*output);
    }
  }
  return op;
}

void name_part(PlannedOp& op, const Node& node, const std::string& part, const std::string& kind) {
  op.name = node.name + "." + part;
  op.kind = kind;
  op.folded_bias = 0;
}

void read(const Draft& draft, PlannedOp& op, ValueId id) {
  std::vector<ValueId>& list = draft.is_constant(id) ? op.extras : op.inputs;
  if (!draft.is_scalar(id) && std::find(list.begin(), list.end(), id) == list.end()) {
    list.push_back(id);
  }
}

void read_scales(const Draft& draft, PlannedOp& op, ValueId id) {
  if (!draft.is_constant(id)) {
    op.inputs.push_back(id);
  } else if (!draft.is_scalar(id)) {
    op.scales.push_back(id);
  }
}

ValueId part_of(Draft& draft, ValueId whole, std::int64_t elements) {
  if (elements >= draft.elements(whole)) {
    return whole;
  }
  Value part;
  part.name = draft.value(whole).name;
  part.type = draft.value(whole).type;
  part.shape = Shape{elements};
  part.source = whole;
  return draft.add_value(std::move(part));
}

ValueId intermediate(Draft& draft, const std::string& name, Shape shape) {
  Value value;
  value.name = name;
  value.type = ElementType::kFloat;
  value.shape = std::move(shape);
  return draft.add_value(std::move(value));
}

void plan_node(Draft& draft, const DraftNode& node, std::vector<PlannedOp>& ops) {
  if (node.domain == kOwnDomain && node.op_type != "ScaleMask") {
    plan_exported(draft, node, ops);
    return;
  }
  const OperatorRow* row = find_operator(node.domain, node.op_type);
  if (row != nullptr && node.op_type == "RotaryEmbedding") {
    plan_rotary(draft, node, *row, ops);
  } else if (row == nullptr || row->work != OperatorClass::kGrid) {
    plan_vector(draft, node, row, ops);
  } else if (is_convolution(node)) {
    plan_convolution(draft, node, ops);
  } else if (is_one_of(node, {"LSTM", "GRU", "RNN", "DynamicQuantizeLSTM"})) {
    plan_recurrent(draft, node, ops);
  } else if (is_one_of(node, {"MoE", "QMoE"})) {
    plan_experts(draft, node, ops);
  } else if (node.op_type.find("Attention") != std::string::npos) {
    plan_attention(draft, node, ops);
  } else {
    plan_product(draft, node, ops);
  }
}

}  // namespace memplace::onnx
