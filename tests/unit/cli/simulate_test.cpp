// SPDX-License-Identifier: Apache-2.0
#include <cstdint>

#include <catch2/catch.hpp>

#include "base/json.h"
#include "cli_run.h"
#include "tests/support/tangled_graph.h"
#include "workloads/io/graph_yaml.h"

namespace memplace {
namespace {

const std::vector<std::string> kSimulated{"simulate", "tiny.yaml", "--chip",
                                          "toy",      "--mapping", "tiny.mapping.yaml"};

const std::string kAgain = "memplace simulate tiny.yaml --chip toy --mapping tiny.mapping.yaml";

// Law 8: what the ops' parts and the drain add up to.
std::int64_t time_accounted_for(const Json& report) {
  std::int64_t sum = report["drain_ps"].get<std::int64_t>();
  for (const Json& op : report["ops"]) {
    for (const char* const part : {"compute_ps", "dispatch_ps", "wait_weights_ps", "wait_inputs_ps",
                                   "wait_move_ps", "wait_output_slot_ps"}) {
      sum += op[part].get<std::int64_t>();
    }
  }
  return sum;
}

}  // namespace

// The run, 1 character a nanosecond:
//   x from dram        |----16----------|
//   weights from llc   |----16----------|
//   a computes                           |--8-----|
//   a.out to sram                                 |2 |
//   a.out from sram                                  |2 |
//   b computes                                          |2 |
//   b.out to dram                                          |---8----|  end = 38
TEST_CASE("simulate prints the worked example as text", "[cli]") {
  const WorkingDirectory directory;
  write_tiny();
  const Outcome outcome = run_cli(kSimulated);
  CHECK(outcome.code == 0);
  CHECK(outcome.err.empty());
  CHECK(outcome.out == R"(memplace )" MEMPLACE_VERSION R"( simulate
  workload  tiny (types of its own): 2 ops, 8 MAC, 8 parameters, 8 B weights
  chip      toy: 1 engine at 1 GHz; dram 1 MiB, llc 64 B, sram 32 B
  mode      1 stream x 1 engine, 1 inference
  mapping   tiny.mapping.yaml
  again     memplace simulate tiny.yaml --chip toy --mapping tiny.mapping.yaml

latency         38 ns
bound by        dependencies: at least 38 ns, 100.0% of the latency
feasible        yes, as asked
resident load   8 B in 32 ns, once before the first inference

Rooflines
  no schedule beats   time   share
  compute            10 ns   26.3%
  dram               24 ns   63.2%
  llc                16 ns   42.1%
  sram                4 ns   10.5%
  dependencies       38 ns  100.0%

Memory traffic
  memory  busy ns   used  read  written    achieved  energy uJ
  dram      24.00  63.2%   4 B      2 B  157.9 MB/s          0
  llc       16.00  42.1%   8 B      0 B  210.5 MB/s          0
  sram       4.00  10.5%   2 B      2 B  105.3 MB/s          0

Memory occupancy
  memory  capacity  peak   full  at the end
  dram       1 MiB   4 B   0.0%         2 B
  llc         64 B   8 B  12.5%         8 B
  sram        32 B   2 B   6.3%         2 B

Where the time of the first inference went
  op  tiles  total ns  compute  dispatch  weights  inputs  output  queued
  a       1     24.00     8.00      0.00    16.00    0.00    0.00    0.00
  b       1      6.00     2.00      0.00     0.00    4.00    0.00    0.00
  drain 8.00 ns

Tensors
  tensor     kind        asked  given  size  read  steps  moved ns
  x          input       dram   dram    4 B   4 B    0-1     16.00
  a.weights  weights     llc    llc     8 B   8 B    0-2     16.00
  b.out      activation  dram   dram    2 B   0 B    1-2      8.00
  a.out      activation  sram   sram    2 B   2 B    0-2      4.00
)");
}

TEST_CASE("simulate draws the worked example", "[cli]") {
  const WorkingDirectory directory;
  write_tiny();
  const Outcome outcome = run_cli(with(kSimulated, {"--timeline"}));
  CHECK(outcome.out.substr(outcome.out.find("\nTimeline\n")) == R"(
Timeline
time       0                                                      38 ns
0 weight   aaaaaaaaaaaaaaaaaaaaaaaaaa..................................
0 input    aaaaaaaaaaaaaaaaaaaaaaaaaa...............bbbb...............
0 compute  .........................aaaaaaaaaaaaa......bbbb............
0 output   .....................................aaaaa.....bbbbbbbbbbbbb
dram       aaaaaaaaaaaaaaaaaaaaaaaaaa.....................bbbbbbbbbbbbb
llc        aaaaaaaaaaaaaaaaaaaaaaaaaa..................................
sram       .....................................aaaabbbb...............
  a a
  b b
)");
}

TEST_CASE("simulate prints the worked example as JSON", "[cli]") {
  const WorkingDirectory directory;
  write_tiny();
  const Outcome outcome = run_cli(with(kSimulated, {"--format", "json"}));
  CHECK(outcome.code == 0);
  // What pictures need comes last; spans_test.cpp has it.
  const std::size_t end = outcome.out.find("  \"details\": {");
  CHECK(outcome.out.substr(0, end) == R"({
  "memplace_version": ")" MEMPLACE_VERSION R"(",
  "schema_version": 1,
  "command": "simulate",
  "config": {
    "workload": "tiny.yaml",
    "dtype": null,
    "chip": "toy",
    "set": [],
    "streams": 1,
    "engines_per_stream": 1,
    "inferences": 1,
    "model": "event",
    "mapping": "tiny.mapping.yaml",
    "strict": false,
    "allocator": "heuristic",
    "places": "moving",
    "planner": "ring"
  },
  "again": "memplace simulate tiny.yaml --chip toy --mapping tiny.mapping.yaml",
  "workload": "tiny",
  "chip": "toy",
  "mode": {
    "streams": 1,
    "engines_per_stream": 1,
    "inferences": 1
  },
  "latency_ps": 38000,
  "makespan_ps": 38000,
  "drain_ps": 8000,
  "first_inference_ps": 38000,
  "feasible": true,
  "epsilon": 0.0,
  "load_bytes": 8,
  "load_ps": 32000,
  "rooflines": [
    {
      "name": "compute",
      "kind": "compute",
      "bound_ps": 10000
    },
    {
      "name": "dram",
      "kind": "memory",
      "bound_ps": 24000
    },
    {
      "name": "llc",
      "kind": "memory",
      "bound_ps": 16000
    },
    {
      "name": "sram",
      "kind": "memory",
      "bound_ps": 4000
    },
    {
      "name": "dependencies",
      "kind": "path",
      "bound_ps": 38000
    }
  ],
  "demoted": [],
  "ops": [
    {
      "name": "a",
      "kind": "matmul",
      "tiles": 1,
      "start_ps": 0,
      "end_ps": 26000,
      "compute_ps": 8000,
      "dispatch_ps": 0,
      "wait_weights_ps": 16000,
      "wait_inputs_ps": 0,
      "wait_move_ps": 0,
      "wait_output_slot_ps": 0,
      "queued_ps": 0,
      "macs": 8,
      "cycles": 8,
      "split": "none",
      "engines": 1,
      "weights": "a.weights",
      "inputs": [
        "x"
      ],
      "outputs": [
        "a.out"
      ]
    },
    {
      "name": "b",
      "kind": "relu",
      "tiles": 1,
      "start_ps": 26000,
      "end_ps": 38000,
      "compute_ps": 2000,
      "dispatch_ps": 0,
      "wait_weights_ps": 0,
      "wait_inputs_ps": 4000,
      "wait_move_ps": 0,
      "wait_output_slot_ps": 0,
      "queued_ps": 0,
      "macs": 0,
      "cycles": 2,
      "split": "none",
      "engines": 1,
      "weights": null,
      "inputs": [
        "a.out"
      ],
      "outputs": [
        "b.out"
      ]
    }
  ],
  "memories": [
    {
      "name": "dram",
      "instances": 1,
      "busy_ps": 24000,
      "utilisation": 0.631578947368421,
      "read_bytes": 4,
      "written_bytes": 2,
      "moved_in_bytes": 0,
      "moved_out_bytes": 0,
      "bytes_per_second": 157894736,
      "peak_bytes": 4,
      "final_bytes": 2,
      "capacity_bytes": 1048576,
      "energy_pj": 0
    },
    {
      "name": "llc",
      "instances": 1,
      "busy_ps": 16000,
      "utilisation": 0.42105263157894735,
      "read_bytes": 8,
      "written_bytes": 0,
      "moved_in_bytes": 0,
      "moved_out_bytes": 0,
      "bytes_per_second": 210526315,
      "peak_bytes": 8,
      "final_bytes": 8,
      "capacity_bytes": 64,
      "energy_pj": 0
    },
    {
      "name": "sram",
      "instances": 1,
      "busy_ps": 4000,
      "utilisation": 0.10526315789473684,
      "read_bytes": 2,
      "written_bytes": 2,
      "moved_in_bytes": 0,
      "moved_out_bytes": 0,
      "bytes_per_second": 105263157,
      "peak_bytes": 2,
      "final_bytes": 2,
      "capacity_bytes": 32,
      "energy_pj": 0
    }
  ],
  "tensors": [
    {
      "name": "x",
      "kind": "input",
      "bytes": 4,
      "asked": "dram",
      "given": "dram",
      "fetched_to": null,
      "storage": "x",
      "begin_step": 0,
      "end_step": 1,
      "read_bytes": 4,
      "written_bytes": 0,
      "transfer_ps": 16000
    },
    {
      "name": "a.weights",
      "kind": "weights",
      "bytes": 8,
      "asked": "llc",
      "given": "llc",
      "fetched_to": null,
      "storage": "a.weights",
      "begin_step": 0,
      "end_step": 2,
      "read_bytes": 8,
      "written_bytes": 0,
      "transfer_ps": 16000
    },
    {
      "name": "a.out",
      "kind": "activation",
      "bytes": 2,
      "asked": "sram",
      "given": "sram",
      "fetched_to": null,
      "storage": "a.out",
      "begin_step": 0,
      "end_step": 2,
      "read_bytes": 2,
      "written_bytes": 2,
      "transfer_ps": 4000
    },
    {
      "name": "b.out",
      "kind": "activation",
      "bytes": 2,
      "asked": "dram",
      "given": "dram",
      "fetched_to": null,
      "storage": "b.out",
      "begin_step": 1,
      "end_step": 2,
      "read_bytes": 0,
      "written_bytes": 2,
      "transfer_ps": 8000
    }
  ],
  "moves": [],
)");
}

TEST_CASE("simulate prints the worked example as CSV", "[cli]") {
  const WorkingDirectory directory;
  write_tiny();
  CHECK(run_cli(with(kSimulated, {"--format", "csv"})).out ==
        "name,kind,tiles,start_ps,end_ps,compute_ps,dispatch_ps,wait_weights_ps,wait_inputs_ps,"
        "wait_move_ps,wait_output_slot_ps,queued_ps,macs,cycles,split,engines\n"
        "a,matmul,1,0,26000,8000,0,16000,0,0,0,0,8,8,none,1\n"
        "b,relu,1,26000,38000,2000,0,0,4000,0,0,0,0,2,none,1\n");
  CHECK(run_cli(with(kSimulated, {"--format", "csv", "--table", "memories"})).out ==
        "name,instances,busy_ps,utilisation,read_bytes,written_bytes,moved_in_bytes,"
        "moved_out_bytes,bytes_per_second,peak_bytes,final_bytes,capacity_bytes,energy_pj\n"
        "dram,1,24000,0.631578947368421,4,2,0,0,157894736,4,2,1048576,0\n"
        "llc,1,16000,0.42105263157894735,8,0,0,0,210526315,8,8,64,0\n"
        "sram,1,4000,0.10526315789473684,2,2,0,0,105263157,2,2,32,0\n");
  CHECK(run_cli(with(kSimulated, {"--format", "csv", "--table", "summary"})).out ==
        "workload,chip,streams,engines_per_stream,inferences,latency_ps,makespan_ps,drain_ps,"
        "first_inference_ps,feasible,epsilon,load_bytes,load_ps\n"
        "tiny,toy,1,1,1,38000,38000,8000,38000,true,0.0,8,32000\n");
  CHECK(run_cli(with(kSimulated, {"--format", "csv", "--table", "tensors"})).out ==
        "name,kind,bytes,asked,given,fetched_to,storage,begin_step,end_step,read_bytes,"
        "written_bytes,transfer_ps\n"
        "x,input,4,dram,dram,,x,0,1,4,0,16000\n"
        "a.weights,weights,8,llc,llc,,a.weights,0,2,8,0,16000\n"
        "a.out,activation,2,sram,sram,,a.out,0,2,2,2,4000\n"
        "b.out,activation,2,dram,dram,,b.out,1,2,0,2,8000\n");
}

TEST_CASE("the printed command gives the same report again", "[cli]") {
  const Outcome first =
      run_cli({"simulate", "bert-base:seq=64", "--set", "memories.sram.capacity=8MiB", "--streams",
               "2", "--dtype", "fp16", "--mapping", "all:sram", "--format", "json"});
  REQUIRE(first.code == 0);
  const Json report = Json::parse(first.out);
  std::istringstream words(report["again"].get<std::string>());
  std::vector<std::string> args;
  for (std::string word; words >> word;) {
    args.push_back(word);
  }
  REQUIRE(args.front() == "memplace");
  args.erase(args.begin());
  args.insert(args.end(), {"--format", "json"});
  CHECK(run_cli(args).out == first.out);
}

TEST_CASE("time is accounted for and no roofline is beaten", "[cli]") {
  for (const char* const workload : {"resnet50", "bert-base", "mobilenet-v2"}) {
    for (const char* const mapping : {"heuristic:native", "all:dram", "all:sram"}) {
      for (const char* const streams : {"1", "12"}) {
        const Outcome outcome = run_cli({"simulate", workload, "--mapping", mapping, "--streams",
                                         streams, "--inferences", "2", "--format", "json"});
        INFO(workload << ' ' << mapping << ' ' << streams << ' ' << outcome.err);
        REQUIRE(outcome.code == 0);
        const Json report = Json::parse(outcome.out);
        CHECK(time_accounted_for(report) == report["first_inference_ps"]);
        CHECK(report.contains("throughput_per_s"));
        for (const Json& roofline : report["rooflines"]) {
          CHECK(roofline["bound_ps"] <= report["makespan_ps"]);
        }
        for (const Json& memory : report["memories"]) {
          CHECK(memory["busy_ps"] <= report["makespan_ps"]);
          CHECK(memory["peak_bytes"] <= memory["capacity_bytes"]);
        }
      }
    }
  }
}

TEST_CASE("one inference has no throughput", "[cli]") {
  const Json report = Json::parse(run_cli({"simulate", "mobilenet-v2", "--format", "json"}).out);
  CHECK_FALSE(report.contains("throughput_per_s"));
  CHECK(report["first_inference_ps"] == report["latency_ps"]);
}

// In a scratchpad of 8 B the weights, placed first, leave nothing for the 2 B of a.out.
TEST_CASE("an infeasible mapping is rectified and explained", "[cli]") {
  const WorkingDirectory directory;
  write_tiny();
  const std::vector<std::string> args{"simulate",  "tiny.yaml", "--chip",
                                      "toy",       "--set",     "memories.sram.capacity=8B",
                                      "--mapping", "all:sram"};
  const Outcome outcome = run_cli(with(args, {"--format", "json"}));
  CHECK(outcome.code == 0);
  const Json report = Json::parse(outcome.out);
  CHECK(report["feasible"] == false);
  CHECK(report["epsilon"] == 2.0 / 10.0);  // a.out's 2 B of the 10 B asked above dram
  CHECK(
      report["demoted"].dump() ==
      R"([{"tensor":"a.out","bytes":2,"asked":"sram","given":"llc","refusals":[)"
      R"({"memory":"sram","reason":"bytes","step":0,"op":"a","asked_bytes":2,"free_bytes":0,"holders":[)"
      R"({"tensor":"a.weights","bytes":8}]}]}])");

  const std::string text = run_cli(args).out;
  CHECK(text.find("feasible        not as asked: 1 tensor demoted, epsilon 0.2\n") !=
        std::string::npos);
  CHECK(
      text.find("\nDemoted\n  a.out (2 B): sram -> llc\n"
                "    sram has 0 B free for 2 B at step 0 (a); largest there: a.weights (8 B)\n") !=
      std::string::npos);

  const Outcome strict = run_cli(with(args, {"--strict"}));
  CHECK(strict.code == 1);
  CHECK(strict.out.empty());
  CHECK(strict.err ==
        "simulate: the mapping does not fit: \"a.out\" asks for 2 B of sram at step 0 (op \"a\"), "
        "where 0 B are free; 1 of 2 decisions would be demoted, epsilon 0.2\n");
}

// x is read by a alone, so b.out may lie where it was.
TEST_CASE("simulate writes the addresses of what it ran", "[cli]") {
  const WorkingDirectory directory;
  write_tiny();
  const Outcome outcome = run_cli(with(kSimulated, {"--addresses", "a.csv"}));
  CHECK(outcome.code == 0);
  CHECK(outcome.out == run_cli(kSimulated).out);
  CHECK(WorkingDirectory::read("a.csv") ==
        "id,memory,lower,upper,size,offset\n"
        "x,dram,0,1,4,0\n"
        "a.weights,llc,0,2,8,0\n"
        "a.out,sram,0,2,2,0\n"
        "b.out,dram,1,2,2,0\n");
  CHECK(run_cli(with(kSimulated, {"--addresses", "tiny.yaml"})).code == 2);
}

// knot() has at most 8 B live, but 8 B do not hold it.
TEST_CASE("simulate says where bytes are free but addresses lack", "[cli]") {
  const WorkingDirectory directory;
  WorkingDirectory::write("knot.yaml", write_graph_yaml(knot(2)));
  const std::vector<std::string> args{"simulate",  "knot.yaml", "--chip",
                                      "toy",       "--set",     "memories.sram.capacity=8B",
                                      "--mapping", "all:sram"};
  for (const char* const allocator : {"heuristic", "exact"}) {
    const auto chosen = with(args, {"--allocator", allocator});
    const Json report = Json::parse(run_cli(with(chosen, {"--format", "json"})).out);
    CHECK(report["feasible"] == false);
    CHECK(report["config"]["allocator"] == allocator);
    REQUIRE(report["demoted"].size() == 1);
    const Json refusal = report["demoted"][0]["refusals"][0];
    CHECK(refusal["reason"] == "addresses");
    CHECK(refusal["asked_bytes"] == 2);
    CHECK(refusal["free_bytes"].get<int>() >= 2);
    CHECK(run_cli(chosen).out.find(", but no address was found") != std::string::npos);
    const Outcome strict = run_cli(with(chosen, {"--strict"}));
    CHECK(strict.code == 1);
    CHECK(strict.err.find(" are free, but no address was found; 1 of ") != std::string::npos);
  }
  CHECK(run_cli(with(args, {"--allocator", "best"})).err ==
        "simulate: unknown --allocator \"best\"; known: heuristic, exact\n");
}

TEST_CASE("a network that no memory holds is infeasible", "[cli]") {
  for (const char* const command : {"simulate", "optimize"}) {
    const Outcome outcome =
        run_cli({command, "mobilenet-v2", "--set", "memories.dram.capacity=1KiB"});
    CHECK(outcome.code == 1);
    CHECK(outcome.out.empty());
    CHECK(outcome.err.find("does not fit chip \"nnpi\"") != std::string::npos);
  }
}

TEST_CASE("results and mappings go to files as a whole", "[cli]") {
  const WorkingDirectory directory;
  write_tiny();
  const Outcome outcome =
      run_cli(with(kSimulated, {"-o", "out.txt", "--save-mapping", "saved.yaml"}));
  CHECK(outcome.code == 0);
  CHECK(outcome.out.empty());
  CHECK(WorkingDirectory::read("out.txt") == run_cli(kSimulated).out);
  CHECK(directory.names() ==
        std::vector<std::string>{"out.txt", "saved.yaml", "tiny.mapping.yaml", "tiny.yaml"});
  // The saved mapping is the one that was simulated.
  const Json again = Json::parse(run_cli({"simulate", "tiny.yaml", "--chip", "toy", "--mapping",
                                          "saved.yaml", "--format", "json"})
                                     .out);
  CHECK(again["latency_ps"] == 38000);
}

TEST_CASE("tables keep to the terminal's width", "[cli]") {
  const std::string text = run_cli({"simulate", "resnet50"}, false, 80).out;
  std::istringstream lines(text.substr(text.find("\nRooflines\n")));
  for (std::string line; std::getline(lines, line);) {
    CHECK(line.size() <= 80);
  }
  CHECK(text.find("... 47 more (--ops all)") != std::string::npos);
  const std::string all = run_cli({"simulate", "resnet50", "--ops", "all"}).out;
  CHECK(all.find("--ops all)") == std::string::npos);
}

TEST_CASE("simulate writes traces beside its result", "[cli]") {
  const WorkingDirectory directory;
  write_tiny();
  const Outcome plain = run_cli(kSimulated);
  const Outcome outcome = run_cli(with(kSimulated, {"--trace", "t.json", "--vcd", "t.vcd"}));
  CHECK(outcome.code == 0);
  CHECK(outcome.err.empty());
  CHECK(outcome.out == plain.out);
  CHECK(directory.names() ==
        std::vector<std::string>{"t.json", "t.vcd", "tiny.mapping.yaml", "tiny.yaml"});
  const Json trace = Json::parse(WorkingDirectory::read("t.json"));
  CHECK(trace["otherData"]["again"] == kAgain);
  CHECK(trace["otherData"]["config"]["chip"] == "toy");
  CHECK(trace["traceEvents"].size() > 20);
  CHECK(WorkingDirectory::read("t.vcd").find("$comment " + kAgain + " $end\n") !=
        std::string::npos);
}

TEST_CASE("simulate says what a trace leaves out", "[cli]") {
  const WorkingDirectory directory;
  write_tiny();
  const Outcome outcome =
      run_cli(with(kSimulated, {"--trace", "t.json", "--vcd", "t.vcd", "--trace-tiles", "1"}));
  CHECK(outcome.code == 0);
  CHECK(outcome.err ==
        "simulate: the trace shows 1 of 2 tiles one by one, the rest op by op; --trace-tiles sets "
        "how many\n"
        "simulate: the waveforms end after 1 of 2 tiles; --trace-tiles sets how many\n");
  CHECK(run_cli(with(kSimulated, {"--trace", "t.json", "--trace-tiles", "all"})).err.empty());
}

TEST_CASE("a trace that cannot be written is one message and leaves nothing", "[cli]") {
  const WorkingDirectory directory;
  write_tiny();
  const std::vector<std::string> before = directory.names();
  const auto error = [&](const std::vector<std::string>& args) {
    const Outcome outcome = run_cli(with(kSimulated, args));
    CHECK(outcome.code == 2);
    CHECK(outcome.out.empty());
    CHECK(directory.names() == before);
    return outcome.err;
  };
  CHECK(error({"--trace", "none/t.json"}) ==
        "none/t.json: cannot write: No such file or directory\n");
  CHECK(error({"--vcd", "none/t.vcd"}) == "none/t.vcd: cannot write: No such file or directory\n");
  CHECK(error({"--trace", "/dev/full"}) == "/dev/full: cannot write: No space left on device\n");
  CHECK(error({"--trace", "t", "--vcd", "t"}) == "simulate: --trace and --vcd both name \"t\"\n");
  CHECK(error({"--trace-tiles", "5"}) == "simulate: --trace-tiles needs --trace or --vcd\n");
  CHECK(error({"--trace", "t", "--trace-tiles", "-1"}) ==
        "simulate: --trace-tiles: got \"-1\", expected a whole number or \"all\"\n");
  // The waves fail when the trace is already whole.
  const Outcome late = run_cli(with(kSimulated, {"--trace", "t.json", "--vcd", "/dev/full"}));
  CHECK(late.code == 2);
  CHECK(late.err == "/dev/full: cannot write: No space left on device\n");
}

}  // namespace memplace
