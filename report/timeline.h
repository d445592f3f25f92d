// SPDX-License-Identifier: Apache-2.0
// A run drawn in characters, for small networks.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sim/simulator.h"
#include "sim/timing/program.h"

namespace memplace {

// Collects the events of a run.
class EventRecorder : public SimObserver {
 public:
  void on_transfer(const TransferEvent& event) override { transfers.push_back(event); }
  void on_compute(const ComputeEvent& event) override { computes.push_back(event); }

  std::vector<TransferEvent> transfers;
  std::vector<ComputeEvent> computes;
};

// The most tiles a run may compute, over all streams and inferences, to be drawn.
inline constexpr std::size_t kMaxTimelineTiles = 400;

// Throws Error where the timeline of the program's run would be too large,
// saying how to get a smaller one. To be called before a run is recorded.
void check_timeline_fits(const Program& program);

// A row for each sequencer of each stream and each channel of each memory that is used, `columns`
// characters of equal time wide, then which letter is which op. A character stands for the op that
// a row was busy with for the longest part of its time; '-' for requests that stand in a queue, '.'
// for idleness. Pieces of moves bear the letter of the op that reads the tensor first.
//
//   time         0 ns                         52 ns
//   0 weights    aaaaaaaaaa----bbbbbb...............
std::string timeline(const Program& program, const SimResult& result, const EventRecorder& events,
                     std::size_t columns);

}  // namespace memplace
