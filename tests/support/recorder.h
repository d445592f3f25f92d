// SPDX-License-Identifier: Apache-2.0
// Records a run's events, and writes them one to a line for comparison with a hand-made timeline.
#pragma once

#include <string>
#include <vector>

#include "sim/simulator.h"

namespace memplace::test {

class Recorder : public SimObserver {
 public:
  void on_transfer(const TransferEvent& event) override { transfers.push_back(event); }
  void on_compute(const ComputeEvent& event) override { computes.push_back(event); }

  // Sorted by key, so that two recordings of equal runs are equal.
  void sort();

  // Transfers by the time they were granted, then computes by the time they began; times in ns:
  //   dram weight a0 posted 0 served 0-32 arrived 42
  //   compute a0 48-68
  // An op's tile is numbered within the op; "s1" and "i2" before it say which stream and inference,
  // where they are not the first.
  std::string text(const Program& program) const;

  std::vector<TransferEvent> transfers;
  std::vector<ComputeEvent> computes;
};

}  // namespace memplace::test
