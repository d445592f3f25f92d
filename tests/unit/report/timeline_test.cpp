// SPDX-License-Identifier: Apache-2.0
#include "report/timeline.h"

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

TEST_CASE("a timeline that nobody could read is refused", "[report]") {
  CHECK_NOTHROW(check_timeline_fits(one_op({1, 1, 400})));
  CHECK_THROWS_WITH(
      check_timeline_fits(one_op({1, 1, 401})),
      "--timeline: the run has 401 tiles, too many to draw; at most 400 are allowed: "
      "take a smaller network, fewer --streams or fewer --inferences, or see ops[] of "
      "--format json");
}

}  // namespace memplace
