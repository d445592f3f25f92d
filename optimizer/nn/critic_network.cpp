// SPDX-License-Identifier: Apache-2.0
#include "optimizer/nn/critic_network.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/stopping.h"
#include "optimizer/blas/openblas.h"
#include "optimizer/nn/activation.h"
#include "optimizer/nn/rows.h"

namespace memplace::nn {

namespace {

// Rows [first, first + count) of a matrix, for products.
template <class Scalar>
Eigen::Map<const Matrix<Scalar>> part(const Matrix<Scalar>& matrix, std::size_t first,
                                      std::size_t count) {
  return {row(matrix, first), static_cast<Eigen::Index>(count), matrix.cols()};
}
template <class Scalar>
Eigen::Map<Matrix<Scalar>> part(Matrix<Scalar>& matrix, std::size_t first, std::size_t count) {
  return {row(matrix, first), static_cast<Eigen::Index>(count), matrix.cols()};
}

}  // namespace

template <class Scalar>
CriticNetwork<Scalar>::Critic::Critic(Layout& layout, const std::string& name, std::size_t width,
                                      std::size_t actions_of_node)
    : hidden(layout.add(name + ".hidden", width, width, Init::kGlorot)),
      actions(layout.add(name + ".actions", 2 * actions_of_node, width, Init::kGlorot)),
      bias(layout.add(name + ".bias", 1, width, Init::kZero)),
      first(layout, name + ".first", width, width),
      second(layout, name + ".second", width, 1) {}

template <class Scalar>
CriticNetwork<Scalar>::CriticNetwork(const GraphUNetShape& unet, std::size_t actions)
    : width_(unet.hidden),
      actions_(actions),
      unet_(layout_, "unet", unet),
      norm_(layout_, "norm", unet.hidden) {
  critics_.reserve(kCritics);
  for (std::size_t k = 0; k < kCritics; ++k) {
    critics_.emplace_back(layout_, "critic" + std::to_string(k), width_, actions);
  }
  load_openblas();
}

template <class Scalar>
void CriticNetwork<Scalar>::forward_trunk(std::span<const Scalar> parameters,
                                          const Topology& topology, const Matrix<Scalar>& features,
                                          Trunk& trunk) const {
  trunk.topology = topology;
  trunk.hidden = norm_.forward(
      parameters, unet_.forward(parameters, topology, features, &trunk.unet), &trunk.norm);
  activate(trunk.hidden);
  for (std::size_t k = 0; k < kCritics; ++k) {
    Matrix<Scalar>& sum = trunk.contributions[k];
    sum.resize(trunk.hidden.rows(), trunk.hidden.cols());
    sum.rowwise() = view(parameters, critics_[k].bias).row(0);
    sum.noalias() += trunk.hidden * view(parameters, critics_[k].hidden);
  }
}

template <class Scalar>
Matrix<Scalar> CriticNetwork<Scalar>::heard_actions(const Topology& topology,
                                                    const Matrix<Scalar>& actions) const {
  const std::size_t nodes = topology.nodes();
  Matrix<Scalar> heard = zeros<Scalar>(rows_of(actions), 2 * actions_);
  for (std::size_t first = 0; first < rows_of(actions); first += nodes) {
    for (std::size_t i = 0; i < nodes; ++i) {
      Scalar* const own = row(heard, first + i);
      Scalar* const mean = own + actions_;
      std::copy_n(row(actions, first + i), actions_, own);
      const std::span<const std::uint32_t> others = topology.heard(i);
      const Scalar share = Scalar(1) / static_cast<Scalar>(std::max<std::size_t>(others.size(), 1));
      for (const std::uint32_t j : others) {
        add_scaled(share, row(actions, first + j), mean, actions_);
      }
    }
  }
  return heard;
}

template <class Scalar>
void CriticNetwork<Scalar>::heard_actions_backward(const Topology& topology,
                                                   const Matrix<Scalar>& d_heard,
                                                   Matrix<Scalar>& d_actions) const {
  const std::size_t nodes = topology.nodes();
  d_actions = zeros<Scalar>(rows_of(d_heard), actions_);
  for (std::size_t first = 0; first < rows_of(d_heard); first += nodes) {
    for (std::size_t i = 0; i < nodes; ++i) {
      const Scalar* const own = row(d_heard, first + i);
      const Scalar* const mean = own + actions_;
      add(own, row(d_actions, first + i), actions_);
      const std::span<const std::uint32_t> others = topology.heard(i);
      const Scalar share = Scalar(1) / static_cast<Scalar>(std::max<std::size_t>(others.size(), 1));
      for (const std::uint32_t j : others) {
        add_scaled(share, mean, row(d_actions, first + j), actions_);
      }
    }
  }
}

template <class Scalar>
Matrix<Scalar> CriticNetwork<Scalar>::forward(std::span<const Scalar> parameters,
                                              const Trunk& trunk, const Matrix<Scalar>& actions,
                                              Tape* tape) const {
  const std::size_t nodes = trunk.topology.nodes();
  MEMPLACE_ASSERT(rows_of(actions) % nodes == 0 && columns_of(actions) == actions_,
                  std::to_string(rows_of(actions)) + " rows of actions for " +
                      std::to_string(nodes) + " nodes");
  Tape local;
  Tape& notes = tape != nullptr ? *tape : local;
  notes.batch = rows_of(actions) / nodes;
  notes.heard = heard_actions(trunk.topology, actions);
  const auto batch = static_cast<Eigen::Index>(notes.batch);
  Matrix<Scalar> values(batch, static_cast<Eigen::Index>(kCritics));
  for (std::size_t k = 0; k < kCritics; ++k) {
    const Critic& critic = critics_[k];
    auto& own = notes.critics[k];
    // Without a tape one block serves all samples.
    own.joint.resize(tape != nullptr ? actions.rows() : trunk.hidden.rows(), trunk.hidden.cols());
    Matrix<Scalar> means = zeros<Scalar>(notes.batch, width_);
    for (std::size_t sample = 0; sample < notes.batch; ++sample) {
      look_for_stop();
      const std::size_t first = tape != nullptr ? sample * nodes : 0;
      auto joint = part(own.joint, first, nodes);
      joint = trunk.contributions[k];
      joint.noalias() += part(std::as_const(notes.heard), sample * nodes, nodes) *
                         view(parameters, critic.actions);
      activate(row(own.joint, first), nodes, width_, row(means, sample));
    }
    means /= static_cast<Scalar>(nodes);
    own.activated = critic.first.forward(parameters, means, &own.first);
    activate(own.activated);
    values.col(static_cast<Eigen::Index>(k)) =
        critic.second.forward(parameters, own.activated, &own.second);
  }
  return values;
}

template <class Scalar>
void CriticNetwork<Scalar>::backward(std::span<const Scalar> parameters, const Trunk& trunk,
                                     const Tape& tape, const Matrix<Scalar>& dy,
                                     std::span<Scalar> gradient, Matrix<Scalar>* d_actions) const {
  const std::size_t nodes = trunk.topology.nodes();
  const bool by_parameters = !gradient.empty();
  Matrix<Scalar> d_heard;
  if (d_actions != nullptr) {
    d_heard = zeros<Scalar>(rows_of(tape.heard), columns_of(tape.heard));
  }
  Matrix<Scalar> d_hidden;
  if (by_parameters) {
    d_hidden = zeros<Scalar>(nodes, width_);
  }
  for (std::size_t k = 0; k < kCritics; ++k) {
    const Critic& critic = critics_[k];
    const auto& own = tape.critics[k];
    const Matrix<Scalar> d_value = dy.col(static_cast<Eigen::Index>(k));
    Matrix<Scalar> d_means = critic.second.backward(parameters, own.second, d_value, gradient);
    activate_backward(own.activated, d_means);
    d_means = critic.first.backward(parameters, own.first, d_means, gradient);
    d_means /= static_cast<Scalar>(nodes);

    Matrix<Scalar> d_joint = zeros<Scalar>(nodes, width_);  // of one sample
    Matrix<Scalar> sum = zeros<Scalar>(by_parameters ? nodes : 0, width_);
    for (std::size_t sample = 0; sample < tape.batch; ++sample) {
      look_for_stop();
      const std::size_t first = sample * nodes;
      const Scalar* __restrict d_mean = row(d_means, sample);
      for (std::size_t i = 0; i < nodes; ++i) {
        const Scalar* __restrict u = row(own.joint, first + i);
        Scalar* __restrict d_u = row(d_joint, i);
        for (std::size_t c = 0; c < width_; ++c) {
          d_u[c] = d_mean[c] * activation_slope(u[c]);
        }
        if (by_parameters) {
          add(d_u, row(sum, i), width_);
        }
      }
      if (by_parameters) {
        view(gradient, critic.actions).noalias() +=
            part(tape.heard, first, nodes).transpose() * d_joint;
      }
      if (d_actions != nullptr) {
        part(d_heard, first, nodes).noalias() +=
            d_joint * view(parameters, critic.actions).transpose();
      }
    }
    if (by_parameters) {
      add_rows(sum, gradient.data() + critic.bias.offset);
      view(gradient, critic.hidden).noalias() += trunk.hidden.transpose() * sum;
      d_hidden.noalias() += sum * view(parameters, critic.hidden).transpose();
    }
  }
  if (d_actions != nullptr) {
    heard_actions_backward(trunk.topology, d_heard, *d_actions);
  }
  if (by_parameters) {
    backward_trunk(parameters, trunk, std::move(d_hidden), gradient);
  }
}

template <class Scalar>
void CriticNetwork<Scalar>::backward_trunk(std::span<const Scalar> parameters, const Trunk& trunk,
                                           Matrix<Scalar> derivative,
                                           std::span<Scalar> gradient) const {
  activate_backward(trunk.hidden, derivative);
  derivative = norm_.backward(parameters, trunk.norm, derivative, gradient);
  unet_.backward(parameters, trunk.unet, derivative, gradient);
}

template <class Scalar>
std::size_t CriticNetwork<Scalar>::flops(const Topology& topology, std::size_t batch) const {
  const std::size_t nodes = topology.nodes();
  std::size_t sum = unet_.flops(topology);
  for (const Critic& critic : critics_) {
    sum += 2 * nodes * critic.hidden.size() + batch * 2 * nodes * critic.actions.size() +
           critic.first.flops(batch) + critic.second.flops(batch);
  }
  return sum;
}

template class CriticNetwork<float>;
template class CriticNetwork<double>;

}  // namespace memplace::nn
