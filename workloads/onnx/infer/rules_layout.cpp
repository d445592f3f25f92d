// SPDX-License-Identifier: Apache-2.0
// Operators that keep every element, or repeat and resample them, under another shape.
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "workloads/onnx/infer/inference.h"

namespace memplace::onnx {
namespace {

void reshape(Inference& node) {
  const Shape& input = node.shape(0);
  Shape result = node.ints(1);
  const bool zero_is_zero = node.integer("allowzero", 0) != 0;
  std::optional<std::size_t> open;
  std::int64_t known = 1;
  for (std::size_t i = 0; i < result.size(); ++i) {
    if (result[i] == 0 && !zero_is_zero) {
      if (i >= input.size()) {
        throw Malformed{fmt::format("its shape {} copies axis {} of {}", to_string(node.ints(1)), i,
                                    to_string(input))};
      }
      result[i] = input[i];
    }
    if (result[i] == -1) {
      if (open) {
        throw Malformed{fmt::format("its shape {} has more than one -1", to_string(node.ints(1)))};
      }
      open = i;
    } else if (result[i] < 0 || __builtin_mul_overflow(known, result[i], &known)) {
      throw Malformed{fmt::format("its shape {} is impossible", to_string(node.ints(1)))};
    }
  }
  const std::int64_t count = element_count(input);
  if (open && known != 0 && count % known == 0) {
    result[*open] = count / known;
  } else if (open ? known == 0 && count == 0 : known == count) {
    if (open) {
      result[*open] = 0;
    }
  } else {
    throw Malformed{
        fmt::format("{} does not reshape to {}", to_string(input), to_string(node.ints(1)))};
  }
  node.set(0, node.type(0), result);
}

void flatten(Inference& node) {
  const Shape& input = node.shape(0);
  const std::int64_t axis = node.integer("axis", 1);
  const std::size_t first = axis == static_cast<std::int64_t>(input.size())
                                ? input.size()
                                : normal_axis(axis, input.size());
  const auto middle = input.begin() + static_cast<std::ptrdiff_t>(first);
  node.set(0, node.type(0),
           {element_count({input.begin(), middle}), element_count({middle, input.end()})});
}

// Axes are an attribute before opset 13.
void squeeze(Inference& node) {
  const Shape& input = node.shape(0);
  const std::vector<std::int64_t> axes = node.has(1) ? node.ints(1) : node.integers("axes");
  std::vector<bool> gone(input.size(), false);
  if (axes.empty()) {
    std::transform(input.begin(), input.end(), gone.begin(), [](auto dim) { return dim == 1; });
  }
  for (const std::int64_t axis : axes) {
    const std::size_t i = normal_axis(axis, input.size());
    if (input[i] != 1) {
      throw Malformed{fmt::format("axis {} of {} is not 1", axis, to_string(input))};
    }
    gone[i] = true;
  }
  Shape result;
  for (std::size_t i = 0; i < input.size(); ++i) {
    if (!gone[i]) {
      result.push_back(input[i]);
    }
  }
  node.set(0, node.type(0), result);
}

void unsqueeze(Inference& node) {
  const Shape& input = node.shape(0);
  const std::vector<std::int64_t> axes = node.has(1) ? node.ints(1) : node.integers("axes");
  const std::size_t rank = input.size() + axes.size();
  if (rank > 64) {
    throw Malformed{"it makes a tensor of more than 64 dimensions"};
  }
  std::vector<bool> added(rank, false);
  for (const std::int64_t axis : axes) {
    if (added[normal_axis(axis, rank)]) {
      throw Malformed{fmt::format("axis {} is given twice", axis)};
    }
    added[normal_axis(axis, rank)] = true;
  }
  Shape result;
  std::size_t next = 0;
  for (std::size_t i = 0; i < rank; ++i) {
    result.push_back(added[i] ? 1 : input[next++]);
  }
  node.set(0, node.type(0), result);
}

void transpose(Inference& node) {
  const Shape& input = node.shape(0);
  std::vector<std::int64_t> order = node.integers("perm");
  if (order.empty()) {
    order.resize(input.size());
    std::iota(order.rbegin(), order.rend(), 0);
  }
  std::vector<bool> seen(input.size(), false);
  Shape result;
  for (const std::int64_t axis : order) {
    const std::size_t i = normal_axis(axis, input.size());
    if (seen[i]) {
      break;
    }
    seen[i] = true;
    result.push_back(input[i]);
  }
  if (result.size() != input.size()) {
    throw Malformed{fmt::format("attribute \"perm\" {} is no order of {} axes", to_string(order),
                                input.size())};
  }
  node.set(0, node.type(0), result);
}

// The standard knows no -1; PyTorch writes it for a size that stays.
void expand(Inference& node) {
  Shape wanted = node.ints(1);
  std::replace(wanted.begin(), wanted.end(), std::int64_t{-1}, std::int64_t{1});
  check_shape(wanted);
  node.set(0, node.type(0), broadcast(node.shape(0), wanted));
}

void tile(Inference& node) {
  Shape result = node.shape(0);
  const std::vector<std::int64_t>& repeats = node.ints(1);
  if (repeats.size() != result.size()) {
    throw Malformed{fmt::format("it has {} repeats for {}", repeats.size(), to_string(result))};
  }
  for (std::size_t i = 0; i < result.size(); ++i) {
    if (repeats[i] < 0 || __builtin_mul_overflow(result[i], repeats[i], &result[i])) {
      throw Malformed{fmt::format("its repeats {} are impossible", to_string(repeats))};
    }
  }
  node.set(0, node.type(0), result);
}

// Pads are an attribute before opset 11; opset 18 adds axes.
void pad(Inference& node) {
  Shape result = node.shape(0);
  const std::vector<std::int64_t> pads = node.has(1) ? node.ints(1) : node.integers("pads");
  std::vector<std::int64_t> axes(result.size());
  std::iota(axes.begin(), axes.end(), 0);
  if (node.has(3)) {
    axes = node.ints(3);
  }
  if (pads.size() != 2 * axes.size()) {
    throw Malformed{fmt::format("it has {} pads for {} axes", pads.size(), axes.size())};
  }
  for (std::size_t i = 0; i < axes.size(); ++i) {
    std::int64_t& dim = result[normal_axis(axes[i], result.size())];
    if (std::max(std::abs(pads[i] / 2), std::abs(pads[i + axes.size()] / 2)) > kLargestDimension) {
      throw Malformed{"its pads are too large"};
    }
    dim += pads[i] + pads[i + axes.size()];
  }
  node.set(0, node.type(0), result);
}

std::int64_t block_size(const Inference& node) {
  const std::int64_t block = node.integer("blocksize");
  if (block < 1 || block > 4096) {
    throw Malformed{fmt::format("attribute \"blocksize\" is {}", block)};
  }
  return block;
}

void depth_to_space(Inference& node) {
  const Shape& x = node.shape(0, 4);
  const std::int64_t block = block_size(node);
  if (x[1] % (block * block) != 0) {
    throw Malformed{fmt::format("{} channels are no multiple of {}", x[1], block * block)};
  }
  node.set(0, node.type(0), {x[0], x[1] / (block * block), x[2] * block, x[3] * block});
}

void space_to_depth(Inference& node) {
  const Shape& x = node.shape(0, 4);
  const std::int64_t block = block_size(node);
  if (x[2] % block != 0 || x[3] % block != 0) {
    throw Malformed{fmt::format("{} is no multiple of blocks of {}", to_string(x), block)};
  }
  node.set(0, node.type(0), {x[0], x[1] * block * block, x[2] / block, x[3] / block});
}

Shape scaled(const Shape& input, const std::vector<std::int64_t>& axes,
             const std::vector<double>& scales) {
  if (scales.size() != axes.size()) {
    throw Malformed{fmt::format("it has {} scales for {} axes", scales.size(), axes.size())};
  }
  Shape result = input;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    std::int64_t& dim = result[normal_axis(axes[i], input.size())];
    // The standard computes in float; a scale such as 4/3 must not lose a row to its last bit.
    const double size =
        std::floor(static_cast<double>(static_cast<float>(dim) * static_cast<float>(scales[i])));
    if (!(size >= 0 && size <= static_cast<double>(kLargestDimension))) {
      throw Malformed{fmt::format("a scale of {} is impossible", scales[i])};
    }
    dim = static_cast<std::int64_t>(size);
  }
  return result;
}

// keep_aspect_ratio_policy of opset 18: one scale for all axes, the least or the greatest.
Shape resized(const Shape& input, const std::vector<std::int64_t>& axes,
              const std::vector<std::int64_t>& sizes, const std::string& policy) {
  if (sizes.size() != axes.size()) {
    throw Malformed{fmt::format("it has {} sizes for {} axes", sizes.size(), axes.size())};
  }
  check_shape(sizes);
  std::optional<double> scale;
  Shape result = input;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::size_t axis = normal_axis(axes[i], input.size());
    const double own =
        static_cast<double>(sizes[i]) / static_cast<double>(std::max<std::int64_t>(input[axis], 1));
    scale = !scale ? own : policy == "not_larger" ? std::min(*scale, own) : std::max(*scale, own);
    result[axis] = sizes[i];
  }
  if (policy != "stretch" && scale) {
    for (const std::int64_t each : axes) {
      const std::size_t axis = normal_axis(each, input.size());
      const double size = std::round(static_cast<double>(input[axis]) * *scale);
      result[axis] =
          static_cast<std::int64_t>(std::min(size, static_cast<double>(kLargestDimension)));
    }
  }
  return result;
}

// X, scales in opset 10; X, roi, scales, sizes from opset 11; axes and policy from opset 18.
void resize(Inference& node) {
  const Shape& input = node.shape(0);
  std::vector<std::int64_t> axes = node.integers("axes");
  if (axes.empty()) {
    axes.resize(input.size());
    std::iota(axes.begin(), axes.end(), 0);
  }
  if (node.has(3) && !(node.input(3).shape && node.input(3).shape == Shape{0})) {
    return node.set(
        0, node.type(0),
        resized(input, axes, node.ints(3), node.text("keep_aspect_ratio_policy", "stretch")));
  }
  node.set(0, node.type(0), scaled(input, axes, node.numbers(node.version() < 11 ? 1 : 2)));
}

// Scales are an attribute before opset 9.
void upsample(Inference& node) {
  const Shape& input = node.shape(0);
  std::vector<std::int64_t> axes(input.size());
  std::iota(axes.begin(), axes.end(), 0);
  std::vector<double> scales;
  if (node.has(1)) {
    scales = node.numbers(1);
  } else if (const auto found = node.node().attributes.find("scales");
             found != node.node().attributes.end()) {
    if (const auto* list = std::get_if<std::vector<double>>(&found->second)) {
      scales = *list;
    }
  }
  node.set(0, node.type(0), scaled(input, axes, scales));
}

void center_crop_pad(Inference& node) {
  Shape result = node.shape(0);
  std::vector<std::int64_t> axes = node.integers("axes");
  if (axes.empty()) {
    axes.resize(result.size());
    std::iota(axes.begin(), axes.end(), 0);
  }
  const std::vector<std::int64_t>& sizes = node.ints(1);
  if (sizes.size() != axes.size()) {
    throw Malformed{fmt::format("it has {} sizes for {} axes", sizes.size(), axes.size())};
  }
  for (std::size_t i = 0; i < axes.size(); ++i) {
    result[normal_axis(axes[i], result.size())] = sizes[i];
  }
  node.set(0, node.type(0), result);
}

constexpr std::array<NamedRule, 13> kLayoutRules{{
    {"Reshape", reshape},
    {"Flatten", flatten},
    {"Squeeze", squeeze},
    {"Unsqueeze", unsqueeze},
    {"Transpose", transpose},
    {"Expand", expand},
    {"Tile", tile},
    {"Pad", pad},
    {"DepthToSpace", depth_to_space},
    {"SpaceToDepth", space_to_depth},
    {"Resize", resize},
    {"Upsample", upsample},
    {"CenterCropPad", center_crop_pad},
}};

}  // namespace

std::span<const NamedRule> layout_rules() { return kLayoutRules; }

}  // namespace memplace::onnx
