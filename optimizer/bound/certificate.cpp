// SPDX-License-Identifier: Apache-2.0
#include "optimizer/bound/certificate.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/int128.h"

namespace memplace::bound {

Time certified_bound(std::span<const Cut> cuts, std::span<const std::int64_t> weights,
                     const RoomPrices& prices, const std::vector<char>& allowed,
                     std::size_t memories) {
  MEMPLACE_ASSERT(cuts.size() == weights.size(), std::to_string(weights.size()));
  const std::optional<Time> room = prices.of_capacity();
  if (!room) {
    return 0;
  }
  std::int64_t whole = 0;
  Int128 sum = 0;
  std::vector<Int128> cost;  // of each decision in each memory, times kWholeWeight
  for (const Time price : prices.of_decisions()) {
    cost.push_back(Int128{price} * kWholeWeight);
  }
  for (std::size_t i = 0; i < cuts.size(); ++i) {
    MEMPLACE_ASSERT(weights[i] >= 0, std::to_string(i));
    whole += weights[i];
    MEMPLACE_ASSERT(whole <= kWholeWeight, std::to_string(i));
    sum += Int128{cuts[i].constant} * weights[i];
    for (const Cut::Term& term : cuts[i].terms) {
      cost[term.variable] += Int128{term.time} * weights[i];
    }
  }
  for (std::size_t first = 0; first < cost.size(); first += memories) {
    bool found = false;
    Int128 least = 0;
    for (std::size_t variable = first; variable < first + memories; ++variable) {
      if (allowed[variable] != 0 && (!found || cost[variable] < least)) {
        least = cost[variable];
        found = true;
      }
    }
    MEMPLACE_ASSERT(found, std::to_string(first / memories));
    sum += least;
  }
  sum -= Int128{*room} * kWholeWeight;
  // Towards zero, and a bound below 0 says no more than 0.
  return sum <= 0 ? 0 : static_cast<Time>(sum / kWholeWeight);
}

std::vector<std::int64_t> weights_from(std::span<const double> duals) {
  const auto useful = [](double dual) {
    return std::isfinite(dual) ? std::clamp(dual, 0.0, 1e12) : 0.0;
  };
  double total = 0;
  for (const double dual : duals) {
    total += useful(dual);
  }
  std::vector<std::int64_t> weights;
  std::int64_t left = kWholeWeight;
  for (const double dual : duals) {
    const double share = total > 0 ? useful(dual) / total : 0.0;
    const auto weight = static_cast<std::int64_t>(share * static_cast<double>(kWholeWeight));
    weights.push_back(std::min(weight, left));
    left -= weights.back();
  }
  return weights;
}

}  // namespace memplace::bound
