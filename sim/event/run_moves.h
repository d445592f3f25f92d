// SPDX-License-Identifier: Apache-2.0
// The moves of a run as the fast model looks at them, whatever stream makes them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/event/plan.h"
#include "sim/placement/moves.h"

namespace memplace::event {

inline constexpr std::uint32_t kNoMove = 0xffffffffU;

struct RunMove {
  std::uint32_t opens_at = 0;  // open once all ops before this one have computed
  std::uint32_t first_op = 0;
  std::uint32_t tensor = 0;
  std::uint32_t pieces = 0;
  std::uint32_t last_class = 0;  // size class of the last piece; of the others: Plan::piece_class
  std::uint16_t from = 0;
  std::uint16_t to = 0;
};

class RunMoves {
 public:
  // The plan outlives it.
  explicit RunMoves(const Plan& plan);

  // Takes up the moves of a run. Allocates nothing once it has seen as many.
  void bind(std::span<const Move> moves);

  bool empty() const { return moves_.empty(); }
  std::uint32_t size() const { return static_cast<std::uint32_t>(moves_.size()); }
  const RunMove& operator[](std::uint32_t move) const { return moves_[move]; }
  // kNoMove where the tensor stays.
  std::uint32_t of(TensorId tensor) const { return of_tensor_[tensor.index()]; }
  // All moves, by opens_at.
  std::span<const std::uint32_t> by_opening() const { return by_opening_; }
  std::uint32_t size_class(std::uint32_t move, std::uint32_t piece) const {
    const RunMove& m = moves_[move];
    return piece + 1 == m.pieces ? m.last_class : plan_.piece_class;
  }

 private:
  const Plan& plan_;
  std::vector<RunMove> moves_;
  std::vector<std::uint32_t> by_opening_;
  std::vector<std::uint32_t> of_tensor_;
};

}  // namespace memplace::event
