// SPDX-License-Identifier: Apache-2.0
// What PyTorch's exporters write again and again, for whole models.
#pragma once

#include <cstdint>
#include <string>

#include "tests/unit/onnx/zoo.h"

namespace memplace::onnx {

// torch.onnx.export, opset 14.
struct Torch {
  Net net;

  std::string op(const std::string& type, const Names& inputs, const Attributes& attributes = {}) {
    return net.node(type, inputs, attributes);
  }
  std::string dim(const std::string& x, std::int64_t axis) {
    return op("Gather", {op("Shape", {x}), net.integer(axis)}, {{"axis", 0}});
  }
  std::string unsqueeze(const std::string& x, std::int64_t axis) {
    return op("Unsqueeze", {x, net.ints({axis})});
  }
  // A shape of sizes that were computed, each unsqueezed, and of numbers.
  std::string shape(const Names& parts) {
    Names rows;
    for (const std::string& part : parts) {
      rows.push_back(unsqueeze(part, 0));
    }
    return op("Concat", rows, {{"axis", 0}});
  }
  std::string transpose(const std::string& x, const Ints& order) {
    return op("Transpose", {x}, {{"perm", order}});
  }
  std::string linear(const std::string& x, std::int64_t in, std::int64_t out, bool bias = true) {
    const std::string y = op("MatMul", {x, net.weights({in, out})});
    return bias ? op("Add", {net.weights({out}), y}) : y;
  }
  std::string layer_norm(const std::string& x, std::int64_t width) {
    const std::string mean = op("ReduceMean", {x}, {{"axes", Ints{-1}}});
    const std::string centred = op("Sub", {x, mean});
    const std::string square = op("Pow", {centred, net.number(2)});
    const std::string variance = op("ReduceMean", {square}, {{"axes", Ints{-1}}});
    const std::string root = op("Sqrt", {op("Add", {variance, net.number(1e-5F)})});
    const std::string normal = op("Div", {centred, root});
    return op("Add", {op("Mul", {normal, net.weights({width})}), net.weights({width})});
  }
  std::string slice(const std::string& x, const std::string& from, const std::string& to,
                    std::int64_t axis) {
    return op("Slice", {x, unsqueeze(from, 0), unsqueeze(to, 0), net.ints({axis}), net.ints({1})});
  }
};

}  // namespace memplace::onnx
