// SPDX-License-Identifier: Apache-2.0
// Pooling to the nodes of greatest score (Gao, Ji, "Graph U-Nets", ICML 2019), as PyTorch
// Geometric's TopKPooling, and back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "optimizer/nn/matrix.h"
#include "optimizer/nn/parameters.h"

namespace memplace::nn {

// Row i has score s_i = x_i . p / |p|. The ceil(ratio rows) rows of greatest score are kept, of
// equal ones the upper, in the order in which they were, and become x_i tanh(s_i): so p learns,
// though which rows are kept has no derivative. See Dense for what forward() and backward() do.
template <class Scalar>
class TopKPool {
 public:
  // 0 < ratio <= 1.
  TopKPool(Layout& layout, const std::string& name, std::size_t width, double ratio);

  // How many of `rows` rows are kept.
  std::size_t count(std::size_t rows) const;

  struct Tape {
    Matrix<Scalar> kept_input;
    std::vector<Scalar> scores;  // of the kept
    std::size_t rows = 0;        // of the input
    std::vector<std::uint32_t> kept;
  };
  // `kept` becomes the indices of the rows kept, ascending.
  Matrix<Scalar> forward(std::span<const Scalar> parameters, const Matrix<Scalar>& x,
                         std::vector<std::uint32_t>& kept, Tape* tape = nullptr) const;
  Matrix<Scalar> backward(std::span<const Scalar> parameters, const Tape& tape,
                          const Matrix<Scalar>& dy, std::span<Scalar> gradient) const;

 private:
  Scalar norm(std::span<const Scalar> parameters) const;

  double ratio_;
  Block direction_;  // width x 1
};

// Unpooling onto what was there before pooling: row i of `x` is added to row kept[i] of `y`.
template <class Scalar>
void unpool(const Matrix<Scalar>& x, std::span<const std::uint32_t> kept, Matrix<Scalar>& y);
// Its derivative: the rows of `dy` that were kept.
template <class Scalar>
Matrix<Scalar> unpool_backward(const Matrix<Scalar>& dy, std::span<const std::uint32_t> kept);

}  // namespace memplace::nn
