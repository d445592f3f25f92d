// SPDX-License-Identifier: Apache-2.0
// What every simulator offers: the times of a lowered network under a mapping.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/strong_id.h"
#include "base/units.h"
#include "sim/chip/chip.h"
#include "sim/placement/mapping.h"
#include "sim/placement/moves.h"
#include "sim/timing/program.h"

namespace memplace {

// Where an op's time went, of stream 0's first inference (law 8). The six parts of all ops and the
// drain add up to that inference's latency.
struct OpTiming {
  Picoseconds start;  // its first request or first compute; an empty block is no request
  Picoseconds end;    // its last write complete, or its last compute where it writes nothing
  Picoseconds compute;
  Picoseconds dispatch;
  Picoseconds wait_weights;
  Picoseconds wait_inputs;
  Picoseconds wait_move;  // for bytes that a move had not yet written
  Picoseconds wait_output_slot;
  Picoseconds queued;  // time its requests spent behind others; not part of the sum

  bool operator==(const OpTiming&) const = default;
};

// When a move ran, of stream 0's first inference (law 8).
struct MoveTiming {
  Picoseconds begin;   // its first read posted
  Picoseconds end;     // its last write arrived
  Picoseconds waited;  // by ops: what OpTiming::wait_move has of it

  bool operator==(const MoveTiming&) const = default;
};

// What a memory did, over all its instances and all inferences.
struct MemoryActivity {
  Picoseconds busy;  // of the busiest channel of the busiest instance
  Bytes read;
  Bytes written;

  bool operator==(const MemoryActivity&) const = default;
};

struct SimResult {
  Picoseconds latency;        // worst single inference
  Picoseconds makespan;       // end of the last inference
  Picoseconds first_latency;  // stream 0's first inference: what `ops` and `drain` add up to
  Picoseconds drain;          // from its last compute to its last write complete
  IdVector<OpId, OpTiming> ops;
  std::vector<MoveTiming> moves;  // in the order of the plan's
  IdVector<MemoryId, MemoryActivity> memories;
  // completions[stream x inferences + inference]: when that inference was completely written.
  std::vector<Picoseconds> completions;

  bool operator==(const SimResult&) const = default;
};

enum class RequestKind : std::uint8_t { kWeight, kInput, kOutput, kMove };
inline constexpr std::size_t kRequestKindCount = 4;
std::string_view name_of(RequestKind kind);  // weight, input, output, move

// Who a request is. `position` counts ops through all inferences: inference x ops + op.
// Requests that arrived at the same instant are granted in the order of these fields. A piece of a
// move has the first op that reads the tensor for its op, the tensor for its tile, and twice the
// piece's number for its operand; its write one more.
struct RequestKey {
  RequestKind kind = RequestKind::kWeight;
  std::uint32_t stream = 0;
  std::uint32_t position = 0;
  std::uint32_t tile = 0;     // within the program; a chunk's or block's first tile
  std::uint32_t operand = 0;  // of inputs

  bool is_write() const {
    return kind == RequestKind::kOutput || (kind == RequestKind::kMove && operand % 2 == 1);
  }
  auto operator<=>(const RequestKey&) const = default;
};

// A request's life. Zero-byte requests never enter a channel; all their times are equal.
struct TransferEvent {
  RequestKey key;
  MemoryId memory;
  std::uint32_t instance = 0;
  Bytes bytes;
  Picoseconds posted;   // by its sequencer
  Picoseconds granted;  // first burst
  Picoseconds served;   // last burst; the channel is free
  Picoseconds arrived;  // latency later

  bool operator==(const TransferEvent&) const = default;
};

// One tile on a stream's compute sequencer.
struct ComputeEvent {
  std::uint32_t stream = 0;
  std::uint32_t position = 0;
  std::uint32_t tile = 0;
  Picoseconds ready;  // the sequencer was free and the op dispatched
  Picoseconds weights_ready;
  Picoseconds inputs_ready;
  Picoseconds slot_ready;
  Picoseconds begin;
  Picoseconds end;

  bool operator==(const ComputeEvent&) const = default;
};

// Watches a run. Calls come when a transfer has arrived and when a tile has computed, ordered by
// that time; ties in no particular order. They must not throw: a run cannot be left half-way.
class SimObserver {
 public:
  virtual ~SimObserver() = default;
  virtual void on_transfer(const TransferEvent& event) = 0;
  virtual void on_compute(const ComputeEvent& event) = 0;
};

// A program made ready for one simulator: what a search evaluates with. What is
// given is settled (sim/placement/moves.h); capacity is not looked at. Used by one thread at a
// time.
class SimSession {
 public:
  virtual ~SimSession() = default;

  // `observer` may be null, and costs nothing then.
  virtual SimResult run(const Placed& placed, SimObserver* observer = nullptr) = 0;

  // The same as run(placed).latency.
  virtual Picoseconds latency(const Placed& placed) { return run(placed).latency; }

  // For plans that differ little from each other: rebase() gives the same as latency(), and so
  // does latency_near(), which may be faster the less its plan differs from the last that was
  // given to rebase(). It needs one.
  virtual Picoseconds rebase(const Placed& placed) { return latency(placed); }
  virtual Picoseconds latency_near(const Placed& placed) { return latency(placed); }

  // Another session for the same program, for another thread where Simulator::thread_safe(). What
  // was made ready is shared, not made again.
  virtual std::unique_ptr<SimSession> fork() const = 0;
};

// Simulates programs.
//
// Contract:
//   - Results are a pure function of the program and the plan: same arguments, same result.
//   - `thread_safe()` tells whether several sessions may be used at once, each by one thread.
//   - Nothing is printed.
class Simulator {
 public:
  virtual ~Simulator() = default;
  // The program outlives the session and its forks; the simulator outlives them too.
  virtual std::unique_ptr<SimSession> open(const Program& program) = 0;
  virtual bool thread_safe() const = 0;
  virtual std::string_view name() const = 0;

  // One run.
  SimResult run(const Program& program, const Placed& placed, SimObserver* observer = nullptr) {
    return open(program)->run(placed, observer);
  }
};

}  // namespace memplace
