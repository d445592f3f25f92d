// SPDX-License-Identifier: Apache-2.0
#include "optimizer/bound/price_search.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace memplace::bound {
namespace {

constexpr double kMemory = 0.7;     // of former directions
constexpr double kShorter = 0.8;    // steps, after so many rounds without a better bound:
constexpr std::size_t kPatience = 12;
constexpr double kMostPrice = 1e12;

ChainResult solve(Chain& chain, const RoomPrices& prices, const std::vector<char>& allowed,
                  std::size_t width, Time target, Time& bound) {
  const Time room = prices.of_capacity();
  ChainResult result = chain.solve(prices.of_decisions(), allowed, width, target + room);
  bound = result.least - room;
  return result;
}

}  // namespace

Time bound_of(Chain& chain, const RoomPrices& prices, const std::vector<char>& allowed,
              std::size_t width, Time target) {
  Time bound = 0;
  solve(chain, prices, allowed, width, target, bound);
  return bound;
}

PricesFound search_prices(Chain& chain, const RoomPrices& start, const std::vector<char>& allowed,
                          const PriceSearch& search) {
  PricesFound best{start, 0, 0};
  RoomPrices prices = start;
  std::vector<double> price(prices.rows());
  const auto restart = [&] {
    for (std::size_t r = 0; r < price.size(); ++r) {
      price[r] = static_cast<double>(best.prices.at(r));
    }
  };
  restart();
  std::vector<double> direction(prices.rows(), 0.0);
  double length = 1;
  std::size_t waiting = 0;
  for (; best.rounds < search.rounds && !(search.stop && search.stop()); ++best.rounds) {
    Time bound = 0;
    const Time target = search.target();
    const ChainResult result = solve(chain, prices, allowed, search.width, target, bound);
    if (bound > best.bound || best.rounds == 0) {
      best.bound = bound;
      best.prices = prices;
      waiting = 0;
    } else if (++waiting == kPatience) {
      length *= kShorter;
      waiting = 0;
      restart();
    }
    if (!result.memories.has_value()) {
      ++best.rounds;
      break;
    }
    if (search.on_round) {
      search.on_round(best.bound, *result.memories);
    }
    const std::vector<std::int64_t> excess = prices.excess(*result.memories);
    double square = 0;
    for (std::size_t r = 0; r < price.size(); ++r) {
      const double gradient =
          excess[r] < 0 && price[r] <= 0 ? 0.0 : static_cast<double>(excess[r]);
      direction[r] = kMemory * direction[r] + gradient;
      if (direction[r] > 0 || price[r] > 0) {
        square += direction[r] * direction[r];
      }
    }
    if (square == 0) {
      ++best.rounds;
      break;
    }
    // From picoseconds a byte to the prices' unit.
    const double step = length * static_cast<double>(std::max<Time>(target - bound, 1)) /
                        square * kPriceUnit;
    for (std::size_t r = 0; r < price.size(); ++r) {
      price[r] = std::clamp(price[r] + step * direction[r], 0.0, kMostPrice);
      prices.set(r, std::llround(price[r]));
    }
  }
  return best;
}

}  // namespace memplace::bound
