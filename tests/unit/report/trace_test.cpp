// SPDX-License-Identifier: Apache-2.0
// Perfetto traces of simulated runs, read back.
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "report/trace/observers.h"
#include "report/trace/perfetto_trace.h"
#include "sim/chip/chip_reader.h"
#include "sim/feasible/occupancy.h"
#include "sim/systemc/systemc_simulator.h"
#include "tests/support/random_chip.h"
#include "tests/support/random_graph.h"
#include "tests/support/toy_chips.h"
#include "tests/unit/report/traced_run.h"
#include "workloads/io/graph_text.h"
#include "workloads/workload.h"

namespace memplace::test::perfetto {
namespace {

Run traced_builtin(const std::string& workload, const Mode& mode, std::size_t most_tiles = kAll) {
  const auto graph = std::make_shared<const Graph>(load_workload(workload, DType::kInt8));
  const Chip chip = load_chip("nnpi");
  Mapping mapping = uniform_mapping(Problem(*graph, chip), chip.fastest());
  settle(Problem(*graph, chip), mapping);
  return traced(lower(Problem(*graph, chip, mode)), mapping, most_tiles);
}

Program two_ops() {
  const auto graph =
      std::make_shared<const Graph>(parse_graph_text("input x 4\n"
                                                     "a: grid(out=5,in=4) w=8 in=x out=4\n"
                                                     "b: grid(out=5,in=4) w=8 in=a out=4\n"));
  return lower(Problem(*graph, toy_chip(), {1, 1, 1}));
}

}  // namespace

// Example 3 of docs/model/timing.md; a.out in sram, all else in dram:
// dram    |- a.w 32 -|- b.w 32 -|- x 16 -|                              |- y 16 -|
// sram                                           |a.out 4|b in 4|
// compute                                |- a 20 -|              |- b 20 -|
//         0          32         64       80     100     104    108      128      144
TEST_CASE("the worked example as a trace", "[report][systemc]") {
  const Program program = two_ops();
  Mapping mapping = uniform_mapping(program.problem, kDram);
  mapping[program.graph().find_tensor("a.out").value()] = kSram;
  settle(program.problem, mapping);
  const Run run = traced(program, mapping);
  check(run);
  CHECK(
      events(run.text, "Xsf") ==
      R"({"ph":"X","pid":1,"tid":11001,"ts":0,"dur":0.032,"name":"a.weights [0]","cat":"weight","args":{"op":"a","inference":0,"bytes":8,"memory":"dram"}}
{"ph":"X","pid":2,"tid":20001,"ts":0,"dur":0.032,"name":"a.weights [0]","cat":"read","args":{"stream":0}}
{"ph":"X","pid":1,"tid":11002,"ts":0,"dur":0.064,"name":"b.weights [0]","cat":"weight","args":{"op":"b","inference":0,"bytes":8,"queued_ps":32000,"memory":"dram"}}
{"ph":"X","pid":2,"tid":20001,"ts":0.032,"dur":0.032,"name":"b.weights [0]","cat":"read","args":{"stream":0}}
{"ph":"X","pid":1,"tid":12001,"ts":0,"dur":0.08,"name":"x [0]","cat":"input","args":{"op":"a","inference":0,"bytes":4,"queued_ps":64000,"memory":"dram"}}
{"ph":"X","pid":2,"tid":20001,"ts":0.064,"dur":0.016,"name":"x [0]","cat":"read","args":{"stream":0}}
{"ph":"X","pid":1,"tid":13001,"ts":0,"dur":0.08,"name":"wait inputs","cat":"wait","args":{"op":"a","inference":0,"tile":0}}
{"ph":"X","pid":1,"tid":13001,"ts":0.08,"dur":0.02,"name":"a [0]","cat":"compute","args":{"op":"a","inference":0}}
{"ph":"s","pid":1,"tid":12001,"ts":0,"id":1,"name":"wait","cat":"wait"}
{"ph":"f","bp":"e","pid":1,"tid":13001,"ts":0.08,"id":1,"name":"wait","cat":"wait"}
{"ph":"X","pid":1,"tid":14001,"ts":0.1,"dur":0.004,"name":"a.out [0]","cat":"output","args":{"op":"a","inference":0,"bytes":4,"memory":"sram"}}
{"ph":"X","pid":2,"tid":22001,"ts":0.1,"dur":0.004,"name":"a.out [0]","cat":"write","args":{"stream":0}}
{"ph":"X","pid":1,"tid":12001,"ts":0.104,"dur":0.004,"name":"a.out [0]","cat":"input","args":{"op":"b","inference":0,"bytes":4,"memory":"sram"}}
{"ph":"X","pid":2,"tid":22001,"ts":0.104,"dur":0.004,"name":"a.out [0]","cat":"read","args":{"stream":0}}
{"ph":"X","pid":1,"tid":13001,"ts":0.1,"dur":0.008,"name":"wait inputs","cat":"wait","args":{"op":"b","inference":0,"tile":0}}
{"ph":"X","pid":1,"tid":13001,"ts":0.108,"dur":0.02,"name":"b [0]","cat":"compute","args":{"op":"b","inference":0}}
{"ph":"s","pid":1,"tid":12001,"ts":0.104,"id":2,"name":"wait","cat":"wait"}
{"ph":"f","bp":"e","pid":1,"tid":13001,"ts":0.108,"id":2,"name":"wait","cat":"wait"}
{"ph":"X","pid":1,"tid":14001,"ts":0.128,"dur":0.016,"name":"b.out [0]","cat":"output","args":{"op":"b","inference":0,"bytes":4,"memory":"dram"}}
{"ph":"X","pid":2,"tid":20001,"ts":0.128,"dur":0.016,"name":"b.out [0]","cat":"write","args":{"stream":0}}
{"ph":"X","pid":1,"tid":10001,"ts":0,"dur":0.144,"name":"inference 0","cat":"inference","args":{"latency_ps":144000,"drain_ps":16000}}
)");
  // dram: 16 B of weights, x (4 B, until a has read it), b.out (4 B, from step 1). a.out is live in
  // both steps.
  const Viewed viewed = view(run.json);
  using Samples = std::vector<std::pair<std::int64_t, std::int64_t>>;
  CHECK(viewed.counters.at("dram occupancy (B)") == Samples{{0, 20}});
  CHECK(viewed.counters.at("sram occupancy (B)") == Samples{{0, 4}});
  CHECK(viewed.counters.at("llc occupancy (B)") == Samples{{0, 0}});
}

TEST_CASE("traces of random runs hold all their events", "[report][systemc]") {
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    CAPTURE(seed);
    Rng rng(seed, 11);
    const auto graph = std::make_shared<const Graph>(random_graph(rng, {1, 10, 512, 16}));
    const Chip chip = random_chip(rng);
    const Mode mode = random_mode(rng, chip);
    check(traced(lower(Problem(*graph, chip, mode)), random_mapping(rng, *graph, chip)));
  }
}

// resnet50 is without views, so that its steps are what the compute sequencer takes up.
TEST_CASE("a trace of resnet50 adds up to its latency and peaks", "[report][systemc]") {
  const Run run = traced_builtin("resnet50", {1, 12, 1});
  check(run);
  const Viewed viewed = view(run.json);
  const Program& p = run.program;
  const Occupancy filled = occupancy(p.problem, run.mapping);
  for (const MemoryId id : p.chip().memories.ids()) {
    CHECK(viewed.largest(p.chip().memories[id].name + " occupancy (B)") == filled[id].peak.count());
    CHECK(viewed.counters.at(p.chip().memories[id].name + " occupancy (B)").back().second ==
          filled[id].final_bytes.count());
  }
}

// Of two streams only weights are held once.
TEST_CASE("a trace counts the bytes of all streams", "[report][systemc]") {
  const Run run = traced_builtin("resnet50", {2, 6, 1});
  check(run);
  const Viewed viewed = view(run.json);
  const Program& p = run.program;
  const Occupancy filled = occupancy(p.problem, run.mapping);
  for (const MemoryId id : p.chip().memories.ids()) {
    // Both begin at step 0 and end at the last.
    const auto& samples = viewed.counters.at(p.chip().memories[id].name + " occupancy (B)");
    CHECK(samples.front().second == filled[id].live.front().count());
    CHECK(samples.back().second == filled[id].final_bytes.count());
  }
}

TEST_CASE("a trace of bert-large adds up to its latency", "[report][systemc]") {
  check(traced_builtin("bert-large", {1, 12, 1}));
}

// The ops begun before the limit are shown tile by tile, the rest as one slice each; still without
// gaps, and still adding up.
TEST_CASE("a trace of many tiles goes on op by op", "[report][systemc]") {
  const std::size_t shown = GENERATE(std::size_t{0}, std::size_t{1}, std::size_t{200});
  const Run run = traced_builtin("resnet50", {2, 6, 2}, shown);
  CHECK(run.json.at("otherData").at("tiles") == run.recorder.computes.size());
  CHECK(run.json.at("otherData").at("tiles_shown") == shown);
  const Viewed viewed = view(run.json);
  check_arrows(viewed);
  std::size_t tiles = 0;
  std::map<std::string, std::int64_t> sums;  // of stream 0's first inference, by op
  for (const std::string process : {"stream 0", "stream 1"}) {
    std::int64_t until = 0;
    for (const Slice& s : viewed.slices.at(viewed.track(process, "compute"))) {
      REQUIRE(s.begin == until);
      until = s.end;
      tiles += s.category == "compute" ? 1U : 0U;
      if (s.category == "op") {
        std::int64_t sum = 0;
        for (const char* const part : {"compute_ps", "dispatch_ps", "wait_weights_ps",
                                       "wait_inputs_ps", "wait_move_ps", "wait_output_slot_ps"}) {
          sum += s.args.at(part).get<std::int64_t>();
        }
        REQUIRE(sum == s.end - s.begin);
      }
      if (process == "stream 0" && s.args.at("inference") == 0) {
        sums[s.category == "op" ? s.name : s.args.at("op").get<std::string>()] += s.end - s.begin;
      }
    }
  }
  CHECK(tiles >= shown);
  CHECK(tiles < run.recorder.computes.size() / 2);
  for (const OpId id : run.program.graph().ops()) {
    const OpTiming& op = run.result.ops[id];
    CHECK(Picoseconds(sums[run.program.graph().op(id).name]) ==
          op.compute + op.dispatch + op.wait_weights + op.wait_inputs + op.wait_output_slot);
  }
}

TEST_CASE("a trace that cannot be written is one Error after the run", "[report][systemc]") {
  const Program program = two_ops();
  const Mapping mapping = uniform_mapping(program.problem, kDram);
  const RunHeader header{"0.0", "simulate", {}, {}, ""};
  CHECK_THROWS_WITH(PerfettoTrace("/no-such-directory/t.json", program, mapping, header, kAll),
                    "/no-such-directory/t.json: cannot write: No such file or directory");

  // More than the buffer holds, so that writing fails in the midst of the run.
  const auto graph = std::make_shared<const Graph>(load_workload("resnet50", DType::kInt8));
  const Chip chip = load_chip("nnpi");
  const Program resnet = lower(Problem(*graph, chip, {1, 12, 1}));
  const Mapping slow = uniform_mapping(Problem(*graph, chip), chip.slowest());
  PerfettoTrace trace("/dev/full", resnet, slow, header, kAll);
  SystemCSimulator simulator;
  const SimResult result = simulator.run(resnet, slow, &trace);
  CHECK(result == simulator.run(resnet, slow));
  CHECK_THROWS_WITH(trace.finish(result), "/dev/full: cannot write: No space left on device");
}

TEST_CASE("a trace that was not finished leaves no file", "[report]") {
  const TemporaryFile file;
  const Program program = two_ops();
  const Mapping mapping = uniform_mapping(program.problem, kDram);
  { const PerfettoTrace trace(file.path(), program, mapping, {}, kAll); }
  CHECK_FALSE(std::filesystem::exists(file.path()));
  const std::string name = std::filesystem::path(file.path()).filename().string();
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(file.path()).parent_path())) {
    CHECK(entry.path().filename().string().find(name) == std::string::npos);
  }
}

}  // namespace memplace::test::perfetto
