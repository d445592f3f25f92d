// SPDX-License-Identifier: Apache-2.0
// Events in the order of their time, for an engine that knows of them before.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "sim/event/plan.h"
#include "sim/simulator.h"

namespace memplace::event {

// Holds events back until no earlier one can come. Ties keep the order in which they were added.
class InOrder {
 public:
  // `observer` may be null: then nothing may be added.
  void begin(SimObserver* observer);
  bool is_watched() const { return observer_ != nullptr; }

  void add(const TransferEvent& event) { push(event.arrived, event); }
  void add(const ComputeEvent& event) { push(event.end, event); }
  // Hands on all events up to `now`, which none that is added later precedes.
  void release(Time now);

 private:
  struct Held {
    Time time = 0;
    std::uint64_t number = 0;
    std::variant<TransferEvent, ComputeEvent> event;
  };
  static bool is_later(const Held& a, const Held& b);

  void push(Picoseconds time, std::variant<TransferEvent, ComputeEvent> event);

  SimObserver* observer_ = nullptr;
  std::vector<Held> held_;  // a heap, the earliest first
  std::uint64_t number_ = 0;
};

}  // namespace memplace::event
