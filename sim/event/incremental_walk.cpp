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
      affected_until_(plan.ops.size()) {
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

Time IncrementalWalk::rebase(const Mapping& mapping) {
  base_ = mapping;
  base_latency_ = 0;
  if (tiles_ == 0) {
    return 0;
  }
  begin<false>(mapping);
  writers_ = 0;
  Lookout lookout(kOpsBetweenLooks);
  for (std::size_t op = 0; op < plan_.ops.size(); ++op) {
    lookout.step();
    keep(op);
    walk_op<false>(op);
    note_writing(op);
  }
  base_written_ = written_;
  written_like_base_ = plan_.ops.size();
  base_latency_ = times_.latency;
  return base_latency_;
}

Time IncrementalWalk::latency(const Mapping& mapping) {
  MEMPLACE_ASSERT(base_.size() == mapping.size(), fmt::format("no base"));
  const std::size_t ops = plan_.ops.size();
  ops_walked_ = 0;
  affected_until_.assign(ops, 0);
  for (const TensorId tensor : mapping.ids()) {
    const Uses& uses = uses_[tensor.index()];
    if (mapping[tensor] != base_[tensor] && uses.end > 0) {
      std::uint32_t& until = affected_until_[last_checkpoint_before(uses)];
      until = std::max(until, uses.end);
    }
  }
  mapping_ = &mapping;
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
    op = take_up(now_at, op);
    for (std::uint32_t end = 0;; ++op) {
      if (op == ops) {
        return times_.latency + shift;
      }
      end = std::max(end, affected_until_[op]);
      if (op >= end && end > 0 && goes_on_like(checkpoints_[op])) {
        break;
      }
      lookout.step();
      walk_op<false>(op);
      note_writing(op);
      ++ops_walked_;
    }
    shift += s_.now - checkpoints_[op].state.now;
    now_at = op;
  }
}

// Takes up the base's state at op `to` or, where that is not kept, at the last op before it that
// is; but not before `from`, where the present state is the base's. Returns that op.
std::size_t IncrementalWalk::take_up(std::size_t from, std::size_t to) {
  while (to > from && !checkpoints_[to].is_complete) {
    --to;
  }
  if (to == 0) {
    begin<false>(*mapping_);
    writers_ = 0;
  } else {
    restore(checkpoints_[to], to);
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

void IncrementalWalk::keep(std::size_t op) {
  Checkpoint& checkpoint = checkpoints_[op];
  if (s_.chunk_inference == inferences_) {
    checkpoint.unposted_from = static_cast<std::uint32_t>(plan_.ops.size());
  } else {
    const ChunkRun* const run = s_.chunk.run;
    const bool is_first =
        s_.chunk.left == run->count && (run == plan_.chunk_runs.data() || run[-1].op != run->op);
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
}

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
