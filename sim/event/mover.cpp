// SPDX-License-Identifier: Apache-2.0
#include "sim/event/mover.h"

namespace memplace::event {

Mover::Mover(const RunMoves& moves, const memplace::Mover& chip)
    : moves_(moves), in_flight_(static_cast<std::size_t>(chip.in_flight)), open_(moves) {
  places_.reserve(in_flight_);
}

void Mover::begin_inference() {
  open_.clear();
  written_.assign(moves_.size(), 0);
  early_.clear();
  places_.clear();
}

}  // namespace memplace::event
