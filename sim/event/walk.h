// SPDX-License-Identifier: Apache-2.0
// The latency of one stream, and nothing else: what a search asks for tens of thousands of times.
//
// With one stream the sequencers need no queue of events. Requests are posted at two kinds of
// instant only: when a tile ends computing, and when inputs are read because their producers have
// been written. Both are known before they come, so the walk goes from tile to tile; a channel is
// a single number, the time until which it is taken. Where tiles are alike, their timing soon
// repeats; the walk then leaps over the repetitions (see leap() in walk.cpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "sim/event/cache_lines.h"
#include "sim/event/plan.h"
#include "sim/placement/mapping.h"

namespace memplace::event {

// A piece of the program: a run, and how many of the run are left.
template <class Run>
struct RunCursor {
  const Run* run = nullptr;
  std::uint32_t left = 0;
  bool operator==(const RunCursor&) const = default;
};

// All that the future of a walk depends on, but for the arrivals of chunks (Walk::chunk_arrivals_)
// and the times at which ops were written (Walk::written_).
struct WalkState {
  Time now = 0;  // end of the last tile
  // A channel for reads and one for writes a memory; a shared channel is the first of the two.
  std::array<Time, 2 * kMaxMemories> free{};
  std::array<Time, 2> slot_free{};      // output slots, the sooner first
  std::array<Time, 2> block_arrived{};  // by number of the block, modulo 2
  // Numbers of pieces, through all inferences.
  std::uint32_t blocks_posted = 0;
  std::uint32_t blocks_freed = 0;
  std::uint32_t chunks_posted = 0;
  std::uint32_t chunks_freed = 0;
  std::int64_t weight_space = 0;    // held of the weights share
  RunCursor<ChunkRun> chunk;        // next to post
  RunCursor<ChunkRun> front_chunk;  // next to free
  RunCursor<BlockRun> block;        // next to post, with its op and the sizes of its operands
  const PlanOp* block_op = nullptr;
  const std::uint32_t* operand_class = nullptr;
  std::uint32_t chunk_inference = 0;
  std::uint32_t block_inference = 0;
  Time inputs_due = kUnknown;    // when its producers are written; kUnknown until that is known
  Time inputs_turn = kUnknown;   // when it will be posted; kUnknown until that is known
  std::uint32_t tiles_done = 0;  // of the inference being computed, in ops that are finished
  std::uint32_t inference = 0;   // being computed
  Time all_written = 0;          // latest write so far
};

struct WalkTimes {
  Time latency = 0;  // worst single inference
  Time makespan = 0;
};

class Walk {
 public:
  // Whether this program can be walked: one stream, no bursts, and no tile that takes no time.
  static bool can_walk(const Plan& plan);

  // The plan outlives the walk.
  explicit Walk(const Plan& plan);

  // Allocates nothing.
  WalkTimes run(const Mapping& mapping);

  // How many tiles the last run leapt over.
  std::uint64_t leapt() const { return leapt_; }

 protected:
  // Begins a run: what is posted at time 0.
  void begin(const Mapping& mapping);
  void walk_op(std::size_t index);

 private:
  struct Rhythm;

  void take_slot(Time written);
  void finish_op(const PlanOp& op, Time written);
  void free_chunk();
  RunCursor<ChunkRun> next_chunk_run(const ChunkRun* run) const;
  void post_weights();
  void post_block();
  void begin_block_run(const BlockRun* run);
  void next_block_run();
  bool find_due();

  std::uint32_t relevant_channels(const PlanOp& op, const TileRun& run) const;
  template <class State, class Arrivals, class Visit>
  void visit_relevant(State& s, Arrivals& arrivals, const TileRun& run, std::uint32_t channels,
                      const Visit& visit) const;
  bool note_rhythm(const TileRun& run, std::uint32_t channels, Rhythm& rhythm) const;
  std::uint32_t leap(const TileRun& run, std::uint32_t most, std::uint32_t channels, Time period);

  std::size_t memory_of(TensorId tensor) const { return (*mapping_)[tensor].index(); }

 protected:
  const Plan& plan_;
  std::uint32_t inferences_;
  std::uint32_t tiles_;
  const Mapping* mapping_ = nullptr;
  WalkState s_;
  LineVector<Time> chunk_arrivals_;  // a ring by number
  std::uint32_t chunk_mask_ = 0;
  LineVector<Time> written_;  // by op: its latest write
  WalkTimes times_;

 private:
  std::array<std::uint8_t, kMaxMemories> write_channel_{};
  std::uint64_t leapt_ = 0;
};

}  // namespace memplace::event
