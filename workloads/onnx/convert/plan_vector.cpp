// SPDX-License-Identifier: Apache-2.0
// Everything that is not a product: one op a node, its work counted as the operator table says.
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "base/error.h"
#include "workloads/onnx/convert/plan.h"

namespace memplace::onnx {
namespace {

constexpr std::size_t kAll = 1U << 20U;

// How many of the first inputs are data; the rest are axes, shapes, bounds and zero points.
std::size_t data_inputs(const Node& node, const OperatorRow* row) {
  if (row == nullptr) {
    return kAll;
  }
  if (is_one_of(node, {"Concat", "Where", "Max", "Min", "Sum", "Mean", "QLinearConcat"})) {
    return kAll;
  }
  if (is_one_of(node, {"Scatter", "ScatterElements", "ScatterND", "TensorScatter"})) {
    return 3;
  }
  if (is_one_of(node, {"Gather", "GatherElements", "GatherND", "GridSample", "MaxUnpool",
                       "Compress", "ReverseSequence"})) {
    return 2;
  }
  if (is_one_of(node, {"RoiAlign", "MaxRoiPool", "NonMaxSuppression"})) {
    return 2;
  }
  if (is_one_of(node, {"OneHot", "CumSum", "Trilu", "CastLike", "Clip", "Shrink"})) {
    return 1;
  }
  if (row->vector == VectorKind::kNormalization) {
    // Mean and variance fold into scale and shift.
    return is_one_of(node, {"BatchNormalization"}) ? 3 : kAll;
  }
  return row->work == OperatorClass::kVector ? kAll : 1;
}

// A constant exponent of 2 or 3 is a multiplication, a constant divisor its reciprocal's.
VectorKind cheapened(const Draft& draft, const Node& node, VectorKind kind) {
  if (node.is("Div") && draft.is_constant(required(node, 1))) {
    return VectorKind::kElementwise;
  }
  if (node.is("Pow")) {
    const auto exponent = draft.scalar(required(node, 1));
    if (exponent.has_value() && (*exponent == 2.0 || *exponent == 3.0)) {
      return VectorKind::kElementwise;
    }
  }
  return kind;
}

std::int64_t written(const Draft& draft, const Node& node) {
  std::int64_t sum = 0;
  for (const auto& output : node.outputs) {
    if (output.has_value()) {
      sum += draft.elements(*output);
    }
  }
  return sum;
}

// What a resize reads to make one element: its two neighbours along each axis that changes, four
// of them for cubic.
VectorWork resize_work(const Draft& draft, const Node& node) {
  const std::int64_t elements = draft.elements(result(node));
  const std::string mode = string_attribute(node, "mode", "nearest");
  if (mode == "nearest") {
    return {VectorKind::kCopy, elements};
  }
  const Shape& in = draft.shape(required(node, 0));
  const Shape& out = draft.shape(result(node));
  std::int64_t taps = 1;
  for (std::size_t axis = 0; axis < std::min(in.size(), out.size()); ++axis) {
    if (in[axis] != out[axis]) {
      taps = product(node, {taps, mode == "cubic" ? 4 : 2});
    }
  }
  return {VectorKind::kReduction, product(node, {elements, taps})};
}

Window pool_window(const Node& node) {
  const auto kernel = ints_attribute(node, "kernel_shape", {});
  const auto strides = ints_attribute(node, "strides", {});
  const auto pads = ints_attribute(node, "pads", {});
  Window window;
  if (!kernel.empty()) {
    window.kernel_width = kernel.back();
    window.kernel_height = kernel.size() > 1 ? kernel[kernel.size() - 2] : 1;
  }
  window.stride = strides.empty() ? 1 : std::max<std::int64_t>(strides.front(), 1);
  window.padding = pads.empty() ? 0 : std::max<std::int64_t>(pads.front(), 0);
  return window;
}

void plan_window(const Draft& draft, const Node& node, PlannedOp& op) {
  const auto kernel = ints_attribute(node, "kernel_shape", {});
  if (kernel.empty()) {
    fail(node, "attribute \"kernel_shape\" is missing");
  }
  op.work = VectorWork{
      VectorKind::kReduction,
      product(node, {draft.elements(op.outputs.at(0)), product(node, kernel, 0, kernel.size())})};
  op.window = pool_window(node);
}

void plan_global_pool(const Draft& draft, const Node& node, PlannedOp& op) {
  const Shape& in = draft.shape(required(node, 0));
  Window window;
  window.kernel_width = in.empty() ? 1 : std::max<std::int64_t>(in.back(), 1);
  window.kernel_height = in.size() > 3 ? std::max<std::int64_t>(in[in.size() - 2], 1) : 1;
  op.window = window;
}

// A mean over the whole image is the pooling that it was before an exporter wrote it so.
bool is_image_mean(const Draft& draft, const Node& node) {
  if (!node.is("ReduceMean") || node.outputs.size() != 1) {
    return false;
  }
  const Shape& in = draft.shape(required(node, 0));
  return in.size() == 4 && draft.elements(result(node)) == product(node, {in[0], in[1]}) &&
         in[2] > 1 && in[3] > 1;
}

// Rows of a constant table: all of it is kept, what is used is read.
bool plan_table(const Draft& draft, const DraftNode& node, PlannedOp& op) {
  if (!is_one_of(node, {"Gather", "GatherND", "GatherElements", "GatherBlockQuantized"}) ||
      !draft.is_constant(required(node, 0))) {
    return false;
  }
  const ValueId table = required(node, 0);
  const ValueId indices = required(node, 1);
  op.kind = "gather";
  op.weights = table;
  std::int64_t held = draft.elements(table);
  if (node.op_type == "GatherBlockQuantized") {
    if (draft.value(table).type == ElementType::kInt8) {
      const std::int64_t bits = int_attribute(node, "bits", 4);
      held = bits < 1 || bits > 8 ? held : product(node, {held, 8 / bits});
    }
    op.packed = held;
    for (std::size_t i = 2; i < node.inputs.size(); ++i) {
      if (const auto scales = input(node, i)) {
        read_scales(draft, op, *scales);
      }
    }
  }
  op.rows_read = std::min(held, draft.elements(op.outputs.at(0)));
  if (!draft.is_constant(indices)) {
    op.inputs.push_back(indices);
  }
  return true;
}

// Words, positions and token types looked up, added and normalised.
bool plan_embedding(const Draft& draft, const DraftNode& node, PlannedOp& op) {
  if (!is_one_of(node, {"EmbedLayerNormalization", "QEmbedLayerNormalization"})) {
    return false;
  }
  std::int64_t tables = 0;
  std::int64_t held = 0;
  for (const auto& operand : node.inputs) {
    if (!operand.has_value()) {
      continue;
    }
    const bool table = draft.is_constant(*operand) && draft.shape(*operand).size() == 2;
    if (table && !op.weights.has_value()) {
      op.weights = operand;
    } else {
      read(draft, op, *operand);
    }
    tables += table ? 1 : 0;
    held += draft.is_constant(*operand) ? draft.elements(*operand) : 0;
  }
  op.rows_read = std::min(held, product(node, {tables, draft.elements(op.outputs.at(0))}));
  return true;
}

}  // namespace

void plan_vector(Draft& draft, const DraftNode& node, const OperatorRow* row,
                 std::vector<PlannedOp>& ops) {
  PlannedOp op = start(node);
  if (op.outputs.empty()) {
    fail(node, "writes nothing");
  }
  op.inputs.clear();
  const VectorKind kind =
      cheapened(draft, node, row == nullptr ? VectorKind::kElementwise : row->vector);
  const OperatorClass work = row == nullptr ? OperatorClass::kVector : row->work;
  if (work == OperatorClass::kFold) {
    fail(node, "its result is not constant");
  }
  const std::int64_t elements =
      work == OperatorClass::kVector ? draft.elements(op.outputs.at(0)) : written(draft, node);
  op.work = VectorWork{kind, elements};
  if (work == OperatorClass::kWindow) {
    plan_window(draft, node, op);
  } else if (work == OperatorClass::kReduce) {
    op.work = VectorWork{kind, draft.elements(required(node, 0))};
    if (node.op_type.find("Global") != std::string::npos) {
      plan_global_pool(draft, node, op);
    } else if (is_image_mean(draft, node)) {
      op.kind = "averagepool";
      plan_global_pool(draft, node, op);
    }
  } else if (is_one_of(node, {"Resize", "Upsample"})) {
    op.work = resize_work(draft, node);
  } else if (is_one_of(node, {"GridSample", "RoiAlign"})) {
    const std::int64_t samples =
        node.op_type == "RoiAlign"
            ? std::clamp<std::int64_t>(int_attribute(node, "sampling_ratio", 0), 1, 1024)
            : 1;
    op.work = VectorWork{VectorKind::kReduction, product(node, {elements, 4, samples, samples})};
  }
  if (!plan_table(draft, node, op) && !plan_embedding(draft, node, op)) {
    const std::size_t data = data_inputs(node, row);
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      const auto& operand = node.inputs[i];
      if (operand.has_value() && (i < data || !draft.is_constant(*operand))) {
        read(draft, op, *operand);
      }
    }
  }
  op.inputs.insert(op.inputs.end(), node.fused_inputs.begin(), node.fused_inputs.end());
  ops.push_back(std::move(op));
}

}  // namespace memplace::onnx
