// SPDX-License-Identifier: Apache-2.0
// What the check says of a model that is wrong in one known way.
#include "sim/check/checked_simulator.h"

#include <memory>
#include <string>

#include <catch2/catch.hpp>

#include "sim/check/event_log.h"
#include "sim/event/event_simulator.h"
#include "tests/support/toy_chips.h"
#include "tests/support/wrong_simulator.h"
#include "workloads/io/graph_text.h"

namespace memplace::test {
namespace {

// Timeline 3 of docs/model/timing.md, 144 ns.
struct Example {
  std::shared_ptr<const Graph> graph =
      std::make_shared<const Graph>(parse_graph_text("input x 4\n"
                                                     "a: grid(out=5,in=4) w=8 in=x out=4\n"
                                                     "b: grid(out=5,in=4) w=8 in=a out=4\n"));
  Program program = lower(Problem(*graph, toy_chip(), {1, 1, 1}));
  Mapping mapping = [this] {
    Mapping m = uniform_mapping(Problem(*graph, program.chip()), kDram);
    m[graph->find_tensor("a.out").value()] = kSram;
    settle(Problem(*graph, program.chip()), m);
    return m;
  }();
};

CheckedSimulator against(Faults faults) {
  return {std::make_unique<EventSimulator>(), std::make_unique<WrongSimulator>(std::move(faults))};
}

// What a call of the session throws.
template <class Call>
std::string difference_of(Faults faults, const Call& call) {
  const Example example;
  CheckedSimulator checked = against(std::move(faults));
  const std::unique_ptr<SimSession> session = checked.open(example.program);
  try {
    call(*session, example.mapping);
  } catch (const Difference& difference) {
    return difference.what();
  }
  return "none";
}

std::string difference_of_run(Faults faults) {
  return difference_of(std::move(faults),
                       [](SimSession& session, const Mapping& mapping) { session.run(mapping); });
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

TEST_CASE("models that agree are one model", "[check]") {
  const Example example;
  CheckedSimulator checked = against({});
  CHECK(checked.name() == "both");
  CHECK(checked.thread_safe());
  const std::unique_ptr<SimSession> session = checked.open(example.program);
  EventLog log;
  EventLog alone;
  const SimResult result = session->run(example.mapping, &log);
  CHECK(result.latency == 144_ns);
  CHECK(result == EventSimulator().run(example.program, example.mapping, &alone));
  CHECK(log.transfers == alone.transfers);
  CHECK(log.computes == alone.computes);
  CHECK(session->latency(example.mapping) == 144_ns);
  CHECK(session->rebase(example.mapping) == 144_ns);
  CHECK(session->latency_near(example.mapping) == 144_ns);
  CHECK(session->fork()->latency(example.mapping) == 144_ns);
}

// With 1 ns of latency in sram, a's write arrives at 105 instead of 104, and so on: b reads at 105
// until 109, which arrives at 110, computes until 130 and is written at 146. Up to there all is
// equal, four events of which are shown.
TEST_CASE("the first event that differs is shown among its neighbours in both models", "[check]") {
  Faults faults;
  faults.program = [](Program& program) {
    Chip chip = program.chip();
    chip.memories[kSram].latency = 1_ns;
    program.problem = Problem(program.graph(), chip, program.mode());
  };
  CHECK(difference_of_run(faults) ==
        "event and wrong differ at 104 ns: sram output a0: arrived: 104 ns by event, 105 ns by "
        "wrong\n"
        "event, around it:\n"
        "  dram weight b0 posted 0 served 32-64 arrived 64 (8 B, operand 0, instance 0)\n"
        "  dram input a0 posted 0 served 64-80 arrived 80 (4 B, operand 0, instance 0)\n"
        "  compute a0 80-100 (ready 0, weights 32, inputs 80, slot 0)\n"
        "> sram output a0 posted 100 served 100-104 arrived 104 (4 B, operand 0, instance 0)\n"
        "> sram input b0 posted 104 served 104-108 arrived 108 (4 B, operand 0, instance 0)\n"
        "> compute b0 108-128 (ready 100, weights 64, inputs 108, slot 0)\n"
        "> dram output b0 posted 128 served 128-144 arrived 144 (4 B, operand 0, instance 0)\n"
        "wrong, around it:\n"
        "  dram weight b0 posted 0 served 32-64 arrived 64 (8 B, operand 0, instance 0)\n"
        "  dram input a0 posted 0 served 64-80 arrived 80 (4 B, operand 0, instance 0)\n"
        "  compute a0 80-100 (ready 0, weights 32, inputs 80, slot 0)\n"
        "> sram output a0 posted 100 served 100-104 arrived 105 (4 B, operand 0, instance 0)\n"
        "> sram input b0 posted 105 served 105-109 arrived 110 (4 B, operand 0, instance 0)\n"
        "> compute b0 110-130 (ready 100, weights 64, inputs 110, slot 0)\n"
        "> dram output b0 posted 130 served 130-146 arrived 146 (4 B, operand 0, instance 0)\n");
}

TEST_CASE("an event that only one model has is a difference", "[check]") {
  Faults faults;
  faults.event = [](TransferEvent& event) { return event.key.kind != RequestKind::kInput; };
  CHECK(first_line(difference_of_run(faults)) ==
        "event and wrong differ at 0 ns: dram input a0: only event has it, wrong does not");
}

TEST_CASE("what is no time is compared as well", "[check]") {
  Faults faults;
  faults.event = [](TransferEvent& event) {
    event.instance = event.key.position == 1 && event.key.kind == RequestKind::kOutput ? 1 : 0;
    return true;
  };
  CHECK(first_line(difference_of_run(faults)) ==
        "event and wrong differ at 128 ns: dram output b0: instance: 0 by event, 1 by wrong");
}

TEST_CASE("every statistic is compared", "[check]") {
  const auto line = [](std::function<void(SimResult&)> change) {
    Faults faults;
    faults.result = std::move(change);
    return first_line(difference_of_run(faults));
  };
  constexpr Picoseconds kOne(1);
  const OpId b(std::size_t{1});
  const std::string at = "event and wrong differ at 144 ns: ";
  CHECK(line([&](SimResult& r) { r.latency += kOne; }) ==
        at + "run: latency: 144 ns by event, 144.001 ns by wrong");
  CHECK(
      line([&](SimResult& r) { r.makespan += kOne; }) ==
      "event and wrong differ at 144.001 ns: run: makespan: 144 ns by event, 144.001 ns by wrong");
  CHECK(line([&](SimResult& r) { r.first_latency += kOne; }) ==
        at + "run: first inference: 144 ns by event, 144.001 ns by wrong");
  CHECK(line([&](SimResult& r) { r.drain += kOne; }) ==
        at + "run: drain: 16 ns by event, 16.001 ns by wrong");
  CHECK(line([&](SimResult& r) { r.completions[0] += kOne; }) ==
        at + "completion 0: time: 144 ns by event, 144.001 ns by wrong");
  CHECK(line([&](SimResult& r) { r.ops[b].start += kOne; }) ==
        at + "op b: start: 0 ns by event, 0.001 ns by wrong");
  CHECK(line([&](SimResult& r) { r.ops[b].end += kOne; }) ==
        at + "op b: end: 144 ns by event, 144.001 ns by wrong");
  CHECK(line([&](SimResult& r) { r.ops[b].compute += kOne; }) ==
        at + "op b: compute: 20 ns by event, 20.001 ns by wrong");
  CHECK(line([&](SimResult& r) { r.ops[b].dispatch += kOne; }) ==
        at + "op b: dispatch: 0 ns by event, 0.001 ns by wrong");
  CHECK(line([&](SimResult& r) { r.ops[b].wait_weights += kOne; }) ==
        at + "op b: wait for weights: 0 ns by event, 0.001 ns by wrong");
  CHECK(line([&](SimResult& r) { r.ops[b].wait_inputs += kOne; }) ==
        at + "op b: wait for inputs: 8 ns by event, 8.001 ns by wrong");
  CHECK(line([&](SimResult& r) { r.ops[b].wait_output_slot += kOne; }) ==
        at + "op b: wait for an output slot: 0 ns by event, 0.001 ns by wrong");
  CHECK(line([&](SimResult& r) { r.ops[b].queued += kOne; }) ==
        at + "op b: queued: 32 ns by event, 32.001 ns by wrong");
  CHECK(line([&](SimResult& r) { r.memories[kSram].busy += kOne; }) ==
        at + "memory sram: busy: 8 ns by event, 8.001 ns by wrong");
  CHECK(line([&](SimResult& r) { r.memories[kSram].read += 1_B; }) ==
        at + "memory sram: bytes read: 4 by event, 5 by wrong");
  CHECK(line([&](SimResult& r) { r.memories[kSram].written += 1_B; }) ==
        at + "memory sram: bytes written: 4 by event, 5 by wrong");
  CHECK(line([&](SimResult& r) { r.completions.clear(); }) == at + "results of different length");
}

TEST_CASE("the short ways to a latency are compared with the run", "[check]") {
  Faults latency;
  latency.latency = 2_ns;
  CHECK(difference_of_run(latency) ==
        "wrong differs from itself: latency() is 146 ns, its run takes 144 ns\n");
  CHECK(difference_of(latency, [](SimSession& session, const Mapping& mapping) {
          session.latency(mapping);
        }) == "wrong differs from itself: latency() is 146 ns, its run takes 144 ns\n");
  Faults rebase;
  rebase.rebase = 2_ns;
  CHECK(difference_of(rebase, [](SimSession& session, const Mapping& mapping) {
          session.rebase(mapping);
        }) == "wrong differs from itself: rebase() is 146 ns, its run takes 144 ns\n");
  Faults near;
  near.latency_near = 2_ns;
  CHECK(difference_of(near, [](SimSession& session, const Mapping& mapping) {
          session.rebase(mapping);
          session.latency_near(mapping);
        }) == "wrong differs from itself: latency_near() is 146 ns, its run takes 144 ns\n");
}

TEST_CASE("a log knows whether its events came in order", "[check]") {
  EventLog log;
  CHECK(log.came_in_order());
  TransferEvent transfer;
  transfer.arrived = 3_ns;
  log.on_transfer(transfer);
  ComputeEvent compute;
  compute.end = 3_ns;
  log.on_compute(compute);
  CHECK(log.came_in_order());
  compute.end = 2_ns;
  log.on_compute(compute);
  CHECK_FALSE(log.came_in_order());
}

}  // namespace memplace::test
