// SPDX-License-Identifier: Apache-2.0
// Convolutions and matrix products as work of the MAC grid.
#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "workloads/onnx/convert/plan.h"

namespace memplace::onnx {
namespace {

// Adds what a grid op reads beside its two sides: bias, residual, what was fused.
void read_rest(const Draft& draft, const DraftNode& node, const GridOperands& operands,
               PlannedOp& op) {
  for (const auto& place : {operands.bias, operands.residual}) {
    const auto id = place.has_value() ? input(node, *place) : std::nullopt;
    if (!id.has_value()) {
      continue;
    }
    if (draft.is_constant(*id)) {
      op.extras.push_back(*id);
    } else {
      op.inputs.push_back(*id);
    }
  }
  op.inputs.insert(op.inputs.end(), node.fused_inputs.begin(), node.fused_inputs.end());
}

std::int64_t first_or(const std::vector<std::int64_t>& list, std::int64_t fallback) {
  return list.empty() ? fallback : std::max<std::int64_t>(list.front(), 0);
}

// A matrix operand as batches of [rows, columns].
struct Matrix {
  Shape batch;
  std::int64_t rows = 1;
  std::int64_t columns = 1;
};

Matrix matrix_of(const Node& node, const Shape& shape, bool transposed, bool left) {
  Matrix matrix;
  if (shape.empty()) {
    fail(node, "an operand of a matrix product is a single number");
  }
  if (shape.size() == 1) {
    (left ? matrix.columns : matrix.rows) = shape[0];
    return matrix;
  }
  matrix.batch.assign(shape.begin(), shape.end() - 2);
  matrix.rows = shape[shape.size() - 2];
  matrix.columns = shape[shape.size() - 1];
  if (transposed) {
    std::swap(matrix.rows, matrix.columns);
  }
  return matrix;
}

bool flag(const Node& node, std::string_view name) { return int_attribute(node, name, 0) != 0; }

struct GridSides {
  Matrix left;
  Matrix right;
};

GridSides sides_of(const Draft& draft, const DraftNode& node, const GridOperands& operands) {
  const bool gemm = node.is("Gemm") || node.op_type == "FusedGemm" || node.op_type == "QGemm";
  const Shape& left = draft.shape(required(node, operands.left));
  const Shape& right = draft.shape(required(node, operands.right));
  if (gemm && (left.size() != 2 || right.size() != 2)) {
    fail(node, fmt::format("operands of {} and {} dimensions, expected two matrices", left.size(),
                           right.size()));
  }
  GridSides sides{matrix_of(node, left, flag(node, "transA"), true),
                  matrix_of(node, right, flag(node, "transB"), false)};
  if (sides.left.columns != sides.right.rows) {
    fail(node, fmt::format("{} columns times {} rows", sides.left.columns, sides.right.rows));
  }
  return sides;
}

std::int64_t count(const Node& node, const Shape& shape) {
  return product(node, shape, 0, shape.size());
}

// Batches of both sides, broadcast.
std::int64_t batches(const Node& node, const Shape& a, const Shape& b) {
  std::int64_t result = 1;
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    const std::int64_t x = i < a.size() ? a[a.size() - 1 - i] : 1;
    const std::int64_t y = i < b.size() ? b[b.size() - 1 - i] : 1;
    if (x != y && x != 1 && y != 1) {
      fail(node, fmt::format("batches of {} and {} do not broadcast", x, y));
    }
    result = product(node, {result, x == 1 ? y : x});
  }
  return result;
}

// The work with `right` as the side that is held: it has batches of its own, over which the
// batches of `left` that it lacks are more positions.
GridWork work_of(const Node& node, const Matrix& left, const Matrix& right) {
  const std::int64_t all = batches(node, left.batch, right.batch);
  const std::int64_t held = std::max<std::int64_t>(count(node, right.batch), 1);
  return {.batch = held,
          .positions = product(node, {all / held, left.rows}),
          .out_channels = right.columns,
          .in_channels = left.columns,
          .kernel = 1};
}

Matrix flipped(Matrix matrix) {
  std::swap(matrix.rows, matrix.columns);
  return matrix;
}

// A product over blocks of a few bits, whose packed weights say little of their shape.
void plan_packed(const Draft& draft, const DraftNode& node, std::vector<PlannedOp>& ops) {
  PlannedOp op = start(node);
  const ValueId left = required(node, 0);
  const std::int64_t inner = int_attribute(node, "K", 0);
  if (inner < 1 || draft.elements(left) % inner != 0) {
    fail(node, fmt::format("K is {}, which does not divide its input", inner));
  }
  const std::int64_t columns = int_attribute(node, "N", 0);
  op.work = GridWork{.batch = 1,
                     .positions = draft.elements(left) / inner,
                     .out_channels = columns,
                     .in_channels = inner,
                     .kernel = 1};
  op.inputs.insert(op.inputs.begin(), left);
  const ValueId right = required(node, 1);
  if (draft.is_constant(right)) {
    op.weights = right;
    op.packed = product(node, {columns, inner});
  } else {
    op.inputs.push_back(right);
  }
  // Scales, zero points, and the order of the rows; then the bias.
  for (std::size_t i = 2; i < 5; ++i) {
    if (const auto scales = input(node, i)) {
      read_scales(draft, op, *scales);
    }
  }
  if (const auto bias = input(node, 5)) {
    read(draft, op, *bias);
  }
  ops.push_back(std::move(op));
}

// A Fourier transform as the product with its matrix: real and imaginary parts of each output take
// one multiplication for each part of each input.
void plan_fourier(Draft& draft, const DraftNode& node, std::vector<PlannedOp>& ops) {
  PlannedOp op = start(node);
  const ValueId signal = required(node, 0);
  const Shape& in = draft.shape(signal);
  const Shape& out = draft.shape(result(node));
  std::int64_t length = 1;
  if (node.op_type == "DFT") {
    const auto rank = static_cast<std::int64_t>(in.size());
    std::int64_t axis = int_attribute(node, "axis", 1);
    axis = axis < 0 ? axis + rank : axis;
    length = axis >= 0 && axis < rank ? in[static_cast<std::size_t>(axis)] : 1;
  } else {
    const auto window = input(node, 2);
    length = window.has_value() ? draft.elements(*window) : in.size() > 1 ? in[1] : 1;
  }
  if (out.empty()) {
    fail(node, "its result is a single number");
  }
  op.work =
      GridWork{.batch = 1,
               .positions = draft.elements(result(node)) / std::max<std::int64_t>(out.back(), 1),
               .out_channels = out.back(),
               .in_channels = length,
               .kernel = in.back() == 2 ? 2 : 1};
  op.inputs.push_back(signal);
  draft.remarks.add("approximated: Fourier transforms as products with their matrix");
  ops.push_back(std::move(op));
}

}  // namespace

void plan_convolution(Draft& draft, const DraftNode& node, std::vector<PlannedOp>& ops) {
  const GridOperands operands = *grid_operands(node);
  const ValueId image = required(node, operands.left);
  const ValueId filter = required(node, operands.right);
  const Shape& in = draft.shape(image);
  const Shape& weights = draft.shape(filter);
  const Shape& out = draft.shape(result(node));
  const std::int64_t groups = int_attribute(node, "group", 1);
  const bool transposed = node.op_type == "ConvTranspose";
  const bool last =
      node.op_type == "NhwcConv" || (node.domain == "com.microsoft" && flag(node, "channels_last"));
  if (in.size() < 3 || weights.size() != in.size() || out.size() != in.size()) {
    fail(node, fmt::format("input, weights and output of {}, {} and {} dimensions", in.size(),
                           weights.size(), out.size()));
  }
  const std::size_t channel_axis = last ? in.size() - 1 : 1;
  const std::size_t first = last ? 1 : 2;
  // Weights are [out, in / groups, ...], of a transposed convolution [in, out / groups, ...].
  const std::int64_t outputs = transposed ? product(node, {weights[1], groups}) : weights[0];
  const std::int64_t inputs = transposed ? weights[0] : product(node, {weights[1], groups});
  if (groups < 1 || outputs % groups != 0 || inputs % groups != 0 || inputs != in[channel_axis] ||
      outputs != out[channel_axis]) {
    fail(node, fmt::format("weights for {} to {} channels in {} groups, input of {}, output of {}",
                           inputs, outputs, groups, in[channel_axis], out[channel_axis]));
  }
  // Every input of a transposed convolution meets every weight once.
  const Shape& space = transposed ? in : out;
  PlannedOp op = start(node);
  op.work = GridWork{
      .batch = groups,
      .positions = product(node, {in[0], product(node, space, first, first + in.size() - 2)}),
      .out_channels = outputs / groups,
      .in_channels = inputs / groups,
      .kernel = product(node, weights, 2, weights.size())};
  op.inputs.clear();
  op.inputs.push_back(image);
  if (draft.is_constant(filter)) {
    op.weights = filter;
  } else {
    op.inputs.push_back(filter);
  }
  read_rest(draft, node, operands, op);
  if (node.is("DeformConv")) {
    op.inputs.push_back(required(node, 2));
    if (const auto mask = input(node, 4)) {
      op.inputs.push_back(*mask);
    }
  }
  op.window = Window{
      .kernel_height = in.size() > 3 ? weights[weights.size() - 2] : 1,
      .kernel_width = weights.back(),
      .stride = std::max<std::int64_t>(first_or(ints_attribute(node, "strides", {}), 1), 1),
      .padding = first_or(ints_attribute(node, "pads", {}), 0),
      .dilation = std::max<std::int64_t>(first_or(ints_attribute(node, "dilations", {}), 1), 1),
      .groups = groups};
  const std::string pad = string_attribute(node, "auto_pad", "NOTSET");
  if (pad == "SAME_UPPER" || pad == "SAME_LOWER") {
    op.window->padding = (op.window->kernel_width - 1) / 2;
  }
  ops.push_back(std::move(op));
}

void plan_product(Draft& draft, const DraftNode& node, std::vector<PlannedOp>& ops) {
  if (is_one_of(node, {"MatMulNBits", "MatMulBnb4"})) {
    plan_packed(draft, node, ops);
    return;
  }
  if (node.op_type == "DFT" || node.op_type == "STFT") {
    plan_fourier(draft, node, ops);
    return;
  }
  if (node.is("Einsum") && node.inputs.size() > 1) {
    plan_einsum(draft, node, ops);
    return;
  }
  if (node.is("Einsum")) {
    plan_vector(draft, node, find_operator("", "Transpose"), ops);
    return;
  }
  const auto known = grid_operands(node);
  const GridOperands operands = known.value_or(GridOperands{});
  PlannedOp op = start(node);
  op.inputs.clear();
  const ValueId left = required(node, operands.left);
  const ValueId right = required(node, operands.right);
  const bool left_constant = draft.is_constant(left);
  const GridSides sides = sides_of(draft, node, operands);
  const std::int64_t left_batches = count(node, sides.left.batch);
  // The constant side is held, or the one with more batches: what the other lacks is positions.
  const bool flip =
      left_constant || (!draft.is_constant(right) && left_batches > 0 &&
                        left_batches < count(node, sides.right.batch) && left_batches == 1);
  op.work = flip ? work_of(node, flipped(sides.right), flipped(sides.left))
                 : work_of(node, sides.left, sides.right);
  op.transposed = !flip && !flag(node, "transB") && draft.shape(right).size() == 2;
  if (flip && !left_constant) {
    op.inputs = {right, left};
  }
  if (op.inputs.empty()) {
    if (left_constant || draft.is_constant(right)) {
      op.inputs = {left_constant ? right : left};
      op.weights = left_constant ? left : right;
    } else {
      op.inputs = {left, right};
    }
  }
  GridOperands rest = operands;
  const double beta = float_attribute(node, "beta", node.op_type == "GemmFloat8" ? 0.0 : 1.0);
  if (rest.bias.has_value() && beta == 0.0) {
    rest.bias.reset();
  }
  read_rest(draft, node, rest, op);
  ops.push_back(std::move(op));
}

}  // namespace memplace::onnx
