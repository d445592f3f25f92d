// SPDX-License-Identifier: Apache-2.0
#include "workloads/builtin/layers.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"

namespace memplace {
namespace {

// Biases, scales and shifts are kept wider than the network's type.
constexpr Bytes kBiasBytes(4);

std::int64_t elements(const Shape& shape) {
  std::int64_t product = 1;
  for (const std::int64_t extent : shape) {
    product *= extent;
  }
  return product;
}

// Positions of a window along one axis.
std::int64_t window_positions(std::int64_t extent, std::int64_t kernel, std::int64_t stride,
                              std::int64_t padding) {
  MEMPLACE_ASSERT(extent + 2 * padding >= kernel, fmt::format("{} {}", extent, kernel));
  return (extent + 2 * padding - kernel) / stride + 1;
}

}  // namespace

Layers::Layers(std::string network, DType dtype) : builder_(std::move(network)), dtype_(dtype) {}

TensorId Layers::input(std::string name, Shape shape) {
  return input(std::move(name), std::move(shape), dtype_);
}

TensorId Layers::input(std::string name, Shape shape, DType dtype) {
  Tensor tensor;
  tensor.name = std::move(name);
  tensor.kind = TensorKind::kInput;
  tensor.dtype = dtype;
  tensor.bytes = size_of(dtype) * elements(shape);
  tensor.shape = std::move(shape);
  return builder_.add_tensor(std::move(tensor));
}

Operand Layers::add_weights(const std::string& op, Shape shape, std::int64_t biases) {
  Tensor tensor;
  tensor.name = op + ".weights";
  tensor.kind = TensorKind::kWeights;
  tensor.dtype = dtype_;
  tensor.bytes = size_of(dtype_) * elements(shape) + kBiasBytes * biases;
  tensor.parameters = elements(shape) + biases;
  tensor.shape = std::move(shape);
  return whole(builder_.add_tensor(std::move(tensor)));
}

TensorId Layers::add(Op op, Shape shape) {
  Tensor tensor;
  tensor.name = op.name + ".out";
  tensor.dtype = dtype_;
  tensor.bytes = size_of(dtype_) * elements(shape);
  tensor.shape = std::move(shape);
  const TensorId out = builder_.add_tensor(std::move(tensor));
  op.outputs = {out};
  builder_.add_op(std::move(op));
  return out;
}

TensorId Layers::conv(const std::string& name, TensorId image, const ConvLayer& layer,
                      std::optional<TensorId> residual) {
  const Shape in = shape(image);
  MEMPLACE_ASSERT(in[1] % layer.groups == 0 && layer.out_channels % layer.groups == 0, name);
  const Shape out{in[0], layer.out_channels,
                  window_positions(in[2], layer.kernel, layer.stride, layer.padding),
                  window_positions(in[3], layer.kernel, layer.stride, layer.padding)};
  Op op;
  op.name = name;
  op.kind = "conv";
  op.work = GridWork{.batch = layer.groups,
                     .positions = out[0] * out[2] * out[3],
                     .out_channels = layer.out_channels / layer.groups,
                     .in_channels = in[1] / layer.groups,
                     .kernel = layer.kernel * layer.kernel};
  op.inputs = {whole(image)};
  if (residual.has_value()) {
    MEMPLACE_ASSERT(shape(*residual) == out, name);
    op.inputs.push_back(whole(*residual));
  }
  op.weights =
      add_weights(name, {layer.out_channels, in[1] / layer.groups, layer.kernel, layer.kernel},
                  layer.out_channels);
  op.window = Window{.kernel_height = layer.kernel,
                     .kernel_width = layer.kernel,
                     .stride = layer.stride,
                     .padding = layer.padding,
                     .dilation = 1,
                     .groups = layer.groups};
  return add(std::move(op), out);
}

TensorId Layers::add_pool(const std::string& name, std::string_view kind, TensorId image,
                          const Window& window, Shape out) {
  Op op;
  op.name = name;
  op.kind = kind;
  op.work = VectorWork{VectorKind::kReduction,
                       elements(out) * window.kernel_height * window.kernel_width};
  op.inputs = {whole(image)};
  op.window = window;
  return add(std::move(op), std::move(out));
}

TensorId Layers::max_pool(const std::string& name, TensorId image, std::int64_t kernel,
                          std::int64_t stride, std::int64_t padding) {
  const Shape in = shape(image);
  Window window;
  window.kernel_height = kernel;
  window.kernel_width = kernel;
  window.stride = stride;
  window.padding = padding;
  return add_pool(name, "maxpool", image, window,
                  {in[0], in[1], window_positions(in[2], kernel, stride, padding),
                   window_positions(in[3], kernel, stride, padding)});
}

TensorId Layers::average_pool(const std::string& name, TensorId image) {
  const Shape in = shape(image);
  Window window;
  window.kernel_height = in[2];
  window.kernel_width = in[3];
  return add_pool(name, "averagepool", image, window, {in[0], in[1], 1, 1});
}

TensorId Layers::matmul(const std::string& name, TensorId rows, const GridWork& work, Shape shape) {
  Op op;
  op.name = name;
  op.kind = "matmul";
  op.work = work;
  op.inputs = {{rows, size_of(dtype_) * (work.positions * work.in_channels)}};
  op.weights = add_weights(name, {work.out_channels, work.in_channels}, work.out_channels);
  return add(std::move(op), std::move(shape));
}

TensorId Layers::product(const std::string& name, TensorId a, TensorId b, const GridWork& work,
                         Shape shape) {
  Op op;
  op.name = name;
  op.kind = "matmul";
  op.work = work;
  op.inputs = {whole(a), whole(b)};
  return add(std::move(op), std::move(shape));
}

TensorId Layers::vector(const std::string& name, std::string kind, VectorKind vector_kind,
                        std::vector<TensorId> inputs) {
  const Shape out = shape(inputs.front());
  Op op;
  op.name = name;
  op.kind = std::move(kind);
  op.work = VectorWork{vector_kind, elements(out)};
  for (const TensorId input : inputs) {
    op.inputs.push_back(whole(input));
  }
  return add(std::move(op), out);
}

TensorId Layers::layer_norm(const std::string& name, TensorId input) {
  const Shape out = shape(input);
  Tensor weights;
  weights.name = name + ".weights";
  weights.kind = TensorKind::kWeights;
  weights.dtype = DType::kFp32;
  weights.shape = {2, out.back()};
  weights.parameters = 2 * out.back();
  weights.bytes = kBiasBytes * weights.parameters;
  Op op;
  op.name = name;
  op.kind = "layernorm";
  op.work = VectorWork{VectorKind::kNormalization, elements(out)};
  op.inputs = {whole(input)};
  op.weights = whole(builder_.add_tensor(std::move(weights)));
  return add(std::move(op), out);
}

TensorId Layers::gather(const std::string& name, std::optional<TensorId> indices, std::int64_t rows,
                        Shape shape) {
  const std::int64_t width = shape.back();
  Op op;
  op.name = name;
  op.kind = "gather";
  op.work = VectorWork{VectorKind::kCopy, elements(shape)};
  if (indices.has_value()) {
    op.inputs = {whole(*indices)};
  }
  op.weights = add_weights(name, {rows, width}, 0);
  op.weights->bytes = size_of(dtype_) * std::min(rows * width, elements(shape));
  return add(std::move(op), std::move(shape));
}

}  // namespace memplace
