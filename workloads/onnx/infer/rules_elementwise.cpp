// SPDX-License-Identifier: Apache-2.0
// Operators whose output has the shape of an input, or of all inputs broadcast.
#include <vector>

#include "workloads/onnx/infer/inference.h"
#include "workloads/onnx/model/element_types.h"

namespace memplace::onnx {
namespace {

void same_as_bool(Inference& node) { node.set(0, ElementType::kBool, node.shape(0)); }

void cast(Inference& node) {
  const ElementType type = element_type(node.integer("to"));
  if (type == ElementType::kUndefined) {
    throw Malformed{"attribute \"to\" is no element type"};
  }
  node.set(0, type, node.shape(0));
}

void cast_like(Inference& node) { node.set(0, node.type(1), node.shape(0)); }

// EyeLike, RandomNormalLike, RandomUniformLike, Bernoulli.
void same_with_dtype(Inference& node) {
  const ElementType type = element_type(node.integer("dtype", 0));
  node.set(0, type == ElementType::kUndefined ? node.type(0) : type, node.shape(0));
}

void dropout(Inference& node) {
  same(node);
  node.set(1, node.version() < 10 ? node.type(0) : ElementType::kBool, node.shape(0));
}

void batch_normalization(Inference& node) {
  same(node);
  for (std::size_t i = 1; i < node.output_count(); ++i) {
    const std::size_t statistic = i % 2 == 1 ? 3 : 4;  // mean, var, saved mean, saved var
    node.set(i, node.type(statistic), node.shape(statistic));
  }
}

void layer_normalization(Inference& node) {
  same(node);
  Shape statistics = node.shape(0);
  const std::size_t rank = statistics.size();
  for (std::size_t i = normal_axis(node.integer("axis", -1), rank); i < rank; ++i) {
    statistics[i] = 1;
  }
  node.set(1, ElementType::kFloat, statistics);
  node.set(2, ElementType::kFloat, statistics);
}

Shape broadcast_inputs(const Inference& node) {
  Shape result = node.shape(0);
  for (std::size_t i = 1; i < node.input_count(); ++i) {
    result = broadcast(result, node.shape(i));
  }
  return result;
}

void broadcast_all(Inference& node) { node.set(0, node.type(0), broadcast_inputs(node)); }

void compare(Inference& node) { node.set(0, ElementType::kBool, broadcast_inputs(node)); }

void where(Inference& node) { node.set(0, node.type(1), broadcast_inputs(node)); }

void quantize_linear(Inference& node) {
  ElementType type = element_type(node.integer("output_dtype", 0));
  if (type == ElementType::kUndefined) {
    type = node.has(2) ? node.type(2) : ElementType::kInt8;
  }
  node.set(0, type, node.shape(0));
}

void dequantize_linear(Inference& node) { node.set(0, ElementType::kFloat, node.shape(0)); }

void dynamic_quantize_linear(Inference& node) {
  node.set(0, ElementType::kInt8, node.shape(0));
  node.set(1, ElementType::kFloat, {});
  node.set(2, ElementType::kInt8, {});
}

std::vector<NamedRule> make_elementwise_rules() {
  std::vector<NamedRule> rules{
      {"IsInf", same_as_bool},
      {"IsNaN", same_as_bool},
      {"RegexFullMatch", same_as_bool},
      {"BitCast", cast},
      {"Cast", cast},
      {"CastLike", cast_like},
      {"EyeLike", same_with_dtype},
      {"RandomNormalLike", same_with_dtype},
      {"RandomUniformLike", same_with_dtype},
      {"Bernoulli", same_with_dtype},
      {"Dropout", dropout},
      {"BatchNormalization", batch_normalization},
      {"LayerNormalization", layer_normalization},
      // Of no opset, yet onnxruntime writes it into the standard's domain.
      {"SimplifiedLayerNormalization", layer_normalization},
      {"Where", where},
      {"QuantizeLinear", quantize_linear},
      {"DequantizeLinear", dequantize_linear},
      {"DynamicQuantizeLinear", dynamic_quantize_linear},
  };
  for (const std::string_view op : {"Affine",  // this and the next three left with opset 7
                                    "ImageScaler",
                                    "ParametricSoftplus",
                                    "ScaledTanh",
                                    "Abs",
                                    "Acos",
                                    "Acosh",
                                    "Asin",
                                    "Asinh",
                                    "Atan",
                                    "Atanh",
                                    "BitwiseNot",
                                    "Ceil",
                                    "Celu",
                                    "Clip",
                                    "Cos",
                                    "Cosh",
                                    "CumProd",
                                    "CumSum",
                                    "Elu",
                                    "Erf",
                                    "Exp",
                                    "Floor",
                                    "Gelu",
                                    "HardSigmoid",
                                    "HardSwish",
                                    "Hardmax",
                                    "Identity",
                                    "LRN",
                                    "LeakyRelu",
                                    "Log",
                                    "LogSoftmax",
                                    "LpNormalization",
                                    "MeanVarianceNormalization",
                                    "Mish",
                                    "Neg",
                                    "Not",
                                    "PRelu",
                                    "RMSNormalization",
                                    "Reciprocal",
                                    "Relu",
                                    "ReverseSequence",
                                    "RotaryEmbedding",
                                    "Round",
                                    "Scatter",
                                    "ScatterElements",
                                    "ScatterND",
                                    "Selu",
                                    "Shrink",
                                    "Sigmoid",
                                    "Sign",
                                    "Sin",
                                    "Sinh",
                                    "Softmax",
                                    "Softplus",
                                    "Softsign",
                                    "Sqrt",
                                    "Swish",
                                    "Tan",
                                    "Tanh",
                                    "TensorScatter",
                                    "ThresholdedRelu",
                                    "Trilu",
                                    "InstanceNormalization",
                                    "GroupNormalization"}) {
    rules.push_back({op, same});
  }
  for (const std::string_view op :
       {"Add", "Sub", "Mul", "Div", "Mod", "Pow", "And", "Or", "Xor", "BitShift", "BitwiseAnd",
        "BitwiseOr", "BitwiseXor", "Max", "Min", "Mean", "Sum", "StringConcat"}) {
    rules.push_back({op, broadcast_all});
  }
  for (const std::string_view op : {"Equal", "Greater", "Less", "GreaterOrEqual", "LessOrEqual"}) {
    rules.push_back({op, compare});
  }
  return rules;
}

}  // namespace

std::span<const NamedRule> elementwise_rules() {
  static const std::vector<NamedRule> rules = make_elementwise_rules();
  return rules;
}

}  // namespace memplace::onnx
