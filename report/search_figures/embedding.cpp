// SPDX-License-Identifier: Apache-2.0
#include "report/search_figures/embedding.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <Eigen/Dense>

#include "base/error.h"

namespace memplace {
namespace {

// Positions of `count` of `size` things, evenly from the first to the last, `kept` in place of the
// one nearest to it. Increasing.
std::vector<std::size_t> even_places(std::size_t size, std::size_t count, std::size_t kept) {
  std::vector<std::size_t> places;
  places.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    places.push_back(count == 1 ? kept : i * (size - 1) / (count - 1));
  }
  if (!places.empty()) {
    const auto gap = [&](std::size_t place) { return place > kept ? place - kept : kept - place; };
    *std::min_element(places.begin(), places.end(),
                      [&](std::size_t a, std::size_t b) { return gap(a) < gap(b); }) = kept;
  }
  return places;
}

// Eigenvectors come with either sign.
void settle_sign(Eigen::VectorXd& axis) {
  constexpr double kSame = 1 - 1e-6;
  const double greatest = axis.cwiseAbs().maxCoeff();
  for (const double value : axis) {
    if (std::abs(value) >= greatest * kSame) {
      axis *= value < 0 ? -1 : 1;
      return;
    }
  }
}

}  // namespace

double jaccard_distance(std::string_view a, std::string_view b) {
  MEMPLACE_ASSERT(a.size() == b.size(), "mappings of two networks");
  std::size_t common = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    common += a[i] == b[i] ? 1U : 0U;
  }
  return a.empty() ? 0
                   : 1 - static_cast<double>(common) / static_cast<double>(2 * a.size() - common);
}

PlaneEmbedding classical_scaling(std::span<const double> distances, std::size_t count) {
  MEMPLACE_ASSERT(distances.size() == count * count, "no matrix");
  PlaneEmbedding plane;
  plane.points.resize(count, {0, 0});
  if (count < 2) {
    return plane;
  }
  const auto size = static_cast<Eigen::Index>(count);
  Eigen::MatrixXd inner = Eigen::Map<const Eigen::MatrixXd>(distances.data(), size, size);
  inner = -0.5 * inner.cwiseAbs2();
  // Means of columns are those of rows.
  const Eigen::VectorXd means = inner.colwise().mean();
  const double mean = means.mean();
  inner.colwise() -= means;
  inner.rowwise() -= means.transpose();
  inner.array() += mean;

  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(inner);
  MEMPLACE_ASSERT(solver.info() == Eigen::Success, "no eigenvalues");
  const Eigen::VectorXd values = solver.eigenvalues().cwiseMax(0);  // increasing
  // Beside these, what is left of rounding is nothing.
  const double least = values.sum() * 1e-12;
  double explained = 0;
  for (Eigen::Index axis = 0; axis < 2; ++axis) {
    const double value = values[size - 1 - axis];
    if (value <= least) {
      continue;
    }
    explained += value;
    Eigen::VectorXd vector = solver.eigenvectors().col(size - 1 - axis);
    settle_sign(vector);
    for (std::size_t i = 0; i < count; ++i) {
      plane.points[i].at(static_cast<std::size_t>(axis)) =
          vector[static_cast<Eigen::Index>(i)] * std::sqrt(value);
    }
  }
  plane.explained_share = values.sum() > 0 ? explained / values.sum() : 1;
  return plane;
}

PlaneEmbedding embed_mappings(std::span<const std::string> mappings) {
  const std::size_t count = mappings.size();
  std::vector<double> distances(count * count, 0);
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      distances[i * count + j] = distances[j * count + i] =
          jaccard_distance(mappings[i], mappings[j]);
    }
  }
  return classical_scaling(distances, count);
}

std::vector<std::vector<std::size_t>> thinned(std::span<const std::size_t> sizes,
                                              std::span<const std::size_t> kept, std::size_t most) {
  // The shortest first: what they leave is dealt out among the others.
  std::vector<std::size_t> order(sizes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return sizes[a] < sizes[b]; });
  std::vector<std::vector<std::size_t>> places(sizes.size());
  std::size_t left = most;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const std::size_t run = order[i];
    const std::size_t count = std::min(sizes[run], left / (order.size() - i));
    places[run] = even_places(sizes[run], count, kept[run]);
    left -= count;
  }
  return places;
}

}  // namespace memplace
