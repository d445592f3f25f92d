// SPDX-License-Identifier: Apache-2.0
// Several observers of one run.
#pragma once

#include <cstddef>
#include <vector>

#include "sim/simulator.h"
#include "sim/timing/program.h"

namespace memplace {

// Tiles that a run computes, over all streams and inferences.
inline std::size_t tiles_of_run(const Program& program) {
  return program.tiles.size() *
         static_cast<std::size_t>(program.mode().streams * program.mode().inferences);
}

class Observers : public SimObserver {
 public:
  // `observer` outlives the run.
  void add(SimObserver& observer) { observers_.push_back(&observer); }

  // Itself, or null where there is nobody to tell.
  SimObserver* or_null() { return observers_.empty() ? nullptr : this; }

  void on_transfer(const TransferEvent& event) override {
    for (SimObserver* const observer : observers_) {
      observer->on_transfer(event);
    }
  }
  void on_compute(const ComputeEvent& event) override {
    for (SimObserver* const observer : observers_) {
      observer->on_compute(event);
    }
  }

 private:
  std::vector<SimObserver*> observers_;
};

}  // namespace memplace
