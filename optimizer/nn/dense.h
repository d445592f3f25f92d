// SPDX-License-Identifier: Apache-2.0
// y = x W + b.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "optimizer/nn/matrix.h"
#include "optimizer/nn/parameters.h"

namespace memplace::nn {

// What every layer here has: forward() makes from rows x in rows x out, and leaves on a tape, where
// it is given one, what backward() needs; backward() takes the derivative of some scalar by what
// forward() returned, adds to `gradient`, laid out as `parameters`, the derivative by the
// parameters, or skips it where `gradient` is empty, and returns the one by the input.
template <class Scalar>
class Dense {
 public:
  // `scale` of the first weights; biases begin at 0.
  Dense(Layout& layout, const std::string& name, std::size_t in, std::size_t out, double scale = 1);

  struct Tape {
    Matrix<Scalar> input;
  };
  Matrix<Scalar> forward(std::span<const Scalar> parameters, const Matrix<Scalar>& x,
                         Tape* tape = nullptr) const;
  Matrix<Scalar> backward(std::span<const Scalar> parameters, const Tape& tape,
                          const Matrix<Scalar>& dy, std::span<Scalar> gradient) const;

  // Of forward().
  std::size_t flops(std::size_t rows) const { return 2 * rows * weights_.size(); }

 private:
  Block weights_;  // in x out
  Block bias_;     // 1 x out
};

}  // namespace memplace::nn
