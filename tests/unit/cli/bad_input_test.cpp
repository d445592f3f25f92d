// SPDX-License-Identifier: Apache-2.0
// Each kind of mistake a user can make, with the whole message it gets. All end with exit code 2,
// leave stdout empty and write no file.
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "optimizer/studies/loading/networks.h"
#include "tests/unit/cli/cli_run.h"

namespace memplace {
namespace {

struct BadInput {
  std::vector<std::string> args;
  std::string message;
  std::string file;  // content of bad.yaml
};

// Whether one of the parts in front of a message stands there twice: "simulate: simulate: ...".
bool says_twice(const std::string& message) {
  std::string last;
  std::size_t begin = 0;
  for (std::size_t end = message.find(": "); end != std::string::npos;
       end = message.find(": ", begin)) {
    const std::string part = message.substr(begin, end - begin);
    if (part == last) {
      return true;
    }
    last = part;
    begin = end + 2;
  }
  return false;
}

void check(const std::vector<BadInput>& cases) {
  for (const BadInput& bad : cases) {
    const WorkingDirectory directory;
    WorkingDirectory::write("tiny.yaml", kTinyGraph);
    WorkingDirectory::write("bad.yaml", bad.file);
    const Outcome outcome = run_cli(bad.args);
    CHECK(outcome.err == bad.message + "\n");
    CHECK_FALSE(says_twice(outcome.err));
    CHECK(outcome.code == 2);
    CHECK(outcome.out.empty());
    CHECK(directory.names() == std::vector<std::string>{"bad.yaml", "tiny.yaml"});
  }
}

const std::string kSimulateOptions =
    "--chip, --set, --dtype, --dim, --value, --allow-unknown, --streams, --engines-per-stream, "
    "--inferences, --model, --mapping, --places, --planner, --strict, "
    "--format, --output, --table, --timeline, --ops, --tensors, --save-mapping, --addresses, "
    "--allocator, --trace, --vcd, "
    "--trace-tiles, --help";

const std::string kCommands =
    "simulate, optimize, bound, experiment, sweep, train, report, compare, describe, import, "
    "export, "
    "allocate, serve, list, bench, completion";

// Of a file that is not there.
const std::string kNoModel = has_onnx() ? "model.onnx: cannot read: No such file or directory"
                                        : std::string(no_onnx_error("model.onnx").what());

const std::string kWorkloads = "resnet50, resnet101, bert-base, bert-large, mobilenet-v2";

// A chip file like toy, with one line exchanged.
std::string chip_with(const std::string& line, const std::string& replacement) {
  std::string text = R"(chip: small
engines:
  count: 1
  clock: 1 GHz
  grid: {output_channels: 1, input_channels: 1, positions: 1}
  passes: {int8: 1, fp16: 2, fp32: 4}
  vector:
    width: 1 B
    cost: {copy: 1, elementwise: 1, transcendental: 1, softmax: 1, normalization: 1, reduction: 1, mac: 1}
  staging_buffer: 48 B
  staging: {weights: 16 B, input_slot: 8 B, output_slot: 8 B}
  dispatch_overhead: 0 ns
memories:
  - {name: dram, capacity: 1 MiB, read_bandwidth: 250 MB/s, latency: 0 ns}
  - {name: sram, capacity: 32 B, read_bandwidth: 1 GB/s, latency: 0 ns}
)";
  return text.replace(text.find(line), line.size(), replacement);
}

// The tiny network with one piece exchanged.
std::string graph_with(const std::string& piece, const std::string& replacement) {
  std::string text = kTinyGraph;
  return text.replace(text.find(piece), piece.size(), replacement);
}

}  // namespace

TEST_CASE("mistakes on the command line", "[cli]") {
  check({
      {{"help", "simulat"},
       "unknown command \"simulat\"; known: " + kCommands + " (did you mean \"simulate\"?)",
       ""},
      {{"simulat", "resnet50"},
       "unknown command \"simulat\"; known: " + kCommands + " (did you mean \"simulate\"?)",
       ""},
      {{"--versoin"},
       "unknown option \"--versoin\"; known: --help, --version (did you mean \"--version\"?)",
       ""},
      {{"simulate"}, "simulate: WORKLOAD is missing; see memplace simulate --help", ""},
      {{"simulate", "resnet5"},
       "simulate: unknown workload \"resnet5\"; known: " + kWorkloads +
           " (did you mean \"resnet50\"?)",
       ""},
      {{"simulate", "resnet50", "extra"}, "simulate: unexpected argument \"extra\"", ""},
      {{"simulate", "resnet50", "--chipp", "nnpi"},
       "simulate: unknown option \"--chipp\"; known: " + kSimulateOptions +
           " (did you mean \"--chip\"?)",
       ""},
      {{"simulate", "resnet50", "--mode=fast"},
       "simulate: unknown option \"--mode\"; known: " + kSimulateOptions +
           " (did you mean \"--model\"?)",
       ""},
      {{"simulate", "resnet50", "--chip"}, "simulate: --chip: needs a value", ""},
      {{"simulate", "resnet50", "--chip", "--strict"}, "simulate: --chip: needs a value", ""},
      {{"simulate", "resnet50", "--strict=yes"}, "simulate: --strict: takes no value", ""},
      {{"simulate", "resnet50", "--chip", "nnpi", "--chip", "toy"},
       "simulate: --chip is given twice",
       ""},
      {{"simulate", "resnet50", "--chip", "nnpy"},
       "simulate: unknown chip \"nnpy\"; known: nnpi, nnpi-12ice, toy (did you mean \"nnpi\"?); "
       "the path of a chip file ends in .yaml",
       ""},
      {{"simulate", "resnet50", "--chip", "none.yaml"},
       "none.yaml: cannot read: No such file or directory",
       ""},
      {{"simulate", "resnet50", "--dtype", "int9"},
       "simulate: unknown --dtype \"int9\"; known: int8, fp16, fp32 (did you mean \"int8\"?)",
       ""},
      {{"simulate", "tiny.yaml", "--dtype", "int8"},
       "simulate: --dtype is for built-in networks; tiny.yaml gives each tensor a type of its own",
       ""},
      {{"simulate", "resnet50:bach=2"},
       "simulate: workload resnet50: unknown parameter \"bach\"; known: batch, image (did you mean "
       "\"batch\"?)",
       ""},
      {{"simulate", "resnet50:batch=0"},
       "simulate: workload resnet50: batch is \"0\", expected a whole number from 1 to 1024",
       ""},
      {{"simulate", "resnet50:batch"},
       "simulate: workload resnet50: got \"batch\", expected PARAMETER=VALUE; known: batch, image",
       ""},
      {{"simulate", "model.onnx"}, kNoModel, ""},
      {{"describe", "model.onnx"}, kNoModel, ""},
      {{"simulate", "resnet50", "--dim", "batch=2"},
       "simulate: --dim is for .onnx files, and resnet50 is none",
       ""},
      {{"simulate", "tiny.yaml", "--allow-unknown"},
       "simulate: --allow-unknown is for .onnx files, and tiny.yaml is none",
       ""},
      {{"simulate", "model.onnx", "--dim", "batch"},
       "simulate: --dim: got \"batch\", expected NAME=N with N from 0 to 9223372036854775807",
       ""},
      {{"simulate", "model.onnx", "--dim", "batch=1", "--dim", "batch=2"},
       "simulate: --dim: batch is given twice",
       ""},
      {{"simulate", "model.pb"},
       "simulate: got \"model.pb\", expected the name of a network or a file ending in .yaml or "
       ".onnx",
       ""},
      {{"simulate", "./resnet50"},
       "simulate: got \"./resnet50\", expected the name of a network or a file ending in .yaml or "
       ".onnx",
       ""},
      {{"simulate", "tiny.yaml", "--chip", "toy", "--trace", "./tiny.yaml"},
       "simulate: --trace \"./tiny.yaml\" would overwrite what is read as WORKLOAD",
       ""},
      {{"simulate", "tiny.yaml", "--chip", "bad.yaml", "--output", "bad.yaml"},
       "simulate: --output \"bad.yaml\" would overwrite what is read as --chip",
       ""},
      {{"describe", "tiny.yaml", "--output", "tiny.yaml"},
       "describe: --output \"tiny.yaml\" would overwrite what is read as WORKLOAD",
       ""},
      {{"optimize", "tiny.yaml", "--output", "tiny.yaml"},
       "optimize: --output \"tiny.yaml\" would overwrite what is read as WORKLOAD",
       ""},
      {{"compare", "bad.yaml", "all:dram", "--workload", "tiny.yaml", "--output", "bad.yaml"},
       "compare: --output \"bad.yaml\" would overwrite what is read as A",
       ""},
      {{"simulate", "none.yaml"}, "none.yaml: cannot read: No such file or directory", ""},
      {{"simulate", "resnet50", "--streams", "two"},
       "simulate: --streams: got \"two\", expected a whole number from 1 to 12",
       ""},
      {{"simulate", "resnet50", "--streams", "13"},
       "simulate: --streams: got \"13\", expected a whole number from 1 to 12",
       ""},
      {{"simulate", "resnet50", "--streams", "3", "--engines-per-stream", "5"},
       "simulate: streams x engines-per-stream: got 3 x 5 = 15, but chip \"nnpi\" has only 12 "
       "engines",
       ""},
      {{"simulate", "resnet50", "--inferences", "0"},
       "simulate: --inferences: got \"0\", expected a whole number from 1 to 10000",
       ""},
      {{"simulate", "resnet50", "--set", "memories"},
       "simulate: --set: got \"memories\", expected PATH=VALUE such as memories.sram.capacity=8MiB",
       ""},
      {{"simulate", "resnet50", "--set", "memories.sran.capacity=8MiB"},
       "simulate: --set memories.sran.capacity=8MiB: unknown key \"sran\"; known: dram, llc, sram "
       "(did you mean \"sram\"?)",
       ""},
      {{"simulate", "resnet50", "--set", "memories.sram.capacity=8"},
       "simulate: --set memories.sram.capacity=8: memories[2].capacity: got \"8\", expected a size "
       "such as \"24 MiB\"",
       ""},
      {{"simulate", "resnet50", "--mapping", "native"},
       "simulate: --mapping: got \"native\", expected FILE.yaml, FILE.json, the directory of a "
       "run, "
       "all:MEMORY or heuristic:NAME",
       ""},
      {{"simulate", "resnet50", "--mapping", "all:hbm"},
       "simulate: unknown memory \"hbm\"; known: dram, llc, sram",
       ""},
      {{"simulate", "resnet50", "--mapping", "heuristic:nativ"},
       "simulate: unknown heuristic \"nativ\"; known: all-slowest, native, sram-first, "
       "density-greedy, memory-space-assignment, stream, prefetch (did you mean \"native\"?)",
       ""},
      {{"simulate", "resnet50", "--mapping", "heuristic:stream", "--places", "static"},
       "simulate: heuristic \"stream\" moves tensors during an inference, and here they stay where "
       "they are",
       ""},
      {{"simulate", "resnet50", "--mapping", "none.yaml"},
       "none.yaml: cannot read: No such file or directory",
       ""},
      {{"simulate", "resnet50", "--format", "jsn"},
       "simulate: unknown --format \"jsn\"; known: text, json, csv (did you mean \"json\"?)",
       ""},
      {{"simulate", "resnet50", "--table", "ops"}, "simulate: --table needs --format csv", ""},
      {{"simulate", "resnet50", "--format", "csv", "--table", "opps"},
       "simulate: unknown --table \"opps\"; known: ops, tensors, memories, moves, summary (did you "
       "mean "
       "\"ops\"?)",
       ""},
      {{"simulate", "resnet50", "--format", "json", "--timeline"},
       "simulate: --timeline needs --format text",
       ""},
      {{"simulate", "resnet50", "--inferences", "2", "--timeline"},
       "simulate: --timeline: the run has 660 tiles, too many to draw; at most 400 are allowed: "
       "take a smaller network, fewer --streams or fewer --inferences, or see ops[] of --format "
       "json",
       ""},
      {{"simulate", "resnet50", "--ops", "many"},
       "simulate: --ops: got \"many\", expected a whole number or \"all\"",
       ""},
      {{"simulate", "tiny.yaml", "--chip", "toy", "--output", "none/out.txt"},
       "none/out.txt: cannot write: No such file or directory",
       ""},
      {{"describe", "resnet"},
       "describe: unknown workload or chip \"resnet\"; known: " + kWorkloads +
           ", nnpi, nnpi-12ice, toy (did you mean \"resnet50\"?)",
       ""},
      {{"describe", "nnpi", "--dtype", "int8"},
       "describe: --dtype is for networks, and nnpi is a chip",
       ""},
      {{"describe", "resnet50", "--set", "a=b"},
       "describe: --set is for chips, and resnet50 is a network",
       ""},
      {{"list", "networks"},
       "list: unknown KIND \"networks\"; known: workloads, chips, heuristics, strategies",
       ""},
      {{"list"}, "list: KIND is missing; see memplace list --help", ""},
      {{"list", "chips", "nnpi"}, "list: NAME goes with strategies only, and not with chips", ""},
      {{"list", "strategies", "eglr"},
       "list: unknown strategy \"eglr\"; known: auto, egrl, annealing, tabu, ea, pg, portfolio, "
       "beam, milp, greedy-dp, random, all-slowest, native, sram-first, density-greedy, "
       "memory-space-assignment (did you mean \"egrl\"?)",
       ""},
      {{"completion"}, "completion: SHELL is missing; see memplace completion --help", ""},
      {{"completion", "fihs"},
       "completion: unknown SHELL \"fihs\"; known: bash, zsh, fish (did you mean \"fish\"?)",
       ""},
      {{"generate", "man", "simulat"},
       "generate: unknown command \"simulat\"; known: " + kCommands +
           " (did you mean \"simulate\"?)",
       ""},
      {{"generate", "options", "list"}, "generate: COMMAND does not go with options", ""},
      {{"generate", "options", "--out", "d"}, "generate: --out does not go with options", ""},
      {{"generate", "man", "list", "--out", "d"},
       "generate: COMMAND and --out exclude each other",
       ""},
      {{"optimize", "resnet50", "--strategy", "anealing"},
       "optimize: unknown strategy \"anealing\"; known: auto, egrl, annealing, tabu, ea, pg, "
       "portfolio, beam, milp, greedy-dp, random, all-slowest, native, sram-first, "
       "density-greedy, memory-space-assignment (did you mean \"annealing\"?)",
       ""},
      {{"optimize", "resnet50", "--budget", "0"},
       "optimize: --budget: got \"0\", expected a whole number from 1 to 1000000000",
       ""},
      {{"optimize", "resnet50", "--noise", "2x"},
       "optimize: --noise: got \"2x\", expected a share from 0 to 1 such as 0.02 or 2%",
       ""},
      {{"optimize", "resnet50", "--noise", "101%"},
       "optimize: --noise: got \"101%\", expected a share from 0 to 1 such as 0.02 or 2%",
       ""},
      {{"optimize", "resnet50", "--time", "5 parsecs"},
       "optimize: --time: got \"5 parsecs\", expected a time from 1 ms to 100 d such as 90, 90s, "
       "10m or 1.5h",
       ""},
      {{"optimize", "resnet50", "--time", "101d"},
       "optimize: --time: got \"101d\", expected a time from 1 ms to 100 d such as 90, 90s, 10m or "
       "1.5h",
       ""},
      {{"optimize", "resnet50", "--target-latency", "250"},
       "optimize: --target-latency: got \"250\", expected a time above zero such as 250us",
       ""},
      {{"optimize", "resnet50", "--objective", "latancy"},
       "optimize: unknown --objective \"latancy\"; known: latency, throughput, energy, edp (did "
       "you "
       "mean \"latency\"?)",
       ""},
      {{"optimize", "resnet50", "--objective", "throughput"},
       "optimize: objective throughput needs at least 2 inferences a stream, got 1",
       ""},
      {{"optimize", "resnet50", "--patience", "0"},
       "optimize: --patience: got \"0\", expected a whole number from 1 to 1000000000",
       ""},
      {{"optimize", "resnet50", "--threads", "0"},
       "optimize: --threads: got \"0\", expected a whole number from 1 to 1024",
       ""},
      {{"optimize", "resnet50", "--init", "best"},
       "optimize: --init: got \"best\", expected FILE.yaml, FILE.json, the directory of a run, "
       "all:MEMORY or heuristic:NAME",
       ""},
      {{"optimize", "resnet50", "--pin", "*=srm"},
       "optimize: pin \"*=srm\": unknown memory \"srm\"; known: dram, llc, sram (did you mean "
       "\"sram\"?)",
       ""},
      {{"optimize", "resnet50", "--forbid", "sram"},
       "optimize: forbid \"sram\": expected GLOB=MEMORY[,MEMORY...]",
       ""},
      {{"optimize", "--resume", "none"}, "none: holds no run: there is no run.yaml in it", ""},
      {{"optimize", "--resume", "none", "--seed", "3"},
       "optimize: --resume: --seed cannot go with it, as the run has its own; only --budget, "
       "--time, "
       "--threads, --policy-out, --snapshot-every, --bound, --save-mapping, --format and --output "
       "can",
       ""},
      {{"optimize", "resnet50", "--resume", "none"},
       "optimize: --resume: WORKLOAD cannot go with it, as the run has its own; only --budget, "
       "--time, "
       "--threads, --policy-out, --snapshot-every, --bound, --save-mapping, --format and --output "
       "can",
       ""},
      {{"optimize", "resnet50", "--snapshot-every", "5"},
       "optimize: --snapshot-every: goes with --out or --resume",
       ""},
      {{"optimize", "resnet50", "--out", "run", "--snapshot-every", "-1"},
       "optimize: --snapshot-every: got \"-1\", expected a whole number from 0 to 86400",
       ""},
      {{"optimize", "resnet50", "--keep-mappings"},
       "optimize: --keep-mappings goes with --out only",
       ""},
      {{"optimize", "resnet50", "--out", "tiny.yaml", "--budget", "1"},
       "tiny.yaml: cannot create directory: Not a directory",
       ""},
      {{"export", "resnet50"},
       "export: nothing to write: give --onnx, --csv or --hints; see memplace export --help",
       ""},
      {{"export", "resnet50", "--csv", "out.csv"},
       "export: --mapping is missing; see memplace export --help",
       ""},
      {{"export", "resnet50", "--onnx", "net.onnx", "--csv", "out.csv"},
       "export: --onnx and --csv cannot be given together",
       ""},
      {{"export", "resnet50", "--onnx", "net.onnx", "--mapping", "all:dram"},
       "export: --mapping goes with --csv and --hints only",
       ""},
      {{"simulate", "tiny.yaml", "--places", "moved"},
       "simulate: unknown --places \"moved\"; known: moving, static",
       ""},
      {{"compare", "all:dram", "all:llc", "--workload", "tiny.yaml", "--planner", "rings"},
       "compare: A: unknown --planner \"rings\"; known: ring, joint (did you mean \"ring\"?)",
       ""},
      {{"simulate", "tiny.yaml", "--mapping", "bad.yaml", "--places", "static"},
       "bad.yaml:1:38: tensors.a.weights: got \"dram > llc\", expected one memory: here nothing is "
       "fetched during an inference",
       "{default: dram, tensors: {a.weights: dram > llc}}\n"},
      {{"optimize", "tiny.yaml", "--init", "bad.yaml"},
       "bad.yaml:1:38: tensors.a.weights: got \"dram > llc\", expected one memory: here nothing is "
       "fetched during an inference",
       "{default: dram, tensors: {a.weights: dram > llc}}\n"},
      {{"simulate", "tiny.yaml", "--mapping", "bad.yaml"},
       "bad.yaml:1:34: tensors.a.out: \"a.out\" cannot be fetched: only weights and inputs of the "
       "network are",
       "{default: dram, tensors: {a.out: dram > llc}}\n"},
      {{"export", "tiny.yaml", "--mapping", "bad.yaml", "--csv", "bad.yaml"},
       "export: --csv \"bad.yaml\" would overwrite what is read as --mapping",
       "default: dram\n"},
      {{"export", "tiny.yaml", "--chip", "bad.yaml", "--mapping", "all:dram", "--hints", "h.csv"},
       "export: placement hints know sram, llc and dram, and chip small has a memory \"hbm\"",
       chip_with("name: sram", "name: hbm")},
      {{"optimize", "resnet50", "--seed", "-1"},
       "optimize: --seed: got \"-1\", expected a whole number from 0 to 9223372036854775807",
       ""},
  });
}

TEST_CASE("a build without ONNX says what to install", "[cli]") {
  CHECK(
      std::string(no_onnx_error("model.onnx").what()) ==
      "model.onnx: this build has no ONNX, as libonnx and protobuf were not found or MEMPLACE_ONNX "
      "was off when it was configured; install libonnx-dev, libprotobuf-dev and "
      "protobuf-compiler, then build anew");
}

TEST_CASE("mistakes in chip files", "[cli]") {
  const std::vector<std::string> args{"simulate", "tiny.yaml", "--chip", "bad.yaml"};
  check({
      {args, "bad.yaml: empty", ""},
      {args, "bad.yaml:2:1: not YAML: end of sequence flow not found", "chip: [\n"},
      {args, "bad.yaml:4:3: engines.count: key given twice (first at line 3)",
       chip_with("  count: 1\n", "  count: 1\n  count: 2\n")},
      {args, "bad.yaml:14:5: memories[0]: missing key \"latency\"",
       chip_with("latency: 0 ns}\n  - {name: sram", "latancy: 0 ns}\n  - {name: sram")},
      {args,
       "bad.yaml:14:51: memories[0].read_bandwidth: got \"250 MBps\", expected a rate such as \"68 "
       "GB/s\"",
       chip_with("250 MB/s", "250 MBps")},
      {args, "bad.yaml:15:28: memories[1].capacity: got \"32\", expected a size such as \"24 MiB\"",
       chip_with("capacity: 32 B", "capacity: 32")},
      {args,
       "bad.yaml:15:12: memories[1].name: there is another memory named \"dram\"; names must "
       "differ",
       chip_with("name: sram", "name: dram")},
      {args, "bad.yaml:3:3: engines: missing key \"clock\"", chip_with("  clock: 1 GHz\n", "")},
      {args, "bad.yaml:3:10: engines.count: got \"0\", expected a whole number from 1 to 4096",
       chip_with("count: 1", "count: 0")},
      {args,
       "bad.yaml:11:12: engines.staging: weights + 2 x input_slot + 2 x output_slot = 16 B + 2 x 9 "
       "B + 2 x 8 B = 50 B, expected at most the staging_buffer of 48 B",
       chip_with("input_slot: 8 B", "input_slot: 9 B")},
  });
}

TEST_CASE("mistakes in graph files", "[cli]") {
  const std::vector<std::string> args{"simulate", "bad.yaml", "--chip", "toy"};
  check({
      {args, "bad.yaml:1:1: missing key \"graph\"", "network: tiny\n"},
      {args, "bad.yaml:14:14: ops[1].inputs[0]: unknown tensor \"a.uot\" (did you mean \"a.out\"?)",
       graph_with("inputs: [a.out]", "inputs: [a.uot]")},
      {args,
       "bad.yaml:13:27: ops[1].work.vector.kind: unknown vector kind \"elemntwise\"; known: copy, "
       "elementwise, transcendental, softmax, normalization, reduction, mac (did you mean "
       "\"elementwise\"?)",
       graph_with("kind: elementwise", "kind: elemntwise")},
      {args, "bad.yaml:11:5: ops[1]: op \"a\": there are two of that name",
       graph_with("name: b\n", "name: a\n")},
      {args, "bad.yaml:3:34: inputs[0].bytes: got \"-4 B\", expected a size such as \"24 MiB\"",
       graph_with("bytes: 4 B", "bytes: -4 B")},
      {args, "bad.yaml:15:15: ops[1].outputs[0]: tensor \"a.out\": there are two of that name",
       graph_with("name: b.out", "name: a.out")},
      {{"describe", "bad.yaml"},
       "bad.yaml:1:1: neither a chip nor a network: expected the key \"chip\" or \"graph\"",
       "name: tiny\n"},
  });
}

TEST_CASE("mistakes in mapping files", "[cli]") {
  const std::vector<std::string> args{"simulate", "tiny.yaml", "--chip",
                                      "toy",      "--mapping", "bad.yaml"};
  check({
      {args,
       "bad.yaml:1:10: tensors: 1 of 2 tensors has no memory: a.out; name them here or give "
       "\"default: MEMORY\"",
       "tensors: {a.weights: llc}\n"},
      {args, "bad.yaml:1:34: tensors.a.out: unknown memory \"hbm\"; known: dram, llc, sram",
       "tensors: {a.weights: llc, a.out: hbm}\n"},
      {args,
       "bad.yaml:1:11: tensors: unknown tensor \"a.weihgts\" of network \"tiny\" (did you mean "
       "\"a.weights\"?)",
       "tensors: {a.weihgts: llc, a.out: sram}\n"},
      {args,
       "bad.yaml:1:40: tensors: \"x\" is an input of the network, which is always in dram; leave "
       "it out",
       "tensors: {a.weights: llc, a.out: sram, x: sram}\n"},
      {args,
       "bad.yaml:1:40: tensors: \"b.out\" is an output of the network, which is always in dram; "
       "leave it out",
       "tensors: {a.weights: llc, a.out: sram, b.out: sram}\n"},
      {args, "bad.yaml:1:27: tensors.a.weights: key given twice (first at line 1)",
       "tensors: {a.weights: llc, a.weights: dram, a.out: sram}\n"},
      {args,
       "bad.yaml:1:11: workload: got \"huge\", expected \"tiny\": the mapping is for another "
       "network",
       "workload: huge\ndefault: dram\ntensors: {}\n"},
      {args, "bad.yaml:2:1: tensor: unknown key (did you mean \"tensors\"?)",
       "default: dram\ntensor: {}\n"},
  });
}

}  // namespace memplace
