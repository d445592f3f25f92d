// SPDX-License-Identifier: Apache-2.0
// What tests of networks share: random inputs, graphs of every awkward shape, and the check of
// derivatives.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "base/rng.h"
#include "optimizer/nn/matrix.h"
#include "optimizer/nn/parameters.h"
#include "optimizer/nn/topology.h"

namespace memplace::nn {

using Edges = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

template <class Scalar>
std::vector<Scalar> random_numbers(std::uint64_t seed, std::size_t count, double scale = 1) {
  Rng rng(seed);
  std::vector<Scalar> numbers(count);
  for (Scalar& number : numbers) {
    number = static_cast<Scalar>(scale * rng.normal());
  }
  return numbers;
}

inline Matrix<double> random_matrix(std::uint64_t seed, std::size_t rows, std::size_t columns,
                                    double scale = 1) {
  Matrix<double> matrix = zeros<double>(rows, columns);
  const std::vector<double> numbers = random_numbers<double>(seed, rows * columns, scale);
  std::copy(numbers.begin(), numbers.end(), matrix.data());
  return matrix;
}

// Numbers for all parameters, those that begin at 0 or 1 too; small enough to saturate nothing.
inline std::vector<double> random_parameters(std::uint64_t seed, const Layout& layout) {
  return random_numbers<double>(seed, layout.size(), 0.4);
}

inline std::vector<float> as_floats(std::span<const double> numbers) {
  std::vector<float> floats(numbers.size());
  std::transform(numbers.begin(), numbers.end(), floats.begin(),
                 [](double number) { return static_cast<float>(number); });
  return floats;
}

inline std::span<double> numbers_of(Matrix<double>& matrix) {
  return {matrix.data(), static_cast<std::size_t>(matrix.size())};
}
inline std::span<const double> numbers_of(const Matrix<double>& matrix) {
  return {matrix.data(), static_cast<std::size_t>(matrix.size())};
}

// sum of weights * values: a scalar whose derivative by values is weights.
inline double weighted(const Matrix<double>& weights, const Matrix<double>& values) {
  return weights.cwiseProduct(values).sum();
}

struct NamedTopology {
  std::string name;
  Topology topology;
};

// Of n nodes, each hearing each other with probability `share`, but for every fifth, which neither
// hears nor is heard.
inline Topology random_topology(std::uint64_t seed, std::uint32_t n, double share) {
  Rng rng(seed);
  Edges edges;
  for (std::uint32_t from = 0; from < n; ++from) {
    for (std::uint32_t to = 0; to < n; ++to) {
      if (from != to && from % 5 != 4 && to % 5 != 4 && rng.chance(share)) {
        edges.emplace_back(from, to);
      }
    }
  }
  return {n, edges};
}

inline std::vector<NamedTopology> awkward_topologies() {
  Edges chain;
  Edges star;
  for (std::uint32_t i = 1; i < 7; ++i) {
    chain.emplace_back(i - 1, i);
    star.emplace_back(i, 0);
    star.emplace_back(0, i);
  }
  return {{"one node", Topology(1, Edges{})},  {"a pair", Topology(2, Edges{{0, 1}})},
          {"two apart", Topology(2, Edges{})}, {"a chain", Topology(7, chain)},
          {"a star", Topology(7, star)},       {"twenty", random_topology(5, 20, 0.15)}};
}

// Compares `found`, the derivative of `function` by `point`, with central differences. Each differs
// by less than 1e-4 of the greater of the two; where both are below 1e-3, by less than 1e-7, which
// is what the differences are good for.
inline void check_derivative(const std::string& what, std::span<double> point,
                             std::span<const double> found,
                             const std::function<double()>& function) {
  REQUIRE(point.size() == found.size());
  constexpr double kStep = 1e-6;
  constexpr double kLeast = 1e-3;
  double worst = 0;
  std::size_t where = 0;
  for (std::size_t i = 0; i < point.size(); ++i) {
    const double middle = point[i];
    point[i] = middle + kStep;
    const double above = function();
    point[i] = middle - kStep;
    const double below = function();
    point[i] = middle;
    const double difference = (above - below) / (2 * kStep);
    const double error = std::abs(difference - found[i]) /
                         std::max({std::abs(difference), std::abs(found[i]), kLeast});
    if (!(error <= worst)) {
      worst = error;
      where = i;
    }
  }
  INFO(what << ": derivative " << where << " of " << point.size());
  CHECK(worst < 1e-4);
}

// Of floats from doubles: 1e-4 of the greatest double, or 1e-4 where that is below 1.
inline void check_near(const Matrix<float>& floats, const Matrix<double>& doubles) {
  REQUIRE(floats.rows() == doubles.rows());
  REQUIRE(floats.cols() == doubles.cols());
  const double size = std::max(1.0, doubles.cwiseAbs().maxCoeff());
  CHECK((floats.cast<double>() - doubles).cwiseAbs().maxCoeff() < 1e-4 * size);
}

inline bool all_finite(std::span<const float> numbers) {
  return std::all_of(numbers.begin(), numbers.end(),
                     [](float number) { return std::isfinite(number); });
}

}  // namespace memplace::nn
