// SPDX-License-Identifier: Apache-2.0
#include "optimizer/nn/activation.h"

#include <limits>

#include "tests/unit/nn/nn_support.h"

namespace memplace::nn {
namespace {

TEST_CASE("the exponential of negative numbers is within 3e-7 of its value", "[nn]") {
  CHECK(exp_of_negative(0.0F) == 1.0F);
  double worst = 0;
  for (int i = 0; i <= 86000; ++i) {
    const float x = -static_cast<float>(i) / 1000;
    const double exact = std::exp(static_cast<double>(x));
    worst = std::max(worst, std::abs(static_cast<double>(exp_of_negative(x)) - exact) / exact);
  }
  CHECK(worst < 3e-7);
  // Beyond what a float holds: nearly nothing, and no subnormal, infinity or wrong sign.
  for (const float x : {-88.0F, -1e4F, -1e30F, -std::numeric_limits<float>::infinity()}) {
    CHECK(exp_of_negative(x) > 0);
    CHECK(exp_of_negative(x) < 2e-38F);
  }
}

TEST_CASE("activation: ELU by hand, and its bound", "[nn]") {
  Matrix<double> x(1, 6);
  x << -2, -0.5, 0, 0.5, 9999, 1e6;
  activate(x);
  CHECK(x(0, 0) == Approx(std::exp(-2.0) - 1));
  CHECK(x(0, 1) == Approx(std::exp(-0.5) - 1));
  CHECK(x(0, 2) == 0);
  CHECK(x(0, 3) == 0.5);
  CHECK(x(0, 4) == 9999);
  CHECK(x(0, 5) == 1e4);
}

TEST_CASE("activation: derivative", "[nn]") {
  Matrix<double> x(1, 5);
  x << -3, -0.1, 0.1, 3, 2e4;
  const Matrix<double> weights = random_matrix(1, 1, 5);
  const auto value = [&] {
    Matrix<double> y = x;
    activate(y);
    return weighted(weights, y);
  };
  Matrix<double> y = x;
  activate(y);
  Matrix<double> dx = weights;
  activate_backward(y, dx);
  CHECK(dx(0, 4) == 0);  // held at its bound
  check_derivative("input", numbers_of(x), numbers_of(dx), value);
}

TEST_CASE("activation: by rows, with their sum", "[nn]") {
  // 13 columns: vectors, and some left over.
  const Matrix<float> x = random_matrix(1, 7, 13).cast<float>();
  Matrix<float> together = x;
  activate(together);
  Matrix<float> by_rows = x;
  Matrix<float> sum = Matrix<float>::Ones(1, 13);
  activate(by_rows.data(), 7, 13, sum.data());
  CHECK(by_rows == together);
  check_near(sum, together.cast<double>().colwise().sum() + Matrix<double>::Ones(1, 13));
}

}  // namespace
}  // namespace memplace::nn
