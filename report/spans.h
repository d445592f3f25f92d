// SPDX-License-Identifier: Apache-2.0
// Who was busy with which op, from when to when, of stream 0's first inference.
#pragma once

#include <string>
#include <vector>

#include "base/units.h"
#include "sim/simulator.h"
#include "sim/timing/program.h"

namespace memplace {

// All that one sequencer did for an op at one memory. It need not have been busy throughout: `busy`
// counts the service of its requests, or the time of its tiles.
struct OpSpan {
  std::size_t op = 0;  // in schedule order
  std::string lane;    // weight, input, compute, output or move
  std::string memory;  // empty of compute
  Picoseconds begin;   // first grant, or first tile begun
  Picoseconds end;     // last service over, or last tile computed
  Picoseconds busy;
  Bytes bytes;
};

// Adds up the events of a run, so that a row is left for each op, lane and memory.
class SpanRecorder : public SimObserver {
 public:
  // `program` outlives it.
  explicit SpanRecorder(const Program& program);

  void on_transfer(const TransferEvent& event) override;
  void on_compute(const ComputeEvent& event) override;

  // By op, then lane, then memory from the slowest.
  std::vector<OpSpan> spans() const;

 private:
  struct Sum {
    bool used = false;
    Picoseconds begin, end, busy;
    Bytes bytes;

    void add(Picoseconds from, Picoseconds to, Picoseconds service, Bytes moved);
  };

  const Program& program_;
  std::vector<Sum> sums_;  // [op][lane][memory]
};

}  // namespace memplace
