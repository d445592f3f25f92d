// SPDX-License-Identifier: Apache-2.0
// How far the moves of one stream have come: what of each copy is written in the inference under
// way, and what a chunk or a block waits for (law 9).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "base/strong_id.h"
#include "base/units.h"
#include "sim/placement/moves.h"
#include "sim/timing/program.h"

namespace memplace::systemc {

// The bytes of a copy that a chunk or a block needed, and when all of them were written.
struct Fetched {
  std::size_t move = 0;
  Picoseconds written;
};

class Fetches {
 public:
  Fetches() = default;  // of a run without moves
  Fetches(const Program& program, std::span<const Move> moves);

  // Nothing is written yet of that inference.
  void begin_inference(std::uint32_t inference);

  const std::vector<Move>& moves() const { return moves_; }
  std::uint32_t inference() const { return inference_; }
  std::uint32_t pieces(std::size_t move) const;
  // The move of a tensor that is fetched.
  std::optional<std::size_t> move_of(TensorId tensor) const;

  // Notes that a piece's write has arrived. Pieces may arrive in any order.
  void note_written(std::size_t move, std::uint32_t piece, Picoseconds now);
  bool all_written(std::size_t move) const;

  // Whether moves let the chunk be posted, of that inference and the program's that number. It is
  // so where its weights are not fetched; else fetched() says since when.
  bool may_post_chunk(std::uint32_t inference, std::uint32_t chunk) const;
  std::optional<Fetched> fetched_chunk(std::uint32_t chunk) const;

  // The same for the blocks of an op in the inference under way: its fetched operands, whole. What
  // counts is the last that was written, the first in the order of moves where there are several.
  bool may_post_blocks(const LoweredOp& op) const;
  std::optional<Fetched> fetched_operands(const LoweredOp& op) const;

 private:
  // What a chunk of fetched weights waits for: the first `pieces` pieces of its move.
  struct Need {
    std::optional<std::size_t> move;
    std::uint32_t pieces = 0;
  };

  // In the inference under way.
  struct Progress {
    std::vector<Picoseconds> written;  // [i]: when pieces 0 to i were all written
    std::set<std::uint32_t> beyond;    // written pieces behind one that is not
  };

  void note_needs(const Program& program, const LoweredOp& op);

  std::vector<Move> moves_;
  Bytes piece_;
  std::uint32_t inference_ = 0;
  // Empty where there are no moves, so that these cost nothing then.
  IdVector<TensorId, std::optional<std::size_t>> move_of_;
  std::vector<Need> needs_;  // by chunk of the program
  std::vector<Progress> progress_;
};

}  // namespace memplace::systemc
