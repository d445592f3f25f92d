// SPDX-License-Identifier: Apache-2.0
// The operators of the standard for the kinds of ops that networks are made of. What is written
// here need not come back as the same op: to_model() looks.
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "workloads/onnx/export/to_model.h"

namespace memplace::onnx {
namespace {

std::int64_t count(const Shape& shape) {
  std::int64_t product = 1;
  for (const std::int64_t extent : shape) {
    product *= extent;
  }
  return product;
}

constexpr std::array<std::pair<std::string_view, const char*>, 7> kUnary{{{"exp", "Exp"},
                                                                          {"relu", "Relu"},
                                                                          {"sigmoid", "Sigmoid"},
                                                                          {"softmax", "Softmax"},
                                                                          {"sqrt", "Sqrt"},
                                                                          {"tanh", "Tanh"},
                                                                          {"clip", "Clip"}}};

class StandardOp {
 public:
  StandardOp(ModelWriter& writer, const Op& op)
      : writer_(writer), graph_(writer.graph()), op_(op) {}

  bool write() {
    if (op_.outputs.size() != 1 || op_.inputs.empty() || shared()) {
      return false;
    }
    if (op_.kind == "conv") {
      return convolution();
    }
    if (op_.kind == "matmul") {
      return op_.weights.has_value() ? dense() : product();
    }
    if (op_.kind == "maxpool" || op_.kind == "averagepool") {
      return pool();
    }
    if (op_.kind == "layernorm") {
      return layer_norm();
    }
    if (op_.kind == "gather") {
      return gather();
    }
    return elementwise();
  }

 private:
  const Shape& in(std::size_t i = 0) const { return graph_.tensor(op_.inputs[i].tensor).shape; }
  const Shape& out() const { return graph_.tensor(op_.outputs[0]).shape; }
  ValueId input(std::size_t i = 0) const { return writer_.value(op_.inputs[i].tensor); }
  ValueId output() const { return writer_.value(op_.outputs[0]); }
  const Tensor& weights() const { return graph_.tensor(op_.weights->tensor); }
  std::string part(const char* name) const { return op_.name + "." + name; }

  // Weights of several ops are one constant, which may not suit all their operators.
  bool shared() const {
    return op_.weights.has_value() && graph_.consumers(op_.weights->tensor).size() > 1;
  }

  std::int64_t biases() const { return weights().parameters - count(weights().shape); }

  static bool window_fits(std::int64_t from, std::int64_t to, std::int64_t kernel,
                          const Window& window) {
    const std::int64_t reach = window.dilation * (kernel - 1) + 1;
    const std::int64_t room = from + 2 * window.padding - reach;
    return room >= 0 && room / window.stride + 1 == to;
  }

  static std::map<std::string, Attribute, std::less<>> window_attributes(const Window& window) {
    return {{"kernel_shape", std::vector<std::int64_t>{window.kernel_height, window.kernel_width}},
            {"strides", std::vector<std::int64_t>{window.stride, window.stride}},
            {"pads", std::vector<std::int64_t>(4, window.padding)}};
  }

  bool convolution() {
    if (!op_.window.has_value() || !op_.weights.has_value() || in().size() != 4 ||
        out().size() != 4 || weights().shape.size() != 4 || op_.inputs.size() > 2) {
      return false;
    }
    const Window& window = *op_.window;
    const Shape& filter = weights().shape;
    if (filter[0] != out()[1] || filter[1] * window.groups != in()[1] ||
        filter[2] != window.kernel_height || filter[3] != window.kernel_width ||
        in()[0] != out()[0] || (op_.inputs.size() == 2 && in(1) != out()) ||
        !window_fits(in()[2], out()[2], window.kernel_height, window) ||
        !window_fits(in()[3], out()[3], window.kernel_width, window)) {
      return false;
    }
    auto attributes = window_attributes(window);
    attributes["group"] = window.groups;
    attributes["dilations"] = std::vector<std::int64_t>(2, window.dilation);
    std::vector<ValueId> inputs{input(), writer_.constant(part("weight"), filter)};
    if (biases() > 0) {
      inputs.push_back(writer_.constant(part("bias"), {biases()}));
      if (biases() != filter[0]) {
        return false;
      }
    }
    if (op_.inputs.size() == 1) {
      writer_.add_node(op_.name, "Conv", inputs, {output()}, attributes);
      return true;
    }
    const ValueId sum = writer_.compute(op_.name, "Conv", inputs, out(), attributes);
    writer_.add_node(part("residual"), "Add", {sum, input(1)}, {output()});
    return true;
  }

  bool dense() {
    const auto* work = std::get_if<GridWork>(&op_.work);
    if (work == nullptr || op_.inputs.size() != 1 || weights().shape.size() != 2 ||
        (biases() != 0 && biases() != work->out_channels)) {
      return false;
    }
    const Shape rows{work->positions, work->in_channels};
    const Shape result{work->positions, work->out_channels};
    if (weights().shape != Shape{work->out_channels, work->in_channels} ||
        count(out()) != count(result)) {
      return false;
    }
    if (in().size() > 2 && in().back() == work->in_channels && count(in()) == count(rows) &&
        out().size() == in().size() && std::equal(in().begin(), in().end() - 1, out().begin())) {
      dense_rows(*work);
      return true;
    }
    ValueId x = input();
    if (count(in()) != count(rows)) {
      // The first row of each sample.
      if (in().size() != 3 || in()[0] != work->positions || in()[2] != work->in_channels) {
        return false;
      }
      const ValueId first = writer_.integers(part("first"), {0}, true);
      x = writer_.compute(part("row"), "Gather", {x, first}, rows, {{"axis", std::int64_t{1}}});
    }
    x = writer_.reshape(part("rows"), x, rows);
    std::vector<ValueId> inputs{x, writer_.constant(part("weight"), weights().shape)};
    if (biases() > 0) {
      inputs.push_back(writer_.constant(part("bias"), {biases()}));
    }
    if (out() == result) {
      writer_.add_node(op_.name, "Gemm", inputs, {output()}, {{"transB", std::int64_t{1}}});
    } else {
      const ValueId y =
          writer_.compute(op_.name, "Gemm", inputs, result, {{"transB", std::int64_t{1}}});
      writer_.reshape_into(part("shape"), y, output());
    }
    return true;
  }

  void dense_rows(const GridWork& work) {
    const ValueId matrix = writer_.constant(part("weight"), {work.in_channels, work.out_channels});
    if (biases() == 0) {
      writer_.add_node(op_.name, "MatMul", {input(), matrix}, {output()});
      return;
    }
    const ValueId y = writer_.compute(op_.name, "MatMul", {input(), matrix}, out());
    const ValueId bias = writer_.constant(part("bias"), {biases()});
    writer_.add_node(part("add"), "Add", {y, bias}, {output()});
  }

  // One side of a product as [batch, heads, rows, columns]: heads apart where the tensor holds
  // them side by side.
  ValueId side(const char* name, std::size_t i, std::int64_t batch, std::int64_t rows,
               std::int64_t columns, bool transposed) {
    const ValueId x = input(i);
    const Shape& shape = in(i);
    const std::int64_t stored_rows = transposed ? columns : rows;
    const std::int64_t stored_columns = transposed ? rows : columns;
    if (shape.size() == 4 && shape[0] * shape[1] == batch && shape[2] == rows &&
        shape[3] == columns) {
      return x;
    }
    if (shape.size() == 3 && shape[0] > 0 && batch % shape[0] == 0 && shape[1] == stored_rows) {
      const std::int64_t heads = batch / shape[0];
      const ValueId apart =
          writer_.reshape(part(name) + ".heads", x, {shape[0], stored_rows, heads, stored_columns});
      const std::vector<std::int64_t> order = transposed ? std::vector<std::int64_t>{0, 2, 3, 1}
                                                         : std::vector<std::int64_t>{0, 2, 1, 3};
      return writer_.compute(part(name) + ".transpose", "Transpose", {apart},
                             {shape[0], heads, rows, columns}, {{"perm", order}});
    }
    return writer_.reshape(part(name) + ".heads", x, {batch, 1, rows, columns});
  }

  bool product() {
    const auto* work = std::get_if<GridWork>(&op_.work);
    if (work == nullptr || op_.inputs.size() != 2 || work->kernel != 1 ||
        count(in(0)) != work->batch * work->positions * work->in_channels ||
        count(in(1)) != work->batch * work->in_channels * work->out_channels ||
        count(out()) != work->batch * work->positions * work->out_channels) {
      return false;
    }
    const bool transposed = in(1).size() == 3 && in(1)[1] == work->out_channels &&
                            !(in(0).size() == 4 && in(1)[1] == work->in_channels);
    const ValueId left = side("left", 0, work->batch, work->positions, work->in_channels, false);
    const ValueId right =
        side("right", 1, work->batch, work->in_channels, work->out_channels, transposed);
    Shape result = writer_.shape(left);
    if (result[0] != writer_.shape(right)[0]) {
      return false;
    }
    result[3] = work->out_channels;
    if (out() == result) {
      writer_.add_node(op_.name, "MatMul", {left, right}, {output()});
      return true;
    }
    ValueId y = writer_.compute(op_.name, "MatMul", {left, right}, result);
    if (out().size() == 3 && out()[0] == result[0] && out()[1] == result[2]) {
      y = writer_.compute(part("transpose"), "Transpose", {y},
                          {result[0], result[2], result[1], result[3]},
                          {{"perm", std::vector<std::int64_t>{0, 2, 1, 3}}});
    }
    writer_.reshape_into(part("merge"), y, output());
    return true;
  }

  bool pool() {
    if (!op_.window.has_value() || in().size() != 4 || out().size() != 4 ||
        op_.inputs.size() != 1 || op_.window->dilation != 1) {
      return false;
    }
    const Window& window = *op_.window;
    const bool average = op_.kind == "averagepool";
    if (average && window.kernel_height == in()[2] && window.kernel_width == in()[3] &&
        out() == Shape{in()[0], in()[1], 1, 1}) {
      writer_.add_node(op_.name, "GlobalAveragePool", {input()}, {output()});
      return true;
    }
    if (!window_fits(in()[2], out()[2], window.kernel_height, window) ||
        !window_fits(in()[3], out()[3], window.kernel_width, window)) {
      return false;
    }
    writer_.add_node(op_.name, average ? "AveragePool" : "MaxPool", {input()}, {output()},
                     window_attributes(window));
    return true;
  }

  bool layer_norm() {
    if (!op_.weights.has_value() || op_.inputs.size() != 1 || in() != out() || in().empty() ||
        weights().parameters != 2 * in().back()) {
      return false;
    }
    const ValueId scale = writer_.constant(part("weight"), {in().back()});
    const ValueId shift = writer_.constant(part("bias"), {in().back()});
    writer_.add_node(op_.name, "LayerNormalization", {input(), scale, shift}, {output()},
                     {{"axis", std::int64_t{-1}}});
    return true;
  }

  bool gather() {
    if (!op_.weights.has_value() || op_.inputs.size() != 1 || weights().shape.size() != 2) {
      return false;
    }
    Shape rows = in();
    rows.push_back(weights().shape[1]);
    if (rows != out()) {
      return false;
    }
    const ValueId table = writer_.constant(part("weight"), weights().shape);
    writer_.add_node(op_.name, "Gather", {table, input()}, {output()});
    return true;
  }

  bool elementwise() {
    if (op_.weights.has_value() || in() != out()) {
      return false;
    }
    if (op_.inputs.size() == 1) {
      if (op_.kind == "gelu") {
        gelu();
        return true;
      }
      const auto* const unary = std::find_if(
          kUnary.begin(), kUnary.end(), [&](const auto& entry) { return entry.first == op_.kind; });
      if (unary == kUnary.end()) {
        return false;
      }
      writer_.add_node(op_.name, unary->second, {input()}, {output()});
      return true;
    }
    if (op_.inputs.size() != 2 || !broadcasts()) {
      return false;
    }
    if (op_.kind == "add" || op_.kind == "mul") {
      writer_.add_node(op_.name, op_.kind == "add" ? "Add" : "Mul", {input(), input(1)},
                       {output()});
      return true;
    }
    if (op_.kind != "scale_mask") {
      return false;
    }
    const ValueId scale = writer_.number(part("factor"), 0.125);
    const ValueId scaled = writer_.compute(op_.name, "Mul", {input(), scale}, out());
    writer_.add_node(part("mask"), "Add", {scaled, input(1)}, {output()});
    return true;
  }

  bool broadcasts() const {
    const Shape& a = in(0);
    const Shape& b = in(1);
    if (b.size() > a.size()) {
      return false;
    }
    return std::equal(b.rbegin(), b.rend(), a.rbegin(),
                      [](std::int64_t x, std::int64_t y) { return x == y || x == 1; });
  }

  // x * (erf(x / sqrt(2)) + 1) / 2, since opset 17 has no Gelu.
  void gelu() {
    const ValueId scaled = writer_.compute(
        op_.name, "Div", {input(), writer_.number(part("root"), 1.4142135381698608)}, out());
    const ValueId erf = writer_.compute(part("erf"), "Erf", {scaled}, out());
    const ValueId shifted =
        writer_.compute(part("add"), "Add", {erf, writer_.number(part("one"), 1.0)}, out());
    const ValueId gated = writer_.compute(part("mul"), "Mul", {input(), shifted}, out());
    writer_.add_node(part("half"), "Mul", {gated, writer_.number(part("factor"), 0.5)}, {output()});
  }

  ModelWriter& writer_;
  const Graph& graph_;
  const Op& op_;
};

}  // namespace

bool write_standard(ModelWriter& writer, const Op& op) { return StandardOp(writer, op).write(); }

}  // namespace memplace::onnx
