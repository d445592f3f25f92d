// SPDX-License-Identifier: Apache-2.0
#include "optimizer/nn/dense.h"

#include "base/stopping.h"
#include "optimizer/blas/openblas.h"
#include "optimizer/nn/rows.h"

namespace memplace::nn {

template <class Scalar>
Dense<Scalar>::Dense(Layout& layout, const std::string& name, std::size_t in, std::size_t out,
                     double scale)
    : weights_(layout.add(name + ".weights", in, out, Init::kGlorot, scale)),
      bias_(layout.add(name + ".bias", 1, out, Init::kZero)) {
  load_openblas();
}

template <class Scalar>
Matrix<Scalar> Dense<Scalar>::forward(std::span<const Scalar> parameters, const Matrix<Scalar>& x,
                                      Tape* tape) const {
  look_for_stop();
  Matrix<Scalar> y(x.rows(), static_cast<Eigen::Index>(weights_.columns));
  y.rowwise() = view(parameters, bias_).row(0);
  y.noalias() += x * view(parameters, weights_);
  if (tape != nullptr) {
    tape->input = x;
  }
  return y;
}

template <class Scalar>
Matrix<Scalar> Dense<Scalar>::backward(std::span<const Scalar> parameters, const Tape& tape,
                                       const Matrix<Scalar>& dy, std::span<Scalar> gradient) const {
  look_for_stop();
  if (!gradient.empty()) {
    view(gradient, weights_).noalias() += tape.input.transpose() * dy;
    add_rows(dy, gradient.data() + bias_.offset);
  }
  Matrix<Scalar> dx(dy.rows(), static_cast<Eigen::Index>(weights_.rows));
  dx.noalias() = dy * view(parameters, weights_).transpose();
  return dx;
}

template class Dense<float>;
template class Dense<double>;

}  // namespace memplace::nn
