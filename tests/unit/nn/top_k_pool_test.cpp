// SPDX-License-Identifier: Apache-2.0
#include "optimizer/nn/top_k_pool.h"

#include "tests/unit/nn/nn_support.h"
#include "tests/unit/nn/reference.h"

namespace memplace::nn {
namespace {

using Kept = std::vector<std::uint32_t>;

TEST_CASE("pooling keeps the greatest scores, in the rows' order, gated", "[nn]") {
  Layout layout;
  const TopKPool<double> pool(layout, "p", 2, 0.5);
  const std::vector<double> parameters{3, 4};  // of length 5
  Matrix<double> x(5, 2);
  x << 0, 1, 1, 2, -9, 0, 0, 0, 3, 0;  // scores 0.8, 2.2, -5.4, 0, 1.8
  Kept kept;
  const Matrix<double> y = pool.forward(parameters, x, kept);
  CHECK(kept == Kept{0, 1, 4});
  Matrix<double> expected(3, 2);
  expected << 0, std::tanh(0.8), std::tanh(2.2), 2 * std::tanh(2.2), 3 * std::tanh(1.8), 0;
  CHECK((y - expected).cwiseAbs().maxCoeff() < 1e-9);
}

TEST_CASE("pooling: of equal scores the upper rows stay, and halves are rounded up", "[nn]") {
  Layout layout;
  const TopKPool<double> pool(layout, "p", 1, 0.5);
  Kept kept;
  pool.forward(std::vector<double>{1}, Matrix<double>::Ones(7, 1), kept);
  CHECK(kept == Kept{0, 1, 2, 3});
  pool.forward(std::vector<double>{0}, Matrix<double>::Ones(3, 1), kept);  // a direction of 0
  CHECK(kept == Kept{0, 1});
  pool.forward(std::vector<double>{1}, Matrix<double>::Ones(1, 1), kept);
  CHECK(kept == Kept{0});
}

TEST_CASE("pooling keeps what a full sort keeps", "[nn]") {
  for (const double ratio : {0.3, 0.5, 0.8, 1.0}) {
    for (const std::size_t rows : {1U, 2U, 9U, 40U}) {
      Layout layout;
      const TopKPool<double> pool(layout, "p", 5, ratio);
      const std::vector<double> parameters = random_parameters(rows, layout);
      // Rows in pairs, so that there are ties.
      Matrix<double> x = random_matrix(rows + 1, rows, 5);
      for (Eigen::Index i = 1; i < x.rows(); i += 2) {
        x.row(i) = x.row(i - 1);
      }
      Kept kept;
      const Matrix<double> y = pool.forward(parameters, x, kept);
      const Eigen::Map<const Eigen::VectorXd> p(parameters.data(), 5);
      // By the same products for the rows of a pair, so that they tie here too.
      Eigen::VectorXd scores(x.rows());
      for (Eigen::Index i = 0; i < x.rows(); ++i) {
        double sum = 0;
        for (Eigen::Index c = 0; c < 5; ++c) {
          sum += x(i, c) * p[c];
        }
        scores[i] = sum / p.norm();
      }
      const std::vector<Eigen::Index> expected = reference::best_rows(scores, ratio);
      CHECK(std::vector<Eigen::Index>(kept.begin(), kept.end()) == expected);
      REQUIRE(pool.count(rows) == expected.size());
    }
  }
}

TEST_CASE("pooling: derivatives", "[nn]") {
  for (const std::size_t rows : {1U, 2U, 9U}) {
    INFO(rows << " rows");
    Layout layout;
    const TopKPool<double> pool(layout, "p", 5, 0.5);
    std::vector<double> parameters = random_parameters(rows, layout);
    Matrix<double> x = random_matrix(2, rows, 5);
    const Matrix<double> weights = random_matrix(3, pool.count(rows), 5);
    Kept kept;
    const auto value = [&] { return weighted(weights, pool.forward(parameters, x, kept)); };
    TopKPool<double>::Tape tape;
    const Matrix<double> y = pool.forward(parameters, x, kept, &tape);
    std::vector<double> gradient(layout.size(), 0.0);
    const Matrix<double> dx = pool.backward(parameters, tape, weights, gradient);
    check_derivative("parameters", parameters, gradient, value);
    check_derivative("input", numbers_of(x), numbers_of(dx), value);

    Layout same;
    const TopKPool<float> in_floats(same, "p", 5, 0.5);
    Kept kept_in_floats;
    check_near(in_floats.forward(as_floats(parameters), x.cast<float>(), kept_in_floats), y);
    CHECK(kept_in_floats == kept);
  }
}

TEST_CASE("unpooling adds rows where they were, and its derivative takes them from there", "[nn]") {
  Matrix<double> x(2, 1);
  x << 5, 7;
  Matrix<double> y(3, 1);
  y << 1, 2, 3;
  unpool<double>(x, Kept{0, 2}, y);
  Matrix<double> expected(3, 1);
  expected << 6, 2, 10;
  CHECK(y == expected);
  Matrix<double> taken(2, 1);
  taken << 10, 6;
  CHECK(unpool_backward<double>(expected, Kept{2, 0}) == taken);
}

}  // namespace
}  // namespace memplace::nn
