// SPDX-License-Identifier: Apache-2.0
// Operators that make tensors out of shapes, sizes and attributes.
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "workloads/onnx/infer/inference.h"
#include "workloads/onnx/model/element_types.h"

namespace memplace::onnx {
namespace {

// One of `value` (tensor), `value_float(s)`, `value_int(s)`, `value_string(s)`.
void constant(Inference& node) {
  if (const Value* value = node.tensor("value")) {
    if (!value->shape) {
      throw Malformed{"attribute \"value\" is no tensor"};
    }
    node.set(0, value->type, *value->shape);
    if (value->data) {
      node.set_data(0, *value->data);
    }
    return;
  }
  const auto& attributes = node.node().attributes;
  if (const auto found = attributes.find("value_ints"); found != attributes.end()) {
    const auto values = node.integers("value_ints");
    node.set(0, ElementType::kInt64, {static_cast<std::int64_t>(values.size())});
    node.set_data(0, values);
  } else if (attributes.contains("value_int")) {
    node.set(0, ElementType::kInt64, {});
    node.set_data(0, std::vector<std::int64_t>{node.integer("value_int")});
  } else if (attributes.contains("value_float")) {
    node.set(0, ElementType::kFloat, {});
    node.set_data(0, std::vector<double>{node.number("value_float", 0)});
  } else if (const auto floats = attributes.find("value_floats"); floats != attributes.end()) {
    const auto* values = std::get_if<std::vector<double>>(&floats->second);
    const auto list = values == nullptr ? std::vector<double>() : *values;
    node.set(0, ElementType::kFloat, {static_cast<std::int64_t>(list.size())});
    node.set_data(0, list);
  } else if (attributes.contains("value_string")) {
    node.set(0, ElementType::kString, {});
  } else if (const auto texts = attributes.find("value_strings"); texts != attributes.end()) {
    const auto* values = std::get_if<std::vector<std::string>>(&texts->second);
    node.set(0, ElementType::kString,
             {values == nullptr ? 0 : static_cast<std::int64_t>(values->size())});
  } else {
    throw Malformed{"no attribute holds its value"};
  }
}

void constant_of_shape(Inference& node) {
  const Value* value = node.tensor("value");
  node.set(0, value == nullptr ? ElementType::kFloat : value->type, node.ints(0));
}

// Attributes start and end are new in opset 15.
void shape_of(Inference& node) {
  const Shape& input = node.shape(0);
  const auto rank = static_cast<std::int64_t>(input.size());
  const auto clamped = [rank](std::int64_t at) {
    return std::min(std::max<std::int64_t>(at < 0 && at >= -rank ? at + rank : at, 0), rank);
  };
  const std::int64_t begin = clamped(node.integer("start", 0));
  const std::int64_t end = std::max(begin, clamped(node.integer("end", rank)));
  const std::vector<std::int64_t> data(input.begin() + begin, input.begin() + end);
  node.set(0, ElementType::kInt64, {static_cast<std::int64_t>(data.size())});
  node.set_data(0, data);
}

void size_of_tensor(Inference& node) {
  node.set(0, ElementType::kInt64, {});
  node.set_data(0, std::vector<std::int64_t>{element_count(node.shape(0))});
}

void range(Inference& node) {
  const std::vector<double> start = node.numbers(0);
  const std::vector<double> limit = node.numbers(1);
  const std::vector<double> delta = node.numbers(2);
  if (start.size() != 1 || limit.size() != 1 || delta.size() != 1 || delta[0] == 0) {
    throw Malformed{"its start, limit and delta are no three numbers"};
  }
  const double count = std::max(0.0, std::ceil((limit[0] - start[0]) / delta[0]));
  if (!(count <= static_cast<double>(kLargestDimension))) {
    throw Malformed{fmt::format("{} elements are too many", count)};
  }
  node.set(0, node.type(0), {static_cast<std::int64_t>(count)});
}

void random(Inference& node) {
  const ElementType type = element_type(node.integer("dtype", 1));
  node.set(0, type == ElementType::kUndefined ? ElementType::kFloat : type, node.integers("shape"));
}

void multinomial(Inference& node) {
  node.set(0, ElementType::kInt32, {node.shape(0, 2)[0], node.integer("sample_size", 1)});
}

// N x C x H x W gives N x H x W x 2; three spatial axes likewise.
void affine_grid(Inference& node) {
  const Shape size = node.ints(1);
  if (size.size() != 4 && size.size() != 5) {
    throw Malformed{fmt::format("its size has {} values, expected 4 or 5", size.size())};
  }
  Shape result{size[0]};
  result.insert(result.end(), size.begin() + 2, size.end());
  result.push_back(static_cast<std::int64_t>(size.size()) - 2);
  node.set(0, node.type(0), result);
}

// The axis is an attribute in opset 17, an input from opset 20. Complex numbers are pairs.
void dft(Inference& node) {
  Shape result = node.shape(0, 2);
  const std::size_t rank = result.size();
  const bool late = node.version() >= 20;
  std::int64_t axis = node.integer("axis", late ? -2 : 1);
  if (late && node.has(2)) {
    if (node.ints(2).size() != 1) {
      throw Malformed{"its axis is no number"};
    }
    axis = node.ints(2)[0];
  }
  std::int64_t& dim = result[normal_axis(axis, rank)];
  if (node.has(1)) {
    if (node.ints(1).size() != 1) {
      throw Malformed{"its dft_length is no number"};
    }
    dim = node.ints(1)[0];
  }
  const bool onesided = node.integer("onesided", 0) != 0;
  const bool inverse = node.integer("inverse", 0) != 0;
  if (onesided && !inverse) {
    dim = dim / 2 + 1;
  }
  result.back() = onesided && inverse ? 1 : 2;
  node.set(0, node.type(0), result);
}

// Frames of a signal by their bins. The library of opset 17 takes both sides where the attribute is
// left out; the standard's default is one.
void stft(Inference& node) {
  const Shape& signal = node.shape(0, 2);
  const auto number = [&](std::size_t i) {
    const std::vector<std::int64_t>& values = node.ints(i);
    if (values.size() != 1 || values[0] < 1) {
      throw Malformed{fmt::format("its input {} is no positive number", i)};
    }
    return values[0];
  };
  const std::int64_t step = number(1);
  const std::int64_t length = node.has(3) ? number(3) : node.shape(2, 1)[0];
  if (length < 1 || length > signal[1]) {
    throw Malformed{fmt::format("frames of {} do not fit a signal of {}", length, signal[1])};
  }
  const std::int64_t bins = node.integer("onesided", 1) != 0 ? length / 2 + 1 : length;
  node.set(0, node.type(0), {signal[0], (signal[1] - length) / step + 1, bins, 2});
}

constexpr std::array<NamedRule, 11> kGeneratorRules{{
    {"Constant", constant},
    {"ConstantOfShape", constant_of_shape},
    {"Shape", shape_of},
    {"Size", size_of_tensor},
    {"Range", range},
    {"RandomNormal", random},
    {"RandomUniform", random},
    {"Multinomial", multinomial},
    {"AffineGrid", affine_grid},
    {"DFT", dft},
    {"STFT", stft},
}};

}  // namespace

std::span<const NamedRule> generator_rules() { return kGeneratorRules; }

}  // namespace memplace::onnx
