// SPDX-License-Identifier: Apache-2.0
#include "optimizer/evolution/selection.h"

#include <algorithm>
#include <numeric>
#include <string>

#include "base/error.h"

namespace memplace {

std::vector<std::size_t> fittest(std::span<const double> fitness, std::size_t count) {
  std::vector<std::size_t> order(fitness.size());
  std::iota(order.rbegin(), order.rend(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return fitness[a] > fitness[b]; });
  order.resize(std::min(count, order.size()));
  return order;
}

std::size_t tournament(std::span<const double> fitness, std::size_t size, Rng& rng) {
  MEMPLACE_ASSERT(!fitness.empty() && size > 0, std::to_string(size));
  std::size_t winner = rng.below(fitness.size());
  for (std::size_t i = 1; i < size; ++i) {
    const std::size_t other = rng.below(fitness.size());
    if (fitness[other] > fitness[winner] || (fitness[other] == fitness[winner] && other > winner)) {
      winner = other;
    }
  }
  return winner;
}

}  // namespace memplace
