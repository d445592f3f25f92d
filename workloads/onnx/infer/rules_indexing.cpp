// SPDX-License-Identifier: Apache-2.0
// Operators that join, cut and pick.
#include <algorithm>
#include <array>
#include <numeric>

#include <fmt/format.h>

#include "workloads/onnx/infer/slice.h"

namespace memplace::onnx {
namespace {

void concat(Inference& node) { join(node, 0, 1); }

// Sizes are an attribute before opset 13; without any the parts are even, the last one smaller.
void split(Inference& node) {
  const Shape& input = node.shape(0, 1);
  const std::size_t axis = normal_axis(node.integer("axis", 0), input.size());
  std::vector<std::int64_t> sizes = node.has(1) ? node.ints(1) : node.integers("split");
  const auto parts = static_cast<std::int64_t>(node.output_count());
  if (sizes.empty() && parts > 0) {
    const std::int64_t part = input[axis] / parts + (input[axis] % parts != 0 ? 1 : 0);
    for (std::int64_t i = 0; i < parts; ++i) {
      sizes.push_back(std::clamp<std::int64_t>(input[axis] - i * part, 0, part));
    }
  }
  std::int64_t total = 0;
  for (const std::int64_t size : sizes) {
    if (size < 0 || size > input[axis]) {
      total = -1;
      break;
    }
    total += size;
  }
  if (sizes.size() != node.output_count() || total != input[axis]) {
    throw Malformed{fmt::format("parts {} do not make {} outputs of axis {} of {}",
                                to_string(sizes), parts, axis, to_string(input))};
  }
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    Shape part = input;
    part[axis] = sizes[i];
    node.set(i, node.type(0), part);
  }
}

void slice(Inference& node) {
  Shape result;
  for (const AxisSlice& axis : axis_slices(node)) {
    result.push_back(axis.count);
  }
  node.set(0, node.type(0), result);
}

void gather(Inference& node) {
  const Shape& data = node.shape(0, 1);
  const Shape& indices = node.shape(1);
  const auto axis = static_cast<std::ptrdiff_t>(normal_axis(node.integer("axis", 0), data.size()));
  Shape result(data.begin(), data.begin() + axis);
  result.insert(result.end(), indices.begin(), indices.end());
  result.insert(result.end(), data.begin() + axis + 1, data.end());
  node.set(0, node.type(0), result);
}

void gather_elements(Inference& node) { node.set(0, node.type(0), node.shape(1)); }

void gather_nd(Inference& node) {
  const Shape& data = node.shape(0, 1);
  const Shape& indices = node.shape(1, 1);
  const std::int64_t batch = node.integer("batch_dims", 0);
  if (batch < 0 || batch >= static_cast<std::int64_t>(indices.size()) ||
      indices.back() > static_cast<std::int64_t>(data.size()) - batch) {
    throw Malformed{
        fmt::format("indices {} do not fit data {}", to_string(indices), to_string(data))};
  }
  Shape result(indices.begin(), indices.end() - 1);
  result.insert(result.end(), data.begin() + (batch + indices.back()), data.end());
  node.set(0, node.type(0), result);
}

void one_hot(Inference& node) {
  Shape result = node.shape(0);
  const std::vector<double> depth = node.numbers(1);
  if (depth.size() != 1 || !(depth[0] >= 0 && depth[0] <= 1e12)) {
    throw Malformed{"its depth is no positive number"};
  }
  const std::size_t axis = normal_axis(node.integer("axis", -1), result.size() + 1);
  result.insert(result.begin() + static_cast<std::ptrdiff_t>(axis),
                static_cast<std::int64_t>(depth[0]));
  node.set(0, node.type(2), result);
}

// Without stored shapes the count of what is picked is known only where its input is constant.
void non_zero(Inference& node) {
  const std::vector<double> data = node.numbers(0);
  const auto count =
      data.size() - static_cast<std::size_t>(std::count(data.begin(), data.end(), 0.0));
  node.set(0, ElementType::kInt64,
           {static_cast<std::int64_t>(node.shape(0).size()), static_cast<std::int64_t>(count)});
}

void compress(Inference& node) {
  Shape result = node.shape(0);
  const std::vector<std::int64_t>& condition = node.ints(1);
  const auto count = static_cast<std::int64_t>(condition.size()) -
                     std::count(condition.begin(), condition.end(), 0);
  if (node.has_attribute("axis")) {
    result[normal_axis(node.integer("axis"), result.size())] = count;
  } else {
    result = {count};
  }
  node.set(0, node.type(0), result);
}

void data_dependent(Inference& /*node*/) { throw Undetermined{"its size depends on the data"}; }

void grid_sample(Inference& node) {
  const Shape& x = node.shape(0, 3);
  const Shape& grid = node.shape(1, 3);
  Shape result{x[0], x[1]};
  result.insert(result.end(), grid.begin() + 1, grid.end() - 1);
  node.set(0, node.type(0), result);
}

constexpr std::array<NamedRule, 16> kIndexingRules{{
    {"Concat", concat},
    {"Split", split},
    {"Slice", slice},
    {"DynamicSlice", slice},
    {"Gather", gather},
    {"GatherElements", gather_elements},
    {"GatherND", gather_nd},
    {"OneHot", one_hot},
    {"NonZero", non_zero},
    {"Compress", compress},
    {"Unique", data_dependent},
    {"NonMaxSuppression", data_dependent},
    {"StringNormalizer", data_dependent},
    {"StringSplit", data_dependent},
    {"ImageDecoder", data_dependent},
    {"GridSample", grid_sample},
}};

}  // namespace

std::vector<AxisSlice> axis_slices(const Inference& node) {
  const Shape& input = node.shape(0);
  const bool as_inputs = node.input_count() > 1;
  const std::vector<std::int64_t> starts = as_inputs ? node.ints(1) : node.integers("starts");
  const std::vector<std::int64_t> ends = as_inputs ? node.ints(2) : node.integers("ends");
  std::vector<std::int64_t> axes(starts.size());
  std::iota(axes.begin(), axes.end(), 0);
  if (node.has(3)) {
    axes = node.ints(3);
  } else if (!as_inputs && node.has_attribute("axes")) {
    axes = node.integers("axes");
  }
  std::vector<std::int64_t> steps(starts.size(), 1);
  if (node.has(4)) {
    steps = node.ints(4);
  }
  if (ends.size() != starts.size() || axes.size() != starts.size() ||
      steps.size() != starts.size()) {
    throw Malformed{"its starts, ends, axes and steps differ in length"};
  }
  std::vector<AxisSlice> result;
  for (const std::int64_t dim : input) {
    result.push_back({0, 1, dim});
  }
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::size_t axis = normal_axis(axes[i], input.size());
    const std::int64_t size = input[axis];
    const std::int64_t step = steps[i];
    if (step == 0) {
      throw Malformed{"a step is 0"};
    }
    const bool down = step < 0;
    const auto clamped = [&](std::int64_t at) {
      const std::int64_t from_begin = at < 0 ? at + size : at;
      return down ? std::clamp<std::int64_t>(from_begin, -1, size - 1)
                  : std::clamp<std::int64_t>(from_begin, 0, size);
    };
    const std::int64_t start =
        down ? std::min(std::max<std::int64_t>(clamped(starts[i]), 0), size - 1)
             : clamped(starts[i]);
    const std::int64_t distance = clamped(ends[i]) - start;
    std::int64_t count = 0;
    if (distance != 0 && (distance < 0) == down) {
      count = distance / step + (distance % step != 0 ? 1 : 0);
    }
    result[axis] = {start, step, count};
  }
  return result;
}

std::span<const NamedRule> indexing_rules() { return kIndexingRules; }

// An axis of that extent is one that depends on data.
Shape shape_by_data(const Inference& node) {
  constexpr std::int64_t kOpen = -1;
  if (!node.has(0) || !node.input(0).shape.has_value()) {
    return {};
  }
  const std::string_view op = node.node().op_type;
  Shape shape = node.shape(0);
  if (op == "NonMaxSuppression") {
    return {kOpen, 3};
  }
  if (op == "NonZero") {
    return {static_cast<std::int64_t>(shape.size()), kOpen};
  }
  if (op != "Compress" && op != "Unique") {
    return {};
  }
  if (!node.has_attribute("axis")) {
    return {kOpen};
  }
  shape[normal_axis(node.integer("axis"), shape.size())] = kOpen;
  return shape;
}

ElementType type_by_data(const Inference& node) {
  const std::string_view op = node.node().op_type;
  if (op == "NonMaxSuppression" || op == "NonZero") {
    return ElementType::kInt64;
  }
  return node.has(0) ? node.type(0) : ElementType::kUndefined;
}

}  // namespace memplace::onnx
