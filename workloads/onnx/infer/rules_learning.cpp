// SPDX-License-Identifier: Apache-2.0
// The operators of ai.onnx.ml that make numbers of numbers.
#include <array>

#include <fmt/format.h>

#include "workloads/onnx/infer/inference.h"

namespace memplace::onnx {
namespace {

// Elements of the last axis; a list is a row of a matrix.
void extract(Inference& node) {
  Shape result = node.shape(0, 1);
  result.back() = element_count(node.shape(1));
  if (result.size() == 1) {
    result.insert(result.begin(), 1);
  }
  node.set(0, node.type(0), result);
}

// Columns of all inputs, side by side.
void join(Inference& node) {
  Shape result{1, 0};
  for (std::size_t i = 0; i < node.input_count(); ++i) {
    const Shape& part = node.shape(i, 1);
    const std::int64_t rows = part.size() == 1 ? 1 : part[0];
    if (part.size() > 2 || (i > 0 && rows != result[0])) {
      throw Malformed{fmt::format(
          "its input {} is {}, expected a list or as many rows as in others", i, to_string(part))};
    }
    result = {rows, result[1] + part.back()};
    check_shape(result);
  }
  node.set(0, ElementType::kFloat, result);
}

constexpr std::array<NamedRule, 6> kLearningRules{{
    {"ArrayFeatureExtractor", extract},
    {"Binarizer", same},
    {"FeatureVectorizer", join},
    {"Imputer", same},
    {"Normalizer", same_as_floats},
    {"Scaler", same_as_floats},
}};

}  // namespace

std::span<const NamedRule> learning_rules() { return kLearningRules; }

}  // namespace memplace::onnx
