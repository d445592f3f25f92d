// SPDX-License-Identifier: Apache-2.0
// Which prices of room give the highest bound: a concave function of them, of which each solution
// of the chain shows the value and a slope.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "optimizer/bound/chain.h"
#include "optimizer/bound/linear_solver.h"
#include "optimizer/bound/room.h"

namespace memplace::bound {

struct PriceSearch {
  std::size_t rounds = 0;  // solutions of the chain
  std::size_t width = 0;   // labels of each
  // The latency of the best mapping known: a bound of that much needs no search. Asked anew in
  // each round.
  std::function<Time()> target = nullptr;
  // Told of each round: the best bound so far, and the memories of all decisions that gave the
  // round's own.
  std::function<void(Time best, const std::vector<std::uint8_t>& memories)> on_round = nullptr;
};

struct PricesFound {
  RoomPrices prices;
  Time bound = 0;  // proven with them: no allowed mapping that fits is faster
  std::size_t rounds = 0;
};

// With a solver (empty at first) by boxes: the prices that are best as far as the solutions so far
// tell, within a box around the best so far, which grows while it helps and shrinks where it does
// not (R. E. Marsten, W. W. Hogan, J. W. Blankenship, "The boxstep method for large-scale
// optimization", 1975). Without one (null) by subgradients: prices of what the chain's mapping
// takes too much of go up and those of what it leaves free down, by steps of Polyak's length
// towards the target (M. Held, P. Wolfe, H. P. Crowder, "Validation of subgradient optimization",
// 1974), along a direction that remembers former ones (P. M. Camerini, L. Fratta, F. Maffioli, "On
// improving relaxation methods by modified gradient techniques", 1975). Boxes need tens of rounds
// where subgradients come near in hundreds.
PricesFound search_prices(Chain& chain, const Room& room, const RoomPrices& start,
                          const std::vector<char>& allowed, const PriceSearch& search,
                          LinearSolver* solver);

// What `prices` prove: the chain's minimum less the price of all room.
Time bound_of(Chain& chain, const RoomPrices& prices, const std::vector<char>& allowed,
              std::size_t width, Time target);

}  // namespace memplace::bound
