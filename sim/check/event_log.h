// SPDX-License-Identifier: Apache-2.0
// All events of a run, comparable with another's and readable by people.
#pragma once

#include <string>
#include <vector>

#include "sim/simulator.h"

namespace memplace {

class EventLog : public SimObserver {
 public:
  void on_transfer(const TransferEvent& event) override {
    note(event.arrived);
    transfers.push_back(event);
  }
  void on_compute(const ComputeEvent& event) override {
    note(event.end);
    computes.push_back(event);
  }

  void clear() { *this = {}; }

  // Sorted by key, so that the logs of equal runs are equal.
  void sort();

  // Whether the events came in the order of their times, as SimObserver says.
  bool came_in_order() const { return came_in_order_; }

  // Transfers by the time they were granted, then computes by the time they began, a line each as
  // line_of() below has it.
  std::string text(const Program& program) const;

  std::vector<TransferEvent> transfers;
  std::vector<ComputeEvent> computes;

 private:
  void note(Picoseconds time) {
    came_in_order_ = came_in_order_ && time >= last_;
    last_ = time;
  }

  Picoseconds last_;
  bool came_in_order_ = true;
};

// How events stand in a sorted log: by the key of a TransferEvent, by (stream, position, tile) of
// a ComputeEvent.
bool is_before(const TransferEvent& a, const TransferEvent& b);
bool is_before(const ComputeEvent& a, const ComputeEvent& b);

// What an event is: "dram weight a0", "compute a0", "dram move read a.weights0". An op's tile is
// numbered within the op, a move's piece within the move; "s1" and "i2" before it say which stream
// and inference, where they are not the first.
std::string name_of(const Program& program, const TransferEvent& event);
std::string name_of(const Program& program, const ComputeEvent& event);

// The event with its times in ns:
//   dram weight a0 posted 0 served 0-32 arrived 42
//   compute a0 48-68
std::string line_of(const Program& program, const TransferEvent& event);
std::string line_of(const Program& program, const ComputeEvent& event);

// A time in ns with as many digits as it needs: "48", "0.001".
std::string nanoseconds(Picoseconds time);

}  // namespace memplace
