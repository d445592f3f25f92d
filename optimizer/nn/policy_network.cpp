// SPDX-License-Identifier: Apache-2.0
#include "optimizer/nn/policy_network.h"

#include <utility>

#include "optimizer/nn/activation.h"

namespace memplace::nn {

namespace {

constexpr double kHeadScale = 0.01;

}  // namespace

template <class Scalar>
PolicyNetwork<Scalar>::PolicyNetwork(const GraphUNetShape& unet, std::size_t outputs)
    : unet_(layout_, "unet", unet),
      norm_(layout_, "norm", unet.hidden),
      head_(layout_, "head", unet.hidden, outputs, kHeadScale) {}

template <class Scalar>
Matrix<Scalar> PolicyNetwork<Scalar>::forward(std::span<const Scalar> parameters,
                                              const Topology& topology,
                                              const Matrix<Scalar>& features, Tape* tape) const {
  Matrix<Scalar> x =
      unet_.forward(parameters, topology, features, tape != nullptr ? &tape->unet : nullptr);
  x = norm_.forward(parameters, x, tape != nullptr ? &tape->norm : nullptr);
  activate(x);
  Matrix<Scalar> y = head_.forward(parameters, x, tape != nullptr ? &tape->head : nullptr);
  if (tape != nullptr) {
    tape->activated = std::move(x);
  }
  return y;
}

template <class Scalar>
void PolicyNetwork<Scalar>::backward(std::span<const Scalar> parameters, const Tape& tape,
                                     const Matrix<Scalar>& dy, std::span<Scalar> gradient) const {
  Matrix<Scalar> derivative = head_.backward(parameters, tape.head, dy, gradient);
  activate_backward(tape.activated, derivative);
  derivative = norm_.backward(parameters, tape.norm, derivative, gradient);
  unet_.backward(parameters, tape.unet, derivative, gradient);
}

template <class Scalar>
std::size_t PolicyNetwork<Scalar>::flops(const Topology& topology) const {
  return unet_.flops(topology) + head_.flops(topology.nodes());
}

template class PolicyNetwork<float>;
template class PolicyNetwork<double>;

}  // namespace memplace::nn
