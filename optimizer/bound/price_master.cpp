// SPDX-License-Identifier: Apache-2.0
#include "optimizer/bound/price_master.h"

#include <algorithm>

namespace memplace::bound {
PriceMaster::PriceMaster(const Room& room, LinearSolver& solver) : room_(room), solver_(solver) {
  const RoomPrices prices(room);
  for (std::size_t row = 0; row < prices.rows(); ++row) {
    solver_.add_column(0, 0, 0);
  }
  bound_ = static_cast<std::uint32_t>(prices.rows());
  solver_.add_column(-kInfinite, kInfinite, -1);
}

// bound <= time + sum of price x excess.
void PriceMaster::add(Time time, const std::vector<std::int64_t>& excess) {
  LinearRow row{{}, -kInfinite, static_cast<double>(time) / kTimeUnit};
  for (std::size_t r = 0; r < excess.size(); ++r) {
    if (excess[r] != 0) {
      row.terms.emplace_back(
          static_cast<std::uint32_t>(r),
          -static_cast<double>(excess[r]) / kBytesUnit * (kBytesUnit / kTimeUnit));
    }
  }
  row.terms.emplace_back(bound_, 1.0);
  solver_.add_row(row);
}

std::optional<PriceMaster::Proposal> PriceMaster::propose(const RoomPrices& centre, double reach) {
  std::vector<double> sums(room_.memories(), 0.0);
  for (std::size_t row = 0; row < centre.rows(); ++row) {
    sums[centre.memory_of(row)] += static_cast<double>(centre.at(row)) / kPriceUnit;
  }
  const double mean =
      *std::max_element(sums.begin(), sums.end()) / static_cast<double>(room_.schedule_steps());
  for (std::size_t row = 0; row < centre.rows(); ++row) {
    const double price = static_cast<double>(centre.at(row)) / kPriceUnit;
    const double radius = reach * std::max(mean, price);
    solver_.set_bounds(static_cast<std::uint32_t>(row), std::max(price - radius, 0.0),
                       std::min(price + radius, kMostPrice));
  }
  const auto solution = solver_.solve();
  if (!solution) {
    return std::nullopt;
  }
  Proposal proposal{RoomPrices(room_), solution->values[bound_] * kTimeUnit};
  for (std::size_t row = 0; row < centre.rows(); ++row) {
    proposal.prices.set_per_byte(row, solution->values[row]);
  }
  return proposal;
}

}  // namespace memplace::bound
