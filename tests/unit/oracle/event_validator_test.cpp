// SPDX-License-Identifier: Apache-2.0
// Runs with moves are valid, and each way for one not to be is found.
#include "sim/oracle/event_validator.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "sim/check/event_log.h"
#include "sim/event/event_simulator.h"
#include "tests/support/toy_chips.h"
#include "workloads/io/graph_text.h"

namespace memplace::test {
namespace {

using V = EventViolation;

// All that a validation is asked about.
struct Run {
  Graph graph;
  Chip chip;
  Mode mode;
  Mapping homes;
  MovePlan plan;
  Addresses addresses;
  EventLog log = {};

  TensorId tensor(const std::string& name) const { return graph.find_tensor(name).value(); }
  Address& address(const std::string& name, MemoryId memory) {
    return *std::find_if(
        addresses.tensors.begin(), addresses.tensors.end(),
        [&](const Address& row) { return row.tensor == tensor(name) && row.memory == memory; });
  }

  void simulate() {
    log.clear();
    EventSimulator().run(lower(Problem(graph, chip, mode)), plan, &log);
  }
  EventValidation validate() const {
    return validate_run(lower(Problem(graph, chip, mode)), homes, plan, addresses,
                        {log.transfers, log.computes});
  }
  // What is found after a change, which must not matter before it.
  EventViolation after(const std::function<void(Run&)>& change) const {
    REQUIRE(validate() == EventValidation{});
    Run changed = *this;
    change(changed);
    return changed.validate().violation;
  }

  // The only one with these fields; of a piece `op` is the first op that reads the tensor, `tile`
  // the tensor, and `operand` twice the piece's number, its write one more.
  TransferEvent& transfer(RequestKind kind, std::size_t op, std::uint32_t inference = 0,
                          std::uint32_t operand = 0) {
    const std::size_t position = inference * graph.ops().size() + op;
    return *std::find_if(log.transfers.begin(), log.transfers.end(), [&](const TransferEvent& e) {
      return e.key.kind == kind && e.key.position == position && e.key.operand == operand &&
             e.key.stream == 0;
    });
  }
};

struct Row {
  std::string tensor;
  MemoryId memory;
  std::int64_t offset = 0;
};

// Tensors are at home where the rows say, except where they have a second row: they are fetched
// there, after the op that `afters` has for them.
Run make_run(const std::string& text, const std::vector<Row>& rows,
             const std::map<std::string, std::string>& afters, const Mode& mode) {
  Run run{parse_graph_text(text), toy_chip(), mode, {}, {}, {}};
  run.chip.mover = {4_B, 2, 0_ns, MoverService::kDemandFirst};
  run.chip.engines.count = mode.streams * mode.engines_per_stream;
  run.homes = uniform_mapping(Problem(run.graph, run.chip), kDram);
  run.addresses.arenas = IdVector<MemoryId, Arenas>(run.chip.memories.size());
  run.plan.near = run.homes;
  for (const Row& row : rows) {
    const TensorId id = run.tensor(row.tensor);
    const Bytes bytes = run.graph.tensor(id).bytes;
    const bool is_copy = std::any_of(run.addresses.tensors.begin(), run.addresses.tensors.end(),
                                     [&](const Address& address) { return address.tensor == id; });
    run.addresses.tensors.push_back({id, row.memory, Bytes(row.offset), bytes, {}});
    run.plan.near[id] = row.memory;
    if (!is_copy) {
      run.homes[id] = row.memory;
      continue;
    }
    std::optional<OpId> first;
    OpId last;
    for (const OpId op : run.graph.consumers(id)) {
      first = first.value_or(op);
      last = op;
    }
    const auto after = afters.find(row.tensor);
    run.plan.moves.push_back(
        {id, run.homes[id], row.memory, bytes,
         after == afters.end() ? std::nullopt : run.graph.find_op(after->second), first.value(),
         last, Bytes(row.offset)});
  }
  run.simulate();
  return run;
}

const std::string kTwoOps =
    "input x 4\n"
    "a: grid(out=5,in=4) w=8 in=x out=4\n"
    "b: grid(out=5,in=4) w=8 in=a out=4\n";

const std::vector<Row> kRows{
    {"x", kDram, 0},     {"a.weights", kDram, 4}, {"b.weights", kDram, 12}, {"b.out", kDram, 20},
    {"a.out", kSram, 0}, {"a.weights", kLlc, 0},  {"b.weights", kLlc, 0}};

// The nineteenth timeline of docs/model/timing.md, twice: the weights of a are fetched to LLC, and
// then those of b to where they were. LLC has 8 B.
Run one_place() {
  Run run = make_run(kTwoOps, kRows, {{"b.weights", "a"}}, {1, 1, 2});
  run.chip.memories[kLlc].capacity = 8_B;
  return run;
}

constexpr auto kWeight = RequestKind::kWeight;
constexpr auto kInput = RequestKind::kInput;
constexpr auto kOutput = RequestKind::kOutput;
constexpr auto kMove = RequestKind::kMove;

}  // namespace

TEST_CASE("a run in which two copies have the same place is valid", "[oracle]") {
  const Run run = one_place();
  CHECK(run.log.transfers.size() == 2 * (2 * 2 * 2 + 2 + 2 + 2));
  CHECK(run.validate() == EventValidation{});
}

TEST_CASE("moves that lead elsewhere are found", "[oracle]") {
  const Run run = one_place();
  const auto change = [&](const auto& of_move) {
    return run.after([&](Run& r) { of_move(r.plan.moves[1]); });
  };
  CHECK(run.after([](Run& r) { r.plan.near[r.tensor("b.weights")] = kSram; }) == V::kOtherPlan);
  CHECK(run.after([](Run& r) { r.plan.moves.pop_back(); }) == V::kOtherPlan);
  CHECK(run.after([](Run& r) { r.plan.moves.push_back(r.plan.moves[0]); }) == V::kOtherPlan);
  CHECK(run.after([](Run& r) { r.chip.memories[kLlc].read_only = true; }) == V::kOtherPlan);
  CHECK(change([](Move& move) { move.from = kLlc; }) == V::kOtherPlan);
  CHECK(change([](Move& move) { move.bytes = 7_B; }) == V::kOtherPlan);
  CHECK(change([](Move& move) { move.first_op = OpId(0); }) == V::kOtherPlan);
  CHECK(change([](Move& move) { move.last_op = OpId(0); }) == V::kOtherPlan);
  CHECK(change([](Move& move) { move.after = OpId(1); }) == V::kOtherPlan);
}

TEST_CASE("what did not happen is found", "[oracle]") {
  const Run run = one_place();
  for (std::size_t i = 0; i < run.log.transfers.size(); ++i) {
    Run missing = run;
    missing.log.transfers.erase(missing.log.transfers.begin() + static_cast<std::ptrdiff_t>(i));
    const EventValidation found = missing.validate();
    CHECK(found.violation == V::kMissing);
    CHECK(found.request == run.log.transfers[i].key);
  }
  CHECK(run.after([](Run& r) { r.log.computes.pop_back(); }) == V::kMissing);
}

TEST_CASE("requests of nobody are found", "[oracle]") {
  const Run run = one_place();
  const auto change = [&](const auto& of_first) {
    return run.after([&](Run& r) { of_first(r.transfer(kMove, 1, 1, 1)); });
  };
  CHECK(change([](TransferEvent& e) { e.bytes = 3_B; }) == V::kOtherRequest);
  CHECK(change([](TransferEvent& e) { e.memory = kSram; }) == V::kOtherRequest);
  CHECK(change([](TransferEvent& e) { e.instance = 1; }) == V::kOtherRequest);
  for (const TransferEvent& event : run.log.transfers) {
    Run twice = run;
    twice.log.transfers.push_back(event);
    CHECK(twice.validate().violation == V::kOtherRequest);
    CHECK(twice.validate().request == event.key);
  }
  const auto add = [&](auto RequestKey::*field, std::uint32_t value) {
    return run.after([&](Run& r) {
      r.log.transfers.push_back(r.transfer(kMove, 0));
      r.log.transfers.back().key.*field = value;
    });
  };
  CHECK(add(&RequestKey::stream, 1) == V::kOtherRequest);
  CHECK(add(&RequestKey::position, 4) == V::kOtherRequest);
  CHECK(add(&RequestKey::operand, 4) == V::kOtherRequest);
  CHECK(run.after([](Run& r) { r.log.computes.push_back(r.log.computes.front()); }) ==
        V::kOtherRequest);
}

TEST_CASE("times that no law gives are found", "[oracle]") {
  const Run run = one_place();
  const auto change = [&](const auto& of_piece) {
    return run.after([&](Run& r) { of_piece(r.transfer(kMove, 0, 0, 2)); });
  };
  CHECK(change([](TransferEvent& e) { e.posted = e.granted + 1_ps; }) == V::kOtherTime);
  CHECK(change([](TransferEvent& e) { e.served = e.arrived = e.served - 1_ps; }) == V::kOtherTime);
  CHECK(change([](TransferEvent& e) { e.granted -= 1_ps; }) == V::kOtherTime);
  CHECK(change([](TransferEvent& e) { e.arrived += 1_ps; }) == V::kOtherTime);
  CHECK(run.after([](Run& r) { r.log.computes[0].end -= 1_ps; }) == V::kOtherTime);
}

// x is read from DRAM until 16, then a's first piece.
TEST_CASE("a channel that serves two at once is found", "[oracle]") {
  const Run run = one_place();
  const auto sooner = [](Run& r) {
    TransferEvent& piece = r.transfer(kMove, 0);
    piece.granted -= 1_ps;
    piece.served -= 1_ps;
    piece.arrived -= 1_ps;
  };
  CHECK(run.after(sooner) == V::kTwoAtOnce);
  CHECK(run.after([&](Run& r) {
    // One channel each would not do: both are reads.
    r.chip.memories[kDram].channels = Channels::kSplit;
    r.simulate();
    REQUIRE(r.validate() == EventValidation{});
    sooner(r);
  }) == V::kTwoAtOnce);
}

// With bursts services may overlap, but only as long as the channel's rate allows.
TEST_CASE("a channel with bursts above its rate is found", "[oracle]") {
  Run run = one_place();
  run.chip.memories[kDram].max_burst = 2_B;
  run.simulate();
  // x is read in bursts: 0 to 8, then one of w0, which was posted at the same time, demand first.
  TransferEvent& first = run.transfer(kMove, 0, 0, 0);
  TransferEvent& second = run.transfer(kMove, 0, 0, 2);
  REQUIRE(first.granted < second.granted);
  REQUIRE(second.granted < first.served);
  CHECK(run.after([](Run& r) {
    TransferEvent& piece = r.transfer(kMove, 0, 0, 2);
    piece.served -= 1_ps;
    piece.arrived -= 1_ps;
  }) == V::kTwoAtOnce);
}

TEST_CASE("a mover with too many pieces under way is found", "[oracle]") {
  const Run run = one_place();
  CHECK(run.after([](Run& r) { r.chip.mover.in_flight = 1; }) == V::kTooManyPieces);
  // A place is taken before its overhead: 1 ps before the piece that was there is written.
  CHECK(run.after([](Run& r) {
    r.chip.mover.piece = 2_B;
    r.chip.mover.overhead = 5_ns;
    r.simulate();
    REQUIRE(r.validate() == EventValidation{});
    r.chip.mover.overhead += 1_ps;
  }) == V::kTooManyPieces);
}

TEST_CASE("bytes read before they were written are found", "[oracle]") {
  const Run run = one_place();
  const auto sooner = [&](RequestKind kind, std::size_t op, std::uint32_t inference) {
    return run.after([&](Run& r) { r.transfer(kind, op, inference).posted -= 1_ps; });
  };
  CHECK(sooner(kWeight, 0, 0) == V::kReadTooEarly);  // before the second piece was written
  CHECK(sooner(kInput, 1, 0) == V::kReadTooEarly);   // before a was
  CHECK(sooner(kInput, 0, 1) == V::kReadTooEarly);   // before the first inference was
  CHECK(run.after([](Run& r) { r.transfer(kWeight, 1, 1).posted = 0_ns; }) == V::kReadTooEarly);
}

// The twenty-second timeline: the first chunk needs the first two of four pieces.
TEST_CASE("a chunk needs the bytes before its end, or all where they are read again", "[oracle]") {
  const Run run = make_run(
      "input x 4\n"
      "a: grid(out=10,in=4) w=16 in=x out=16\n",
      {{"x", kDram, 0}, {"a.weights", kDram, 4}, {"a.out", kDram, 20}, {"a.weights", kSram, 0}}, {},
      {1, 1, 1});
  REQUIRE(lower(Problem(run.graph, run.chip, run.mode)).chunks.size() == 2);
  CHECK(run.validate() == EventValidation{});
  Run first = run;
  REQUIRE(first.transfer(kWeight, 0).posted < first.transfer(kMove, 0, 0, 5).arrived);
  CHECK(run.after([](Run& r) { r.transfer(kWeight, 0).posted -= 1_ps; }) == V::kReadTooEarly);

  const Run again = make_run(
      "input x 16\n"
      "a: grid(out=5,in=16) w=12 in=x out=16\n",
      {{"x", kDram, 0}, {"a.weights", kDram, 16}, {"a.out", kDram, 28}, {"a.weights", kSram, 0}},
      {}, {1, 1, 1});
  REQUIRE(lower(Problem(again.graph, again.chip, again.mode)).chunks.size() == 4);
  CHECK(again.after([](Run& r) { r.transfer(kWeight, 0).posted -= 1_ps; }) == V::kReadTooEarly);
}

// The twenty-sixth timeline, and what a view of the input adds.
TEST_CASE("an input that is fetched is read when all of it is there", "[oracle]") {
  Run run = make_run(
      "input x 6\n"
      "a: elementwise(6) in=x out=2\n"
      "b: elementwise(8) in=a,x out=4\n",
      {{"x", kDram, 0}, {"b.out", kDram, 8}, {"a.out", kSram, 8}, {"x", kSram, 0}}, {}, {1, 1, 2});
  CHECK(run.validate() == EventValidation{});
  CHECK(run.after([](Run& r) { r.transfer(kInput, 0).posted -= 1_ps; }) == V::kReadTooEarly);
  // b is the last to read the copy, so nothing may lie there while a.out does.
  CHECK(run.after([](Run& r) { r.address("a.out", kSram).offset = 5_B; }) == V::kOverlap);
}

TEST_CASE("tiles computed too early are found", "[oracle]") {
  const Run run = one_place();
  const auto sooner = [](Run& r, std::size_t tile) {
    r.log.computes[tile].begin -= 1_ps;
    r.log.computes[tile].end -= 1_ps;
  };
  for (std::size_t tile = 0; tile < run.log.computes.size(); ++tile) {
    CHECK(run.after([&](Run& r) { sooner(r, tile); }) == V::kComputedTooEarly);
  }
  // The time of dispatch is not there.
  CHECK(run.after([&](Run& r) {
    r.chip.engines.dispatch_overhead = r.log.computes[0].begin + 1_ps;
  }) == V::kComputedTooEarly);
}

TEST_CASE("what is written before it is there is found", "[oracle]") {
  const Run run = one_place();
  CHECK(run.after([](Run& r) { r.transfer(kOutput, 0).posted -= 1_ps; }) == V::kWrittenTooEarly);
  CHECK(run.after([](Run& r) { r.transfer(kMove, 1, 1, 1).posted -= 1_ps; }) ==
        V::kWrittenTooEarly);
}

TEST_CASE("pieces of moves that are not open are found", "[oracle]") {
  const Run run = one_place();
  const auto sooner = [&](std::size_t op, std::uint32_t inference) {
    return run.after([&](Run& r) { r.transfer(kMove, op, inference).posted -= 1_ps; });
  };
  CHECK(sooner(1, 0) == V::kMovedTooEarly);  // a has not computed
  CHECK(sooner(0, 1) == V::kMovedTooEarly);  // the first inference is not written
  CHECK(run.after([](Run& r) { r.transfer(kMove, 1, 1).posted = 0_ns; }) == V::kTooManyPieces);
  CHECK(run.after([](Run& r) {
    r.chip.mover.in_flight = 9;
    r.transfer(kMove, 1, 1).posted = 0_ns;
  }) == V::kMovedTooEarly);
}

TEST_CASE("addresses of something else are found", "[oracle]") {
  const Run run = one_place();
  for (std::size_t i = 0; i < run.addresses.tensors.size(); ++i) {
    CHECK(run.after([&](Run& r) {
      r.addresses.tensors.erase(r.addresses.tensors.begin() + static_cast<std::ptrdiff_t>(i));
    }) == V::kOtherAddress);
    CHECK(run.after([&](Run& r) { r.addresses.tensors.push_back(r.addresses.tensors[i]); }) ==
          V::kOtherAddress);
    CHECK(run.after([&](Run& r) { r.addresses.tensors[i].bytes += 1_B; }) == V::kOtherAddress);
  }
  CHECK(run.after([](Run& r) { r.address("a.out", kSram).memory = kLlc; }) == V::kOtherAddress);
  CHECK(run.after([](Run& r) { r.plan.moves[0].offset = 8_B; }) == V::kOtherAddress);
  CHECK(run.after([](Run& r) { r.chip.memories[kDram].alignment = 8_B; }) == V::kOtherAddress);
}

TEST_CASE("more than a memory holds is found", "[oracle]") {
  const Run run = one_place();
  CHECK(run.after([](Run& r) { r.chip.memories[kLlc].capacity = 7_B; }) == V::kOverCapacity);
  // 4 B of a.out take 8 B; 7 of 15 B are no multiple of 8.
  CHECK(run.after([](Run& r) {
    r.chip.memories[kSram].alignment = 8_B;
    r.chip.memories[kSram].capacity = 8_B;
    REQUIRE(r.validate() == EventValidation{});
    r.chip.memories[kSram].capacity = 7_B;
  }) == V::kOverCapacity);
  // Both copies at once: 16 B, when b's first piece is written.
  Run both = run;
  both.plan.moves[1].after.reset();
  both.simulate();
  const EventValidation found = both.validate();
  CHECK(found.violation == V::kOverCapacity);
  CHECK(found.tensor == both.tensor("b.weights"));
  CHECK(found.when == both.transfer(kMove, 1, 0, 1).granted);
}

TEST_CASE("what lies outside its memory is found", "[oracle]") {
  const Run run = one_place();
  CHECK(run.after([](Run& r) {
    r.address("b.weights", kLlc).offset = r.plan.moves[1].offset = 1_B;
  }) == V::kOutside);
  CHECK(run.after([](Run& r) { r.address("a.out", kSram).offset = Bytes(-1); }) == V::kOutside);
  CHECK(run.after([](Run& r) { r.address("x", kDram).offset = 1_MiB; }) == V::kOutside);
}

TEST_CASE("a copy that is written over is found", "[oracle]") {
  Run run = one_place();
  run.chip.memories[kLlc].capacity = 16_B;
  run.plan.moves[1].after.reset();
  run.simulate();
  CHECK(run.validate() == EventValidation{V::kOverlap,
                                          {},
                                          run.transfer(kMove, 1, 0, 1).granted,
                                          run.tensor("b.weights"),
                                          run.tensor("a.weights")});
  run.address("b.weights", kLlc).offset = run.plan.moves[1].offset = 7_B;
  CHECK(run.validate().violation == V::kOverlap);
  run.address("b.weights", kLlc).offset = run.plan.moves[1].offset = 8_B;
  CHECK(run.validate() == EventValidation{});
}

// In DRAM x lies until a has computed, the weights always, b.out from when it is written.
TEST_CASE("what is at home and written over is found", "[oracle]") {
  const Run run = one_place();
  CHECK(run.after([](Run& r) { r.address("a.weights", kDram).offset = 3_B; }) == V::kOverlap);
  CHECK(run.after([](Run& r) { r.address("b.out", kDram).offset = 19_B; }) == V::kOverlap);
  CHECK(run.after([](Run& r) { r.address("b.out", kDram).offset = 0_B; }) == V::kNone);
  // To the copy of b.weights LLC is free only when a has computed, and a.out is read by then.
  Run together = make_run(kTwoOps,
                          {{"x", kDram, 0},
                           {"a.weights", kDram, 4},
                           {"b.weights", kDram, 12},
                           {"b.out", kDram, 20},
                           {"a.out", kLlc, 8},
                           {"a.weights", kLlc, 0},
                           {"b.weights", kLlc, 0}},
                          {{"b.weights", "a"}}, {1, 1, 2});
  CHECK(together.after([](Run& r) { r.address("a.out", kLlc).offset = 4_B; }) == V::kOverlap);
}

// Two streams: the weights of a twice in LLC, each stream's 8 B above the other's; at home once.
TEST_CASE("streams that write over each other are found", "[oracle]") {
  Run run = make_run(kTwoOps, kRows, {{"b.weights", "a"}}, {2, 1, 2});
  run.chip.memories[kLlc].capacity = 16_B;
  run.addresses.arenas[kLlc] = {2, 8_B};
  run.addresses.arenas[kSram] = {2, 4_B};
  run.addresses.arenas[kDram] = {2, 64_B};
  CHECK(run.validate() == EventValidation{});
  CHECK(run.after([](Run& r) { r.addresses.arenas[kLlc].stride = 7_B; }) == V::kOverlap);
  CHECK(run.after([](Run& r) { r.addresses.arenas[kSram].stride = 3_B; }) == V::kOverlap);
  CHECK(run.after([](Run& r) { r.addresses.arenas[kDram].stride = 4_B; }) == V::kOverlap);
  CHECK(run.after([](Run& r) { r.addresses.arenas[kLlc].stride = 9_B; }) == V::kOutside);
  CHECK(run.after([](Run& r) { r.chip.memories[kLlc].capacity = 15_B; }) == V::kOverCapacity);

  // An instance each, and no arenas.
  Run pooled = run;
  pooled.chip.memories[kLlc].scope = Scope::kEngine;
  pooled.chip.memories[kLlc].capacity = 8_B;
  pooled.addresses.arenas[kLlc] = {1, 0_B};
  pooled.simulate();
  CHECK(pooled.validate() == EventValidation{});
}

TEST_CASE("violations have names", "[oracle]") {
  CHECK(name_of(V::kNone) == "none");
  CHECK(name_of(V::kReadTooEarly) == "read-too-early");
  CHECK(name_of(V::kOverlap) == "overlap");
}

}  // namespace memplace::test
