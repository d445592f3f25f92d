// SPDX-License-Identifier: Apache-2.0
// A simulator for tests of searches: no physics, but fast, and a pure function of the mapping.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/rng.h"
#include "sim/simulator.h"

namespace memplace::test {

// latency = 1 ns + for each tensor with bytes a cost of its memory, + for each two such neighbours
// a cost of theirs; all costs are arbitrary, of the order of a nanosecond, and a function of
// `landscape`.
class FakeSimulator : public Simulator {
 public:
  explicit FakeSimulator(std::uint64_t landscape = 0) : landscape_(landscape) {}

  std::unique_ptr<SimSession> open(const Program& program) override {
    return std::make_unique<Session>(*this, program);
  }
  bool thread_safe() const override { return false; }
  std::string_view name() const override { return "fake"; }

  virtual SimResult simulate(const Program& program, const Mapping& mapping) {
    ++runs;
    SimResult result;
    result.latency = Picoseconds(1000);
    std::size_t before = 0;
    for (const TensorId id : mapping.ids()) {
      if (program.graph().tensor(id).bytes == Bytes(0)) {
        continue;
      }
      const std::size_t memory = mapping[id].index();
      const auto own = static_cast<std::uint32_t>(id.index());
      result.latency += Picoseconds(Rng(landscape_, own, memory).between(0, 1000));
      result.latency +=
          Picoseconds(Rng(landscape_, own, 100 + 10 * before + memory).between(0, 300));
      before = memory;
    }
    result.makespan = result.first_latency = result.latency;
    return result;
  }

  std::uint64_t runs = 0;

 private:
  class Session : public SimSession {
   public:
    Session(FakeSimulator& simulator, const Program& program)
        : simulator_(simulator), program_(program) {}
    SimResult run(const Placed& placed, SimObserver* /*observer*/) override {
      return simulator_.simulate(program_, placed.near());
    }
    std::unique_ptr<SimSession> fork() const override {
      return std::make_unique<Session>(simulator_, program_);
    }

   private:
    FakeSimulator& simulator_;
    const Program& program_;
  };

  std::uint64_t landscape_;
};

}  // namespace memplace::test
