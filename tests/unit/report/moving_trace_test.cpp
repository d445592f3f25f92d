// SPDX-License-Identifier: Apache-2.0
// Perfetto traces of runs in which tensors are fetched.
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "report/trace/observers.h"
#include "tests/unit/report/traced_run.h"

namespace memplace::test::perfetto {

TEST_CASE("a move as a trace", "[report][systemc]") {
  const Run run = traced(late_fetch(""));
  check(run);
  const std::string all = events(run.text, "Xsf");
  const auto line = [&](const std::string& text) {
    INFO(text << "\nin\n" << all);
    CHECK(all.find(text + "\n") != std::string::npos);
  };
  line(
      R"({"ph":"X","pid":1,"tid":16001,"ts":0,"dur":0.04,"name":"b.weights [0]","cat":"piece","args":{"op":"b","inference":0,"bytes":4,"read_ps":32000,"read_queued_ps":16000,"from":"dram","to":"llc"}})");
  line(
      R"({"ph":"X","pid":1,"tid":16002,"ts":0,"dur":0.056,"name":"b.weights [1]","cat":"piece","args":{"op":"b","inference":0,"bytes":4,"read_ps":48000,"read_queued_ps":32000,"from":"dram","to":"llc"}})");
  line(
      R"({"ph":"X","pid":1,"tid":15001,"ts":0,"dur":0.056,"name":"b.weights","cat":"move","args":{"op":"b","inference":0,"bytes":8,"from":"dram","to":"llc"}})");
  line(
      R"({"ph":"X","pid":1,"tid":13001,"ts":0.036,"dur":0.02,"name":"wait move","cat":"wait","args":{"op":"b","inference":0,"tile":0,"tensor":"b.weights"}})");
  line(
      R"({"ph":"X","pid":1,"tid":13001,"ts":0.056,"dur":0.016,"name":"wait weights","cat":"wait","args":{"op":"b","inference":0,"tile":0}})");
  // From the second piece, which ended the wait for the move, and from the chunk.
  line(
      R"({"ph":"s","pid":1,"tid":16002,"ts":0,"id":2,"name":"fetch","cat":"wait"}
{"ph":"f","bp":"e","pid":1,"tid":13001,"ts":0.072,"id":2,"name":"fetch","cat":"wait"}
{"ph":"s","pid":1,"tid":11001,"ts":0.056,"id":3,"name":"wait","cat":"wait"}
{"ph":"f","bp":"e","pid":1,"tid":13001,"ts":0.072,"id":3,"name":"wait","cat":"wait"})");
  const Viewed viewed = view(run.json);
  using Samples = std::vector<std::pair<std::int64_t, std::int64_t>>;
  CHECK(viewed.counters.at("llc occupancy (B)") == Samples{{0, 8}});
  CHECK(viewed.names.at({1, 15001}) == "moves");
  CHECK(viewed.names.at({1, 16001}) == "mover");
  CHECK(viewed.names.at({1, 16002}) == "mover +1");
}

// There is room for the copy once a has computed, at 36 ns.
TEST_CASE("a trace counts a copy from when there is room for it", "[report][systemc]") {
  const Run run = traced(late_fetch("a"));
  check(run);
  const Viewed viewed = view(run.json);
  using Samples = std::vector<std::pair<std::int64_t, std::int64_t>>;
  CHECK(viewed.counters.at("llc occupancy (B)") == Samples{{0, 0}, {36'000, 8}});
  const Slice& move = viewed.slices.at(viewed.track("stream 0", "moves")).front();
  CHECK(move.begin == 36'000);
  CHECK(move.args.at("after") == "a");
}

TEST_CASE("a trace without its tiles still has moves", "[report][systemc]") {
  const Run run = traced(late_fetch(""), 0);
  const Viewed viewed = view(run.json);
  CHECK(viewed.arrows.empty());
  CHECK(viewed.slices.at(viewed.track("stream 0", "moves")).size() == 1);
  const Slice& b = viewed.slices.at(viewed.track("stream 0", "compute")).back();
  CHECK(b.name == "b");
  CHECK(b.args.at("wait_move_ps") == 20'000);
  CHECK(b.args.at("wait_weights_ps") == 16'000);
  CHECK(events(run.text, "X").find("\"piece\"") == std::string::npos);
}

TEST_CASE("traces of random moving runs hold all their events", "[report][systemc]") {
  std::size_t moves = 0;
  Picoseconds waited;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    CAPTURE(seed);
    const SimCase c = random_moving_case(seed);
    const Program program = lower(c);
    const MovePlan plan = plan_of(c);
    if (tiles_of_run(program) > 2'000) {
      continue;
    }
    const Run run = traced(program, c.mapping, plan);
    check(run);
    moves += plan.moves.size();
    for (const MoveTiming& move : run.result.moves) {
      waited += move.waited;
    }
  }
  CHECK(moves > 100);
  CHECK(waited > 0_ps);
}

}  // namespace memplace::test::perfetto
