// SPDX-License-Identifier: Apache-2.0
// Values of what only moves constants: every output element is one input element.
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "workloads/onnx/infer/broadcast_index.h"
#include "workloads/onnx/infer/slice.h"

namespace memplace::onnx {
namespace {

// Output `output` of the node, whose element i is element at(i) of input `input`.
template <class At>
void pick(Inference& node, std::size_t input, std::size_t output, const At& at) {
  const auto count = static_cast<std::size_t>(element_count(*node.outputs()[output].shape));
  std::visit(
      [&](const auto& source) {
        std::decay_t<decltype(source)> result(count);
        for (std::size_t i = 0; i < count; ++i) {
          result[i] = source.at(at(i));
        }
        node.set_data(output, std::move(result));
      },
      *node.input(input).data);
}

void same_data(Inference& node) { node.set_data(0, *node.input(0).data); }

// Product of the sizes before and after an axis.
struct Around {
  std::size_t outer;
  std::size_t size;
  std::size_t inner;
};

Around around(const Shape& shape, std::size_t axis) {
  const auto at = shape.begin() + static_cast<std::ptrdiff_t>(axis);
  return {static_cast<std::size_t>(element_count({shape.begin(), at})),
          static_cast<std::size_t>(*at),
          static_cast<std::size_t>(element_count({at + 1, shape.end()}))};
}

void fold_concat(Inference& node) {
  const Shape& out = *node.outputs()[0].shape;
  const std::size_t axis = normal_axis(node.integer("axis"), out.size());
  std::visit(
      [&](const auto& first) {
        using Data = std::decay_t<decltype(first)>;
        Data result;
        for (std::size_t outer = 0; outer < around(out, axis).outer; ++outer) {
          for (std::size_t i = 0; i < node.input_count(); ++i) {
            const auto* data = std::get_if<Data>(&*node.input(i).data);
            if (data == nullptr) {
              return;
            }
            const Around part = around(node.shape(i), axis);
            const auto begin =
                data->begin() + static_cast<std::ptrdiff_t>(outer * part.size * part.inner);
            result.insert(result.end(), begin,
                          begin + static_cast<std::ptrdiff_t>(part.size * part.inner));
          }
        }
        node.set_data(0, std::move(result));
      },
      *node.input(0).data);
}

void fold_split(Inference& node) {
  const std::size_t axis = normal_axis(node.integer("axis", 0), node.shape(0).size());
  const Around whole = around(node.shape(0), axis);
  std::size_t begin = 0;
  for (std::size_t k = 0; k < node.output_count(); ++k) {
    const Around part = around(*node.outputs()[k].shape, axis);
    pick(node, 0, k, [&](std::size_t i) {
      const std::size_t inner = i % part.inner;
      const std::size_t at = i / part.inner % part.size;
      const std::size_t outer = i / part.inner / part.size;
      return (outer * whole.size + begin + at) * whole.inner + inner;
    });
    begin += part.size;
  }
}

void fold_gather(Inference& node) {
  const Shape& data = node.shape(0);
  const std::size_t axis = normal_axis(node.integer("axis", 0), data.size());
  const Around part = around(data, axis);
  std::vector<std::int64_t> indices = node.ints(1);
  for (std::int64_t& index : indices) {
    const std::int64_t found = index;
    index += index < 0 ? data[axis] : 0;
    if (index < 0 || index >= data[axis]) {
      throw Malformed{
          fmt::format("index {} is outside axis {} of {}", found, axis, to_string(data))};
    }
  }
  const std::size_t count = indices.size();
  pick(node, 0, 0, [&](std::size_t i) {
    const std::size_t inner = i % part.inner;
    const std::size_t index = i / part.inner % count;
    const std::size_t outer = i / part.inner / count;
    return (outer * part.size + static_cast<std::size_t>(indices[index])) * part.inner + inner;
  });
}

// Element i of a row-major output of these sizes, whose step along axis a is strides[a].
std::size_t strided(std::size_t i, const Shape& sizes, const std::vector<std::int64_t>& strides,
                    std::int64_t offset) {
  auto rest = static_cast<std::int64_t>(i);
  for (std::size_t axis = sizes.size(); axis-- > 0;) {
    offset += rest % sizes[axis] * strides[axis];
    rest /= sizes[axis];
  }
  return static_cast<std::size_t>(offset);
}

std::vector<std::int64_t> strides_of(const Shape& shape) {
  std::vector<std::int64_t> strides(shape.size());
  std::int64_t stride = 1;
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

void fold_slice(Inference& node) {
  const std::vector<AxisSlice> slices = axis_slices(node);
  std::vector<std::int64_t> strides = strides_of(node.shape(0));
  std::int64_t offset = 0;
  Shape sizes;
  for (std::size_t axis = 0; axis < slices.size(); ++axis) {
    sizes.push_back(slices[axis].count);
    offset += slices[axis].start * strides[axis];
    // A step beyond the axis is never taken; its product could overflow.
    strides[axis] *= slices[axis].count > 1 ? slices[axis].step : 0;
  }
  pick(node, 0, 0, [&](std::size_t i) { return strided(i, sizes, strides, offset); });
}

void fold_transpose(Inference& node) {
  const Shape& input = node.shape(0);
  std::vector<std::int64_t> order = node.integers("perm");
  if (order.empty()) {
    order.resize(input.size());
    std::iota(order.rbegin(), order.rend(), 0);
  }
  const std::vector<std::int64_t> from = strides_of(input);
  std::vector<std::int64_t> strides;
  strides.reserve(order.size());
  for (const std::int64_t axis : order) {
    strides.push_back(from[normal_axis(axis, input.size())]);
  }
  const Shape& out = *node.outputs()[0].shape;
  pick(node, 0, 0, [&](std::size_t i) { return strided(i, out, strides, 0); });
}

void fold_expand(Inference& node) {
  const BroadcastIndex at(node.shape(0), *node.outputs()[0].shape);
  pick(node, 0, 0, at);
}

void fold_tile(Inference& node) {
  const Shape& input = node.shape(0);
  const Shape& out = *node.outputs()[0].shape;
  const std::vector<std::int64_t> strides = strides_of(input);
  pick(node, 0, 0, [&](std::size_t i) {
    auto rest = static_cast<std::int64_t>(i);
    std::int64_t at = 0;
    for (std::size_t axis = out.size(); axis-- > 0;) {
      at += rest % out[axis] % input[axis] * strides[axis];
      rest /= out[axis];
    }
    return static_cast<std::size_t>(at);
  });
}

void fold_constant_of_shape(Inference& node) {
  const auto count = static_cast<std::size_t>(element_count(*node.outputs()[0].shape));
  const Value* value = node.tensor("value");
  if (value == nullptr) {
    return node.set_data(0, std::vector<double>(count, 0.0));
  }
  if (value->data) {
    std::visit(
        [&](const auto& data) {
          using Data = std::decay_t<decltype(data)>;
          if (data.size() == 1) {
            node.set_data(0, Data(count, data[0]));
          }
        },
        *value->data);
  }
}

void fold_range(Inference& node) {
  const auto count = static_cast<std::size_t>(element_count(*node.outputs()[0].shape));
  const auto* start = std::get_if<std::vector<std::int64_t>>(&*node.input(0).data);
  if (start == nullptr) {
    const double first = node.numbers(0)[0];
    const double delta = node.numbers(2)[0];
    std::vector<double> result(count);
    for (std::size_t i = 0; i < count; ++i) {
      result[i] = first + static_cast<double>(i) * delta;
    }
    return node.set_data(0, std::move(result));
  }
  const std::int64_t delta = node.ints(2)[0];
  std::vector<std::int64_t> result(count);
  std::int64_t next = (*start)[0];
  for (std::size_t i = 0; i < count; ++i) {
    result[i] = next;
    if (i + 1 < count && __builtin_add_overflow(next, delta, &next)) {
      return;
    }
  }
  node.set_data(0, std::move(result));
}

void fold_non_zero(Inference& node) {
  const Shape& input = node.shape(0);
  const std::vector<double> data = node.numbers(0);
  const std::vector<std::int64_t> strides = strides_of(input);
  std::vector<std::int64_t> result;
  for (std::size_t axis = 0; axis < input.size(); ++axis) {
    for (std::size_t i = 0; i < data.size(); ++i) {
      if (data[i] != 0) {
        result.push_back(static_cast<std::int64_t>(i) / strides[axis] % input[axis]);
      }
    }
  }
  node.set_data(0, std::move(result));
}

constexpr std::array<NamedRule, 15> kMovementFolds{{
    {"Identity", same_data},
    {"Reshape", same_data},
    {"Flatten", same_data},
    {"Squeeze", same_data},
    {"Unsqueeze", same_data},
    {"Concat", fold_concat},
    {"Split", fold_split},
    {"Gather", fold_gather},
    {"Slice", fold_slice},
    {"Transpose", fold_transpose},
    {"Expand", fold_expand},
    {"Tile", fold_tile},
    {"ConstantOfShape", fold_constant_of_shape},
    {"Range", fold_range},
    {"NonZero", fold_non_zero},
}};

}  // namespace

std::span<const NamedRule> movement_folds() { return kMovementFolds; }

}  // namespace memplace::onnx
