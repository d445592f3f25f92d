// SPDX-License-Identifier: Apache-2.0
#include "sim/event/incremental_walk.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.h"
#include "base/stopping.h"

namespace memplace::event {

bool IncrementalWalk::can_walk(const Plan& plan) {
  return Walk::can_walk(plan) && plan.program.mode().inferences == 1;
}

IncrementalWalk::IncrementalWalk(const Plan& plan)
    : Walk(plan),
      uses_(plan.program.graph().tensors().size()),
      base_written_(plan.ops.size()),
      checkpoints_(plan.ops.size()),
      affected_until_(plan.ops.size()),
      base_moves_(plan) {
  for (std::uint32_t i = 0; i < plan.ops.size(); ++i) {
    const PlanOp& op = plan.ops[i];
    if (op.tile_runs == 0) {
      continue;
    }
    for (std::uint32_t operand = op.first_operand; operand != op.end_operand; ++operand) {
      Uses& uses = uses_[plan.operands[operand].index()];
      // What no op before wrote may be read at any time.
      uses.first = uses.first == kNoOp ? 0 : uses.first;
      uses.end = i + 1;
    }
    Uses& output = uses_[op.output.index()];
    output.first = std::min(output.first, i);
    output.end = i + 1;
    if (op.has_weights) {
      Uses& uses = uses_[op.weights.index()];
      uses.first_weights = std::min(uses.first_weights, i);
      uses.end = i + 1;
    }
  }
}

Time IncrementalWalk::rebase(const Placed& placed) {
  base_ = placed.near();
  mapping_ = &base_;
  base_moves_.bind(placed.moves());
  base_latency_ = 0;
  if (tiles_ == 0) {
    return 0;
  }
  if (base_moves_.empty()) {
    walk_and_keep<false>();
  } else {
    moves_.bind(placed.moves());
    mover_checkpoints_.resize(plan_.ops.size());
    kept_pieces_.clear();
    kept_progress_.clear();
    open_.clear();
    base_opened_ = 0;
    walk_and_keep<true>();
  }
  base_written_ = written_;
  written_like_base_ = plan_.ops.size();
  base_latency_ = times_.latency;
  return base_latency_;
}

template <bool kMoving>
void IncrementalWalk::walk_and_keep() {
  begin<kMoving>(base_);
  writers_ = 0;
  Lookout lookout(kOpsBetweenLooks);
  for (std::size_t op = 0; op < plan_.ops.size(); ++op) {
    lookout.step();
    keep<kMoving>(op);
    walk_op<kMoving>(op);
    note_writing(op);
  }
}

Time IncrementalWalk::latency(const Placed& placed) {
  const Mapping& mapping = placed.near();
  MEMPLACE_ASSERT(base_.size() == mapping.size(), fmt::format("no base"));
  ops_walked_ = 0;
  affected_until_.assign(plan_.ops.size(), 0);
  for (const TensorId tensor : mapping.ids()) {
    const Uses& uses = uses_[tensor.index()];
    if (mapping[tensor] != base_[tensor] && uses.end > 0) {
      note_change(last_checkpoint_before(uses), uses);
    }
  }
  mapping_ = &mapping;
  if (base_moves_.empty() && placed.moves().empty()) {
    return walk_changes<false>();
  }
  moves_.bind(placed.moves());
  prepare_moves();
  note_changed_moves();
  return walk_changes<true>();
}

// Something changes what happens from op `from` to the last use of a tensor.
void IncrementalWalk::note_change(std::size_t from, const Uses& uses) {
  affected_until_[from] = std::max(affected_until_[from], uses.end);
}

// Both that a move is there and how it is made matter from when it may open to the last op that
// reads the copy; that it is there also where a reader finds that it has to wait.
void IncrementalWalk::note_changed_moves() {
  numbers_.assign(base_moves_.size(), kNoMove);
  for (std::uint32_t i = 0; i < moves_.size(); ++i) {
    const RunMove& move = moves_[i];
    const std::uint32_t number = base_moves_.of(TensorId(move.tensor));
    if (number == kNoMove) {
      const Uses& uses = uses_[move.tensor];
      note_change(last_checkpoint_before(uses), uses);
      note_changed_opening(move);
      continue;
    }
    const RunMove& before = base_moves_[number];
    if (move.from == before.from && move.to == before.to && move.opens_at == before.opens_at) {
      numbers_[number] = i;
    } else {
      note_changed_opening(move);
      note_changed_opening(before);
    }
  }
  for (std::uint32_t i = 0; i < base_moves_.size(); ++i) {
    const RunMove& move = base_moves_[i];
    if (moves_.of(TensorId(move.tensor)) == kNoMove) {
      const Uses& uses = uses_[move.tensor];
      note_change(last_checkpoint_before(uses), uses);
      note_changed_opening(move);
    }
  }
}

void IncrementalWalk::note_changed_opening(const RunMove& move) {
  // It opens when the last op before that is no view ends.
  std::size_t from = move.opens_at;
  while (from > 0 && plan_.ops[from - 1].tile_runs == 0) {
    --from;
  }
  note_change(from > 0 ? from - 1 : 0, uses_[move.tensor]);
}

template <bool kMoving>
Time IncrementalWalk::walk_changes() {
  const std::size_t ops = plan_.ops.size();
  // The state before op `now_at` is the base's, `shift` later.
  std::size_t now_at = 0;
  Time shift = 0;
  Lookout lookout(kOpsBetweenLooks);
  for (;;) {
    std::size_t op = now_at;
    while (op < ops && affected_until_[op] == 0) {
      ++op;
    }
    if (op == ops) {
      return base_latency_ + shift;
    }
    op = take_up<kMoving>(now_at, op);
    for (std::uint32_t end = 0;; ++op) {
      if (op == ops) {
        return times_.latency + shift;
      }
      end = std::max(end, affected_until_[op]);
      if (op >= end && end > 0 && goes_on_like(checkpoints_[op]) &&
          (!kMoving || mover_goes_on_like(op))) {
        break;
      }
      lookout.step();
      walk_op<kMoving>(op);
      note_writing(op);
      ++ops_walked_;
    }
    shift += s_.now - checkpoints_[op].state.now;
    now_at = op;
  }
}

// Takes up the base's state at op `to` or, where that is not kept, at the last op before it that
// is; but not before `from`, where the present state is the base's. Returns that op.
template <bool kMoving>
std::size_t IncrementalWalk::take_up(std::size_t from, std::size_t to) {
  while (to > from && !checkpoints_[to].is_complete) {
    --to;
  }
  if (to == 0) {
    begin<kMoving>(*mapping_);
    writers_ = 0;
  } else {
    restore<kMoving>(checkpoints_[to], to);
  }
  written_like_base_ = to;  // what follows is walked
  return to;
}

// Brings writing_ up to date after an op.
void IncrementalWalk::note_writing(std::size_t op) {
  std::uint32_t kept = 0;
  for (std::uint32_t i = 0; i < writers_; ++i) {
    if (written_[writing_[i]] > s_.now) {
      writing_[kept++] = writing_[i];
    }
  }
  if (plan_.ops[op].tile_runs > 0 && written_[op] > s_.now) {
    MEMPLACE_ASSERT(kept < 2, fmt::format("op {}", op));
    writing_[kept++] = static_cast<std::uint32_t>(op);
  }
  writers_ = kept;
}

template <bool kMoving>
void IncrementalWalk::keep(std::size_t op) {
  Checkpoint& checkpoint = checkpoints_[op];
  if (s_.chunk_inference == inferences_) {
    checkpoint.unposted_from = static_cast<std::uint32_t>(plan_.ops.size());
  } else {
    const ChunkRun* const run = s_.chunk.run;
    // A reader that waits for weights has found that they move.
    const bool is_first = s_.chunk.left == run->count &&
                          (run == plan_.chunk_runs.data() || run[-1].op != run->op) &&
                          (!kMoving || reader_move_ == kNoMove);
    checkpoint.unposted_from = is_first ? run->op : run->op + 1;
  }
  const std::uint32_t chunks = s_.chunks_posted - s_.chunks_freed;
  checkpoint.is_complete = chunks <= kMostKept;
  if (!checkpoint.is_complete) {
    return;
  }
  checkpoint.state = s_;
  for (std::uint32_t i = 0; i < chunks; ++i) {
    checkpoint.chunk_arrivals[i] = chunk_arrivals_[(s_.chunks_freed + i) & chunk_mask_];
  }
  checkpoint.writing = writing_;
  checkpoint.writers = writers_;
  if constexpr (kMoving) {
    keep_mover(op);
  }
}

// The mover was brought up to date when the op before ended.
void IncrementalWalk::keep_mover(std::size_t op) {
  for (; base_opened_ < mover_.opened(); ++base_opened_) {
    open_.push_back(base_moves_.by_opening()[base_opened_]);
  }
  std::erase_if(open_, [&](std::uint32_t move) { return mover_.is_complete(move); });
  MoverCheckpoint& kept = mover_checkpoints_[op];
  kept.first_piece = static_cast<std::uint32_t>(kept_pieces_.size());
  kept.first_progress = static_cast<std::uint32_t>(kept_progress_.size());
  kept.state = mover_.state(open_, kept_pieces_, kept_progress_);
  kept.end_piece = static_cast<std::uint32_t>(kept_pieces_.size());
  kept.end_progress = static_cast<std::uint32_t>(kept_progress_.size());
  kept.inputs_wait = inputs_wait_;
}

template <bool kMoving>
void IncrementalWalk::restore(const Checkpoint& checkpoint, std::size_t op) {
  s_ = checkpoint.state;
  for (std::uint32_t i = 0; i < s_.chunks_posted - s_.chunks_freed; ++i) {
    chunk_arrivals_[(s_.chunks_freed + i) & chunk_mask_] = checkpoint.chunk_arrivals[i];
  }
  writing_ = checkpoint.writing;
  writers_ = checkpoint.writers;
  if (written_like_base_ < op) {
    std::copy(base_written_.begin() + static_cast<std::ptrdiff_t>(written_like_base_),
              base_written_.begin() + static_cast<std::ptrdiff_t>(op),
              written_.begin() + static_cast<std::ptrdiff_t>(written_like_base_));
  }
  times_ = {};
  if constexpr (kMoving) {
    restore_mover(op);
  }
}

void IncrementalWalk::restore_mover(std::size_t op) {
  const MoverCheckpoint kept = mover_checkpoint(op);
  mover_.take_up(mover_state(kept), numbers_, plan_.next_computing[op]);
  inputs_wait_ = kept.inputs_wait;
  // Posts nothing, but finds again what is waited for, under the number that it has now.
  post_weights<true>(s_.now);
}

// A base without moves has a mover that never does anything.
IncrementalWalk::MoverCheckpoint IncrementalWalk::mover_checkpoint(std::size_t op) const {
  return base_moves_.empty() ? MoverCheckpoint() : mover_checkpoints_[op];
}

WalkMoverState IncrementalWalk::mover_state(const MoverCheckpoint& kept) const {
  WalkMoverState state = kept.state;
  state.pieces =
      std::span(kept_pieces_).subspan(kept.first_piece, kept.end_piece - kept.first_piece);
  state.progress = std::span(kept_progress_)
                       .subspan(kept.first_progress, kept.end_progress - kept.first_progress);
  return state;
}

bool IncrementalWalk::mover_goes_on_like(std::size_t op) const {
  const MoverCheckpoint kept = mover_checkpoint(op);
  return inputs_wait_ == kept.inputs_wait &&
         mover_.goes_on_like(mover_state(kept), numbers_, s_.now, checkpoints_[op].state.now);
}

// The last op before which nothing has happened that depends on where the tensor is.
std::size_t IncrementalWalk::last_checkpoint_before(const Uses& uses) const {
  std::size_t op = uses.first;
  if (uses.first_weights != kNoOp) {
    const auto after = std::upper_bound(
        checkpoints_.begin(), checkpoints_.begin() + uses.first_weights + 1, uses.first_weights,
        [](std::uint32_t weights, const Checkpoint& c) { return weights < c.unposted_from; });
    const auto count = static_cast<std::size_t>(after - checkpoints_.begin());
    op = std::min(op, count == 0 ? 0 : count - 1);
  }
  return op;
}

// Whether all that follows is as it was from this checkpoint of the base, but for a shift in time.
bool IncrementalWalk::goes_on_like(const Checkpoint& checkpoint) const {
  const WalkState& a = s_;
  const WalkState& b = checkpoint.state;
  if (!checkpoint.is_complete || !(a.chunk == b.chunk) || a.chunks_posted != b.chunks_posted ||
      a.chunk_inference != b.chunk_inference || a.blocks_posted != b.blocks_posted ||
      a.blocks_freed != b.blocks_freed || writers_ != checkpoint.writers) {
    return false;
  }
  // Times that have come are all alike.
  const auto same = [&](Time time, Time base_time) {
    return std::max<Time>(time - a.now, 0) == std::max<Time>(base_time - b.now, 0);
  };
  const auto same_if_known = [&](Time time, Time base_time) {
    return time == kUnknown || base_time == kUnknown ? time == base_time : same(time, base_time);
  };
  for (std::size_t i = 0; i < 2 * plan_.memories; ++i) {
    if (!same(a.free[i], b.free[i])) {
      return false;
    }
  }
  for (std::uint32_t i = 0; i < a.chunks_posted - a.chunks_freed; ++i) {
    if (!same(chunk_arrivals_[(a.chunks_freed + i) & chunk_mask_], checkpoint.chunk_arrivals[i])) {
      return false;
    }
  }
  for (std::uint32_t i = 0; i < writers_; ++i) {
    if (writing_[i] != checkpoint.writing[i] ||
        !same(written_[writing_[i]], base_written_[writing_[i]])) {
      return false;
    }
  }
  return same(a.slot_free[0], b.slot_free[0]) && same(a.slot_free[1], b.slot_free[1]) &&
         same(a.block_arrived[0], b.block_arrived[0]) &&
         same(a.block_arrived[1], b.block_arrived[1]) &&
         same_if_known(a.inputs_due, b.inputs_due) && same_if_known(a.inputs_turn, b.inputs_turn);
}

}  // namespace memplace::event
