// SPDX-License-Identifier: Apache-2.0
#include "optimizer/nn/activation.h"

// Compiled twice, for any machine and for those with AVX2, of which the better is chosen as the
// program starts; the bits of results are the same, as neither fuses multiplications with
// additions. Sanitizers are not ready yet when that choice is made.
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define MEMPLACE_FOR_MACHINES [[gnu::target_clones("avx2", "default")]]
#else
#define MEMPLACE_FOR_MACHINES
#endif

namespace memplace::nn {

namespace {

// Not templates: g++ clones none.
MEMPLACE_FOR_MACHINES void activate_all(float* x, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    x[i] = activation(x[i]);
  }
}
void activate_all(double* x, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    x[i] = activation(x[i]);
  }
}

MEMPLACE_FOR_MACHINES void activate_rows(float* __restrict x, std::size_t rows, std::size_t columns,
                                         float* __restrict sum) {
  for (std::size_t i = 0; i < rows; ++i) {
    float* __restrict own = x + i * columns;
    for (std::size_t c = 0; c < columns; ++c) {
      own[c] = activation(own[c]);
      sum[c] += own[c];
    }
  }
}
void activate_rows(double* x, std::size_t rows, std::size_t columns, double* sum) {
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t c = 0; c < columns; ++c) {
      x[i * columns + c] = activation(x[i * columns + c]);
      sum[c] += x[i * columns + c];
    }
  }
}

}  // namespace

template <class Scalar>
void activate(Matrix<Scalar>& x) {
  activate_all(x.data(), static_cast<std::size_t>(x.size()));
}

template <class Scalar>
void activate(Scalar* x, std::size_t rows, std::size_t columns, Scalar* sum) {
  activate_rows(x, rows, columns, sum);
}

template <class Scalar>
void activate_backward(const Matrix<Scalar>& activated, Matrix<Scalar>& dy) {
  const Scalar* __restrict y = activated.data();
  Scalar* __restrict derivative = dy.data();
  const auto size = static_cast<std::size_t>(dy.size());
  for (std::size_t i = 0; i < size; ++i) {
    derivative[i] *= activation_slope(y[i]);
  }
}

template void activate(Matrix<float>&);
template void activate(Matrix<double>&);
template void activate(float*, std::size_t, std::size_t, float*);
template void activate(double*, std::size_t, std::size_t, double*);
template void activate_backward(const Matrix<float>&, Matrix<float>&);
template void activate_backward(const Matrix<double>&, Matrix<double>&);

}  // namespace memplace::nn
