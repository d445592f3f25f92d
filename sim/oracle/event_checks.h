// SPDX-License-Identifier: Apache-2.0
// The parts of validate_run(). Private to sim/oracle.
#pragma once

#include <optional>

#include "sim/oracle/event_validator.h"
#include "sim/oracle/run_events.h"
#include "sim/placement/addresses.h"
#include "sim/placement/mapping.h"
#include "sim/placement/moves.h"

namespace memplace {

using FoundViolation = std::optional<EventValidation>;

// Whether the moves lead from the homes to where ops find tensors.
FoundViolation check_plan(const RunEvents& run, const Mapping& homes, const Mapping& near);

// Whether the events are those of the program and the moves, each once. The plan is lawful.
FoundViolation check_requests(const RunEvents& run, const Mapping& near);

// The rest is of runs that have all their events.

// Whether times are such as channels and movers can give.
FoundViolation check_rates(const RunEvents& run);

// Whether everything waited for what it needs.
FoundViolation check_order(const RunEvents& run);

// Whether every storage and copy has an address, and at no instant two of them the same byte.
FoundViolation check_room(const RunEvents& run, const Mapping& homes, const Addresses& addresses);

inline EventValidation about_request(EventViolation violation, const RequestKey& key,
                                     Picoseconds when) {
  return {violation, key, when, {}, {}};
}

inline EventValidation about_request(EventViolation violation, const TransferEvent& event) {
  return about_request(violation, event.key, event.posted);
}

inline EventValidation about_tensor(EventViolation violation, TensorId tensor) {
  return {violation, {}, {}, tensor, {}};
}

// The key of a tile's output.
inline RequestKey output_of(const ComputeEvent& event) {
  return {RequestKind::kOutput, event.stream, event.position, event.tile, 0};
}

}  // namespace memplace
