// SPDX-License-Identifier: Apache-2.0
#include "sim/event/mover.h"

namespace memplace::event {

Mover::Mover(const RunMoves& moves, const memplace::Mover& chip)
    : moves_(moves), in_flight_(static_cast<std::size_t>(chip.in_flight)) {
  places_.reserve(in_flight_);
}

void Mover::begin_inference() {
  taken_.assign(moves_.size(), 0);
  written_.assign(moves_.size(), 0);
  early_.clear();
  ready_.assign((moves_.size() + 63) / 64, 0);
  ready_count_ = opened_ = 0;
  places_.clear();
}

}  // namespace memplace::event
