// SPDX-License-Identifier: Apache-2.0
#include "optimizer/nn/dense.h"

#include <tuple>

#include "tests/unit/nn/nn_support.h"

namespace memplace::nn {
namespace {

TEST_CASE("dense: by hand", "[nn]") {
  Layout layout;
  const Dense<double> layer(layout, "d", 2, 3);
  // W row by row, then b.
  const std::vector<double> parameters{1, 2, 3, 4, 5, 6, 100, 200, 300};
  REQUIRE(layout.size() == parameters.size());
  Matrix<double> x(2, 2);
  x << 1, 0, 1, 10;
  Matrix<double> expected(2, 3);
  expected << 101, 202, 303, 141, 252, 363;
  CHECK(layer.forward(parameters, x) == expected);
  CHECK(layer.flops(2) == 24);  // twice 2 x 2 x 3
}

TEST_CASE("dense: derivatives", "[nn]") {
  // Large enough for the library of products, and down to a single column.
  for (const auto& [rows, in, out] :
       {std::tuple<std::size_t, std::size_t, std::size_t>{1, 1, 1}, {3, 7, 1}, {20, 16, 9}}) {
    INFO(rows << " x " << in << " to " << out);
    Layout layout;
    const Dense<double> layer(layout, "d", in, out);
    std::vector<double> parameters = random_parameters(1, layout);
    Matrix<double> x = random_matrix(2, rows, in);
    const Matrix<double> weights = random_matrix(3, rows, out);
    const auto value = [&] { return weighted(weights, layer.forward(parameters, x)); };
    Dense<double>::Tape tape;
    const Matrix<double> y = layer.forward(parameters, x, &tape);
    std::vector<double> gradient(layout.size(), 0.0);
    const Matrix<double> dx = layer.backward(parameters, tape, weights, gradient);
    check_derivative("parameters", parameters, gradient, value);
    check_derivative("input", numbers_of(x), numbers_of(dx), value);
    CHECK(layer.backward(parameters, tape, weights, {}) == dx);

    Layout same;
    const Dense<float> in_floats(same, "d", in, out);
    check_near(in_floats.forward(as_floats(parameters), x.cast<float>()), y);
  }
}

}  // namespace
}  // namespace memplace::nn
