// SPDX-License-Identifier: Apache-2.0
// Walks of plans that differ little from one that was walked before.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/event/run_moves.h"
#include "sim/event/walk.h"
#include "sim/event/walk_mover.h"
#include "sim/placement/mapping.h"
#include "sim/placement/moves.h"

namespace memplace::event {

// Keeps a base's state before each op. A plan that differs from it in a few tensors, in where they
// are or in how they move, is walked from the first op that they can affect, until its state equals
// the base's up to a shift in time: from there on, all that follows is shifted by the same, up to
// the next op that they can affect.
class IncrementalWalk : private Walk {
 public:
  // Whether the plan can be walked, and runs one inference.
  static bool can_walk(const Plan& plan);

  // The plan outlives the walk.
  explicit IncrementalWalk(const Plan& plan);

  // Walks `placed` whole and makes it the base. Allocates at the first call, and where more moves.
  Time rebase(const Placed& placed);
  // The latency of `placed`: rebase() with nothing kept. Needs a base. Allocates nothing once as
  // many moves were seen.
  Time latency(const Placed& placed);

  // How many ops the last latency() walked.
  std::size_t ops_walked() const { return ops_walked_; }

 private:
  static constexpr std::size_t kMostKept = 8;

  // The state before an op.
  struct Checkpoint {
    bool is_complete = false;  // else more chunks were in flight than it has room for
    // No op from this one on has posted weights.
    std::uint32_t unposted_from = 0;
    WalkState state;
    std::array<Time, kMostKept> chunk_arrivals{};
    // Ops before it whose writes are not all complete. Two output slots allow no more.
    std::array<std::uint32_t, 2> writing{};
    std::uint32_t writers = 0;
  };

  // The same of the mover, where the base has moves. Spans as places in kept_pieces_ and
  // kept_progress_.
  struct MoverCheckpoint {
    std::uint32_t first_piece = 0, end_piece = 0;
    std::uint32_t first_progress = 0, end_progress = 0;
    WalkMoverState state;  // but for the spans
    bool inputs_wait = false;
  };

  // Where a tensor matters.
  struct Uses {
    std::uint32_t first = kNoOp;          // op that writes or reads it
    std::uint32_t first_weights = kNoOp;  // op whose weights it is
    std::uint32_t end = 0;                // after the last of all these
  };
  static constexpr std::uint32_t kNoOp = 0xffffffffU;

  template <bool kMoving>
  void walk_and_keep();
  template <bool kMoving>
  Time walk_changes();
  void note_writing(std::size_t op);
  template <bool kMoving>
  void keep(std::size_t op);
  void keep_mover(std::size_t op);
  template <bool kMoving>
  void restore(const Checkpoint& checkpoint, std::size_t op);
  void restore_mover(std::size_t op);
  template <bool kMoving>
  std::size_t take_up(std::size_t from, std::size_t to);
  std::size_t last_checkpoint_before(const Uses& uses) const;
  void note_change(std::size_t from, const Uses& uses);
  void note_changed_moves();
  void note_changed_opening(const RunMove& move);
  MoverCheckpoint mover_checkpoint(std::size_t op) const;
  WalkMoverState mover_state(const MoverCheckpoint& kept) const;
  bool goes_on_like(const Checkpoint& checkpoint) const;
  bool mover_goes_on_like(std::size_t op) const;

  std::vector<Uses> uses_;  // by tensor
  Mapping base_;
  Time base_latency_ = 0;
  LineVector<Time> base_written_;
  std::size_t written_like_base_ = 0;    // so many ops from the first on, in written_
  std::vector<Checkpoint> checkpoints_;  // by op
  std::array<std::uint32_t, 2> writing_{};
  std::uint32_t writers_ = 0;
  // By op: the end of what is affected by changes that matter from this op on; 0 if there are none.
  std::vector<std::uint32_t> affected_until_;
  std::size_t ops_walked_ = 0;

  RunMoves base_moves_;
  std::vector<MoverCheckpoint> mover_checkpoints_;  // by op, where the base has moves
  std::vector<WalkPiece> kept_pieces_;
  std::vector<MoveProgress> kept_progress_;
  // Of the base while it is walked: its moves that are open and not complete, and how many were
  // opened.
  std::vector<std::uint32_t> open_;
  std::uint32_t base_opened_ = 0;
  std::vector<std::uint32_t> numbers_;  // of the base's moves in moves_; kNoMove where changed
};

}  // namespace memplace::event
