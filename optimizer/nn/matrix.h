// SPDX-License-Identifier: Apache-2.0
// Matrices of the networks: a row a node (or a node of a sample), a column a feature.
#pragma once

#include <cstddef>

#include <Eigen/Core>

namespace memplace::nn {

// float where networks learn; double where their gradients are checked.
template <class Scalar>
using Matrix = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

template <class Scalar>
std::size_t rows_of(const Matrix<Scalar>& matrix) {
  return static_cast<std::size_t>(matrix.rows());
}
template <class Scalar>
std::size_t columns_of(const Matrix<Scalar>& matrix) {
  return static_cast<std::size_t>(matrix.cols());
}

// The first number of a row.
template <class Scalar>
Scalar* row(Matrix<Scalar>& matrix, std::size_t index) {
  return matrix.data() + index * columns_of(matrix);
}
template <class Scalar>
const Scalar* row(const Matrix<Scalar>& matrix, std::size_t index) {
  return matrix.data() + index * columns_of(matrix);
}

template <class Scalar>
Matrix<Scalar> zeros(std::size_t rows, std::size_t columns) {
  return Matrix<Scalar>::Zero(static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(columns));
}

}  // namespace memplace::nn
