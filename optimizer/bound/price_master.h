// SPDX-License-Identifier: Apache-2.0
// What the solutions of the chain so far say of all prices of room: no prices give a higher bound
// than any of these mappings allows under them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "optimizer/bound/linear_solver.h"
#include "optimizer/bound/room.h"

namespace memplace::bound {

class PriceMaster {
 public:
  // Both outlive it; the solver is empty.
  PriceMaster(const Room& room, LinearSolver& solver);

  // A mapping of that time, prices left out, and RoomPrices::excess() of it.
  void add(Time time, const std::vector<std::int64_t>& excess);

  struct Proposal {
    RoomPrices prices;
    double hoped = 0;  // picoseconds: the bound that they have as far as is known
  };
  // The best prices where none differs from `centre` by more than `reach` times the mean price of
  // the dearest memory's rows, or `reach` times itself where that is more. Nothing where the solver
  // failed.
  std::optional<Proposal> propose(const RoomPrices& centre, double reach);

 private:
  const Room& room_;
  LinearSolver& solver_;
  std::uint32_t bound_;  // its column
};

}  // namespace memplace::bound
