// SPDX-License-Identifier: Apache-2.0
#include "optimizer/studies/sweep/pareto.h"

#include <algorithm>
#include <functional>
#include <numeric>

namespace memplace {

std::vector<std::size_t> pareto_front(std::span<const Costs> points) {
  std::vector<std::size_t> order(points.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return points[a] < points[b]; });
  // Whoever dominates a point, or is equal and stands for it, comes before it in this order.
  std::vector<std::size_t> front;
  for (const std::size_t candidate : order) {
    const auto covers = [&](std::size_t member) {
      return std::equal(points[member].begin(), points[member].end(), points[candidate].begin(),
                        std::less_equal<>());
    };
    if (std::none_of(front.begin(), front.end(), covers)) {
      front.push_back(candidate);
    }
  }
  return front;
}

}  // namespace memplace
