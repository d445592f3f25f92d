// SPDX-License-Identifier: Apache-2.0
// How far the moves of a run have come, from its events: when each began and ended, and when the
// bytes that a tile needed were written (laws 8 and 9 of docs/model/timing.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/strong_id.h"
#include "base/units.h"
#include "sim/placement/moves.h"
#include "sim/simulator.h"
#include "sim/timing/program.h"

namespace memplace {

// Keeps 8 bytes for each piece of an inference, in each stream.
class HeardMoves {
 public:
  // From the first read posted to the last write arrived.
  struct Span {
    Picoseconds begin, end;
  };
  // What of a move a tile waited for, and until when.
  struct Wait {
    std::size_t move = 0;
    Picoseconds until;
  };

  // `program` outlives this.
  HeardMoves(const Program& program, std::span<const Move> moves);

  const std::vector<Move>& moves() const { return moves_; }
  // The move that a piece is of; none where the run has another plan than was told.
  std::optional<std::size_t> move_of(const RequestKey& piece) const;

  // Notes a request of a piece of that move. Its span, once its last piece is written.
  std::optional<Span> hear(const TransferEvent& event, std::size_t move);

  // The part of the tile's idle time that law 8 charges to a move: from `event.ready` to `until`.
  // `charged` is what the whole of it would be charged to without moves.
  std::optional<Wait> wait(const ComputeEvent& event, RequestKind charged) const;

 private:
  // Of a stream, in the inference heard of last.
  struct Progress {
    std::uint32_t position = 0;
    Picoseconds begin;
    std::uint32_t heard = 0;           // writes
    std::uint32_t complete = 0;        // pieces before the first whose write was not heard of
    std::vector<Picoseconds> written;  // [i]: piece i; of those complete, when 0 to i all were
  };
  // What a chunk of weights waits for.
  struct Need {
    std::optional<std::size_t> move;
    std::uint32_t pieces = 0;  // the first ones
  };

  std::uint32_t pieces_of(std::size_t move) const;
  void note_needs(const LoweredOp& op);
  Progress& progress_of(const RequestKey& key, std::size_t move);
  // When the first `pieces` were written in the event's inference; `latest` where one was not heard
  // of, which then arrives at this very instant.
  Picoseconds written(const ComputeEvent& event, std::size_t move, std::uint32_t pieces,
                      Picoseconds latest) const;
  std::optional<Wait> wait_for_operands(const ComputeEvent& event, const LoweredOp& op) const;

  const Program& program_;
  std::vector<Move> moves_;
  IdVector<TensorId, std::optional<std::size_t>> move_of_;  // empty where there are no moves
  std::vector<Need> needs_;                                 // by chunk of the program
  std::vector<Progress> progress_;                          // [stream][move]
};

}  // namespace memplace
