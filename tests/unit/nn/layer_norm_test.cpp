// SPDX-License-Identifier: Apache-2.0
#include "optimizer/nn/layer_norm.h"

#include "tests/unit/nn/nn_support.h"

namespace memplace::nn {
namespace {

TEST_CASE("layer norm: by hand", "[nn]") {
  Layout layout;
  const LayerNorm<double> layer(layout, "n", 4);
  const std::vector<double> parameters{1, 1, 2, 1, 0, 0, 0, 5};  // gain, shift
  Matrix<double> x(2, 4);
  x << 1, 3, 1, 3, 7, 7, 7, 7;
  // Row 0: mean 2, variance 1; row 1 is its mean.
  const double one = 1 / std::sqrt(1 + 1e-5);
  Matrix<double> expected(2, 4);
  expected << -one, one, -2 * one, one + 5, 0, 0, 0, 5;
  CHECK((layer.forward(parameters, x) - expected).cwiseAbs().maxCoeff() < 1e-12);
}

TEST_CASE("layer norm: derivatives", "[nn]") {
  for (const std::size_t width : {2U, 8U, 19U}) {
    INFO(width << " columns");
    Layout layout;
    const LayerNorm<double> layer(layout, "n", width);
    std::vector<double> parameters = random_parameters(1, layout);
    Matrix<double> x = random_matrix(2, 6, width);
    const Matrix<double> weights = random_matrix(3, 6, width);
    const auto value = [&] { return weighted(weights, layer.forward(parameters, x)); };
    LayerNorm<double>::Tape tape;
    const Matrix<double> y = layer.forward(parameters, x, &tape);
    std::vector<double> gradient(layout.size(), 0.0);
    const Matrix<double> dx = layer.backward(parameters, tape, weights, gradient);
    check_derivative("parameters", parameters, gradient, value);
    check_derivative("input", numbers_of(x), numbers_of(dx), value);

    Layout same;
    const LayerNorm<float> in_floats(same, "n", width);
    check_near(in_floats.forward(as_floats(parameters), x.cast<float>()), y);
  }
}

TEST_CASE("layer norm: begins as gain 1 and shift 0", "[nn]") {
  Layout layout;
  const LayerNorm<float> layer(layout, "n", 2);
  Rng rng(1);
  CHECK(layout.initialize(rng) == std::vector<float>{1, 1, 0, 0});
}

}  // namespace
}  // namespace memplace::nn
