// SPDX-License-Identifier: Apache-2.0
// Layers as the built-in networks use them, each one op: batch normalisation, activations and
// residual additions are fused into convolutions, biases into matrix products.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"
#include "workloads/graph/graph.h"

namespace memplace {

inline constexpr std::int64_t kImageNetClasses = 1000;

// A square convolution; depthwise where `groups` equals the channels.
struct ConvLayer {
  std::int64_t out_channels = 1;
  std::int64_t kernel = 1;
  std::int64_t stride = 1;
  std::int64_t padding = 0;
  std::int64_t groups = 1;
};

// Adds layers to a network, weights and activations at one type. An op called NAME has weights
// NAME.weights and writes NAME.out, which each function returns. Images are [N, C, H, W].
class Layers {
 public:
  Layers(std::string network, DType dtype);

  TensorId input(std::string name, Shape shape);
  TensorId input(std::string name, Shape shape, DType dtype);

  // `residual` is added to the result and has its shape.
  TensorId conv(const std::string& name, TensorId image, const ConvLayer& layer,
                std::optional<TensorId> residual = std::nullopt);
  TensorId max_pool(const std::string& name, TensorId image, std::int64_t kernel,
                    std::int64_t stride, std::int64_t padding);
  TensorId average_pool(const std::string& name, TensorId image);  // over the whole image

  // `work.positions` rows of `work.in_channels` from the front of `rows`, times weights with bias.
  TensorId matmul(const std::string& name, TensorId rows, const GridWork& work, Shape shape);
  // A product of two activations.
  TensorId product(const std::string& name, TensorId a, TensorId b, const GridWork& work,
                   Shape shape);

  // One step of the vector unit an element of the first input, whose shape the result has.
  TensorId vector(const std::string& name, std::string kind, VectorKind vector_kind,
                  std::vector<TensorId> inputs);
  // Normalises the last dimension, with a scale and a shift for each of its elements.
  TensorId layer_norm(const std::string& name, TensorId input);
  // Copies rows of a table of `rows` by `width`: those that `indices` names, or the first ones.
  // `shape` is the result's, its last extent the width.
  TensorId gather(const std::string& name, std::optional<TensorId> indices, std::int64_t rows,
                  Shape shape);

  Graph build() { return builder_.build(); }

 private:
  const Shape& shape(TensorId id) const { return builder_.tensor(id).shape; }
  Operand whole(TensorId id) const { return {id, builder_.tensor(id).bytes}; }
  Operand add_weights(const std::string& op, Shape shape, std::int64_t biases);
  TensorId add_pool(const std::string& name, std::string_view kind, TensorId image,
                    const Window& window, Shape out);
  TensorId add(Op op, Shape shape);

  GraphBuilder builder_;
  DType dtype_;
};

}  // namespace memplace
