// SPDX-License-Identifier: Apache-2.0
// The laws of docs/model/timing.md without a kernel.
//
// Only three kinds of event are left to be ordered in time: a tile ends computing, a block of
// inputs may be posted because its producers are written, and a burst ends. Everything else is
// known as soon as it is posted: when a request will arrive (Channels), and so when the next tile
// will begin.
#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "sim/event/channels.h"
#include "sim/event/in_order.h"
#include "sim/event/mover.h"
#include "sim/event/plan.h"
#include "sim/simulator.h"

namespace memplace::event {

// A queue that keeps its storage. Items are numbered from the first ever pushed.
template <class T>
class Ring {
 public:
  Ring() : items_(16) {}
  void clear() { first_ = end_ = 0; }
  bool empty() const { return first_ == end_; }
  std::uint32_t push(T item) {
    if (end_ - first_ == items_.size()) {
      grow();
    }
    items_[end_ % items_.size()] = item;
    return end_++;
  }
  T& operator[](std::uint32_t number) { return items_[number % items_.size()]; }
  T& front() { return (*this)[first_]; }
  const T& front() const { return items_[first_ % items_.size()]; }
  void pop() { ++first_; }
  std::uint32_t size() const { return end_ - first_; }

 private:
  void grow() {
    std::vector<T> larger(items_.size() * 2);
    for (std::uint32_t i = first_; i != end_; ++i) {
      larger[i % larger.size()] = items_[i % items_.size()];
    }
    items_.swap(larger);
  }

  std::vector<T> items_;  // a power of two, so that numbers may wrap
  std::uint32_t first_ = 0;
  std::uint32_t end_ = 0;
};

// A place in the program of all inferences.
struct Cursor {
  std::uint32_t inference = 0;
  std::uint32_t op = 0;
  std::uint32_t item = 0;
};

// One stream's sequencers. Times that depend on what is not known yet are kUnknown.
struct StreamState {
  struct Arrival {
    std::uint32_t outstanding = 0;
    Time arrived = 0;  // of the latest request so far; all of them where none is outstanding
    Time posted = 0;
  };

  StreamState(const RunMoves& moves, const memplace::Mover& chip) : mover(moves, chip) {}

  std::uint16_t index = 0;

  Cursor weights;
  std::int64_t weight_space = 0;
  Ring<Arrival> chunks;

  Cursor inputs;
  Time inputs_due = kUnknown;  // when the next block may be posted
  Ring<Arrival> blocks;        // at most two

  Cursor tiles;
  Time ready = 0;         // the sequencer is free and the op dispatched
  Time begin = kUnknown;  // of the tile at the cursor, and its end
  Time end = kUnknown;
  Time wake = kUnknown;             // look again then: an output slot becomes free
  std::array<Time, 2> slot_free{};  // output slots
  unsigned slot = 0;                // taken by the tile at the cursor
  bool slots_full = false;          // since the tile before began
  Time slot_ready = 0;              // when the slots last stopped being all taken

  std::vector<Time> written;             // by op of the inference being written: its latest write
  std::vector<std::uint32_t> unwritten;  // and how many writes are not known yet
  std::uint32_t all_unwritten = 0;
  Time all_written = 0;
  std::vector<Time> completions;

  Mover mover;
  std::uint32_t moving = 0;        // the inference whose moves are made
  Time moves_due = kUnknown;       // when those of the next one begin, or a piece's step is over
  std::vector<Time> move_written;  // by move: completely, in this inference; else kUnknown

  bool touched = false;
  bool finished = false;  // nothing left to compute

  Time next() const {
    const Time computing = end < wake ? end : wake;
    const Time reading = inputs_due < moves_due ? inputs_due : moves_due;
    return computing < reading ? computing : reading;
  }
};

class Engine {
 public:
  // The plan outlives the engine.
  explicit Engine(const Plan& plan);

  SimResult run(const Placed& placed, SimObserver* observer);
  // run(placed).latency. Allocates nothing once its queues have grown.
  Time latency(const Placed& placed);

 private:
  void begin_run(const Placed& placed, SimObserver* observer);
  void run_to_end();
  void settle(StreamState& s, Time now);
  bool post_weights(StreamState& s, Time now);
  bool post_inputs(StreamState& s, Time now);
  void take_steps(StreamState& s, Time now);
  void begin_moves(StreamState& s, Time now);
  void fill_places(StreamState& s, Time now);
  void post_piece(const StreamState& s, std::uint32_t place, Time now);
  Time next_of_moves(const StreamState& s) const;
  void find_begin(StreamState& s, Time now);
  void finish_tile(StreamState& s, Time now);
  void next_tile(StreamState& s, Time now);
  Time inputs_allowed(const StreamState& s) const;
  void look_ahead(StreamState& s, Time now);
  void begin_inference(StreamState& s);
  // A request before it is one.
  struct Posting {
    RequestKind kind;
    std::uint32_t at;  // counts ops through all inferences
    std::uint32_t tile;
    std::uint32_t operand;
    TensorId tensor;
    std::uint32_t size_class;
    std::uint32_t target;
  };
  void post(StreamState& s, const Posting& posting, Time now);
  void flush(Time now);
  void arrive(const Request& request, const Service& service);
  void touch(StreamState& s);
  // The move for whose bytes the tile that ends now waited last, and when they were written.
  std::pair<std::uint32_t, Time> awaited_move(const StreamState& s, bool for_weights) const;
  void note_start(const StreamState& s, std::uint32_t at, Time time);
  void note_end(const StreamState& s, std::uint32_t at, Time time);
  void record_tile(const StreamState& s, Time now);
  Time worst_latency() const;
  SimResult collect() const;

  bool records(const StreamState& s, std::uint32_t position) const {
    return s.index == 0 && position < ops_;
  }
  std::uint32_t position(const Cursor& cursor) const { return cursor.inference * ops_ + cursor.op; }
  // Steps over ops that have no more items of a kind.
  void skip(Cursor& cursor, std::uint32_t LoweredOp::*end) const;

  const Plan& plan_;
  const Program& program_;
  std::uint32_t ops_;
  std::uint32_t inferences_;
  Channels channels_;
  const Mapping* mapping_ = nullptr;
  RunMoves moves_;
  InOrder events_;
  std::vector<StreamState> streams_;
  std::vector<StreamState*> touched_;
  std::vector<Request> posted_;  // at this instant
  std::vector<Channels::Finished> finished_;
  std::vector<MoveTiming> move_timing_;
  IdVector<OpId, OpTiming> timing_;
  std::vector<bool> started_;
  Time last_compute_ = 0;
};

}  // namespace memplace::event
