// SPDX-License-Identifier: Apache-2.0
// A DMA request as it travels: a TLM generic payload with our request as its extension.
#pragma once

#include <memory>
#include <systemc>
#include <tlm>
#include <vector>

#include "base/units.h"
#include "sim/simulator.h"

namespace memplace::systemc {

// SystemC time is made only from integers; the resolution is the kernel's default, 1 ps.
inline sc_core::sc_time to_sc_time(Picoseconds time) {
  return sc_core::sc_time::from_value(static_cast<sc_core::sc_time::value_type>(time.count()));
}

// What one sequencer asks of one memory. Times count from the begin of the run.
class Transaction : public tlm::tlm_extension<Transaction> {
 public:
  RequestKey key;
  MemoryId memory;
  std::uint32_t instance = 0;
  Bytes bytes;
  bool is_write = false;

  Bytes left;           // still to be served, after the bursts so far
  Picoseconds waiting;  // since when it stands in its channel's queue
  Picoseconds queued;   // time spent there in all
  Picoseconds posted;
  Picoseconds granted;
  Picoseconds served;
  bool started = false;  // a burst has been granted
  int reply_to = 0;      // the target socket's number of the initiator

  tlm::tlm_generic_payload payload;

  TransferEvent event(Picoseconds arrived) const {
    return {key, memory, instance, bytes, posted, granted, served, arrived};
  }

  tlm::tlm_extension_base* clone() const override { return nullptr; }
  void copy_from(const tlm::tlm_extension_base&) override {}
};

// Owns transactions and lends them out again; the memory manager behind their payloads.
class TransactionPool : public tlm::tlm_mm_interface {
 public:
  TransactionPool() = default;
  TransactionPool(const TransactionPool&) = delete;
  TransactionPool& operator=(const TransactionPool&) = delete;
  ~TransactionPool() override;

  // A transaction with its payload's reference counted once. All fields but the payload and the
  // extension link are stale.
  Transaction& acquire();

 private:
  void free(tlm::tlm_generic_payload* payload) override;

  std::vector<std::unique_ptr<Transaction>> all_;
  std::vector<Transaction*> idle_;
};

}  // namespace memplace::systemc
