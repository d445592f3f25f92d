// SPDX-License-Identifier: Apache-2.0
// Matrices that are multiplied on several threads at once.
#include <atomic>
#include <cstddef>
#include <string>
#include <vector>

#include <Eigen/Core>
#include <catch2/catch.hpp>

#include "base/parallel.h"
#include "base/rng.h"
#include "optimizer/blas/openblas.h"

namespace memplace {
namespace {

template <typename Matrix>
Matrix random_matrix(std::uint64_t seed, Eigen::Index size) {
  Rng rng(seed, 21);
  Matrix matrix(size, size);
  for (Eigen::Index i = 0; i < matrix.size(); ++i) {
    matrix(i) = static_cast<typename Matrix::Scalar>(rng.uniform() - 0.5);
  }
  return matrix;
}

// How many of `rounds` products on each of four threads are not what they are on one.
template <typename Matrix>
std::size_t wrong_products(Eigen::Index size, int rounds) {
  constexpr std::size_t kThreads = 4;
  std::vector<Matrix> factors;
  std::vector<Matrix> products;
  for (std::size_t i = 0; i < kThreads; ++i) {
    factors.push_back(random_matrix<Matrix>(i, size));
    products.push_back(factors[i] * factors[i]);
  }
  std::atomic<std::size_t> wrong = 0;
  ThreadPool(kThreads).for_each(kThreads, [&](std::size_t /*thread*/, std::size_t index) {
    for (int round = 0; round < rounds; ++round) {
      const Matrix product = factors[index] * factors[index];
      wrong += product == products[index] ? 0 : 1;
    }
  });
  return wrong;
}

}  // namespace

TEST_CASE("products on several threads are those on one, to the bit", "[nn][threads]") {
  load_openblas();
  for (const Eigen::Index size : {8, 64, 200}) {
    CAPTURE(size);
    CHECK(wrong_products<Eigen::MatrixXf>(size, 500) == 0);
    CHECK(wrong_products<Eigen::MatrixXd>(size, 500) == 0);
  }
}

TEST_CASE("what multiplies is named", "[nn]") {
#ifdef EIGEN_USE_BLAS
  CHECK(multiplier().find("OpenBLAS ") == 0);
  CHECK(multiplier().find(" for ") != std::string::npos);
#else
  CHECK(multiplier() == "Eigen");
#endif
}

}  // namespace memplace
