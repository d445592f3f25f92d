// SPDX-License-Identifier: Apache-2.0
// The one process that decides. SystemC leaves the order of processes within an instant open, so
// nothing but this process acts: all others only report to it what has completed.
#pragma once

#include <systemc>
#include <vector>

#include "base/units.h"
#include "sim/simulator.h"

namespace memplace::systemc {

class Channel;
class Stream;
class Transaction;

// Something that has completed at this instant and whose effect the arbiter applies.
class Completable {
 public:
  virtual ~Completable() = default;
  virtual void apply() = 0;
};

// Law 5. At each instant with a completion, one delta cycle after all timed events of the instant:
//   1. apply all completions, in key order;
//   2. let every stream that one of them touched take its zero-time consequences to a fixed point,
//      and then its mover fill its places;
//   3. grant, on each idle channel, the least pending request.
class Arbiter : public sc_core::sc_module {
 public:
  explicit Arbiter(const sc_core::sc_module_name& name);

  // Begins a run: time 0 is the kernel's present time. Streams to settle first are touched by the
  // caller.
  void begin_run();

  // Whether a stop was asked for (base/stopping.h): the run has then come to no end.
  bool stopped() const { return stopped_; }

  // Time since the begin of the run.
  Picoseconds now() const;

  // `done.apply()` is to be called at this instant, in the order of `key`.
  void completed(const RequestKey& key, Completable& done);

  // Something about the stream has changed at this instant.
  void touch(Stream& stream);

  // The channel may have become able to grant at this instant.
  void touch(Channel& channel);

 private:
  struct Completion {
    RequestKey key;
    Completable* done;
  };

  void decide();

  sc_core::sc_event wake_;
  std::uint64_t origin_ = 0;
  std::uint32_t instants_ = 0;
  bool stopped_ = false;
  std::vector<Completion> completions_;
  std::vector<Stream*> streams_;
  std::vector<Channel*> channels_;
};

}  // namespace memplace::systemc
