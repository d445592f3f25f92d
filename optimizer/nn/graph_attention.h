// SPDX-License-Identifier: Apache-2.0
// Graph attention (Velickovic, Cucurull, Casanova, Romero, Lio, Bengio, "Graph attention networks",
// ICLR 2018), as PyTorch Geometric's GATConv.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "optimizer/nn/matrix.h"
#include "optimizer/nn/parameters.h"
#include "optimizer/nn/topology.h"

namespace memplace::nn {

// For each head, with h = x W: node i gives to node j, which it hears,
//   e_ij = LeakyReLU(a_source . h_j + a_target . h_i)      slope 0.2 below 0
// and becomes the mean of h_j weighted by the softmax of e_i over all j that it hears. The heads'
// columns lie side by side; a bias is added at last. The topology that forward() and backward() are
// given has loops already, as a node attends to itself too. See Dense for what the two do.
template <class Scalar>
class GraphAttention {
 public:
  // `out`: a multiple of `heads`.
  GraphAttention(Layout& layout, const std::string& name, std::size_t in, std::size_t out,
                 std::size_t heads);

  struct Tape {
    Matrix<Scalar> input;
    Matrix<Scalar> hidden;          // x W
    Matrix<Scalar> source, target;  // nodes x heads: a_source . h, a_target . h
    Matrix<Scalar> weights;         // edges x heads
  };
  Matrix<Scalar> forward(std::span<const Scalar> parameters, const Topology& loops,
                         const Matrix<Scalar>& x, Tape* tape = nullptr) const;
  Matrix<Scalar> backward(std::span<const Scalar> parameters, const Topology& loops,
                          const Tape& tape, const Matrix<Scalar>& dy,
                          std::span<Scalar> gradient) const;

  // Of forward(): products, scores and means, a multiply-add being two.
  std::size_t flops(std::size_t nodes, std::size_t edges_with_loops) const;

 private:
  std::size_t heads_;
  Block weights_;  // in x out
  Block source_;   // heads x (out / heads)
  Block target_;   // heads x (out / heads)
  Block bias_;     // 1 x out
};

}  // namespace memplace::nn
