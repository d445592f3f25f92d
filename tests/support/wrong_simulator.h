// SPDX-License-Identifier: Apache-2.0
// The event model made wrong on purpose, for tests of what is to find that out.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "sim/event/event_simulator.h"
#include "sim/simulator.h"

namespace memplace::test {

// What is wrong; all of it by default nothing.
struct Faults {
  std::function<void(Program&)> program = {};      // before it is simulated
  std::function<void(SimResult&)> result = {};     // of each run
  std::function<bool(TransferEvent&)> event = {};  // of each run; false: left out
  Picoseconds latency = {};                        // added to that of latency()
  Picoseconds rebase = {};                         // of rebase()
  Picoseconds latency_near = {};                   // of latency_near()
};

class WrongSimulator : public Simulator {
 public:
  explicit WrongSimulator(Faults faults) : faults_(std::move(faults)) {}

  std::unique_ptr<SimSession> open(const Program& program) override {
    auto changed = std::make_shared<Program>(program);
    if (faults_.program) {
      faults_.program(*changed);
    }
    return std::make_unique<Session>(faults_, changed, EventSimulator().open(*changed));
  }
  bool thread_safe() const override { return true; }
  std::string_view name() const override { return "wrong"; }

 private:
  class Session : public SimSession {
   public:
    Session(const Faults& faults, std::shared_ptr<const Program> program,
            std::unique_ptr<SimSession> inner)
        : faults_(faults), program_(std::move(program)), inner_(std::move(inner)) {}

    SimResult run(const Placed& placed, SimObserver* observer) override {
      Filter filter(faults_, observer);
      SimResult result = inner_->run(placed, observer == nullptr ? nullptr : &filter);
      if (faults_.result) {
        faults_.result(result);
      }
      return result;
    }
    Picoseconds latency(const Placed& placed) override {
      return inner_->latency(placed) + faults_.latency;
    }
    Picoseconds rebase(const Placed& placed) override {
      return inner_->rebase(placed) + faults_.rebase;
    }
    Picoseconds latency_near(const Placed& placed) override {
      return inner_->latency_near(placed) + faults_.latency_near;
    }
    std::unique_ptr<SimSession> fork() const override {
      return std::make_unique<Session>(faults_, program_, inner_->fork());
    }

   private:
    const Faults& faults_;
    std::shared_ptr<const Program> program_;
    std::unique_ptr<SimSession> inner_;
  };

  class Filter : public SimObserver {
   public:
    Filter(const Faults& faults, SimObserver* next) : faults_(faults), next_(next) {}
    void on_transfer(const TransferEvent& event) override {
      TransferEvent changed = event;
      if (!faults_.event || faults_.event(changed)) {
        next_->on_transfer(changed);
      }
    }
    void on_compute(const ComputeEvent& event) override { next_->on_compute(event); }

   private:
    const Faults& faults_;
    SimObserver* next_;
  };

  Faults faults_;
};

}  // namespace memplace::test
