// SPDX-License-Identifier: Apache-2.0
// Arithmetic on rows of numbers. Each function's result depends on the numbers alone and not on
// where in memory they are, as sums of Eigen's would.
#pragma once

#include <array>
#include <cstddef>

#include "optimizer/nn/matrix.h"

namespace memplace::nn {

// y += a x; the two do not overlap.
template <class Scalar>
inline void add_scaled(Scalar a, const Scalar* __restrict x, Scalar* __restrict y,
                       std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    y[i] += a * x[i];
  }
}

// y += x; the two do not overlap.
template <class Scalar>
inline void add(const Scalar* __restrict x, Scalar* __restrict y, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    y[i] += x[i];
  }
}

// In eight sums, so that compilers may use vectors without being free to reorder.
template <class Scalar>
inline Scalar dot(const Scalar* x, const Scalar* y, std::size_t size) {
  constexpr std::size_t kSums = 8;
  std::array<Scalar, kSums> sums{};
  std::size_t i = 0;
  for (; i + kSums <= size; i += kSums) {
    for (std::size_t k = 0; k < kSums; ++k) {
      sums[k] += x[i + k] * y[i + k];
    }
  }
  for (std::size_t k = 0; i < size; ++i, ++k) {
    sums[k] += x[i] * y[i];
  }
  for (std::size_t half = kSums / 2; half > 0; half /= 2) {
    for (std::size_t k = 0; k < half; ++k) {
      sums[k] += sums[k + half];
    }
  }
  return sums[0];
}

// sum += the sum of x's rows.
template <class Scalar>
inline void add_rows(const Matrix<Scalar>& x, Scalar* sum) {
  for (std::size_t i = 0; i < rows_of(x); ++i) {
    add(row(x, i), sum, columns_of(x));
  }
}

}  // namespace memplace::nn
