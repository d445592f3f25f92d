// SPDX-License-Identifier: Apache-2.0
#include "report/timeline.h"

#include <vector>

#include <catch2/catch.hpp>

#include "sim/chip/chip_reader.h"
#include "workloads/io/graph_text.h"

namespace memplace {
namespace {

Program one_op(Mode mode = {}) {
  auto graph = std::make_shared<const Graph>(parse_graph_text("input x 4\na: copy(4) in=x out=4"));
  return lower(Problem(*graph, load_chip("toy"), mode));
}

}  // namespace

TEST_CASE("a timeline draws requests, waiting and compute", "[report]") {
  const Program program = one_op();
  SimResult result;
  result.makespan = 10_ns;
  EventRecorder events;
  // Posted at 0, stands in the queue until 2 ns, served until 5 ns, there at 6 ns.
  events.on_transfer(
      {{RequestKind::kInput, 0, 0, 0, 0}, MemoryId(0), 0, 4_B, 0_ns, 2_ns, 5_ns, 6_ns});
  events.on_compute({0, 0, 0, 0_ns, 0_ns, 6_ns, 0_ns, 6_ns, 8_ns});
  events.on_transfer(
      {{RequestKind::kOutput, 0, 0, 0, 0}, MemoryId(0), 0, 4_B, 8_ns, 8_ns, 10_ns, 10_ns});
  CHECK(timeline(program, result, events, 20) ==
        "time       0              10 ns\n"
        "0 input    ----aaaaaaaa........\n"
        "0 compute  ............aaaa....\n"
        "0 output   ................aaaa\n"
        "dram       ....aaaaaa......aaaa\n"
        "  a a\n");
}

// Timeline 18 of docs/model/timing.md, a character for 4 ns: b's weights are fetched in two pieces,
// which bear the letter of the op that reads them first.
TEST_CASE("a timeline draws moves", "[report]") {
  const Graph graph = parse_graph_text(
      "input x 4\n"
      "a: grid(out=5,in=4) w=8 in=x out=4\n"
      "b: grid(out=5,in=4) w=8 in=a out=4\n");
  const Program program = lower(Problem(graph, load_chip("toy"), {}));
  const auto tensor = static_cast<std::uint32_t>(graph.find_tensor("b.weights")->index());
  constexpr MemoryId kDram(0), kLlc(1), kSram(2);
  SimResult result;
  result.makespan = 108_ns;
  EventRecorder events;
  using enum RequestKind;
  const std::vector<TransferEvent> transfers{
      {{kWeight, 0, 0, 0, 0}, kSram, 0, 8_B, 0_ns, 0_ns, 8_ns, 8_ns},
      {{kInput, 0, 0, 0, 0}, kDram, 0, 4_B, 0_ns, 0_ns, 16_ns, 16_ns},
      {{kMove, 0, 1, tensor, 0}, kDram, 0, 4_B, 0_ns, 16_ns, 32_ns, 32_ns},
      {{kMove, 0, 1, tensor, 1}, kLlc, 0, 4_B, 32_ns, 32_ns, 40_ns, 40_ns},
      {{kOutput, 0, 0, 0, 0}, kSram, 0, 4_B, 36_ns, 36_ns, 40_ns, 40_ns},
      {{kInput, 0, 1, 1, 0}, kSram, 0, 4_B, 40_ns, 40_ns, 44_ns, 44_ns},
      {{kMove, 0, 1, tensor, 2}, kDram, 0, 4_B, 0_ns, 32_ns, 48_ns, 48_ns},
      {{kMove, 0, 1, tensor, 3}, kLlc, 0, 4_B, 48_ns, 48_ns, 56_ns, 56_ns},
      {{kWeight, 0, 1, 1, 0}, kLlc, 0, 8_B, 56_ns, 56_ns, 72_ns, 72_ns},
      {{kOutput, 0, 1, 1, 0}, kDram, 0, 4_B, 92_ns, 92_ns, 108_ns, 108_ns}};
  for (const TransferEvent& event : transfers) {
    events.on_transfer(event);
  }
  events.on_compute({0, 0, 0, 0_ns, 8_ns, 16_ns, 0_ns, 16_ns, 36_ns});
  events.on_compute({0, 1, 1, 36_ns, 72_ns, 44_ns, 0_ns, 72_ns, 92_ns});
  CHECK(timeline(program, result, events, 27) ==
        "time       0                    108 ns\n"
        "0 weight   aa............bbbb.........\n"
        "0 input    aaaa......b................\n"
        "0 compute  ....aaaaa.........bbbbb....\n"
        "0 output   .........a.............bbbb\n"
        "0 move     ----bbbbbbbbbb.............\n"
        "dram       aaaabbbbbbbb...........bbbb\n"
        "llc        ........bb..bbbbbb.........\n"
        "sram       aa.......ab................\n"
        "  a a\n"
        "  b b\n");
}

TEST_CASE("a timeline that nobody could read is refused", "[report]") {
  CHECK_NOTHROW(check_timeline_fits(one_op({1, 1, 400})));
  CHECK_THROWS_WITH(
      check_timeline_fits(one_op({1, 1, 401})),
      "--timeline: the run has 401 tiles, too many to draw; at most 400 are allowed: "
      "take a smaller network, fewer --streams or fewer --inferences, or see ops[] of "
      "--format json");
}

}  // namespace memplace
