// SPDX-License-Identifier: Apache-2.0
// The four sequencers of a stream (law 3); its mover is in mover.h. Readers and compute walk the
// program once an inference, in program order, and do as much as their order and the staging space
// allow whenever advance() is called.
#pragma once

#include <cstdint>
#include <optional>
#include <systemc>
#include <tlm>

#include <tlm_utils/multi_passthrough_initiator_socket.h>

#include "sim/systemc/arbiter.h"
#include "sim/systemc/scoreboard.h"
#include "sim/systemc/transaction.h"

namespace memplace::systemc {

class Stream;

// A place in the program of all inferences.
struct Cursor {
  std::uint32_t inference = 0;
  std::uint32_t op = 0;
  std::uint32_t item = 0;  // tile, chunk or block, numbered through the program

  std::uint32_t position(const Program& program) const {
    return inference * static_cast<std::uint32_t>(program.ops.size()) + op;
  }
  bool at_end(const Program& program) const { return inference == program.mode().inferences; }

  // Steps over ops that have no more items; `end` is the member of LoweredOp that says where an
  // op's items end.
  void skip(const Program& program, std::uint32_t LoweredOp::*end) {
    while (!at_end(program) && item == program.ops[op].*end) {
      if (++op == program.ops.size()) {
        op = item = 0;
        ++inference;
      }
    }
  }
};

// A DMA engine: an initiator bound to every memory, socket number = memory's index.
class DmaSequencer : public sc_core::sc_module {
 public:
  tlm_utils::multi_passthrough_initiator_socket<DmaSequencer> socket{"socket"};

  DmaSequencer(const sc_core::sc_module_name& name, Stream& stream, TransactionPool& pool);

 protected:
  // Posts a request now, a write where the key says so. One of zero bytes never enters a channel:
  // finished() is called at once.
  void post(const RequestKey& key, MemoryId memory, Bytes bytes);

  // A request has arrived at its destination.
  virtual void finished(const RequestKey& key) = 0;

  Stream& stream_;

 private:
  tlm::tlm_sync_enum nb_transport_bw(int memory, tlm::tlm_generic_payload& payload,
                                     tlm::tlm_phase& phase, sc_core::sc_time& delay);

  TransactionPool& pool_;
};

// Posts chunks of weights while they fit the weights share; runs ahead over ops and inferences.
class WeightReader : public DmaSequencer {
 public:
  using DmaSequencer::DmaSequencer;
  void begin_run() { cursor_ = {}; }
  bool advance();

 private:
  void finished(const RequestKey& key) override;
  Cursor cursor_;
};

// Posts blocks of inputs, a slot each, once their producers are written.
class InputReader : public DmaSequencer {
 public:
  using DmaSequencer::DmaSequencer;
  void begin_run() { cursor_ = {}; }
  bool advance();

 private:
  void finished(const RequestKey& key) override;
  Cursor cursor_;
};

// Writes each tile when it has been computed, and so frees its output slot.
class OutputWriter : public DmaSequencer {
 public:
  using DmaSequencer::DmaSequencer;
  void write(const RequestKey& key);

 private:
  void finished(const RequestKey& key) override;
};

// Dispatches each op, then computes its tiles one by one.
class ComputeSequencer : public sc_core::sc_module, private Completable {
 public:
  ComputeSequencer(const sc_core::sc_module_name& name, Stream& stream);

  void begin_run();
  bool advance();

 private:
  enum class State { kBetweenTiles, kDispatching, kReady, kComputing, kFinished };

  void on_timer();
  void apply() override;
  void wait_for(Picoseconds duration);
  bool try_compute();
  void finish_tile();
  void account() const;
  void charge(Picoseconds OpTiming::*rest, const std::optional<Fetched>& fetched) const;
  RequestKey key() const;

  Stream& stream_;
  sc_core::sc_event timer_;
  Cursor cursor_;
  State state_ = State::kBetweenTiles;
  ComputeEvent event_;
};

}  // namespace memplace::systemc
