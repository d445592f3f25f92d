// SPDX-License-Identifier: Apache-2.0
#include "optimizer/studies/run/run_config.h"

#include <string>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "optimizer/catalog/strategies.h"
#include "sim/chip/chip_reader.h"
#include "tests/support/error_of.h"
#include "tests/support/toy_tasks.h"
#include "workloads/io/graph_text.h"

namespace memplace::test {
namespace {

RunConfig config() {
  RunConfig config;
  config.version = "1.2.3";
  config.workload = "bert-base:seq=64";
  config.dtype = DType::kFp16;
  config.mode_choice = {2, {}, {}};
  config.strategy = "random";
  config.options = Options("strategy random", strategies().find("random").options, {}).resolved();
  config.seed = 9223372036854775807U;
  config.budget = 4000;
  config.chip_name = "nnpi";
  return config;
}

Problem on_nnpi(const Graph& graph) { return {graph, load_chip("nnpi"), {2, 6, 8}}; }

Problem three_inferences(const Program& program) {
  return {program.graph(), program.chip(), {1, 1, 3}};
}

// A configuration in which everything has a value of its own, of the diamond network.
RunConfig full_config(const Program& program) {
  RunConfig full = config();
  full.workload = "dir with: colon/\"quoted\".onnx";
  full.strategy = "annealing";
  full.options = Options("strategy annealing", strategies().find("annealing").options,
                         std::vector<std::string>{"chains=3"})
                     .resolved();
  full.dims = {"batch=1", "seq=64"};
  full.allow_unknown = true;
  full.model = "both";
  full.processor = "x86-64, \"some\" library";
  full.objective = Objective::kEdp;
  full.noise = 0.1;  // no sum of powers of two
  full.remeasurements = 5;
  full.target_latency = Picoseconds(123'456'789);
  full.patience = 77;
  full.time_limit = Picoseconds(90'500'000'000'000);
  full.init = uniform_mapping(program.problem, MemoryId(1));
  full.pins = {"a*=sram,llc", "b=\"=sram"};
  full.forbids = {"*=dram"};
  full.exact_allocator = true;
  full.keep_mappings = true;
  full.chip_name = "chips/my: chip.yaml";
  full.overrides = {"memories.sram.capacity=8MiB"};
  full.mode_choice = {{}, {}, 3};
  full.init_mapping = "mapping #1.yaml";
  return full;
}

std::string config_error(std::string text, const std::string& part,
                         const std::string& replacement) {
  const std::size_t at = text.find(part);
  REQUIRE(at != std::string::npos);
  text.replace(at, part.size(), replacement);
  return error_of([&] { read_run(YamlDocument::from_text(text, "run.yaml")); });
}

}  // namespace

TEST_CASE("run.yaml is the whole configuration", "[run_config]") {
  const std::string text = run_yaml(config(), on_nnpi(parse_graph_text(kChainText)));
  const std::string head =
      "# A run of memplace optimize, resolved.\n"
      "version: \"1.2.3\"\n"
      "workload: \"bert-base:seq=64\"\n"
      "dtype: fp16\n"
      "mode: {streams: 2, engines_per_stream: 6, inferences: 8}\n"
      "model: \"event\"\n"
      "strategy: \"random\"\n";
  REQUIRE(text.substr(0, head.size()) == head);
  const std::string tail =
      "seed: 9223372036854775807\n"
      "budget: 4000\n"
      "patience: 0\n"
      "objective: latency\n"
      "noise: 0\n"
      "remeasurements: 3\n"
      "allocator: heuristic\n"
      "pins: []\n"
      "forbids: []\n"
      "named:  # as they were given; the values are below\n"
      "  chip: \"nnpi\"\n"
      "  set: []\n"
      "  mode: {streams: 2}\n"
      "chip:\n"
      "  chip: \"nnpi\"\n";
  CHECK(text.find(tail) != std::string::npos);
}

TEST_CASE("run.yaml reads back as the same configuration", "[run_config]") {
  const Program program = toy_program(kDiamondText);
  const auto check = [](const RunConfig& written, const Problem& problem) {
    const std::string text = run_yaml(written, problem);
    const YamlDocument document = YamlDocument::from_text(text, "run.yaml");
    WrittenRun read = read_run(document);
    CHECK(read.chip == problem.chip());
    CHECK(read.mode == problem.mode());
    CHECK_FALSE(read.config.init.has_value());
    read.config.init = read_run_init(document, problem);
    CHECK(read.config == written);
    CHECK(run_yaml(read.config, problem) == text);
  };
  check(config(), on_nnpi(program.graph()));
  check(full_config(program), three_inferences(program));
}

TEST_CASE("each mistake in run.yaml is named with its place", "[run_config]") {
  const Program program = toy_program(kDiamondText);
  const std::string text = run_yaml(full_config(program), three_inferences(program));
  CHECK(config_error(text, "dtype: fp16", "dtype: fp61") ==
        "run.yaml:4:8: dtype: unknown dtype \"fp61\"; known: int8, fp16, fp32 (did you mean "
        "\"fp16\"?)");
  CHECK(config_error(text, "strategy: \"annealing\"", "strategy: \"anealing\"")
            .find("run.yaml:9:11: strategy: unknown strategy \"anealing\"; known: ") == 0);
  CHECK(config_error(text, "chains: 3", "chians: 3")
            .find("run.yaml:11:3: options: strategy annealing: ") == 0);
  CHECK(config_error(text, "seed: 9223372036854775807", "seed: 9223372036854775808")
            .find(": seed: got \"9223372036854775808\", expected a whole number from 0 to "
                  "9223372036854775807") != std::string::npos);
  CHECK(config_error(text, "budget: 4000", "budget: 0")
            .find(": budget: got \"0\", expected a whole") != std::string::npos);
  CHECK(config_error(text, "streams: 1", "streams: 99").find("run.yaml:7:7: mode: ") == 0);
  CHECK(config_error(text, "patience: 77\n", "").find("run.yaml:2:1: missing key \"patience\"") ==
        0);
  CHECK(config_error(text, "patience: 77", "patience: 77\npatienc: 8")
            .find(": patienc: unknown key (did you mean \"patience\"?)") != std::string::npos);
  CHECK(config_error(text, "objective: edp", "objective: epd")
            .find(": objective: unknown objective \"epd\"") != std::string::npos);
  CHECK(config_error(text, "noise: 0.1", "noise: 1.5").find(": noise: got \"1.5\", expected") !=
        std::string::npos);
  CHECK(config_error(text, "90.5 s", "90.5 S")
            .find(": time_limit: got \"90.5 S\", expected a time") != std::string::npos);
}

// A billion evaluations, and from a millisecond to 100 days (8,640,000 s).
TEST_CASE("run.yaml has the bounds of the command line", "[run_config]") {
  const Program program = toy_program(kDiamondText);
  const std::string text = run_yaml(full_config(program), three_inferences(program));
  const auto has = [](const std::string& message, const std::string& part) {
    INFO(message);
    CHECK(message.find(part) != std::string::npos);
  };
  has(config_error(text, "budget: 4000", "budget: 1000000001"),
      ": budget: got \"1000000001\", expected a whole number from 1 to 1000000000");
  has(config_error(text, "patience: 77", "patience: 1000000001"),
      ": patience: got \"1000000001\", expected a whole number from 0 to 1000000000");
  has(config_error(text, "remeasurements: 5", "remeasurements: 1000000001"),
      ": remeasurements: got \"1000000001\", expected a whole number from 1 to 1000000000");
  has(config_error(text, "time_limit: 90.5 s", "time_limit: 8640000001 ms"),
      ": time_limit: got \"8640000001 ms\", expected a time from 1 ms to 100 d");
  has(config_error(text, "time_limit: 90.5 s", "time_limit: 999 us"),
      ": time_limit: got \"999 us\", expected a time from 1 ms to 100 d");
  has(config_error(text, "target_latency: 123456.789 ns", "target_latency: 0 ns"),
      ": target_latency: got \"0 ns\", expected a time above zero");
  CHECK(config_error(text, "budget: 4000", "budget: 1000000000") == "no error");
  CHECK(config_error(text, "time_limit: 90.5 s", "time_limit: 8640000 s") == "no error");
}

TEST_CASE("a tensor of init that the network lacks is named with its place", "[run_config]") {
  const Program program = toy_program(kDiamondText);
  std::string text = run_yaml(full_config(program), three_inferences(program));
  const std::string entry = "\"a.weights\": ";
  text.replace(text.find(entry), entry.size(), "\"a.weight\": ");
  const YamlDocument document = YamlDocument::from_text(text, "run.yaml");
  try {
    read_run_init(document, program.problem);
    FAIL("no error");
  } catch (const Error& error) {
    const std::string message = error.what();
    INFO(message);
    CHECK(message.find("run.yaml:") == 0);
    CHECK(message.find(": init.tensors: unknown tensor \"a.weight\" of network "
                       "\"diamond\" (did you mean \"a.weights\"?)") != std::string::npos);
  }
}

}  // namespace memplace::test
