// SPDX-License-Identifier: Apache-2.0
#include "optimizer/nn/layer_norm.h"

#include <cmath>

#include "optimizer/nn/rows.h"

namespace memplace::nn {

namespace {

constexpr double kVarianceEpsilon = 1e-5;

}  // namespace

template <class Scalar>
LayerNorm<Scalar>::LayerNorm(Layout& layout, const std::string& name, std::size_t width)
    : gain_(layout.add(name + ".gain", 1, width, Init::kOne)),
      shift_(layout.add(name + ".shift", 1, width, Init::kZero)) {}

template <class Scalar>
Matrix<Scalar> LayerNorm<Scalar>::forward(std::span<const Scalar> parameters,
                                          const Matrix<Scalar>& x, Tape* tape) const {
  Tape local;
  Tape& notes = tape != nullptr ? *tape : local;
  const std::size_t width = gain_.columns;
  const Scalar* __restrict gain = parameters.data() + gain_.offset;
  const Scalar* __restrict shift = parameters.data() + shift_.offset;
  const std::vector<Scalar> ones(width, Scalar(1));
  notes.normal.resize(x.rows(), x.cols());
  notes.deviation.resize(rows_of(x));
  Matrix<Scalar> y(x.rows(), x.cols());
  for (std::size_t i = 0; i < rows_of(x); ++i) {
    const Scalar* __restrict in = row(x, i);
    Scalar* __restrict normal = row(notes.normal, i);
    Scalar* __restrict out = row(y, i);
    const Scalar mean = dot(in, ones.data(), width) / static_cast<Scalar>(width);
    for (std::size_t c = 0; c < width; ++c) {
      normal[c] = in[c] - mean;
    }
    const Scalar variance = dot(normal, normal, width) / static_cast<Scalar>(width);
    const Scalar deviation =
        Scalar(1) / std::sqrt(variance + static_cast<Scalar>(kVarianceEpsilon));
    notes.deviation[i] = deviation;
    for (std::size_t c = 0; c < width; ++c) {
      normal[c] *= deviation;
      out[c] = normal[c] * gain[c] + shift[c];
    }
  }
  return y;
}

template <class Scalar>
Matrix<Scalar> LayerNorm<Scalar>::backward(std::span<const Scalar> parameters, const Tape& tape,
                                           const Matrix<Scalar>& dy,
                                           std::span<Scalar> gradient) const {
  const std::size_t width = gain_.columns;
  const Scalar* __restrict gain = parameters.data() + gain_.offset;
  const std::vector<Scalar> ones(width, Scalar(1));
  if (!gradient.empty()) {
    Scalar* __restrict d_gain = gradient.data() + gain_.offset;
    for (std::size_t i = 0; i < rows_of(dy); ++i) {
      const Scalar* __restrict in = row(dy, i);
      const Scalar* __restrict normal = row(tape.normal, i);
      for (std::size_t c = 0; c < width; ++c) {
        d_gain[c] += in[c] * normal[c];
      }
    }
    add_rows(dy, gradient.data() + shift_.offset);
  }
  // With d = dy gain: (d - mean of d - normal (mean of d normal)) / deviation.
  Matrix<Scalar> dx(dy.rows(), dy.cols());
  for (std::size_t i = 0; i < rows_of(dy); ++i) {
    const Scalar* __restrict in = row(dy, i);
    const Scalar* __restrict normal = row(tape.normal, i);
    Scalar* __restrict out = row(dx, i);
    for (std::size_t c = 0; c < width; ++c) {
      out[c] = in[c] * gain[c];
    }
    const Scalar mean = dot(out, ones.data(), width) / static_cast<Scalar>(width);
    const Scalar along = dot(out, normal, width) / static_cast<Scalar>(width);
    for (std::size_t c = 0; c < width; ++c) {
      out[c] = (out[c] - mean - normal[c] * along) * tape.deviation[i];
    }
  }
  return dx;
}

template class LayerNorm<float>;
template class LayerNorm<double>;

}  // namespace memplace::nn
