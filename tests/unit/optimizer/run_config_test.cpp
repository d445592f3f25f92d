// SPDX-License-Identifier: Apache-2.0
#include "optimizer/run_config.h"

#include <string>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "sim/chip/chip_reader.h"
#include "tests/unit/optimizer/toy_tasks.h"
#include "workloads/io/graph_text.h"

namespace memplace::test {
namespace {

RunConfig config() {
  RunConfig config;
  config.version = "1.2.3";
  config.workload = "bert-base:seq=64";
  config.dtype = DType::kFp16;
  config.chip = load_chip("nnpi");
  config.mode = {2, 6, 8};
  config.strategy = "random";
  config.options = Options("strategy random", find_strategy("random").options, {}).resolved();
  config.seed = 18446744073709551615U;
  config.budget = 4000;
  config.named.chip = "nnpi";
  return config;
}

// A configuration in which everything has a value of its own, of the diamond network.
RunConfig full_config(const Program& program) {
  RunConfig full = config();
  full.workload = "dir with: colon/\"quoted\".onnx";
  full.chip = program.chip;
  full.mode = {1, 1, 3};
  full.strategy = "annealing";
  full.options = Options("strategy annealing", find_strategy("annealing").options,
                         std::vector<std::string>{"chains=3"})
                     .resolved();
  full.dims = {"batch=1", "seq=64"};
  full.allow_unknown = true;
  full.model = "both";
  full.objective = Objective::kEdp;
  full.noise = 0.1;  // no sum of powers of two
  full.remeasurements = 5;
  full.target_latency = Picoseconds(123'456'789);
  full.patience = 77;
  full.time_limit = Picoseconds(90'500'000'000'000);
  full.init = uniform_mapping(*program.graph, program.chip, MemoryId(1));
  full.pins = {"a*=sram,llc", "b=\"=sram"};
  full.forbids = {"*=dram"};
  full.exact_allocator = true;
  full.keep_mappings = true;
  full.named = {"chips/my: chip.yaml", {"memories.sram.capacity=8MiB"}, "mapping #1.yaml"};
  return full;
}

std::string error_of(std::string text, const std::string& part, const std::string& replacement) {
  const std::size_t at = text.find(part);
  REQUIRE(at != std::string::npos);
  text.replace(at, part.size(), replacement);
  try {
    read_run(YamlDocument::from_text(text, "run.yaml"));
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("run.yaml is the whole configuration", "[run_config]") {
  const std::string text = run_yaml(config(), parse_graph_text(kChainText));
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
      "seed: 18446744073709551615\n"
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
      "chip:\n"
      "  chip: \"nnpi\"\n";
  CHECK(text.find(tail) != std::string::npos);
}

TEST_CASE("run.yaml reads back as the same configuration", "[run_config]") {
  const Program program = toy_program(kDiamondText);
  for (const RunConfig& written : {config(), full_config(program)}) {
    const YamlDocument document =
        YamlDocument::from_text(run_yaml(written, *program.graph), "run.yaml");
    RunConfig read = read_run(document);
    CHECK_FALSE(read.init.has_value());
    read.init = read_run_init(document, *program.graph, read.chip);
    CHECK(read == written);
    CHECK(run_yaml(read, *program.graph) == run_yaml(written, *program.graph));
  }
}

TEST_CASE("each mistake in run.yaml is named with its place", "[run_config]") {
  const Program program = toy_program(kDiamondText);
  const std::string text = run_yaml(full_config(program), *program.graph);
  CHECK(error_of(text, "dtype: fp16", "dtype: fp61") ==
        "run.yaml:4:8: dtype: unknown dtype \"fp61\"; known: int8, fp16, fp32 (did you mean "
        "\"fp16\"?)");
  CHECK(error_of(text, "strategy: \"annealing\"", "strategy: \"anealing\"")
            .find("run.yaml:9:11: strategy: unknown strategy \"anealing\"; known: ") == 0);
  CHECK(error_of(text, "chains: 3", "chians: 3")
            .find("run.yaml:11:3: options: strategy annealing: ") == 0);
  CHECK(error_of(text, "seed: 18446744073709551615", "seed: 18446744073709551616")
            .find(": seed: got \"18446744073709551616\", expected a whole number from 0 to "
                  "18446744073709551615") != std::string::npos);
  CHECK(error_of(text, "budget: 4000", "budget: 0").find(": budget: got \"0\", expected a whole") !=
        std::string::npos);
  CHECK(error_of(text, "streams: 1", "streams: 99").find("run.yaml:7:7: mode: ") == 0);
  CHECK(error_of(text, "patience: 77\n", "").find("run.yaml:2:1: missing key \"patience\"") == 0);
  CHECK(error_of(text, "patience: 77", "patience: 77\npatienc: 8")
            .find(": patienc: unknown key (did you mean \"patience\"?)") != std::string::npos);
  CHECK(error_of(text, "objective: edp", "objective: epd")
            .find(": objective: unknown objective \"epd\"") != std::string::npos);
  CHECK(error_of(text, "noise: 0.1", "noise: 1.5").find(": noise: got \"1.5\", expected") !=
        std::string::npos);
  CHECK(error_of(text, "90.5 s", "90.5").find(": time_limit: got \"90.5\", expected a time") !=
        std::string::npos);
}

TEST_CASE("a tensor of init that the network lacks is named with its place", "[run_config]") {
  const Program program = toy_program(kDiamondText);
  std::string text = run_yaml(full_config(program), *program.graph);
  const std::string entry = "\"a.weights\": ";
  text.replace(text.find(entry), entry.size(), "\"a.weight\": ");
  const YamlDocument document = YamlDocument::from_text(text, "run.yaml");
  try {
    read_run_init(document, *program.graph, program.chip);
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
