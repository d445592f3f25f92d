// SPDX-License-Identifier: Apache-2.0
// Layer normalization (Ba, Kiros, Hinton, 2016).
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "optimizer/nn/matrix.h"
#include "optimizer/nn/parameters.h"

namespace memplace::nn {

// Each row less its mean, over the root of its variance (plus 1e-5); then times a gain and plus a
// shift for each column. See Dense for what forward() and backward() do.
template <class Scalar>
class LayerNorm {
 public:
  LayerNorm(Layout& layout, const std::string& name, std::size_t width);

  struct Tape {
    Matrix<Scalar> normal;          // before gain and shift
    std::vector<Scalar> deviation;  // of each row, inverted
  };
  Matrix<Scalar> forward(std::span<const Scalar> parameters, const Matrix<Scalar>& x,
                         Tape* tape = nullptr) const;
  Matrix<Scalar> backward(std::span<const Scalar> parameters, const Tape& tape,
                          const Matrix<Scalar>& dy, std::span<Scalar> gradient) const;

 private:
  Block gain_;   // 1 x width
  Block shift_;  // 1 x width
};

}  // namespace memplace::nn
