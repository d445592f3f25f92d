// SPDX-License-Identifier: Apache-2.0
// The networks once more, slowly and with full n x n matrices, sharing nothing with the library but
// the parameters' names.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "optimizer/nn/graph_unet.h"
#include "optimizer/nn/matrix.h"
#include "optimizer/nn/parameters.h"
#include "optimizer/nn/topology.h"

namespace memplace::nn::reference {

// hears(i, j): i hears j.
using Hearing = Eigen::Matrix<bool, Eigen::Dynamic, Eigen::Dynamic>;

inline Hearing hearing(const Topology& topology) {
  const auto n = static_cast<Eigen::Index>(topology.nodes());
  Hearing hears = Hearing::Constant(n, n, false);
  for (std::size_t i = 0; i < topology.nodes(); ++i) {
    for (const std::uint32_t j : topology.heard(i)) {
      hears(static_cast<Eigen::Index>(i), j) = true;
    }
  }
  return hears;
}

// (A + I)^2 as booleans, without its diagonal.
inline Hearing squared(const Hearing& hears) {
  const Eigen::Index n = hears.rows();
  const Eigen::MatrixXi loops = hears.cast<int>() + Eigen::MatrixXi::Identity(n, n);
  Hearing square = (loops * loops).array() > 0;
  square.diagonal().setConstant(false);
  return square;
}

inline Hearing part(const Hearing& hears, const std::vector<Eigen::Index>& kept) {
  const auto n = static_cast<Eigen::Index>(kept.size());
  Hearing some(n, n);
  for (Eigen::Index i = 0; i < n; ++i) {
    for (Eigen::Index j = 0; j < n; ++j) {
      some(i, j) = hears(kept[static_cast<std::size_t>(i)], kept[static_cast<std::size_t>(j)]);
    }
  }
  return some;
}

inline Matrix<double> block(const Layout& layout, std::span<const double> parameters,
                            const std::string& name) {
  const auto parts = layout.parts();
  const auto found = std::find_if(parts.begin(), parts.end(),
                                  [&](const Layout::Part& one) { return one.name == name; });
  if (found == parts.end()) {
    throw std::runtime_error("no parameters " + name);
  }
  return view(parameters, found->block);
}

inline Matrix<double> elu(const Matrix<double>& x) {
  return x.unaryExpr([](double v) { return v > 0 ? v : std::expm1(v); });
}

inline Matrix<double> attention(const Layout& layout, std::span<const double> parameters,
                                const std::string& name, const Hearing& hears,
                                const Matrix<double>& x) {
  const Matrix<double> h = x * block(layout, parameters, name + ".weights");
  const Matrix<double> source = block(layout, parameters, name + ".source");
  const Matrix<double> target = block(layout, parameters, name + ".target");
  const Eigen::Index n = x.rows();
  const Eigen::Index width = source.cols();
  Matrix<double> y(n, h.cols());
  for (Eigen::Index k = 0; k < source.rows(); ++k) {
    const Matrix<double> own = h.middleCols(k * width, width);
    Matrix<double> weights = Matrix<double>::Zero(n, n);
    for (Eigen::Index i = 0; i < n; ++i) {
      for (Eigen::Index j = 0; j < n; ++j) {
        if (i == j || hears(i, j)) {
          const double e = own.row(j).dot(source.row(k)) + own.row(i).dot(target.row(k));
          weights(i, j) = std::exp(e < 0 ? 0.2 * e : e);
        }
      }
      weights.row(i) /= weights.row(i).sum();
    }
    y.middleCols(k * width, width) = weights * own;
  }
  y.rowwise() += block(layout, parameters, name + ".bias").row(0);
  return y;
}

// Which rows are kept: by a full sort.
inline std::vector<Eigen::Index> best_rows(const Eigen::VectorXd& scores, double ratio) {
  std::vector<Eigen::Index> order;
  for (Eigen::Index i = 0; i < scores.size(); ++i) {
    order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](Eigen::Index a, Eigen::Index b) { return scores[a] > scores[b]; });
  order.resize(static_cast<std::size_t>(std::ceil(ratio * static_cast<double>(order.size()))));
  std::sort(order.begin(), order.end());
  return order;
}

inline Matrix<double> unet(const Layout& layout, std::span<const double> parameters,
                           const std::string& name, const GraphUNetShape& shape,
                           const Topology& topology, const Matrix<double>& features) {
  std::vector<Hearing> hears{hearing(topology)};
  std::vector<Matrix<double>> outputs{
      attention(layout, parameters, name + ".down0", hears[0], features)};
  if (shape.depth == 0) {
    return outputs[0];
  }
  outputs[0] = elu(outputs[0]);
  std::vector<std::vector<Eigen::Index>> kept{{}};
  for (std::size_t l = 1; l <= shape.depth; ++l) {
    const Eigen::VectorXd p =
        block(layout, parameters, fmt::format("{}.pool{}.direction", name, l)).col(0);
    const Eigen::VectorXd scores = outputs.back() * p / p.norm();
    kept.push_back(best_rows(scores, shape.ratio));
    Matrix<double> pooled(static_cast<Eigen::Index>(kept.back().size()), outputs.back().cols());
    for (Eigen::Index i = 0; i < pooled.rows(); ++i) {
      const Eigen::Index from = kept.back()[static_cast<std::size_t>(i)];
      pooled.row(i) = outputs.back().row(from) * std::tanh(scores[from]);
    }
    hears.push_back(part(squared(hears.back()), kept.back()));
    outputs.push_back(elu(
        attention(layout, parameters, fmt::format("{}.down{}", name, l), hears.back(), pooled)));
  }
  Matrix<double> x = outputs.back();
  for (std::size_t l = shape.depth; l-- > 0;) {
    Matrix<double> sum = outputs[l];
    for (std::size_t i = 0; i < kept[l + 1].size(); ++i) {
      sum.row(kept[l + 1][i]) += x.row(static_cast<Eigen::Index>(i));
    }
    x = attention(layout, parameters, fmt::format("{}.up{}", name, l), hears[l], sum);
    if (l > 0) {
      x = elu(x);
    }
  }
  return x;
}

// Layer norm and activation.
inline Matrix<double> finish(const Layout& layout, std::span<const double> parameters,
                             const Matrix<double>& x) {
  Matrix<double> y = x;
  for (Eigen::Index i = 0; i < x.rows(); ++i) {
    const Eigen::ArrayXd centred = x.row(i).array() - x.row(i).mean();
    const double variance = centred.square().mean();
    y.row(i) = (centred / std::sqrt(variance + 1e-5)).matrix().transpose();
  }
  y.array().rowwise() *= block(layout, parameters, "norm.gain").row(0).array();
  y.rowwise() += block(layout, parameters, "norm.shift").row(0);
  return elu(y);
}

inline Matrix<double> dense(const Layout& layout, std::span<const double> parameters,
                            const std::string& name, const Matrix<double>& x) {
  Matrix<double> y = x * block(layout, parameters, name + ".weights");
  y.rowwise() += block(layout, parameters, name + ".bias").row(0);
  return y;
}

}  // namespace memplace::nn::reference
