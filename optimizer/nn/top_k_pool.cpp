// SPDX-License-Identifier: Apache-2.0
#include "optimizer/nn/top_k_pool.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "optimizer/nn/rows.h"

namespace memplace::nn {

namespace {

// Within the root of |p|, so that p = 0 divides nothing by zero.
constexpr double kLengthEpsilon = 1e-12;

}  // namespace

template <class Scalar>
TopKPool<Scalar>::TopKPool(Layout& layout, const std::string& name, std::size_t width, double ratio)
    : ratio_(ratio), direction_(layout.add(name + ".direction", width, 1, Init::kGlorot)) {
  MEMPLACE_ASSERT(ratio > 0 && ratio <= 1, name + ": ratio " + std::to_string(ratio));
}

template <class Scalar>
std::size_t TopKPool<Scalar>::count(std::size_t rows) const {
  const auto kept = static_cast<std::size_t>(std::ceil(ratio_ * static_cast<double>(rows)));
  return std::min(kept, rows);
}

template <class Scalar>
Scalar TopKPool<Scalar>::norm(std::span<const Scalar> parameters) const {
  const Scalar* const p = parameters.data() + direction_.offset;
  return std::sqrt(dot(p, p, direction_.rows) + static_cast<Scalar>(kLengthEpsilon));
}

template <class Scalar>
Matrix<Scalar> TopKPool<Scalar>::forward(std::span<const Scalar> parameters,
                                         const Matrix<Scalar>& x, std::vector<std::uint32_t>& kept,
                                         Tape* tape) const {
  const Scalar* const p = parameters.data() + direction_.offset;
  const Scalar length = norm(parameters);
  const std::size_t width = direction_.rows;
  std::vector<Scalar> scores(rows_of(x));
  for (std::size_t i = 0; i < scores.size(); ++i) {
    scores[i] = dot(row(x, i), p, width) / length;
  }
  kept.resize(scores.size());
  std::iota(kept.begin(), kept.end(), 0U);
  const std::size_t most = count(scores.size());
  std::nth_element(kept.begin(), kept.begin() + static_cast<std::ptrdiff_t>(most), kept.end(),
                   [&](std::uint32_t a, std::uint32_t b) {
                     return scores[a] != scores[b] ? scores[a] > scores[b] : a < b;
                   });
  kept.resize(most);
  std::sort(kept.begin(), kept.end());

  Tape local;
  Tape& notes = tape != nullptr ? *tape : local;
  notes.rows = rows_of(x);
  notes.kept = kept;
  notes.scores.resize(most);
  notes.kept_input = unpool_backward<Scalar>(x, kept);
  Matrix<Scalar> y(notes.kept_input.rows(), x.cols());
  for (std::size_t i = 0; i < most; ++i) {
    notes.scores[i] = scores[kept[i]];
    const Scalar gate = std::tanh(notes.scores[i]);
    const Scalar* __restrict in = row(notes.kept_input, i);
    Scalar* __restrict out = row(y, i);
    for (std::size_t c = 0; c < width; ++c) {
      out[c] = in[c] * gate;
    }
  }
  return y;
}

template <class Scalar>
Matrix<Scalar> TopKPool<Scalar>::backward(std::span<const Scalar> parameters, const Tape& tape,
                                          const Matrix<Scalar>& dy,
                                          std::span<Scalar> gradient) const {
  const Scalar* const p = parameters.data() + direction_.offset;
  const Scalar length = norm(parameters);
  const std::size_t width = direction_.rows;
  Matrix<Scalar> dx = zeros<Scalar>(tape.rows, width);
  for (std::size_t i = 0; i < tape.kept.size(); ++i) {
    const Scalar* const in = row(tape.kept_input, i);
    const Scalar score = tape.scores[i];
    const Scalar gate = std::tanh(score);
    const Scalar d_score = dot(row(dy, i), in, width) * (Scalar(1) - gate * gate);
    Scalar* const out = row(dx, tape.kept[i]);
    add_scaled(gate, row(dy, i), out, width);
    add_scaled(d_score / length, p, out, width);
    if (!gradient.empty()) {
      // score = x . p / |p| by p: x / |p| - score p / |p|^2
      Scalar* const d_p = gradient.data() + direction_.offset;
      add_scaled(d_score / length, in, d_p, width);
      add_scaled(-d_score * score / length / length, p, d_p, width);
    }
  }
  return dx;
}

template <class Scalar>
void unpool(const Matrix<Scalar>& x, std::span<const std::uint32_t> kept, Matrix<Scalar>& y) {
  for (std::size_t i = 0; i < kept.size(); ++i) {
    add(row(x, i), row(y, kept[i]), columns_of(x));
  }
}

template <class Scalar>
Matrix<Scalar> unpool_backward(const Matrix<Scalar>& dy, std::span<const std::uint32_t> kept) {
  Matrix<Scalar> dx(static_cast<Eigen::Index>(kept.size()), dy.cols());
  for (std::size_t i = 0; i < kept.size(); ++i) {
    std::copy_n(row(dy, kept[i]), columns_of(dy), row(dx, i));
  }
  return dx;
}

template class TopKPool<float>;
template class TopKPool<double>;
template void unpool(const Matrix<float>&, std::span<const std::uint32_t>, Matrix<float>&);
template void unpool(const Matrix<double>&, std::span<const std::uint32_t>, Matrix<double>&);
template Matrix<float> unpool_backward(const Matrix<float>&, std::span<const std::uint32_t>);
template Matrix<double> unpool_backward(const Matrix<double>&, std::span<const std::uint32_t>);

}  // namespace memplace::nn
