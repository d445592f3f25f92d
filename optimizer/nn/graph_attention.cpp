// SPDX-License-Identifier: Apache-2.0
#include "optimizer/nn/graph_attention.h"

#include <algorithm>
#include <limits>

#include "base/error.h"
#include "base/stopping.h"
#include "optimizer/blas/openblas.h"
#include "optimizer/nn/activation.h"
#include "optimizer/nn/rows.h"

namespace memplace::nn {

namespace {

constexpr double kSlope = 0.2;  // of LeakyReLU below 0

constexpr std::uint32_t kNodesBetweenLooks = 256;

template <class Scalar>
Scalar leaky(Scalar x) {
  return x > Scalar(0) ? x : static_cast<Scalar>(kSlope) * x;
}

// result(i, head) = hidden's columns of the head in row i . the head's row of `attention`.
template <class Scalar>
void score(const Matrix<Scalar>& hidden, const Scalar* attention, std::size_t heads,
           Matrix<Scalar>& result) {
  const std::size_t width = columns_of(hidden) / heads;
  result.resize(hidden.rows(), static_cast<Eigen::Index>(heads));
  for (std::size_t i = 0; i < rows_of(hidden); ++i) {
    for (std::size_t k = 0; k < heads; ++k) {
      row(result, i)[k] = dot(row(hidden, i) + k * width, attention + k * width, width);
    }
  }
}

// Softmax of node i's scores, into the rows of `weights` that are its edges'.
template <class Scalar>
void weigh(const Topology& loops, std::size_t i, const Matrix<Scalar>& source,
           const Matrix<Scalar>& target, Matrix<Scalar>& weights) {
  const std::size_t heads = columns_of(source);
  const std::span<const std::uint32_t> heard = loops.heard(i);
  Scalar* const first = row(weights, loops.first_edge(i));
  for (std::size_t e = 0; e < heard.size(); ++e) {
    for (std::size_t k = 0; k < heads; ++k) {
      first[e * heads + k] = leaky(row(source, heard[e])[k] + row(target, i)[k]);
    }
  }
  for (std::size_t k = 0; k < heads; ++k) {
    Scalar most = first[k];
    for (std::size_t e = 1; e < heard.size(); ++e) {
      most = std::max(most, first[e * heads + k]);
    }
    for (std::size_t e = 0; e < heard.size(); ++e) {
      first[e * heads + k] -= most;
    }
  }
  for (std::size_t n = 0; n < heard.size() * heads; ++n) {
    first[n] = exp_of_negative(first[n]);
  }
  for (std::size_t k = 0; k < heads; ++k) {
    Scalar sum = 0;
    for (std::size_t e = 0; e < heard.size(); ++e) {
      sum += first[e * heads + k];
    }
    const Scalar share = Scalar(1) / sum;
    for (std::size_t e = 0; e < heard.size(); ++e) {
      first[e * heads + k] *= share;
    }
  }
}

}  // namespace

template <class Scalar>
GraphAttention<Scalar>::GraphAttention(Layout& layout, const std::string& name, std::size_t in,
                                       std::size_t out, std::size_t heads)
    : heads_(heads) {
  MEMPLACE_ASSERT(heads > 0 && out % heads == 0, name + ": heads do not share columns evenly");
  weights_ = layout.add(name + ".weights", in, out, Init::kGlorot);
  source_ = layout.add(name + ".source", heads, out / heads, Init::kGlorot);
  target_ = layout.add(name + ".target", heads, out / heads, Init::kGlorot);
  bias_ = layout.add(name + ".bias", 1, out, Init::kZero);
  load_openblas();
}

template <class Scalar>
Matrix<Scalar> GraphAttention<Scalar>::forward(std::span<const Scalar> parameters,
                                               const Topology& loops, const Matrix<Scalar>& x,
                                               Tape* tape) const {
  Tape local;
  Tape& notes = tape != nullptr ? *tape : local;
  const std::size_t width = weights_.columns / heads_;
  notes.hidden.resize(x.rows(), static_cast<Eigen::Index>(weights_.columns));
  notes.hidden.noalias() = x * view(parameters, weights_);
  score(notes.hidden, parameters.data() + source_.offset, heads_, notes.source);
  score(notes.hidden, parameters.data() + target_.offset, heads_, notes.target);
  notes.weights.resize(static_cast<Eigen::Index>(loops.edges()), static_cast<Eigen::Index>(heads_));
  Matrix<Scalar> y(x.rows(), notes.hidden.cols());
  y.rowwise() = view(parameters, bias_).row(0);
  Lookout lookout(kNodesBetweenLooks);
  for (std::size_t i = 0; i < loops.nodes(); ++i) {
    lookout.step();
    weigh(loops, i, notes.source, notes.target, notes.weights);
    std::size_t edge = loops.first_edge(i);
    for (const std::uint32_t j : loops.heard(i)) {
      for (std::size_t k = 0; k < heads_; ++k) {
        add_scaled(row(notes.weights, edge)[k], row(notes.hidden, j) + k * width,
                   row(y, i) + k * width, width);
      }
      ++edge;
    }
  }
  if (tape != nullptr) {
    tape->input = x;
  }
  return y;
}

template <class Scalar>
Matrix<Scalar> GraphAttention<Scalar>::backward(std::span<const Scalar> parameters,
                                                const Topology& loops, const Tape& tape,
                                                const Matrix<Scalar>& dy,
                                                std::span<Scalar> gradient) const {
  const std::size_t width = weights_.columns / heads_;
  const std::size_t nodes = loops.nodes();
  Matrix<Scalar> d_hidden = zeros<Scalar>(nodes, weights_.columns);
  Matrix<Scalar> d_source = zeros<Scalar>(nodes, heads_);
  Matrix<Scalar> d_target = zeros<Scalar>(nodes, heads_);
  std::vector<Scalar> d_weights;  // of one node's edges, as rows of the tape's
  std::vector<Scalar> mean(heads_);
  Lookout lookout(kNodesBetweenLooks);
  for (std::size_t i = 0; i < nodes; ++i) {
    lookout.step();
    const std::span<const std::uint32_t> heard = loops.heard(i);
    const Scalar* const weights = row(tape.weights, loops.first_edge(i));
    const Scalar* const d_out = row(dy, i);
    d_weights.resize(heard.size() * heads_);
    std::fill(mean.begin(), mean.end(), Scalar(0));
    for (std::size_t e = 0; e < heard.size(); ++e) {
      for (std::size_t k = 0; k < heads_; ++k) {
        const Scalar weight = weights[e * heads_ + k];
        const Scalar d_weight =
            dot(d_out + k * width, row(tape.hidden, heard[e]) + k * width, width);
        add_scaled(weight, d_out + k * width, row(d_hidden, heard[e]) + k * width, width);
        d_weights[e * heads_ + k] = d_weight;
        mean[k] += weight * d_weight;
      }
    }
    // Through softmax and LeakyReLU.
    for (std::size_t e = 0; e < heard.size(); ++e) {
      for (std::size_t k = 0; k < heads_; ++k) {
        const bool above = row(tape.source, heard[e])[k] + row(tape.target, i)[k] > Scalar(0);
        const Scalar d_score = weights[e * heads_ + k] * (d_weights[e * heads_ + k] - mean[k]) *
                               (above ? Scalar(1) : static_cast<Scalar>(kSlope));
        row(d_source, heard[e])[k] += d_score;
        row(d_target, i)[k] += d_score;
      }
    }
  }
  const Scalar* const source = parameters.data() + source_.offset;
  const Scalar* const target = parameters.data() + target_.offset;
  for (std::size_t i = 0; i < nodes; ++i) {
    for (std::size_t k = 0; k < heads_; ++k) {
      Scalar* const to = row(d_hidden, i) + k * width;
      add_scaled(row(d_source, i)[k], source + k * width, to, width);
      add_scaled(row(d_target, i)[k], target + k * width, to, width);
      if (!gradient.empty()) {
        const Scalar* const hidden = row(tape.hidden, i) + k * width;
        add_scaled(row(d_source, i)[k], hidden, gradient.data() + source_.offset + k * width,
                   width);
        add_scaled(row(d_target, i)[k], hidden, gradient.data() + target_.offset + k * width,
                   width);
      }
    }
  }
  if (!gradient.empty()) {
    add_rows(dy, gradient.data() + bias_.offset);
    view(gradient, weights_).noalias() += tape.input.transpose() * d_hidden;
  }
  Matrix<Scalar> dx(dy.rows(), static_cast<Eigen::Index>(weights_.rows));
  dx.noalias() = d_hidden * view(parameters, weights_).transpose();
  return dx;
}

template <class Scalar>
std::size_t GraphAttention<Scalar>::flops(std::size_t nodes, std::size_t edges_with_loops) const {
  // Two scores a node and one sum an edge, each a multiply-add a column.
  return 2 * (nodes * weights_.size() + 2 * nodes * weights_.columns +
              edges_with_loops * weights_.columns);
}

template class GraphAttention<float>;
template class GraphAttention<double>;

}  // namespace memplace::nn
