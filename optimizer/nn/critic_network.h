// SPDX-License-Identifier: Apache-2.0
// Twin critics: from a graph and a batch of joint actions to their values.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "optimizer/nn/dense.h"
#include "optimizer/nn/graph_unet.h"
#include "optimizer/nn/layer_norm.h"
#include "optimizer/nn/matrix.h"
#include "optimizer/nn/parameters.h"
#include "optimizer/nn/topology.h"

namespace memplace::nn {

// A trunk (Graph U-Net, layer norm, activation) sees the graph alone and so runs once for a whole
// batch, and both critics share it: h, nodes x hidden. Then each critic for itself, for each sample
// with actions a (nodes x actions) and m, for each node the mean of the actions of the nodes that
// it hears (0 where it hears none):
//   u = activation(h W_h + a W_a + m W_m + b)      nodes x hidden
//   g = mean of u over the nodes                   1 x hidden
//   value = dense(activation(dense(g)))            1 x 1, through hidden
// Only h W_h costs hidden x hidden a node, and it too is the same for the whole batch.
template <class Scalar>
class CriticNetwork {
 public:
  static constexpr std::size_t kCritics = 2;

  CriticNetwork(const GraphUNetShape& unet, std::size_t actions);

  const Layout& layout() const { return layout_; }

  // What forward() of the trunk found, for any number of batches.
  struct Trunk {
    Topology topology;
    typename GraphUNet<Scalar>::Tape unet;
    typename LayerNorm<Scalar>::Tape norm;
    Matrix<Scalar> hidden;                                 // h
    std::array<Matrix<Scalar>, kCritics> contributions{};  // h W_h + b
  };
  void forward_trunk(std::span<const Scalar> parameters, const Topology& topology,
                     const Matrix<Scalar>& features, Trunk& trunk) const;

  struct Tape {
    std::size_t batch = 0;
    Matrix<Scalar> heard;  // (batch x nodes) x 2 actions: a beside m
    struct Critic {
      Matrix<Scalar> joint;  // u: (batch x nodes) x hidden
      typename Dense<Scalar>::Tape first, second;
      Matrix<Scalar> activated;  // between the two
    };
    std::array<Critic, kCritics> critics{};
  };
  // `actions`: (batch x nodes) x actions, sample by sample. Returns batch x kCritics.
  Matrix<Scalar> forward(std::span<const Scalar> parameters, const Trunk& trunk,
                         const Matrix<Scalar>& actions, Tape* tape = nullptr) const;
  // `dy`: batch x kCritics. Adds to `gradient` the derivative by all parameters, the trunk's too,
  // where it is not empty. Where `d_actions` is not null it becomes the derivative by the actions.
  // Each of the two may be left out, and its cost with it.
  void backward(std::span<const Scalar> parameters, const Trunk& trunk, const Tape& tape,
                const Matrix<Scalar>& dy, std::span<Scalar> gradient,
                Matrix<Scalar>* d_actions) const;

  // Of a forward pass with a batch, as PolicyNetwork::flops().
  std::size_t flops(const Topology& topology, std::size_t batch) const;

 private:
  struct Critic {
    Critic(Layout& layout, const std::string& name, std::size_t width, std::size_t actions);

    Block hidden;   // W_h: hidden x hidden
    Block actions;  // W_a above W_m: 2 actions x hidden
    Block bias;     // b: 1 x hidden
    Dense<Scalar> first, second;
  };

  Matrix<Scalar> heard_actions(const Topology& topology, const Matrix<Scalar>& actions) const;
  // From the derivative by `heard_actions` to the one by its argument.
  void heard_actions_backward(const Topology& topology, const Matrix<Scalar>& d_heard,
                              Matrix<Scalar>& d_actions) const;
  void backward_trunk(std::span<const Scalar> parameters, const Trunk& trunk,
                      Matrix<Scalar> derivative, std::span<Scalar> gradient) const;

  std::size_t width_, actions_;
  Layout layout_;  // before the layers, which add to it
  GraphUNet<Scalar> unet_;
  LayerNorm<Scalar> norm_;
  std::vector<Critic> critics_;
};

}  // namespace memplace::nn
