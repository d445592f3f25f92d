// SPDX-License-Identifier: Apache-2.0
// Operators of com.microsoft that are neither windows nor products. Files that onnxruntime
// optimised or quantised store no shapes of them.
#include <vector>

#include <fmt/format.h>

#include "workloads/onnx/infer/inference.h"

namespace memplace::onnx {
namespace {

void quantize(Inference& node) {
  node.set(0, node.has(2) ? node.type(2) : ElementType::kInt8, node.shape(0));
}

void broadcast_two(Inference& node) {
  node.set(0, node.type(0), broadcast(node.shape(0), node.shape(1)));
}

// Each operand is followed by its scale and zero point.
void quantized_pair(Inference& node) {
  node.set(0, node.type(0), broadcast(node.shape(0), node.shape(3)));
}

void quantized_where(Inference& node) {
  node.set(0, node.type(1), broadcast(node.shape(0), broadcast(node.shape(1), node.shape(4))));
}

// The result's scale and zero point, then each part with its own.
void quantized_concat(Inference& node) { join(node, 2, 3); }

void reduce(Inference& node, ElementType type) {
  const Shape& input = node.shape(0);
  const std::vector<std::int64_t> axes = node.integers("axes");
  std::vector<bool> reduced(input.size(), axes.empty());
  for (const std::int64_t axis : axes) {
    reduced[normal_axis(axis, input.size())] = true;
  }
  Shape result;
  for (std::size_t i = 0; i < input.size(); ++i) {
    if (!reduced[i] || node.integer("keepdims", 1) != 0) {
      result.push_back(reduced[i] ? 1 : input[i]);
    }
  }
  node.set(0, type, result);
}

void quantized_mean(Inference& node) { reduce(node, node.type(0)); }

void integer_sum(Inference& node) { reduce(node, ElementType::kInt32); }

// Result, mean, deviation, and the sum of input, skip and bias.
void skip_normalization(Inference& node) {
  same(node);
  Shape rows = node.shape(0, 1);
  rows.back() = 1;
  node.set(1, ElementType::kFloat, rows);
  node.set(2, ElementType::kFloat, rows);
  node.set(3, node.type(0), node.shape(0));
}

// Group norm with a skip: the result, then the sum.
void skip_group_norm(Inference& node) {
  same(node);
  node.set(1, node.type(0), node.shape(0));
}

// Words, positions and token types looked up, added and normalised; then the mask's lengths and the
// sum before the norm.
void embedding_of(Inference& node, ElementType type) {
  const Shape& ids = node.shape(0, 2);
  const Shape& words = node.shape(2, 2);
  const Shape result{ids[0], ids[1], words[1]};
  node.set(0, type, result);
  node.set(1, ElementType::kInt32, {ids[0]});
  node.set(2, type, result);
}

void embedding(Inference& node) { embedding_of(node, node.type(2)); }

// Its tables are bytes, its result is floats.
void quantized_embedding(Inference& node) { embedding_of(node, ElementType::kFloat); }

void halved(Inference& node) {
  Shape result = node.shape(0, 1);
  result.back() /= 2;
  node.set(0, node.type(0), result);
}

void expand_dims(Inference& node) {
  Shape result = node.shape(0);
  const std::vector<std::int64_t>& axis = node.ints(1);
  if (axis.size() != 1) {
    throw Malformed{"its axis is no number"};
  }
  const std::size_t place = normal_axis(axis[0], result.size() + 1);
  result.insert(result.begin() + static_cast<std::ptrdiff_t>(place), 1);
  node.set(0, node.type(0), result);
}

// Rows of a table of a few bits; two of four bits share a byte where the table's type is bytes.
void gather_quantized(Inference& node) {
  Shape data = node.shape(0, 1);
  const Shape& indices = node.shape(1);
  const std::size_t rank = data.size();
  const std::size_t quantized = normal_axis(node.integer("quantize_axis", -1), rank);
  if (node.type(0) == ElementType::kInt8) {
    data[quantized] *= 8 / node.integer("bits", 4);
  }
  const auto axis = static_cast<std::ptrdiff_t>(normal_axis(node.integer("gather_axis", 0), rank));
  Shape result(data.begin(), data.begin() + axis);
  result.insert(result.end(), indices.begin(), indices.end());
  result.insert(result.end(), data.begin() + axis + 1, data.end());
  node.set(0, node.type(2), result);
}

std::vector<NamedRule> make_contributed_rules() {
  std::vector<NamedRule> rules{
      {"BiasAdd", broadcast_two},
      {"BiasGelu", same},
      {"BiasSoftmax", same},
      {"BiasSplitGelu", halved},
      {"DequantizeLinear", same_as_floats},
      {"EmbedLayerNormalization", embedding},
      {"ExpandDims", expand_dims},
      {"FastGelu", same},
      {"GatherBlockQuantized", gather_quantized},
      {"GroupNorm", same},
      {"Inverse", same},
      {"QEmbedLayerNormalization", quantized_embedding},
      {"QLinearAdd", quantized_pair},
      {"QLinearConcat", quantized_concat},
      {"QLinearLeakyRelu", same},
      {"QLinearMul", quantized_pair},
      {"QLinearReduceMean", quantized_mean},
      {"QLinearSigmoid", same},
      {"QLinearSoftmax", same},
      {"QLinearWhere", quantized_where},
      {"QOrderedLayerNormalization", same},
      {"QuantizeLinear", quantize},
      {"QuickGelu", same},
      {"ReduceSumInteger", integer_sum},
      {"SimplifiedLayerNormalization", skip_normalization},
      {"SkipGroupNorm", skip_group_norm},
      {"SkipLayerNormalization", skip_normalization},
      {"SkipSimplifiedLayerNormalization", skip_normalization},
  };
  // As in the standard.
  for (const std::string_view op :
       {"Gelu", "GridSample", "LayerNormalization", "Pad", "RotaryEmbedding", "Trilu"}) {
    rules.push_back({op, find_shape_rule("", op)});
  }
  return rules;
}

}  // namespace

std::span<const NamedRule> contributed_rules() {
  static const std::vector<NamedRule> rules = make_contributed_rules();
  return rules;
}

}  // namespace memplace::onnx
