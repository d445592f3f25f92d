// SPDX-License-Identifier: Apache-2.0
// The latency of one stream, and nothing else: what a search asks for tens of thousands of times.
//
// With one stream the sequencers need no queue of events. Requests are posted at two kinds of
// instant only: when a tile ends computing, and when inputs are read because their producers have
// been written. Both are known before they come, so the walk goes from tile to tile; a channel is
// a single number, the time until which it is taken. Where tiles are alike, their timing soon
// repeats; the walk then leaps over the repetitions (see leap() in walk.cpp).
//
// With moves there is a third kind of instant, when a piece has arrived or is granted a channel.
// Pieces meet the rest on their channels, and where bytes are waited for; so the mover is left
// behind, and brought up to date when something is to be posted on a channel that it shares.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "sim/event/cache_lines.h"
#include "sim/event/plan.h"
#include "sim/event/run_moves.h"
#include "sim/event/walk_mover.h"
#include "sim/placement/mapping.h"
#include "sim/placement/moves.h"

namespace memplace::event {

// As many runs of chunks are looked at for where the weight reader may go on.
inline constexpr std::uint32_t kMostInFlightRuns = 64;

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

  // Allocates nothing once as many moves were seen.
  WalkTimes run(const Placed& placed);

  // How many tiles the last run leapt over.
  std::uint64_t leapt() const { return leapt_; }

 protected:
  // Begins a run: what is posted at time 0.
  template <bool kMoving>
  void begin(const Mapping& mapping);
  template <bool kMoving>
  void walk_op(std::size_t index);
  template <bool kMoving>
  void post_weights(Time at);
  // After moves_ was bound.
  void prepare_moves();

 private:
  struct Rhythm;

  template <bool kMoving>
  void walk_ops();
  void take_slot(Time written);
  template <bool kMoving>
  void finish_op(const PlanOp& op, Time written);
  void free_chunk();
  RunCursor<ChunkRun> next_chunk_run(const ChunkRun* run) const;
  template <bool kMoving>
  void post_block();
  void begin_block_run(const BlockRun* run);
  template <bool kMoving>
  void next_block_run();
  template <bool kMoving>
  bool find_due();

  // With moves (walk_moves.cpp).
  void begin_moves();
  bool find_fetched();
  void await_operands(const PlanOp& op);
  void post_awaited_blocks(Time end);
  void meet_mover(const PlanOp& op, std::size_t index, const TileRun& run, bool is_last, Time end);
  void meet_mover(Time at, std::uint32_t channels);
  void advance_mover(Time at);
  void step_mover(const WalkMover::Event& next);
  void note_written(Time at);
  bool reader_must_wait();
  bool moves_disturb(const TileRun& run, std::uint32_t channels) const;
  std::uint32_t shared_channels() const { return mover_.channels() | reader_channels_; }

  std::uint32_t operand_channels(const PlanOp& op) const;
  std::uint32_t relevant_channels(const PlanOp& op, const TileRun& run) const;
  template <class State, class Arrivals, class Visit>
  void visit_relevant(State& s, Arrivals& arrivals, const TileRun& run, std::uint32_t channels,
                      const Visit& visit) const;
  template <bool kMoving>
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
  WalkMover::WriteChannels write_channel_{};
  std::uint64_t leapt_ = 0;

 protected:
  RunMoves moves_;
  WalkMover mover_;
  bool inputs_wait_ = false;             // for a move, and perhaps nothing else
  Time meeting_ = kUnknown;              // the instant at which more is posted than it knows of
  std::uint32_t reader_move_ = kNoMove;  // for which the weight reader waits

 private:
  bool moves_inputs_ = false;          // some of them
  std::uint32_t reader_pieces_ = 0;    // so many of reader_move_'s are waited for
  std::uint32_t reader_channels_ = 0;  // on which it may post when they are written, as bits
};

}  // namespace memplace::event
