// SPDX-License-Identifier: Apache-2.0
// One port of a memory: serves one request at a time, first come first served, but where the
// mover's pieces give way to demand (law 4).
#pragma once

#include <deque>
#include <optional>
#include <systemc>

#include "base/units.h"
#include "sim/systemc/arbiter.h"
#include "sim/systemc/transaction.h"

namespace memplace::systemc {

class Channel;

// Takes back a request whose latency has passed.
class ArrivalSink {
 public:
  virtual ~ArrivalSink() = default;
  virtual void arrived(Transaction& transaction) = 0;
};

class Channel : public sc_core::sc_module {
 public:
  Channel(const sc_core::sc_module_name& name, Arbiter& arbiter, ArrivalSink& sink);

  // Bound for one run; empties the statistics.
  void bind(const Memory& memory, const MemoryInstances& instances, MoverService service);

  // Puts a request of at least one byte into the queue.
  void enqueue(Transaction& transaction);

  // Phase 3 of the arbiter: serves the least pending request if idle.
  void grant();

  Picoseconds busy() const { return busy_; }
  Bytes read() const { return read_; }
  Bytes written() const { return written_; }
  bool idle() const { return !serving_ && queue_.empty() && in_flight_.empty(); }

  bool touched = false;  // the arbiter has it in its list

 private:
  struct Served : Completable {
    explicit Served(Channel& owner) : channel(owner) {}
    void apply() override { channel.apply_served(); }
    Channel& channel;
  };
  struct Arrived : Completable {
    explicit Arrived(Channel& owner) : channel(owner) {}
    void apply() override { channel.apply_arrived(); }
    Channel& channel;
  };

  // Whether `a` is to be served before `b`, if both wait.
  bool goes_before(const Transaction& a, const Transaction& b) const;
  void on_served();
  void on_arrival();
  void apply_served();
  void apply_arrived();

  Arbiter& arbiter_;
  ArrivalSink& sink_;
  Served served_completion_{*this};
  Arrived arrived_completion_{*this};
  sc_core::sc_event served_event_;
  sc_core::sc_event arrival_event_;

  Bandwidth read_bandwidth_;
  Bandwidth write_bandwidth_;
  Picoseconds latency_;
  std::optional<Bytes> max_burst_;
  MoverService service_ = MoverService::kDemandFirst;

  std::deque<Transaction*> queue_;  // in the order of service
  Transaction* serving_ = nullptr;
  Bytes burst_;
  std::deque<Transaction*> in_flight_;  // served, not yet arrived; oldest first

  Picoseconds busy_;
  Bytes read_;
  Bytes written_;
};

}  // namespace memplace::systemc
