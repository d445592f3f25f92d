// SPDX-License-Identifier: Apache-2.0
// One stream of inferences: its four sequencers, its mover and their scoreboard.
#pragma once

#include <systemc>

#include "sim/systemc/arbiter.h"
#include "sim/systemc/mover.h"
#include "sim/systemc/scoreboard.h"
#include "sim/systemc/sequencers.h"
#include "sim/systemc/transaction.h"

namespace memplace::systemc {

class Stream : public sc_core::sc_module {
 private:
  Arbiter& arbiter_;
  TransactionPool pool_;

 public:
  Stream(const sc_core::sc_module_name& name, Arbiter& arbiter);

  void begin_run(const Program& program, const Placed& placed, std::uint32_t stream,
                 SimObserver* observer);

  // Phase 2 of the arbiter: lets the sequencers act until none can, then the mover.
  void settle();

  // Whether every inference of the run has been completely written.
  bool finished() const;

  // Marks the op's tile as written, and with the last one the inference.
  void tile_written(std::uint32_t op);

  Arbiter& arbiter() { return arbiter_; }
  Picoseconds now() const { return arbiter_.now(); }

  WeightReader weight_reader;
  InputReader input_reader;
  OutputWriter output_writer;
  ComputeSequencer compute;
  MoveSequencer mover;
  Scoreboard board;
  bool touched = false;  // the arbiter has it in its list

 private:
  void begin_inference();
};

}  // namespace memplace::systemc
