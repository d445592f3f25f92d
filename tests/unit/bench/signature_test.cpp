// SPDX-License-Identifier: Apache-2.0
#include "bench/signature.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "optimizer/heuristics/heuristic.h"
#include "sim/chip/builtin_chips.h"
#include "sim/event/event_simulator.h"
#include "workloads/builtin/builtins.h"

namespace memplace::bench {
namespace {

constexpr Picoseconds kOne(1);

// The event model, but for one number of one call.
class NudgedSimulator final : public Simulator {
 public:
  using Nudge = std::function<void(SimResult&)>;

  std::unique_ptr<SimSession> open(const Program& program) override {
    return std::make_unique<Session>(*this, event_.open(program));
  }
  bool thread_safe() const override { return false; }
  std::string_view name() const override { return "nudged"; }

  // Calls of each kind so far, and which of them to change.
  struct Calls {
    int made = 0;
    int nudged = -1;
    Picoseconds next(Picoseconds time) { return made++ == nudged ? time + kOne : time; }
  };
  Calls runs, latencies, rebases, nears;
  Nudge nudge = [](SimResult&) {};

 private:
  class Session final : public SimSession {
   public:
    Session(NudgedSimulator& owner, std::unique_ptr<SimSession> inner)
        : owner_(owner), inner_(std::move(inner)) {}
    SimResult run(const Placed& placed, SimObserver* observer) override {
      SimResult result = inner_->run(placed, observer);
      if (owner_.runs.made++ == owner_.runs.nudged) {
        owner_.nudge(result);
      }
      return result;
    }
    Picoseconds latency(const Placed& placed) override {
      return owner_.latencies.next(inner_->latency(placed));
    }
    Picoseconds rebase(const Placed& placed) override {
      return owner_.rebases.next(inner_->rebase(placed));
    }
    Picoseconds latency_near(const Placed& placed) override {
      return owner_.nears.next(inner_->latency_near(placed));
    }
    std::unique_ptr<SimSession> fork() const override {
      return std::make_unique<Session>(owner_, inner_->fork());
    }

   private:
    NudgedSimulator& owner_;
    std::unique_ptr<SimSession> inner_;
  };

  EventSimulator event_;
};

// Seven runs in the latency mode (of five heuristics and two random mappings), five in the other.
SignatureSet few_cases() {
  return {{{"mobilenet-v2", "nnpi", {}, 1, 1, 2}, {"mobilenet-v2", "nnpi", {}, 2, 2, 0}},
          heuristic_names()};
}
constexpr int kShortRuns = 7;
constexpr int kRuns = 12;

std::uint64_t few(Simulator& simulator) { return signature(simulator, few_cases()); }

std::uint64_t unchanged() {
  EventSimulator simulator;
  return few(simulator);
}

}  // namespace

TEST_CASE("a fingerprint is FNV-1a of the numbers' bytes, the lowest first", "[bench]") {
  // With eight bytes a number: h = (h ^ byte) * 0x100000001b3 from 0xcbf29ce484222325.
  Fingerprint zero;
  CHECK(signature_text(zero.value()) == "cbf29ce484222325");
  zero.add(0);
  CHECK(signature_text(zero.value()) == "a8c7f832281a39c5");
  Fingerprint two;
  two.add(1);
  two.add(-1);
  CHECK(signature_text(two.value()) == "c4777a6e69ba809c");
  CHECK(signature_text(0x12) == "0000000000000012");
}

TEST_CASE("the frozen signature is what it was, whatever there is", "[bench]") {
  EventSimulator simulator;
  CHECK(signature_text(signature(simulator, frozen_signature())) == "f7a6f6b36dcc2662");
}

TEST_CASE("the whole signature is of every network, chip but the toy, and heuristic", "[bench]") {
  std::set<std::pair<std::string, std::string>> latency;
  const SignatureSet set = whole_signature();
  for (const SignatureCase& which : set.cases) {
    if (which.streams == 1) {
      latency.emplace(which.workload, which.chip);
    }
  }
  CHECK(latency.size() == builtins().size() * (builtin_chips().size() - 1));
  CHECK(set.heuristics == heuristic_names());
}

TEST_CASE("the frozen signature is of five networks on NNP-I chips in both modes", "[bench]") {
  std::set<std::pair<std::string, std::string>> latency;
  std::set<std::pair<std::string, std::string>> throughput;
  std::size_t mappings = 0;
  for (const SignatureCase& which : frozen_signature().cases) {
    if (which.overrides.empty()) {
      mappings += which.mappings;
      (which.streams == 1 ? latency : throughput).emplace(which.workload, which.chip);
      CHECK(which.streams == (which.inferences == 1 ? 1 : 12));
    }
  }
  CHECK(latency.size() == 10U);
  CHECK(throughput.size() == 10U);
  CHECK(mappings == 200);
}

TEST_CASE("a signature is the same each time", "[bench]") {
  NudgedSimulator simulator;
  const std::uint64_t first = few(simulator);
  CHECK(first == unchanged());
  CHECK(simulator.runs.made == kRuns);
  CHECK(simulator.rebases.made == 1);
  CHECK(simulator.latencies.made == kShortRuns);
  CHECK(simulator.nears.made == kShortRuns);
  CHECK(few(simulator) == first);
}

TEST_CASE("a picosecond anywhere in a result changes the signature", "[bench]") {
  const std::uint64_t before = unchanged();
  std::vector<NudgedSimulator::Nudge> nudges{
      [](SimResult& r) { r.latency += kOne; },
      [](SimResult& r) { r.makespan += kOne; },
      [](SimResult& r) { r.first_latency += kOne; },
      [](SimResult& r) { r.drain += kOne; },
      [](SimResult& r) { r.completions.front() += kOne; },
      [](SimResult& r) { r.completions.back() += kOne; },
  };
  for (Picoseconds OpTiming::*const field :
       {&OpTiming::start, &OpTiming::end, &OpTiming::compute, &OpTiming::dispatch,
        &OpTiming::wait_weights, &OpTiming::wait_inputs, &OpTiming::wait_output_slot,
        &OpTiming::queued}) {
    nudges.emplace_back([field](SimResult& r) { r.ops[OpId(0)].*field += kOne; });
    nudges.emplace_back([field](SimResult& r) { r.ops[OpId(r.ops.size() - 1)].*field += kOne; });
  }
  for (const MemoryId memory : {MemoryId(0), MemoryId(2)}) {
    nudges.emplace_back([memory](SimResult& r) { r.memories[memory].busy += kOne; });
    nudges.emplace_back([memory](SimResult& r) { r.memories[memory].read += Bytes(1); });
    nudges.emplace_back([memory](SimResult& r) { r.memories[memory].written += Bytes(1); });
  }
  std::set<std::uint64_t> signatures{before};
  for (const auto& nudge : nudges) {
    for (const int run : {0, kShortRuns - 1, kRuns - 1}) {
      NudgedSimulator simulator;
      simulator.nudge = nudge;
      simulator.runs.nudged = run;
      signatures.insert(few(simulator));
    }
  }
  // The two runs in the latency mode have but one completion, which is the first and the last.
  CHECK(signatures.size() == 1 + 3 * nudges.size() - 2);
}

TEST_CASE("a picosecond in any of the shorter ways changes the signature", "[bench]") {
  const std::uint64_t before = unchanged();
  for (auto NudgedSimulator::*const calls :
       {&NudgedSimulator::latencies, &NudgedSimulator::rebases, &NudgedSimulator::nears}) {
    const int made = calls == &NudgedSimulator::rebases ? 1 : kShortRuns;
    for (int call = 0; call < made; ++call) {
      NudgedSimulator simulator;
      (simulator.*calls).nudged = call;
      CHECK(few(simulator) != before);
    }
  }
}

}  // namespace memplace::bench
