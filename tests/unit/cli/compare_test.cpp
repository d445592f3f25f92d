// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/json.h"
#include "tests/unit/cli/cli_checks.h"

namespace memplace {
namespace {

using Words = std::vector<std::string>;

void simulate_to(const std::string& file, Words args) {
  args.insert(args.begin(), "simulate");
  args.insert(args.end(), {"--format", "json", "--output", file});
  REQUIRE(run_cli(args).code == 0);
}

// Law 8 of both sides: what the ops' differences and the drain's add up to.
std::int64_t explained(const Json& report) {
  auto sum = report["difference"]["drain_ps"].get<std::int64_t>();
  for (const Json& op : report["ops"]) {
    std::int64_t parts = 0;
    for (const char* const part : {"compute_ps", "dispatch_ps", "wait_weights_ps", "wait_inputs_ps",
                                   "wait_move_ps", "wait_output_slot_ps"}) {
      parts += op[part].get<std::int64_t>();
    }
    CHECK(parts == op["difference_ps"].get<std::int64_t>());
    sum += parts;
  }
  return sum;
}

}  // namespace

// The worked example of simulate_test.cpp takes 38 ns; with everything in dram it takes 82 (the sum
// stands in tests/unit/report/toy_reports.h).
TEST_CASE("compare explains two mappings of the worked example", "[cli]") {
  const WorkingDirectory directory;
  write_tiny();
  const Outcome outcome = run_cli(
      {"compare", "tiny.mapping.yaml", "all:dram", "--workload", "tiny.yaml", "--chip", "toy"});
  CHECK(outcome.err.empty());
  const std::string& text = outcome.out;
  CHECK(text.substr(0, text.find("Where the first")) == R"(memplace )" MEMPLACE_VERSION R"( compare
  A         tiny.yaml on toy, tiny.mapping.yaml, 1 stream x 1 engine, 1 inference
  B         tiny.yaml on toy, all:dram, 1 stream x 1 engine, 1 inference
  differ in mapping
  again     memplace compare tiny.mapping.yaml all:dram --workload tiny.yaml --chip toy

                      A         B  difference  speed-up
latency           38 ns     82 ns      +44 ns   0.4634x
feasible       as asked  as asked
resident load     32 ns      0 ps      -32 ns         -

Waits removed or added
  a: 48 ns more waiting for inputs (did not move; queued 32 ns more)
  a: 16 ns less waiting for weights (a.weights llc -> dram)
  b: 12 ns more waiting for inputs (a.out sram -> dram)

)");
}

TEST_CASE("the parts of a comparison add up on real networks", "[cli]") {
  const Json report = json_of(
      {"compare", "heuristic:native", "heuristic:density-greedy", "--workload", "resnet50"});
  const Json& difference = report["difference"];
  CHECK(explained(report) == difference["latency_ps"].get<std::int64_t>());
  CHECK(difference["latency_ps"].get<std::int64_t>() != 0);
  CHECK(report["ops"].size() == 57);
  // The classifier's weights did not fit LLC for native, which fills memories in schedule order.
  CHECK(report["ops"][0]["name"] == "fc");
  CHECK(report["ops"][0]["most_changed"] == "weights");
  const Json& wait = report["waits"][0];
  CHECK(wait["op"] == "fc");
  CHECK(wait["moved"][0]["name"] == "fc.weights");
  CHECK(wait["moved"][0]["from"] == "dram");
  CHECK(wait["moved"][0]["to"] == "llc");
  // Every byte is somewhere in both.
  std::int64_t bytes = 0;
  for (const Json& row : report["transitions"]) {
    bytes += row["weight_bytes"].get<std::int64_t>();
  }
  const Json network = Json::parse(run_cli({"describe", "resnet50", "--format", "json"}).out);
  CHECK(bytes == network["totals"]["weight_bytes"].get<std::int64_t>());
}

TEST_CASE("the parts add up to the first of several inferences", "[cli]") {
  const Json report = json_of({"compare", "heuristic:native", "all:dram", "--workload",
                               "mobilenet-v2", "--streams", "4", "--inferences", "2"});
  CHECK(explained(report) == report["difference"]["first_inference_ps"].get<std::int64_t>());
  CHECK(report["a"]["throughput_per_s"].get<double>() > report["b"]["throughput_per_s"]);
}

TEST_CASE("result files compare as the simulations they are of", "[cli]") {
  const WorkingDirectory directory;
  write_tiny();
  const Words settings{"--chip", "toy", "--set", "memories.sram.read_bandwidth=2GB/s"};
  Words a{"tiny.yaml", "--mapping", "tiny.mapping.yaml"};
  a.insert(a.end(), settings.begin(), settings.end());
  Words b{"tiny.yaml", "--mapping", "all:dram"};
  b.insert(b.end(), settings.begin(), settings.end());
  simulate_to("a.json", a);
  simulate_to("b.json", b);
  Json files = json_of({"compare", "a.json", "b.json"});
  Words simulated{"compare", "tiny.mapping.yaml", "all:dram", "--workload", "tiny.yaml"};
  simulated.insert(simulated.end(), settings.begin(), settings.end());
  Json runs = json_of(simulated);
  // A file's settings are also those of what it is compared with.
  Json mixed = json_of({"compare", "a.json", "all:dram"});
  CHECK(mixed["config"]["b"]["set"] == files["config"]["b"]["set"]);
  for (Json* const report : {&files, &runs, &mixed}) {
    for (const char* const key : {"config", "again"}) {
      report->erase(key);
    }
  }
  CHECK(files == runs);
  CHECK(files == mixed);
}

TEST_CASE("two chips are compared under one mapping rule", "[cli]") {
  const WorkingDirectory directory;
  write_tiny();
  // With llc at 1 B/ns the weights are there after 8 ns; x still takes 16, so that a waits 16 ns
  // for its inputs instead of its weights, and nothing is faster.
  const Json same = json_of({"compare", "chip:toy", "chip:toy,memories.llc.read_bandwidth=1GB/s",
                             "--workload", "tiny.yaml", "--mapping", "tiny.mapping.yaml"});
  CHECK(same["difference"]["latency_ps"] == 0);
  CHECK(same["ops"][0]["wait_weights_ps"] == -16'000);
  CHECK(same["ops"][0]["wait_inputs_ps"] == 16'000);
  CHECK(same["memories"][1]["b_busy_ps"] == 8'000);
  CHECK(same["moved"].empty());
  // The slower clock doubles both computations: 8 + 2 ns more.
  const Json slower =
      json_of({"compare", "chip:toy", "chip:toy,engines.clock=500MHz,memories.llc.latency=0ns",
               "--workload", "tiny.yaml", "--mapping", "tiny.mapping.yaml"});
  CHECK(slower["difference"]["latency_ps"] == 10'000);
  CHECK(slower["config"]["b"]["set"] ==
        Json::array({"engines.clock=500MHz", "memories.llc.latency=0ns"}));
  CHECK(explained(slower) == 10'000);
}

TEST_CASE("a result is compared with its own settings on another chip", "[cli]") {
  const WorkingDirectory directory;
  write_tiny();
  simulate_to("a.json", {"tiny.yaml", "--chip", "toy", "--mapping", "tiny.mapping.yaml"});
  const Json report = json_of({"compare", "a.json", "chip:toy,engines.clock=500MHz"});
  CHECK(report["config"]["b"]["mapping"] == "tiny.mapping.yaml");
  CHECK(report["difference"]["latency_ps"] == 10'000);
}

TEST_CASE("different workloads are compared in totals", "[cli]") {
  const WorkingDirectory directory;
  simulate_to("a.json", {"resnet50"});
  simulate_to("b.json", {"mobilenet-v2"});
  const Outcome outcome = run_cli({"compare", "a.json", "b.json"});
  CHECK(outcome.code == 0);
  CHECK(outcome.out.find("\nOnly totals are compared, as the networks differ: resnet50 has 57 ops, "
                         "mobilenet-v2 has ") != std::string::npos);
  CHECK(outcome.out.find("Where the first") == std::string::npos);
}

TEST_CASE("compare writes every table of CSV", "[cli]") {
  const WorkingDirectory directory;
  write_tiny();
  for (const auto& [table, head] : std::map<std::string, std::string>{{"ops", "step,name,kind,"},
                                                                      {"waits", "op,waits_for,"},
                                                                      {"memories", "name,"},
                                                                      {"moved", "name,kind,bytes,"},
                                                                      {"fetches", "tensor,"},
                                                                      {"summary", "side,"}}) {
    const Outcome outcome =
        run_cli({"compare", "tiny.mapping.yaml", "all:dram", "--workload", "tiny.yaml", "--chip",
                 "toy", "--format", "csv", "--table", table, "--output", "t.csv"});
    CHECK(outcome.code == 0);
    CHECK(WorkingDirectory::read("t.csv").starts_with(head));
  }
}

TEST_CASE("what cannot be compared is refused", "[cli]") {
  const WorkingDirectory directory;
  write_tiny();
  simulate_to("a.json", {"tiny.yaml", "--chip", "toy"});
  const std::string good = WorkingDirectory::read("a.json");
  WorkingDirectory::write("cut.json", good.substr(0, 1000));
  WorkingDirectory::write("text.txt", run_cli({"simulate", "tiny.yaml", "--chip", "toy"}).out);
  WorkingDirectory::write("other.txt", "hello");
  WorkingDirectory::write("chip.json", run_cli({"describe", "toy", "--format", "json"}).out);
  const auto with = [](Words args) {
    args.insert(args.begin(), "compare");
    return message_of(args);
  };

  CHECK(with({}) == "compare: A is missing; see memplace compare --help\n");
  CHECK(with({"a.json"}) == "compare: B is missing; see memplace compare --help\n");
  CHECK(with({"all:dram", "all:llc"}) ==
        "compare: --workload is missing; see memplace compare --help\n");
  CHECK(with({"all:dram", "native", "--workload", "resnet50"}) ==
        "compare: B: got \"native\", expected a result file, the directory of a run, a "
        "mapping (FILE.yaml, FILE.json, all:MEMORY, heuristic:NAME) or chip:NAME (did you mean "
        "\"heuristic:native\"?)\n");
  CHECK(with({"resnet50", "mobilenet-v2"}) ==
        "compare: A: \"resnet50\" is a network; give it as --workload, or compare results of "
        "memplace simulate --format json\n");
  CHECK(with({"a.json", "model.onnx"}) ==
        "compare: B: \"model.onnx\" is a network; give it as --workload, or compare results of "
        "memplace simulate --format json\n");
  CHECK(with({"chip:toy", "all:dram", "--workload", "tiny.yaml"}) ==
        "compare: A is a chip and B a mapping; give two mappings and --chip, or two chips and "
        "--mapping\n");
  CHECK(with({"a.json", "a.json", "--chip", "toy"}) ==
        "compare: --chip is for mappings and chips, and A and B are results or runs\n");
  CHECK(with({"chip:toy", "chip:nnpi", "--chip", "toy", "--workload", "tiny.yaml"}) ==
        "compare: --chip contradicts chip:toy\n");
  CHECK(with({"all:dram", "all:llc", "--mapping", "all:sram", "--workload", "tiny.yaml"}) ==
        "compare: --mapping contradicts all:dram\n");
  CHECK(with({"all:dram", "all:lcl", "--chip", "toy", "--workload", "tiny.yaml"}) ==
        "compare: B: unknown memory \"lcl\"; known: dram, llc, sram (did you mean \"llc\"?)\n");
  CHECK(with({"chip:tony", "chip:toy", "--workload", "tiny.yaml"})
            .starts_with("compare: A: unknown chip \"tony\"; known: "));
  CHECK(with({"a.json", "cut.json"}) == "cut.json: damaged: no JSON at byte 1000 of 1000\n");
  CHECK(with({"text.txt", "a.json"}) ==
        "text.txt: a result as text cannot be compared; write it with --format json\n");
  CHECK(with({"other.txt", "a.json"}) ==
        "other.txt: neither a result of memplace simulate --format json nor a mapping (.yaml)\n");
  CHECK(with({"chip.json", "a.json"}) ==
        "chip.json: a result of memplace describe, expected one of memplace simulate\n");
  CHECK(with({"a.json", "none.json"}) == "none.json: cannot read: No such file or directory\n");
  CHECK(with({"a.json", "a.json", "--table", "ops"}) == "compare: --table needs --format csv\n");
  CHECK(with({"a.json", "a.json", "--ops", "3", "--format", "json"}) ==
        "compare: --ops needs --format text\n");
}

TEST_CASE("a network that fits nowhere is infeasible for compare", "[cli]") {
  const WorkingDirectory directory;
  write_tiny();
  const Outcome outcome =
      run_cli({"compare", "chip:toy", "chip:toy,memories.dram.capacity=1B,memories.llc.capacity=1B",
               "--workload", "tiny.yaml"});
  CHECK(outcome.code == 1);
  CHECK(outcome.out.empty());
  CHECK(outcome.err.starts_with("compare: B: "));
}

}  // namespace memplace
