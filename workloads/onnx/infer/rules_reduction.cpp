// SPDX-License-Identifier: Apache-2.0
// Reductions along axes, and what picks elements by their size.
#include <vector>

#include <fmt/format.h>

#include "workloads/onnx/infer/inference.h"

namespace memplace::onnx {
namespace {

// Axes were an attribute before opset 13 (ReduceSum) and 18 (the others); a node has one or the
// other.
void reduce(Inference& node) {
  const Shape& input = node.shape(0);
  const std::vector<std::int64_t> axes = node.has(1) ? node.ints(1) : node.integers("axes");
  std::vector<bool> reduced(input.size(), false);
  if (axes.empty()) {
    reduced.assign(input.size(), node.integer("noop_with_empty_axes", 0) == 0);
  }
  for (const std::int64_t axis : axes) {
    reduced[normal_axis(axis, input.size())] = true;
  }
  const bool keep = node.integer("keepdims", 1) != 0;
  Shape result;
  for (std::size_t i = 0; i < input.size(); ++i) {
    if (!reduced[i] || keep) {
      result.push_back(reduced[i] ? 1 : input[i]);
    }
  }
  node.set(0, node.type(0), result);
}

void arg_extreme(Inference& node) {
  Shape result = node.shape(0);
  const std::size_t axis = normal_axis(node.integer("axis", 0), result.size());
  if (node.integer("keepdims", 1) != 0) {
    result[axis] = 1;
  } else {
    result.erase(result.begin() + static_cast<std::ptrdiff_t>(axis));
  }
  node.set(0, ElementType::kInt64, result);
}

// K is an attribute before opset 10.
void top_k(Inference& node) {
  Shape result = node.shape(0);
  const std::size_t axis = normal_axis(node.integer("axis", -1), result.size());
  if (node.has(1) && node.ints(1).size() != 1) {
    throw Malformed{fmt::format("its K has {} values", node.ints(1).size())};
  }
  const std::int64_t k = node.has(1) ? node.ints(1)[0] : node.integer("k");
  if (k < 0 || k > result[axis]) {
    throw Malformed{fmt::format("its K is {}, the axis has {} elements", k, result[axis])};
  }
  result[axis] = k;
  node.set(0, node.type(0), result);
  node.set(1, ElementType::kInt64, result);
}

std::vector<NamedRule> make_reduction_rules() {
  std::vector<NamedRule> rules{{"ArgMax", arg_extreme}, {"ArgMin", arg_extreme}, {"TopK", top_k}};
  for (const std::string_view op :
       {"ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean",
        "ReduceMin", "ReduceProd", "ReduceSum", "ReduceSumSquare"}) {
    rules.push_back({op, reduce});
  }
  return rules;
}

}  // namespace

std::span<const NamedRule> reduction_rules() {
  static const std::vector<NamedRule> all_rules = make_reduction_rules();
  return all_rules;
}

}  // namespace memplace::onnx
