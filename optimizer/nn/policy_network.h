// SPDX-License-Identifier: Apache-2.0
// The policy: from a graph to logits of every choice of every node.
#pragma once

#include <cstddef>
#include <span>

#include "optimizer/nn/dense.h"
#include "optimizer/nn/graph_unet.h"
#include "optimizer/nn/layer_norm.h"
#include "optimizer/nn/matrix.h"
#include "optimizer/nn/parameters.h"
#include "optimizer/nn/topology.h"

namespace memplace::nn {

// Graph U-Net, layer norm, activation, and a head that treats each node alike: dense hidden ->
// outputs. The head begins small, so that a new policy is nearly indifferent.
template <class Scalar>
class PolicyNetwork {
 public:
  PolicyNetwork(const GraphUNetShape& unet, std::size_t outputs);

  const Layout& layout() const { return layout_; }

  struct Tape {
    typename GraphUNet<Scalar>::Tape unet;
    typename LayerNorm<Scalar>::Tape norm;
    Matrix<Scalar> activated;
    typename Dense<Scalar>::Tape head;
  };
  // nodes x inputs -> nodes x outputs.
  Matrix<Scalar> forward(std::span<const Scalar> parameters, const Topology& topology,
                         const Matrix<Scalar>& features, Tape* tape = nullptr) const;
  // Adds to `gradient`. The input is no parameter, so nothing comes back.
  void backward(std::span<const Scalar> parameters, const Tape& tape, const Matrix<Scalar>& dy,
                std::span<Scalar> gradient) const;

  // Floating-point operations of the matrix products and attention of a forward pass, a
  // multiply-add being two; GraphUNet::flops() says what is assumed of pooled graphs.
  std::size_t flops(const Topology& topology) const;

 private:
  Layout layout_;  // before the layers, which add to it
  GraphUNet<Scalar> unet_;
  LayerNorm<Scalar> norm_;
  Dense<Scalar> head_;
};

}  // namespace memplace::nn
