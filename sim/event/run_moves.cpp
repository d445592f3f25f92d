// SPDX-License-Identifier: Apache-2.0
#include "sim/event/run_moves.h"

#include <utility>

namespace memplace::event {

RunMoves::RunMoves(const Plan& plan)
    : plan_(plan), of_tensor_(plan.program.graph().tensors().size(), kNoMove) {}

void RunMoves::bind(std::span<const Move> moves) {
  for (const RunMove& move : moves_) {
    of_tensor_[move.tensor] = kNoMove;
  }
  moves_.clear();
  by_opening_.clear();
  const Movables& movables = plan_.program.problem.movables();
  for (const Move& move : moves) {
    const std::size_t number = movables.number(move.tensor);
    RunMove added;
    added.opens_at = static_cast<std::uint32_t>(move.steps().begin);
    added.first_op = static_cast<std::uint32_t>(move.first_op.index());
    added.tensor = static_cast<std::uint32_t>(move.tensor.index());
    added.pieces = static_cast<std::uint32_t>(movables.list()[number].pieces);
    added.last_class = plan_.last_piece_class[number];
    added.from = static_cast<std::uint16_t>(move.from.index());
    added.to = static_cast<std::uint16_t>(move.to.index());
    of_tensor_[added.tensor] = size();
    // Planners give them nearly in the order in which they open.
    by_opening_.push_back(size());
    moves_.push_back(added);
    for (std::size_t k = by_opening_.size() - 1;
         k > 0 && moves_[by_opening_[k - 1]].opens_at > added.opens_at; --k) {
      std::swap(by_opening_[k - 1], by_opening_[k]);
    }
  }
}

}  // namespace memplace::event
