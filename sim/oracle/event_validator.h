// SPDX-License-Identifier: Apache-2.0
// An independent check of a run with moves: request by request, and byte by byte over time. It
// knows laws 2 to 5 and 9 of docs/model/timing.md, and nothing of simulators, packers or planners.
// That events have the times which those laws give them is not looked at, only that they may have
// them.
#pragma once

#include <optional>
#include <string_view>

#include "base/units.h"
#include "sim/oracle/run_events.h"
#include "sim/placement/addresses.h"
#include "sim/placement/mapping.h"
#include "sim/placement/moves.h"
#include "sim/simulator.h"
#include "sim/timing/program.h"

namespace memplace {

enum class EventViolation {
  kNone,
  kOtherPlan,         // moves that do not lead from the homes to where ops find tensors
  kMissing,           // a request or a tile that did not happen
  kOtherRequest,      // one that is none of the program's or of a move, comes twice, or has other
                      // bytes or another memory
  kOtherTime,         // an event's times out of order, or other than its bytes or cycles take
  kTwoAtOnce,         // a channel serves more than its rate allows
  kTooManyPieces,     // a mover has more under way than it has places
  kReadTooEarly,      // before the bytes were written, or an input before the last inference was
  kComputedTooEarly,  // a tile before the one before it, its dispatch, its weights or its inputs
  kWrittenTooEarly,   // an output before it was computed, a piece before it was read
  kMovedTooEarly,     // a piece of a move that was not open yet
  kOtherAddress,  // not one address for each storage and each copy, or misaligned, or other bytes
  kOverCapacity,  // more is live than a memory holds, alignments counted
  kOutside,       // what is live lies below zero or above the instance's end
  kOverlap,       // two share a byte of an instance while both are live
};
std::string_view name_of(EventViolation violation);  // none, other-plan, missing, ...

// One violation: of the first kind, in the order of EventViolation, of which there is any.
struct EventValidation {
  EventViolation violation = EventViolation::kNone;
  std::optional<RequestKey> request;  // a tile stands by its output; of addresses there is none
  Picoseconds when;
  std::optional<TensorId> tensor;  // of moves and of what lives
  std::optional<TensorId> other;   // for kOverlap

  bool operator==(const EventValidation&) const = default;
};

// `homes` is where tensors are between inferences, `addresses` are of those and of the copies.
//
// In a memory live: weights at home always; a graph input at home from the beginning of its
// inference, an output of an op from when its first write is served, a copy from when its first
// piece is written; each until the last op that reads it has computed, or where it is the
// network's output until all is written.
EventValidation validate_run(const Program& program, const Mapping& homes, const MovePlan& plan,
                             const Addresses& addresses, const RunRecord& record);

}  // namespace memplace
