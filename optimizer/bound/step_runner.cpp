// SPDX-License-Identifier: Apache-2.0
#include "optimizer/bound/step_runner.h"

#include <algorithm>
#include <limits>

namespace memplace::bound {
namespace {

constexpr Time kLongAgo = std::numeric_limits<Time>::min() / 4;
constexpr Time kNever = std::numeric_limits<Time>::max() / 4;

}  // namespace

StepRunner::StepRunner(const RelaxedProgram& relaxed, const ChainLayout& layout)
    : relaxed_(relaxed),
      layout_(layout),
      memories_(relaxed.memories()),
      tile_end_(relaxed.program().tiles.size() + 1),
      written_(relaxed.steps().size()) {}

Time StepRunner::run(std::size_t step, const StepMemories& memories, const Time* from, Time* to) {
  const Step& s = relaxed_.steps()[step];
  unpack(step, from);
  queued_.fill(kLongAgo);
  first_served_ = s_.weights;
  queued_step_ = 0;
  queued_chunk_ = s.first_chunk;
  latest_ = kLongAgo;
  std::size_t chunk = s.first_chunk;
  std::size_t block = s.first_block;
  Time chunk_here = kLongAgo;
  Time block_here = kLongAgo;
  Time ready = s.dispatch;
  for (std::size_t tile = s.first_tile; tile < s.end_tile; ++tile) {
    if (chunk < s.end_chunk && relaxed_.chunk_first_tile(chunk) == tile) {
      chunk_here = read_chunk(chunk++, memories.weights);
    }
    if (block < s.end_block && relaxed_.block_first_tile(block) == tile) {
      block_here = read_block(step, block++, memories);
    }
    const Time begin = std::max(std::max(ready, s_.slot0), std::max(chunk_here, block_here));
    ready = begin + relaxed_.tile_compute(tile);
    tile_end_[tile + 1] = ready;
    const Time written = write_tile(tile, memories.output, ready);
    s_.slot0 = std::min(s_.slot1, written);
    s_.slot1 = std::max(s_.slot1, written);
  }
  s_.all = std::max(s_.all, latest_);
  written_[step] = latest_;
  pack(step, ready, to);
  return ready;
}

// The step before ends at 0.
void StepRunner::unpack(std::size_t step, const Time* from) {
  const TimePlaces places{memories_};
  s_.slot0 = from[TimePlaces::kSlots];
  s_.slot1 = from[TimePlaces::kSlots + 1];
  s_.posted = from[TimePlaces::kInputs];
  s_.all = from[TimePlaces::kAll];
  for (std::size_t m = 0; m < memories_; ++m) {
    // With bursts a short output overtakes a long one of an op before.
    s_.outputs[m] = relaxed_.in_order(m) ? from[places.outputs() + m] : kLongAgo;
    s_.inputs[m] = from[places.inputs() + m];
    s_.weights[m] = from[places.weights() + m];
  }
  const Time* event = from + places.events();
  const Boundary& boundary = layout_.boundary(step);
  for (const std::uint32_t written : boundary.written) {
    written_[written] = *event++;
  }
  for (const std::uint32_t release : boundary.releases) {
    tile_end_[release] = *event++;
  }
}

// When a request is complete that finds every channel idle, in the memory that is quickest.
Time StepRunner::anywhere(const Time* times, Time from) const {
  Time least = kNever;
  for (std::size_t m = 0; m < memories_; ++m) {
    least = std::min(least, from + times[m] + relaxed_.latency(m));
  }
  return least;
}

Time StepRunner::read_chunk(std::size_t chunk, std::size_t memory) {
  const Time at = tile_end_[relaxed_.chunk_release(chunk)];
  const Time* const times = relaxed_.chunk_read(chunk);
  if (times[0] == 0) {
    return at;
  }
  if (memory == kUnknownMemory) {
    return anywhere(times, at);
  }
  Time& free = s_.weights[memory];
  free = std::max(free, at) + times[memory];
  return free + relaxed_.latency(memory);
}

// Puts the weights in their queues that are surely posted once so many tiles have ended.
void StepRunner::queue_weights(std::size_t step, const StepMemories& memories,
                               std::uint32_t ended) {
  const auto steps = layout_.posted_before(step);
  for (; queued_step_ < steps.size(); ++queued_step_) {
    const Step& s = relaxed_.steps()[steps[queued_step_]];
    queued_chunk_ = std::max<std::size_t>(queued_chunk_, s.first_chunk);
    const std::size_t m = memories.posted[queued_step_];
    for (; queued_chunk_ < s.end_chunk; ++queued_chunk_) {
      const std::uint32_t release = relaxed_.chunk_release(queued_chunk_);
      if (release > ended) {
        return;
      }
      if (m != kUnknownMemory) {
        // The channel of the boundary says when the first chunk not used yet may be served, at the
        // soonest; where there is no such chunk, it says nothing.
        queued_[m] = std::max({queued_[m], first_served_[m], tile_end_[release]}) +
                     relaxed_.chunk_read(queued_chunk_)[m];
      }
    }
  }
}

Time StepRunner::read_block(std::size_t step, std::size_t block, const StepMemories& memories) {
  const Step& s = relaxed_.steps()[step];
  if (block > s.first_block) {
    // For the first one that is in the boundary already; the one before that ended at 0.
    const Time slot =
        block == s.first_block + 1 ? Time{0} : tile_end_[relaxed_.block_last_tile(block - 2) + 1];
    s_.posted = std::max(s_.posted, slot);
  }
  queue_weights(step, memories, relaxed_.ended_before_block(step, block));
  Time here = s_.posted;
  for (std::size_t i = 0; i < s.operands; ++i) {
    const Time* const times = relaxed_.operand_read(block, i);
    const std::size_t m = memories.operands[i];
    if (times[0] == 0) {
      continue;
    }
    if (m == kUnknownMemory) {
      here = std::max(here, anywhere(times, s_.posted));
      continue;
    }
    Time& free = s_.inputs[m];
    free = std::max(free, s_.posted);
    if (relaxed_.in_order(m)) {
      free = std::max(free, queued_[m]);
    }
    free += times[m];
    here = std::max(here, free + relaxed_.latency(m));
  }
  return here;
}

// When the tile's slot is free again.
Time StepRunner::write_tile(std::size_t tile, std::size_t memory, Time end) {
  const Time* const times = relaxed_.tile_write(tile);
  if (times[0] == 0) {
    latest_ = std::max(latest_, end);
    return end;
  }
  if (memory == kUnknownMemory) {
    const Time written = anywhere(times, end);
    latest_ = std::max(latest_, written);
    return written;
  }
  Time& free = s_.outputs[memory];
  free = std::max(free, end) + times[memory];
  latest_ = std::max(latest_, free + relaxed_.latency(memory));
  // With bursts one may overtake another; all together are still no sooner.
  const Time served = relaxed_.in_order(memory) ? free : end + times[memory];
  return served + relaxed_.latency(memory);
}

void StepRunner::pack(std::size_t step, Time now, Time* to) {
  const TimePlaces places{memories_};
  const Boundary& boundary = layout_.boundary(step + 1);
  const auto steps = relaxed_.steps();
  if (step + 1 == steps.size()) {
    std::fill(to, to + boundary.width, 0);
    to[TimePlaces::kAll] = s_.all - now;
    return;
  }
  const Step& s = steps[step];
  const Step& next = steps[step + 1];
  const Time slot = s.end_block - s.first_block < 2
                        ? Time{0}
                        : tile_end_[relaxed_.block_last_tile(s.end_block - 2) + 1];
  Time posted = std::max(s_.posted, slot);
  for (const std::uint32_t producer : relaxed_.producers(next)) {
    posted = std::max(posted, written_[producer]);
  }
  const Time first_begin = next.dispatch;
  to[TimePlaces::kSlots] = std::max(s_.slot0 - now, first_begin);
  to[TimePlaces::kSlots + 1] = std::max(s_.slot1 - now, first_begin);
  to[TimePlaces::kInputs] = posted - now;
  to[TimePlaces::kAll] = std::max(s_.all - now, layout_.remaining(step + 1));
  const Time first_end = first_begin + relaxed_.tile_compute(next.first_tile);
  const Time first_chunk =
      boundary.releases.empty() ? Time{0} : tile_end_[boundary.releases.front()] - now;
  Time soonest = kNever;  // that any channel can serve weights
  for (std::size_t m = 0; m < memories_; ++m) {
    to[places.outputs() + m] = std::max(s_.outputs[m] - now, first_end);
    to[places.inputs() + m] = std::max(s_.inputs[m], posted) - now;
    to[places.weights() + m] = std::max(s_.weights[m] - now, first_chunk);
    soonest = std::min(soonest, to[places.weights() + m]);
  }
  Time* event = to + places.events();
  for (const std::uint32_t written : boundary.written) {
    *event++ = std::max(written_[written], posted) - now;
  }
  for (const std::uint32_t release : boundary.releases) {
    *event++ = std::max(tile_end_[release] - now, soonest);
  }
}

}  // namespace memplace::bound
