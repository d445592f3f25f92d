// SPDX-License-Identifier: Apache-2.0
// Operators that slide a window: convolutions, pooling, regions of interest.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "workloads/onnx/infer/inference.h"

namespace memplace::onnx {
namespace {

struct Geometry {
  std::vector<std::int64_t> kernel;
  std::vector<std::int64_t> strides;
  std::vector<std::int64_t> dilations;
  std::vector<std::int64_t> pads;  // begins, then ends
  std::string auto_pad;
};

Geometry geometry(const Inference& node, std::vector<std::int64_t> kernel) {
  const std::size_t rank = kernel.size();
  Geometry result{std::move(kernel), node.parameters("strides", rank, 1, 1),
                  node.parameters("dilations", rank, 1, 1),
                  node.parameters("pads", 2 * rank, 0, -kLargestParameter),
                  node.text("auto_pad", "NOTSET")};
  static constexpr std::array<std::string_view, 4> kKnown{"NOTSET", "VALID", "SAME_UPPER",
                                                          "SAME_LOWER"};
  if (std::find(kKnown.begin(), kKnown.end(), result.auto_pad) == kKnown.end()) {
    throw Malformed{fmt::format(
        "attribute \"auto_pad\" is \"{}\", expected NOTSET, VALID, SAME_UPPER or SAME_LOWER",
        result.auto_pad)};
  }
  return result;
}

std::vector<std::int64_t> kernel_of_weights(const Inference& node, const Shape& weights) {
  Shape spatial(weights.begin() + 2, weights.end());
  const std::vector<std::int64_t> kernel = node.integers("kernel_shape");
  if (!kernel.empty() && kernel != spatial) {
    throw Malformed{fmt::format("attribute \"kernel_shape\" is {}, the weights are {}",
                                to_string(kernel), to_string(weights))};
  }
  return spatial;
}

// Positions of the window along axis i of an input of this size.
std::int64_t positions(const Geometry& g, std::size_t i, std::int64_t size, bool ceil_mode,
                       bool last_must_begin_inside) {
  const std::int64_t stride = g.strides[i];
  if (g.auto_pad == "SAME_UPPER" || g.auto_pad == "SAME_LOWER") {
    return size / stride + (size % stride != 0 ? 1 : 0);
  }
  const bool padded = g.auto_pad == "NOTSET";
  const std::int64_t begin = padded ? g.pads[i] : 0;
  const std::int64_t end = padded ? g.pads[i + g.kernel.size()] : 0;
  const std::int64_t free = size + begin + end - (g.dilations[i] * (g.kernel[i] - 1) + 1);
  if (free < 0) {
    throw Malformed{fmt::format("its window of {} does not fit an input of {} along axis {}",
                                g.kernel[i], size, i + 2)};
  }
  std::int64_t count = free / stride + 1;
  if (ceil_mode && free % stride != 0 &&
      (!last_must_begin_inside || count * stride < size + begin)) {
    ++count;
  }
  return count;
}

void check_rank(const Shape& weights, const Shape& input) {
  if (weights.size() != input.size()) {
    throw Malformed{fmt::format("the input is {} and the weights {}: expected equal ranks",
                                to_string(input), to_string(weights))};
  }
}

bool has_channels_last(const Inference& node) {
  return node.node().op_type == "NhwcConv" || node.integer("channels_last", 0) != 0;
}

// Channels before the spatial axes.
Shape channels_first(const Inference& node, Shape shape) {
  if (has_channels_last(node)) {
    std::rotate(shape.begin() + 1, shape.end() - 1, shape.end());
  }
  return shape;
}

Shape as_given(const Inference& node, Shape shape) {
  if (has_channels_last(node)) {
    std::rotate(shape.begin() + 1, shape.begin() + 2, shape.end());
  }
  return shape;
}

void convolution_of(Inference& node, std::size_t weights_index, ElementType type) {
  const Shape input = channels_first(node, node.shape(0, 3));
  const Shape& weights = node.shape(weights_index, 3);
  check_rank(weights, input);
  const std::int64_t group = node.integer("group", 1);
  if (group < 1 || input[1] % group != 0 || weights[0] % group != 0 ||
      input[1] / group != weights[1]) {
    throw Malformed{fmt::format("{} channels in {} groups do not fit weights {}", input[1], group,
                                to_string(weights))};
  }
  const Geometry g = geometry(node, kernel_of_weights(node, weights));
  Shape result{input[0], weights[0]};
  for (std::size_t i = 0; i < g.kernel.size(); ++i) {
    result.push_back(positions(g, i, input[i + 2], false, false));
  }
  node.set(0, type, as_given(node, result));
}

void conv(Inference& node) { convolution_of(node, 1, node.type(0)); }
void conv_integer(Inference& node) { convolution_of(node, 1, ElementType::kInt32); }
void qlinear_conv(Inference& node) { convolution_of(node, 3, node.type(7)); }

void conv_transpose(Inference& node) {
  const Shape& input = node.shape(0, 3);
  const Shape& weights = node.shape(1, 3);
  check_rank(weights, input);
  const std::int64_t group = node.integer("group", 1);
  if (group < 1 || group > kLargestParameter || input[1] != weights[0] || input[1] % group != 0) {
    throw Malformed{fmt::format("{} channels in {} groups do not fit weights {}", input[1], group,
                                to_string(weights))};
  }
  const Geometry g = geometry(node, kernel_of_weights(node, weights));
  const std::size_t rank = g.kernel.size();
  const auto extra = node.parameters("output_padding", rank, 0, 0);
  std::vector<std::int64_t> asked = node.integers("output_shape");
  if (asked.size() == rank + 2) {  // some exporters write batch and channels too
    asked.erase(asked.begin(), asked.begin() + 2);
  }
  if (!asked.empty() && asked.size() != rank) {
    throw Malformed{
        fmt::format("attribute \"output_shape\" has {} values, expected {}", asked.size(), rank)};
  }
  Shape result{input[0], weights[1] * group};
  for (std::size_t i = 0; i < rank; ++i) {
    if (!asked.empty()) {
      result.push_back(asked[i]);
    } else if (g.auto_pad == "SAME_UPPER" || g.auto_pad == "SAME_LOWER") {
      result.push_back(input[i + 2] * g.strides[i]);
    } else {
      const std::int64_t pads = g.auto_pad == "NOTSET" ? g.pads[i] + g.pads[i + rank] : 0;
      result.push_back(g.strides[i] * (input[i + 2] - 1) + extra[i] +
                       g.dilations[i] * (g.kernel[i] - 1) + 1 - pads);
    }
  }
  node.set(0, node.type(0), result);
}

void pool(Inference& node) {
  const Shape input = channels_first(node, node.shape(0, 3));
  const std::size_t rank = input.size() - 2;
  if (!node.has_attribute("kernel_shape")) {
    throw Malformed{"attribute \"kernel_shape\" is missing"};
  }
  const Geometry g = geometry(node, node.parameters("kernel_shape", rank, 1, 1));
  const bool ceil_mode = node.integer("ceil_mode", 0) != 0;
  Shape result{input[0], input[1]};
  for (std::size_t i = 0; i < rank; ++i) {
    result.push_back(positions(g, i, input[i + 2], ceil_mode, true));
  }
  result = as_given(node, result);
  node.set(0, node.type(0), result);
  node.set(1, ElementType::kInt64, result);
}

void global_pool(Inference& node) {
  Shape result = channels_first(node, node.shape(0, 2));
  std::fill(result.begin() + 2, result.end(), 1);
  node.set(0, node.type(0), as_given(node, result));
}

void max_unpool(Inference& node) {
  const Shape& input = node.shape(0, 3);
  if (node.has(2)) {
    return node.set(0, node.type(0), node.ints(2));
  }
  const std::size_t rank = input.size() - 2;
  const Geometry g = geometry(node, node.parameters("kernel_shape", rank, 1, 1));
  Shape result{input[0], input[1]};
  for (std::size_t i = 0; i < rank; ++i) {
    result.push_back((input[i + 2] - 1) * g.strides[i] + g.kernel[i] - g.pads[i] -
                     g.pads[i + rank]);
  }
  node.set(0, node.type(0), result);
}

void roi_pool(Inference& node) {
  const Shape& input = node.shape(0, 4);
  std::vector<std::int64_t> size{node.integer("output_height", 1), node.integer("output_width", 1)};
  if (node.node().op_type == "MaxRoiPool") {
    size = node.parameters("pooled_shape", 2, 1, 1);
  }
  node.set(0, node.type(0), {node.shape(1, 1)[0], input[1], size[0], size[1]});
}

// Regions of an image, [height, width] each.
void crop_and_resize(Inference& node) {
  const Shape& input = node.shape(0, 4);
  const std::vector<std::int64_t>& size = node.ints(3);
  if (size.size() != 2) {
    throw Malformed{fmt::format("its size of crops has {} values, expected 2", size.size())};
  }
  node.set(0, node.type(0), {node.shape(1, 1)[0], input[1], size[0], size[1]});
}

// N x C*kernel x blocks -> N x C x image.
void col2im(Inference& node) {
  const Shape& input = node.shape(0, 3);
  const Shape& image = node.ints(1);
  const Shape& block = node.ints(2);
  check_shape(image);
  check_shape(block);
  const std::int64_t kernel = element_count(block);
  if (kernel == 0 || input[1] % kernel != 0) {
    throw Malformed{
        fmt::format("{} channels are no multiple of the block {}", input[1], to_string(block))};
  }
  Shape result{input[0], input[1] / kernel};
  result.insert(result.end(), image.begin(), image.end());
  node.set(0, node.type(0), result);
}

constexpr std::array<NamedRule, 15> kWindowRules{{
    {"Conv", conv},
    {"ConvInteger", conv_integer},
    {"QLinearConv", qlinear_conv},
    {"ConvTranspose", conv_transpose},
    {"DeformConv", conv},
    {"MaxPool", pool},
    {"AveragePool", pool},
    {"LpPool", pool},
    {"GlobalAveragePool", global_pool},
    {"GlobalMaxPool", global_pool},
    {"GlobalLpPool", global_pool},
    {"MaxUnpool", max_unpool},
    {"MaxRoiPool", roi_pool},
    {"RoiAlign", roi_pool},
    {"Col2Im", col2im},
}};

constexpr std::array<NamedRule, 7> kContributedWindowRules{{
    {"FusedConv", conv},
    {"NhwcConv", conv},
    {"CropAndResize", crop_and_resize},
    {"QLinearConv", qlinear_conv},
    {"QLinearAveragePool", pool},
    {"QLinearGlobalAveragePool", global_pool},
    {"MaxpoolWithMask", pool},
}};

}  // namespace

std::span<const NamedRule> window_rules() { return kWindowRules; }

std::span<const NamedRule> contributed_window_rules() { return kContributedWindowRules; }

}  // namespace memplace::onnx
