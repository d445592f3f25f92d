// SPDX-License-Identifier: Apache-2.0
#include "sim/event/walk.h"

#include <algorithm>
#include <bit>

#include <fmt/format.h>

#include "base/error.h"
#include "base/stopping.h"

namespace memplace::event {
namespace {

// A leap is looked for where at least this many alike tiles follow.
constexpr std::uint32_t kFewestAlike = 3;

// Most chunks in flight for which a leap is tried.
constexpr std::uint32_t kMostInFlight = 6;

// Times in a rhythm: two slots, two blocks, the chunks, the channels.
constexpr std::size_t kMostRelevant = 2 + 2 + kMostInFlight + 2 * kMaxMemories;

constexpr std::int64_t kMostRing = 1 << 20;

// At least as many chunks as can be in flight at once.
std::int64_t most_chunks_in_flight(const Program& program) {
  const auto all = static_cast<std::int64_t>(program.chunks.size());
  const std::int64_t total = all * program.mode().inferences;
  std::int64_t space = 0;
  for (const WeightChunk& chunk : program.chunks) {
    space += chunk.space.count();
  }
  const std::int64_t share = program.chip().engines.staging.weights.count();
  return space == 0 ? total : std::min(total, (share / space + 2) * all);
}

}  // namespace

// What of a state decides the next tiles where these are alike, as times from `now`; what has come
// is 0. Everything else, a channel that they do not use for one, keeps its own time.
struct Walk::Rhythm {
  std::array<Time, kMostRelevant> times;
  std::uint32_t count = 0;
  std::uint32_t chunks_in_flight = 0;
  std::uint32_t blocks_in_flight = 0;
  std::int64_t weight_space = 0;

  bool operator==(const Rhythm& other) const {
    if (chunks_in_flight != other.chunks_in_flight || weight_space != other.weight_space ||
        blocks_in_flight != other.blocks_in_flight) {
      return false;
    }
    for (std::uint32_t i = 0; i < count; ++i) {
      if (times[i] != other.times[i]) {
        return false;
      }
    }
    return true;
  }
};

bool Walk::can_walk(const Plan& plan) {
  const Program& program = plan.program;
  return program.mode().streams == 1 && most_chunks_in_flight(program) <= kMostRing &&
         std::none_of(program.chip().memories.begin(), program.chip().memories.end(),
                      [](const Memory& memory) { return memory.max_burst.has_value(); }) &&
         std::none_of(plan.tile_runs.begin(), plan.tile_runs.end(),
                      [](const TileRun& run) { return run.compute == 0; });
}

Walk::Walk(const Plan& plan)
    : plan_(plan),
      inferences_(static_cast<std::uint32_t>(plan.program.mode().inferences)),
      tiles_(static_cast<std::uint32_t>(plan.program.tiles.size())),
      written_(plan.ops.size()),
      moves_(plan),
      mover_(plan, moves_, write_channel_) {
  MEMPLACE_ASSERT(can_walk(plan), plan.program.graph().name());
  for (const MemoryId id : plan.program.chip().memories.ids()) {
    const bool split = plan.program.chip().memories[id].channels == memplace::Channels::kSplit;
    write_channel_[id.index()] = static_cast<std::uint8_t>(2 * id.index() + (split ? 1 : 0));
  }
  const auto ring = std::bit_ceil(
      static_cast<std::uint32_t>(std::max<std::int64_t>(most_chunks_in_flight(plan.program), 1)));
  chunk_arrivals_.resize(ring);
  chunk_mask_ = ring - 1;
}

WalkTimes Walk::run(const Placed& placed) {
  if (tiles_ == 0) {
    return {};
  }
  moves_.bind(placed.moves());
  if (moves_.empty()) {
    begin<false>(placed.near());
    walk_ops<false>();
  } else {
    begin<true>(placed.near());
    walk_ops<true>();
  }
  return times_;
}

template <bool kMoving>
void Walk::walk_ops() {
  Lookout lookout(kOpsBetweenLooks);
  while (s_.inference < inferences_) {
    for (std::size_t op = 0; op < plan_.ops.size(); ++op) {
      lookout.step();
      walk_op<kMoving>(op);
    }
  }
}

template <bool kMoving>
void Walk::begin(const Mapping& mapping) {
  mapping_ = &mapping;
  s_ = {};
  times_ = {};
  leapt_ = 0;
  if constexpr (kMoving) {
    begin_moves();
  }
  if (plan_.chunk_runs.empty()) {
    s_.chunk_inference = inferences_;
  } else {
    s_.chunk = s_.front_chunk = {plan_.chunk_runs.data(), plan_.chunk_runs.front().count};
  }
  begin_block_run(plan_.block_runs.data());
  post_weights<kMoving>(0);
  if (find_due<kMoving>()) {
    s_.inputs_turn = 0;
    while (s_.inputs_turn <= 0) {
      post_block<kMoving>();
    }
  }
}

std::uint32_t Walk::operand_channels(const PlanOp& op) const {
  std::uint32_t channels = 0;
  for (std::uint32_t i = op.first_operand; i != op.end_operand; ++i) {
    channels |= 1U << 2 * memory_of(plan_.operands[i]);
  }
  return channels;
}

// The channels that the tiles of a run use, as bits.
std::uint32_t Walk::relevant_channels(const PlanOp& op, const TileRun& run) const {
  std::uint32_t channels = 1U << write_channel_[memory_of(op.output)];
  if (run.ends_block) {
    channels |= operand_channels(op);
  }
  if (run.ends_chunk) {
    channels |= 1U << 2 * memory_of(op.weights);
  }
  return channels;
}

// Calls `visit` with every time that decides when the tiles of a run compute, each with the tile
// before it ended. What they only hold, such as a chunk used by all of them, has come by then.
template <class State, class Arrivals, class Visit>
[[gnu::always_inline]] inline void Walk::visit_relevant(State& s, Arrivals& arrivals,
                                                        const TileRun& run, std::uint32_t channels,
                                                        const Visit& visit) const {
  visit(s.slot_free[0]);
  visit(s.slot_free[1]);
  if (run.ends_block) {
    visit(s.block_arrived[s.blocks_freed & 1U]);
    visit(s.block_arrived[~s.blocks_freed & 1U]);
  }
  if (run.ends_chunk) {
    for (std::uint32_t i = s.chunks_freed; i != s.chunks_posted; ++i) {
      visit(arrivals[i & chunk_mask_]);
    }
  }
  for (; channels != 0; channels &= channels - 1) {
    visit(s.free[static_cast<std::size_t>(std::countr_zero(channels))]);
  }
}

// False where the next tiles may differ for a reason that is not in the rhythm.
template <bool kMoving>
[[gnu::always_inline]] inline bool Walk::note_rhythm(const TileRun& run, std::uint32_t channels,
                                                     Rhythm& rhythm) const {
  const WalkState& s = s_;
  if constexpr (kMoving) {
    if (moves_disturb(run, channels)) {
      return false;
    }
  }
  rhythm.chunks_in_flight = s.chunks_posted - s.chunks_freed;
  rhythm.blocks_in_flight = s.blocks_posted - s.blocks_freed;
  // Inputs that are due at a time of their own break the rhythm.
  if (rhythm.chunks_in_flight > kMostInFlight || s.inputs_turn != kUnknown) {
    return false;
  }
  rhythm.weight_space = s.weight_space;
  Time* out = rhythm.times.data();
  const Time now = s.now;
  visit_relevant(s, chunk_arrivals_, run, channels,
                 [&](const Time& time) { *out++ = std::max<Time>(time - now, 0); });
  rhythm.count = static_cast<std::uint32_t>(out - rhythm.times.data());
  return true;
}

template <bool kMoving>
void Walk::walk_op(std::size_t index) {
  const PlanOp& op = plan_.ops[index];
  if (op.tile_runs == 0) {
    return;  // a view
  }
  WalkState& s = s_;
  const std::size_t output_memory = memory_of(op.output);
  Time& output_free = s.free[write_channel_[output_memory]];
  const Time output_latency = plan_.latency[output_memory];
  const TileRun* const end_run = plan_.tile_runs.data() + op.end_tile_run;

  std::array<Rhythm, 2> rhythms;
  Rhythm* last = &rhythms[0];
  Rhythm* next = &rhythms[1];
  bool noted = false;

  Time ready = s.now + op.dispatch;
  Time latest = 0;  // write of the op
  for (const TileRun* run = end_run - op.tile_runs; run != end_run; ++run) {
    const Time write_time = plan_.write_time(run->output_class, output_memory);
    const std::uint32_t channels = run->count > kFewestAlike ? relevant_channels(op, *run) : 0;
    // Rhythms of runs that free different things have different times.
    noted = noted && run[-1].ends_chunk == run->ends_chunk && run[-1].ends_block == run->ends_block;
    for (std::uint32_t left = run->count; left-- > 0;) {
      if constexpr (kMoving) {
        await_operands(op);
      } else if (s.blocks_posted == s.blocks_freed) {
        MEMPLACE_ASSERT(s.inputs_turn != kUnknown, plan_.program.graph().name());
        post_block<false>();
      }
      Time begin = std::max(std::max(ready, s.slot_free[0]), s.block_arrived[s.blocks_freed & 1U]);
      if (op.has_weights) {
        begin = std::max(begin, chunk_arrivals_[s.chunks_freed & chunk_mask_]);
      }
      const Time end = begin + run->compute;
      while (s.inputs_turn < end) {
        post_block<kMoving>();
      }
      if constexpr (kMoving) {
        post_awaited_blocks(end);
      }
      const bool is_last = left == 0 && run + 1 == end_run;
      if constexpr (kMoving) {
        meet_mover(op, index, *run, is_last, end);
      }

      const Time since_last = end - s.now;
      s.now = ready = end;
      if (run->ends_block) {
        ++s.blocks_freed;
        s.inputs_turn = std::max(s.inputs_due, end);
      }
      // Law 5: an empty output is written at once, and its consequences belong to this instant.
      // Other outputs come last of this instant's requests.
      if (run->output_class == 0) {
        take_slot(end);
        latest = std::max(latest, end);
        if (is_last) {
          finish_op<kMoving>(op, written_[index] = latest);
        }
      }
      if (run->ends_chunk) {
        free_chunk();
        post_weights<kMoving>(end);
      }
      while (s.inputs_turn <= end) {
        post_block<kMoving>();
      }
      if (run->output_class != 0) {
        const Time served = std::max(output_free, end) + write_time;
        output_free = served;
        latest = std::max(latest, served + output_latency);
        take_slot(served + output_latency);
        if (is_last) {
          finish_op<kMoving>(op, written_[index] = latest);
        }
      }

      if (left < kFewestAlike || !note_rhythm<kMoving>(*run, channels, *next)) {
        noted = false;
        continue;
      }
      if (noted && *next == *last) {
        // Not over the last tile of the op, which others may wait for.
        const std::uint32_t most = run + 1 == end_run ? left - 1 : left;
        left -= leap(*run, most, channels, since_last);
        ready = s.now;
      }
      std::swap(last, next);
      noted = true;
    }
  }
}

// The tile that takes the slot that is free first writes until `written`.
inline void Walk::take_slot(Time written) {
  const Time other = s_.slot_free[1];
  s_.slot_free[0] = std::min(other, written);
  s_.slot_free[1] = std::max(other, written);
}

template <bool kMoving>
void Walk::finish_op(const PlanOp& op, Time written) {
  WalkState& s = s_;
  s.all_written = std::max(s.all_written, written);
  s.tiles_done = op.end_tile;
  if (s.tiles_done == tiles_) {
    times_.latency = std::max(times_.latency, s.all_written - times_.makespan);
    times_.makespan = s.all_written;
    s.tiles_done = 0;
    ++s.inference;
    if (kMoving && s.inference < inferences_) {
      mover_.begin_inference(s.inference, s.all_written, plan_.next_computing.front());
    }
  }
  if (s.inputs_due == kUnknown && find_due<kMoving>() && s.blocks_posted - s.blocks_freed < 2) {
    s.inputs_turn = std::max(s.inputs_due, s.now);
  }
}

inline void Walk::free_chunk() {
  WalkState& s = s_;
  ++s.chunks_freed;
  s.weight_space -= s.front_chunk.run->space;
  if (--s.front_chunk.left == 0) {
    s.front_chunk = next_chunk_run(s.front_chunk.run);
  }
}

RunCursor<ChunkRun> Walk::next_chunk_run(const ChunkRun* run) const {
  const bool at_end = run == &plan_.chunk_runs.back();
  const ChunkRun* const next = at_end ? plan_.chunk_runs.data() : run + 1;
  return {next, next->count};
}

template <bool kMoving>
inline void Walk::post_weights(Time at) {
  WalkState& s = s_;
  if constexpr (kMoving) {
    reader_move_ = kNoMove;
    reader_channels_ = 0;
  }
  while (s.chunk_inference < inferences_) {
    const ChunkRun& run = *s.chunk.run;
    if (s.weight_space + run.space > plan_.weights_share) {
      return;
    }
    if constexpr (kMoving) {
      if (reader_must_wait()) {
        return;
      }
    }
    s.weight_space += run.space;
    Time arrived = at;
    if (run.size_class != 0) {
      const std::size_t memory = memory_of(run.tensor);
      Time& free = s.free[2 * memory];
      const Time served = std::max(free, at) + plan_.read_time(run.size_class, memory);
      free = served;
      arrived = served + plan_.latency[memory];
    }
    chunk_arrivals_[s.chunks_posted++ & chunk_mask_] = arrived;
    if (--s.chunk.left == 0) {
      s.chunk = next_chunk_run(&run);
      s.chunk_inference += s.chunk.run <= &run ? 1 : 0;
    }
  }
}

template <bool kMoving>
inline void Walk::post_block() {
  WalkState& s = s_;
  const Time at = s.inputs_turn;
  const PlanOp& op = *s.block_op;
  if constexpr (kMoving) {
    // Whether the block after it may wait for a move is asked at this instant too.
    meet_mover(at, moves_inputs_ ? ~0U : operand_channels(op));
  }
  const std::uint32_t* size_class = s.operand_class;
  Time arrived = at;
  for (std::uint32_t i = op.first_operand; i != op.end_operand; ++i, ++size_class) {
    if (*size_class != 0) {
      const std::size_t memory = memory_of(plan_.operands[i]);
      Time& free = s.free[2 * memory];
      const Time served = std::max(free, at) + plan_.read_time(*size_class, memory);
      free = served;
      arrived = std::max(arrived, served + plan_.latency[memory]);
    }
  }
  s.operand_class = size_class;
  s.block_arrived[s.blocks_posted++ & 1U] = arrived;
  if (--s.block.left == 0) {
    next_block_run<kMoving>();
  }
  // No block is posted before the one before it.
  s.inputs_turn = s.blocks_posted - s.blocks_freed == 2 ? kUnknown : std::max(s.inputs_due, at);
}

void Walk::begin_block_run(const BlockRun* run) {
  s_.block = {run, run->count};
  s_.block_op = &plan_.ops[run->op];
  s_.operand_class = plan_.operand_class.data() + run->first_operand;
}

template <bool kMoving>
void Walk::next_block_run() {
  WalkState& s = s_;
  const BlockRun* run = s.block.run;
  const bool ends_op = run->is_last;
  if (run == &plan_.block_runs.back()) {
    run = plan_.block_runs.data();
    ++s.block_inference;
  } else {
    ++run;
  }
  begin_block_run(run);
  if (ends_op) {
    find_due<kMoving>();
  }
}

// Finds when the next block's producers, and the inference before it, are written; false where that
// hangs on tiles that are not computed yet.
template <bool kMoving>
bool Walk::find_due() {
  WalkState& s = s_;
  if constexpr (kMoving) {
    inputs_wait_ = false;
  }
  if (s.tiles_done < s.block_op->producers_end || s.block_inference != s.inference ||
      s.inference == inferences_) {
    s.inputs_due = kUnknown;
    return false;
  }
  s.inputs_due = times_.makespan;
  for (std::uint32_t i = s.block_op->first_producer; i != s.block_op->end_producer; ++i) {
    s.inputs_due = std::max(s.inputs_due, written_[plan_.producers[i]]);
  }
  if constexpr (kMoving) {
    if (moves_inputs_ && !find_fetched()) {
      s.inputs_due = kUnknown;
      return false;
    }
  }
  return true;
}

// A tile has left the rhythm that it found, so the next ones of its run will, as long as what they
// free and read is alike too: each only adds its period to every time that is still to come. Leaps
// over as many tiles as that, `most` at most, and returns their number.
std::uint32_t Walk::leap(const TileRun& run, std::uint32_t most, std::uint32_t channels,
                         Time period) {
  WalkState& s = s_;
  const std::uint32_t chunks = s.chunks_posted - s.chunks_freed;
  std::uint32_t tiles = most;
  // From the piece just freed to the last that will be posted, and for chunks to the one after it,
  // which must find no space either, all must be of one run.
  if (run.ends_chunk) {
    const std::uint32_t posted = s.chunk.run->count - s.chunk.left;
    tiles = std::min(tiles, posted > chunks ? s.chunk.left - 1 : 0);
  }
  if (run.ends_block) {
    const std::uint32_t posted = s.block.run->count - s.block.left;
    const bool alike = posted > s.blocks_posted - s.blocks_freed;
    // The last of the run is left to be posted, so that going to the next run has one place.
    tiles = std::min(tiles, alike ? s.block.left - 1 : 0);
  }
  if (tiles == 0) {
    return 0;
  }
  const Time shift = period * tiles;
  visit_relevant(s, chunk_arrivals_, run, channels, [&](Time& time) {
    if (time > s.now) {
      time += shift;
    }
  });
  s.now += shift;
  if (run.ends_chunk) {
    std::array<Time, kMostInFlight> arrivals{};
    for (std::uint32_t i = 0; i < chunks; ++i) {
      arrivals[i] = chunk_arrivals_[(s.chunks_freed + i) & chunk_mask_];
    }
    s.chunks_freed += tiles;
    s.chunks_posted += tiles;
    s.chunk.left -= tiles;
    for (std::uint32_t i = 0; i < chunks; ++i) {
      chunk_arrivals_[(s.chunks_freed + i) & chunk_mask_] = arrivals[i];
    }
    s.front_chunk = {s.chunk.run, s.chunk.left + chunks};
  }
  if (run.ends_block) {
    s.blocks_freed += tiles;
    s.blocks_posted += tiles;
    s.block.left -= tiles;
    s.operand_class += std::size_t{tiles} * (s.block_op->end_operand - s.block_op->first_operand);
    if (tiles % 2 == 1) {
      std::swap(s.block_arrived[0], s.block_arrived[1]);
    }
  }
  leapt_ += tiles;
  return tiles;
}

// For IncrementalWalk and for what is in walk_moves.cpp.
template void Walk::begin<false>(const Mapping& mapping);
template void Walk::begin<true>(const Mapping& mapping);
template void Walk::walk_op<false>(std::size_t index);
template void Walk::walk_op<true>(std::size_t index);
template void Walk::post_weights<true>(Time at);
template void Walk::post_block<true>();
template bool Walk::find_due<true>();

}  // namespace memplace::event
