// SPDX-License-Identifier: Apache-2.0
// Graph U-Net (Gao, Ji, "Graph U-Nets", ICML 2019) with graph attention for its convolutions, as
// PyTorch Geometric defines it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "optimizer/nn/graph_attention.h"
#include "optimizer/nn/matrix.h"
#include "optimizer/nn/parameters.h"
#include "optimizer/nn/top_k_pool.h"
#include "optimizer/nn/topology.h"

namespace memplace::nn {

struct GraphUNetShape {
  std::size_t inputs = 0;
  std::size_t hidden = 128;  // a multiple of heads
  std::size_t heads = 4;
  std::size_t depth = 4;  // poolings; 0: one convolution
  double ratio = 0.5;     // of the nodes that each pooling keeps, rounded up
};

// convolution inputs -> hidden; `depth` times {augmented graph, pooling, convolution}; `depth`
// times {unpooling to where the nodes were, sum with what was there, convolution}. Each convolution
// but the last is followed by an activation. A graph that has shrunk to one node shrinks no more.
template <class Scalar>
class GraphUNet {
 public:
  GraphUNet(Layout& layout, const std::string& name, const GraphUNetShape& shape);

  struct Tape {
    // A graph, and what was computed on it on the way down and, but for the last, on the way up.
    struct Level {
      Topology loops;
      std::vector<std::uint32_t> kept;       // its nodes in the level above; for all but the first
      typename TopKPool<Scalar>::Tape pool;  // from the level above
      typename GraphAttention<Scalar>::Tape down, up;
      Matrix<Scalar> down_output, up_output;  // of activations
    };
    std::vector<Level> levels;  // depth + 1
  };
  // nodes x inputs -> nodes x hidden. `topology` is without loops; nodes > 0.
  Matrix<Scalar> forward(std::span<const Scalar> parameters, const Topology& topology,
                         const Matrix<Scalar>& x, Tape* tape = nullptr) const;
  // Derivatives beyond 1e6 on their way between convolutions are cut off there (activation.h says
  // why activations are): so parameters that evolution drove far out have a finite gradient.
  Matrix<Scalar> backward(std::span<const Scalar> parameters, const Tape& tape,
                          const Matrix<Scalar>& dy, std::span<Scalar> gradient) const;

  // Of forward(). Who hears whom in pooled graphs depends on the parameters; here each pooling is
  // taken to keep the first nodes.
  std::size_t flops(const Topology& topology) const;

 private:
  std::size_t depth_;
  std::vector<GraphAttention<Scalar>> down_;  // depth + 1
  std::vector<TopKPool<Scalar>> pools_;       // depth: the i-th leads to level i + 1
  std::vector<GraphAttention<Scalar>> up_;    // depth: the i-th is on level i
};

}  // namespace memplace::nn
