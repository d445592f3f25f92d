// SPDX-License-Identifier: Apache-2.0
// What the sequencers of one stream tell each other, and what they have measured.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "base/units.h"
#include "sim/simulator.h"
#include "sim/systemc/fetches.h"
#include "sim/timing/program.h"

namespace memplace::systemc {

// Two slots each, so that one fills or drains while the other is used.
inline constexpr int kInputSlots = 2;
inline constexpr int kOutputSlots = 2;

// A chunk or a block that has been posted and whose last tile has not yet computed.
struct InFlight {
  std::uint32_t position = 0;      // of its op, through all inferences
  std::uint32_t index = 0;         // into Program::chunks or Program::blocks
  std::uint32_t outstanding = 0;   // requests not yet arrived
  Picoseconds arrived;             // the latest of them, once all have
  std::optional<Fetched> fetched;  // what it waited for, where that is fetched
};

struct Scoreboard {
  // The run.
  const Program* program = nullptr;
  const Mapping* mapping = nullptr;
  SimObserver* observer = nullptr;
  std::uint32_t stream = 0;

  // Staging.
  Bytes weight_space;  // held of one engine's share
  int input_slots = 0;
  int output_slots = 0;
  Picoseconds output_slot_freed;  // when the output slots last stopped being all taken
  std::deque<InFlight> chunks;    // program order, for all that follows
  std::deque<InFlight> blocks;

  // Progress. Computation of an inference begins only when the one before is written, so one set of
  // counters serves all inferences.
  std::vector<std::uint32_t> tiles_unwritten;  // by op, of the inference being computed
  std::uint32_t all_unwritten = 0;             // their sum
  std::uint32_t tiles_computed = 0;            // of that inference; they end in program order
  Fetches fetches;                             // of that inference
  std::vector<Picoseconds> completions;        // of the inferences written so far

  // Of the first inference, for law 8.
  IdVector<OpId, OpTiming> ops;
  std::vector<MoveTiming> moves;
  std::vector<bool> op_started;
  Picoseconds last_compute;

  bool records(std::uint32_t position) const { return position < program->ops.size(); }

  // Notes that an op's first request or compute happens now, unless it already has begun.
  void note_start(std::uint32_t position, Picoseconds now) {
    if (records(position) && !op_started[position]) {
      op_started[position] = true;
      ops[OpId(position)].start = now;
    }
  }
};

}  // namespace memplace::systemc
