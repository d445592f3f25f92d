// SPDX-License-Identifier: Apache-2.0
#include "optimizer/bound/price_search.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "optimizer/bound/price_master.h"

namespace memplace::bound {
namespace {

// Of boxes.
constexpr double kFirstReach = 1;
constexpr double kMostReach = 4;
constexpr double kLeastReach = 1e-4;
constexpr double kGrow = 1.5;
constexpr double kShrink = 0.8;
constexpr double kNear = 1e-5;  // of the bound: nothing more is hoped for

// Of subgradients.
constexpr double kMemory = 0.7;   // of former directions
constexpr double kShorter = 0.8;  // steps, after so many rounds without a better bound:
constexpr std::size_t kPatience = 12;
constexpr double kMostUnits = 1e12;  // of a price

// One solution of the chain.
struct Round {
  Time bound = 0;
  std::optional<std::vector<std::uint8_t>> memories;
  Time time = 0;  // of that mapping, prices left out
};

Round solve(Chain& chain, const RoomPrices& prices, const std::vector<char>& allowed,
            std::size_t width, Time target) {
  const std::optional<Time> room = prices.of_capacity();
  if (!room) {
    return {};
  }
  const std::vector<Time> costs = prices.of_decisions();
  ChainResult result = chain.solve(costs, allowed, width, target + *room);
  Round round{result.least - *room, std::move(result.memories), result.least};
  if (round.memories && !round.memories->empty()) {
    const std::size_t memories = costs.size() / round.memories->size();
    for (std::size_t decision = 0; decision < round.memories->size(); ++decision) {
      round.time -= costs[decision * memories + (*round.memories)[decision]];
    }
  }
  return round;
}

class Search {
 public:
  Search(Chain& chain, const Room& room, const RoomPrices& start, const std::vector<char>& allowed,
         const PriceSearch& search)
      : chain_(chain), room_(room), allowed_(allowed), search_(search), best_{start, 0, 0} {}

  PricesFound by_boxes(LinearSolver& solver) {
    PriceMaster master(room_, solver);
    RoomPrices prices = best_.prices;
    double reach = kFirstReach;
    while (const auto round = next(prices)) {
      if (!round->memories) {
        break;
      }
      reach = improved_ ? std::min(reach * kGrow, kMostReach) : reach * kShrink;
      master.add(round->time, prices.excess(*round->memories));
      auto proposal = master.propose(best_.prices, reach);
      const auto bound = static_cast<double>(best_.bound);
      if (!proposal || reach < kLeastReach || proposal->hoped - bound <= bound * kNear) {
        break;
      }
      prices = std::move(proposal->prices);
    }
    return std::move(best_);
  }

  PricesFound by_subgradients() {
    RoomPrices prices = best_.prices;
    std::vector<double> price(prices.rows());
    std::vector<double> direction(prices.rows(), 0.0);
    const auto restart = [&] {
      for (std::size_t r = 0; r < price.size(); ++r) {
        price[r] = static_cast<double>(best_.prices.at(r));
      }
    };
    restart();
    double length = 1;
    std::size_t waiting = 0;
    while (const auto round = next(prices)) {
      if (!round->memories) {
        break;
      }
      waiting = improved_ ? 0 : waiting + 1;
      if (waiting == kPatience) {
        length *= kShorter;
        waiting = 0;
        restart();
      }
      const std::vector<std::int64_t> excess = prices.excess(*round->memories);
      double square = 0;
      for (std::size_t r = 0; r < price.size(); ++r) {
        const double slope = excess[r] < 0 && price[r] <= 0 ? 0.0 : static_cast<double>(excess[r]);
        direction[r] = kMemory * direction[r] + slope;
        square += direction[r] > 0 || price[r] > 0 ? direction[r] * direction[r] : 0.0;
      }
      if (square == 0) {
        break;
      }
      // From picoseconds a byte to the prices' unit.
      const auto lacking = static_cast<double>(std::max<Time>(search_.target() - round->bound, 1));
      const double step = length * lacking / square * kPriceUnit;
      for (std::size_t r = 0; r < price.size(); ++r) {
        price[r] = std::clamp(price[r] + step * direction[r], 0.0, kMostUnits);
        prices.set(r, std::llround(price[r]));
      }
    }
    return std::move(best_);
  }

 private:
  // Solves the chain once more; nothing where a limit is met.
  std::optional<Round> next(const RoomPrices& prices) {
    if (best_.rounds == search_.rounds) {
      return std::nullopt;
    }
    Round round = solve(chain_, prices, allowed_, search_.width, search_.target());
    improved_ = best_.rounds == 0 || round.bound > best_.bound;
    if (improved_) {
      best_.bound = round.bound;
      best_.prices = prices;
    }
    ++best_.rounds;
    if (round.memories && search_.on_round) {
      search_.on_round(best_.bound, *round.memories);
    }
    return round;
  }

  Chain& chain_;
  const Room& room_;
  const std::vector<char>& allowed_;
  const PriceSearch& search_;
  PricesFound best_;
  bool improved_ = false;
};

}  // namespace

Time bound_of(Chain& chain, const RoomPrices& prices, const std::vector<char>& allowed,
              std::size_t width, Time target) {
  return solve(chain, prices, allowed, width, target).bound;
}

PricesFound search_prices(Chain& chain, const Room& room, const RoomPrices& start,
                          const std::vector<char>& allowed, const PriceSearch& search,
                          LinearSolver* solver) {
  Search found(chain, room, start, allowed, search);
  return solver != nullptr ? found.by_boxes(*solver) : found.by_subgradients();
}

}  // namespace memplace::bound
