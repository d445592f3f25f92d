// SPDX-License-Identifier: Apache-2.0
// A proof, in integers, that no allowed mapping that fits is faster than some time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "optimizer/bound/path_cuts.h"
#include "optimizer/bound/room.h"

namespace memplace::bound {

// Weights of cuts that add up to 2^30 at most.
inline constexpr std::int64_t kWholeWeight = std::int64_t{1} << 30;

// A weighted mean of cuts is a cut; so is one of cuts and of "does nothing" (0), which makes up for
// weights that add up to less. With prices of room on top, what remains is a choice for each
// decision by itself:
//
//   latency >= sum_i w_i constant_i - price of all room
//              + sum over decisions of the least, over its allowed memories, of
//                its price there + sum_i w_i time_i there
//
// for all weights w_i >= 0 with sum <= 1 and all prices >= 0. All is evaluated in 128-bit integers
// and rounded down, so whoever chose the weights need not be trusted. Throws InternalError for
// weights that break these rules.
Time certified_bound(std::span<const Cut> cuts, std::span<const std::int64_t> weights,
                     const RoomPrices& prices, const std::vector<char>& allowed,
                     std::size_t memories);

// Weights in proportion to `duals`, of which negative ones and what is no number count as 0.
std::vector<std::int64_t> weights_from(std::span<const double> duals);

}  // namespace memplace::bound
