// SPDX-License-Identifier: Apache-2.0
// Law 9 in a walk. The mover lags behind; here it is met.
#include <algorithm>

#include "base/error.h"
#include "sim/event/walk.h"

namespace memplace::event {

void Walk::begin_moves() {
  prepare_moves();
  mover_.begin_inference(0, 0, plan_.next_computing.front());
  inputs_wait_ = false;
}

void Walk::prepare_moves() {
  mover_.find_channels();
  moves_inputs_ = false;
  for (std::uint32_t i = 0; i < moves_.size(); ++i) {
    const TensorId tensor(moves_[i].tensor);
    moves_inputs_ =
        moves_inputs_ || plan_.program.graph().tensor(tensor).kind == TensorKind::kInput;
  }
}

// Whether the fetched operands of the next block are written; if so they were at a time that has
// come.
bool Walk::find_fetched() {
  const WalkState& s = s_;
  for (std::uint32_t i = s.block_op->first_operand; i != s.block_op->end_operand; ++i) {
    const std::uint32_t move = moves_.of(plan_.operands[i]);
    if (move == kNoMove) {
      continue;
    }
    if (mover_.inference() != s.block_inference || !mover_.is_complete(move)) {
      inputs_wait_ = true;
      return false;
    }
  }
  return true;
}

// Whether the next chunk's bytes are not written yet.
bool Walk::reader_must_wait() {
  const WalkState& s = s_;
  const ChunkRun* run = s.chunk.run;
  const std::uint32_t move = moves_.of(run->tensor);
  if (move == kNoMove) {
    return false;
  }
  const std::uint32_t pieces = plan_.chunk_pieces[run->first + (run->count - s.chunk.left)];
  if (mover_.inference() == s.chunk_inference && mover_.written(move) >= pieces) {
    return false;
  }
  reader_move_ = move;
  reader_pieces_ = pieces;
  // What it may post then: chunks for which there is space.
  std::int64_t space = s.weight_space;
  std::uint32_t left = s.chunk.left;
  for (std::uint32_t looks = 0; looks < kMostInFlightRuns; ++looks) {
    if (space + run->space > plan_.weights_share) {
      return true;
    }
    reader_channels_ |= 1U << 2 * memory_of(run->tensor);
    space += run->space * left;
    run = next_chunk_run(run).run;
    left = run->count;
  }
  reader_channels_ = ~0U;
  return true;
}

// Until the next tile's block and chunk are posted.
void Walk::await_operands(const PlanOp& op) {
  WalkState& s = s_;
  meeting_ = kUnknown;
  while (s.blocks_posted == s.blocks_freed ||
         (op.has_weights && s.chunks_posted == s.chunks_freed)) {
    if (mover_.is_pipeline() && !inputs_wait_) {
      if (mover_.flow(s.inputs_turn, reader_move_, reader_pieces_, s.free)) {
        note_written(mover_.told_at());
      } else {
        MEMPLACE_ASSERT(s.inputs_turn != kUnknown, plan_.program.graph().name());
        post_block<true>();
      }
      continue;
    }
    const WalkMover::Event next = mover_.find_next(s.free);
    if (s.inputs_turn <= next.at) {
      MEMPLACE_ASSERT(s.inputs_turn != kUnknown, plan_.program.graph().name());
      post_block<true>();
    } else {
      step_mover(next);
    }
  }
}

// Before `end`: a block that waits for a move may have its turn after the move is written, and the
// one behind it too.
void Walk::post_awaited_blocks(Time end) {
  meeting_ = kUnknown;
  while (inputs_wait_) {
    const WalkMover::Event next = mover_.find_next(s_.free);
    if (next.at >= end) {
      return;
    }
    step_mover(next);
    while (s_.inputs_turn < end) {
      post_block<true>();
    }
  }
}

// A tile of the op ends at `end`, where nothing has been posted yet.
void Walk::meet_mover(const PlanOp& op, std::size_t index, const TileRun& run, bool is_last,
                      Time end) {
  const std::uint32_t next_op = is_last ? plan_.next_computing[index + 1] : 0;
  const bool opens = is_last && mover_.opens_until(next_op);
  const std::uint32_t output = 1U << write_channel_[memory_of(op.output)];
  if (mover_.next() <= end &&
      (opens || run.ends_chunk || inputs_wait_ || is_last || (output & shared_channels()) != 0)) {
    advance_mover(end);
  }
  if (opens) {
    mover_.open_until(next_op, end);
  }
}

// Something is about to be posted at `at` on one of the channels.
void Walk::meet_mover(Time at, std::uint32_t channels) {
  if (mover_.next() <= at && (channels & shared_channels()) != 0) {
    advance_mover(at);
  }
}

// All that happens before `at`, and what arrives then.
void Walk::advance_mover(Time at) {
  meeting_ = at;
  if (mover_.is_pipeline() && !inputs_wait_) {
    while (mover_.flow(at, reader_move_, reader_pieces_, s_.free)) {
      note_written(mover_.told_at());
    }
    return;
  }
  for (;;) {
    const WalkMover::Event next = mover_.find_next(s_.free);
    if (next.at > at || (next.at == at && next.kind != WalkMover::Event::Kind::kArrival)) {
      return;
    }
    step_mover(next);
  }
}

void Walk::step_mover(const WalkMover::Event& next) {
  switch (next.kind) {
    case WalkMover::Event::Kind::kArrival:
      mover_.arrive(next);
      note_written(next.at);
      break;
    case WalkMover::Event::Kind::kFill:
      mover_.fill(next.at);
      break;
    case WalkMover::Event::Kind::kGrant:
      mover_.grant(next, s_.free);
      break;
  }
}

void Walk::note_written(Time at) {
  WalkState& s = s_;
  if (mover_.arrives_at(at)) {
    return;  // all that arrives at an instant comes before what follows from it
  }
  if (reader_move_ != kNoMove && mover_.inference() == s.chunk_inference &&
      mover_.written(reader_move_) >= reader_pieces_) {
    post_weights<true>(at);
  }
  if (inputs_wait_ && find_due<true>() && s.blocks_posted - s.blocks_freed < 2) {
    s.inputs_turn = std::max(s.inputs_due, at);
    // Where a tile ends at this instant, its weights go first.
    while (at != meeting_ && s.inputs_turn <= at) {
      post_block<true>();
    }
  }
}

// Whether alike tiles of the run may be told apart by what the mover does meanwhile.
bool Walk::moves_disturb(const TileRun& run, std::uint32_t channels) const {
  if (inputs_wait_) {
    return true;
  }
  if (run.ends_chunk) {
    const std::uint32_t move = moves_.of(s_.chunk.run->tensor);
    if (reader_move_ != kNoMove || (move != kNoMove && !mover_.is_complete(move))) {
      return true;
    }
  }
  return mover_.next() != kUnknown && (channels & shared_channels()) != 0;
}

}  // namespace memplace::event
