// SPDX-License-Identifier: Apache-2.0
// A search is asked for in one language, on the command line, in an experiment and in a sweep.
#include <filesystem>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/json.h"
#include "tests/unit/cli/cli_checks.h"

namespace memplace::test {
namespace {

const std::vector<std::string> kFullSearch{
    "optimize",   "mobilenet-v2", "--dtype",     "fp16",     "--pin",      "*.weights=llc,dram",
    "--forbid",   "*.out=llc",    "--allocator", "exact",    "--noise",    "1%",
    "--patience", "40",           "--init",      "all:dram", "--strategy", "annealing",
    "--option",   "chains=2",     "--budget",    "60",       "--seed",     "3"};

const std::string kCommon = R"(
dtype: fp16
pins: ["*.weights=llc,dram"]
forbids: ["*.out=llc"]
allocator: exact
)";

}  // namespace

TEST_CASE("an experiment's run is the search of the same settings", "[cli]") {
  const WorkingDirectory directory;
  WorkingDirectory::write("e.yaml", R"(
workloads: [mobilenet-v2]
chips: [nnpi]
strategies: [{strategy: annealing, options: {chains: 2}}]
seeds: [3]
budget: 60
noise: 1%
patience: 40
init: all:dram
)" + kCommon);
  std::vector<std::string> kept = kFullSearch;
  kept.insert(kept.end(), {"--out", "run"});
  REQUIRE(run_cli(kept).code == 0);
  const Outcome outcome = run_cli({"experiment", "e.yaml", "--out", "e", "--format", "json"});
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  const std::string run = "e/runs/mobilenet-v2/nnpi/annealing/seed-3/";
  for (const std::string file : {"run.yaml", "history.jsonl", "result.json"}) {
    CAPTURE(file);
    CHECK(WorkingDirectory::read(run + file) == WorkingDirectory::read("run/" + file));
  }
  const Json config = Json::parse(outcome.out)["config"];
  CHECK(config["patience"] == 40);
  CHECK(config["pin"] == Json::array({"*.weights=llc,dram"}));
  // What is as usual goes without saying.
  CHECK_FALSE(config.contains("remeasurements"));
  // The file that is kept is the same experiment.
  CHECK(run_cli({"experiment", "--resume", "e", "--format", "json"}).out == outcome.out);
}

TEST_CASE("a point of a sweep is the search of the same settings", "[cli]") {
  const WorkingDirectory directory;
  const std::string spec = R"(
workloads: [mobilenet-v2]
chip: nnpi
parameters: {memories.sram.capacity: [4 MiB]}
mappings:
  - native
  - {strategy: annealing, options: {chains: 2}, budget: 60, seed: 3, noise: 1%, patience: 40,
     init: "all:dram"}
)" + kCommon;
  WorkingDirectory::write("s.yaml", spec);
  const Json search = json_of(kFullSearch);
  const Outcome outcome = run_cli({"sweep", "s.yaml", "--out", "s", "--format", "json"});
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  const Json points = Json::parse(outcome.out)["results"];
  CHECK(points[1]["latency_ps"] == search["best"]["latency_ps"]);
  CHECK(points[1]["evaluations"] == search["evaluations"]);
  // A heuristic is held to the constraints too.
  const Json native = json_of({"optimize", "mobilenet-v2", "--dtype", "fp16", "--pin",
                               "*.weights=llc,dram", "--forbid", "*.out=llc", "--allocator",
                               "exact", "--strategy", "native", "--budget", "1"});
  for (const Json& reference : native["heuristics"]) {
    if (reference["name"] == "native") {
      CHECK(points[0]["latency_ps"] == reference["latency_ps"]);
    }
  }
  CHECK(run_cli({"sweep", "--resume", "s", "--format", "json"}).out ==
        run_cli({"sweep", "s/sweep.yaml", "--format", "json"}).out);
}

// What it is that searches begin with is looked at before anything runs or is kept.
TEST_CASE("a beginning that is none stops an experiment and a sweep at once", "[cli]") {
  const WorkingDirectory directory;
  WorkingDirectory::write("other.yaml", "tensors:\n  nobody: dram\n");
  WorkingDirectory::write("not.policy", "no policy");
  const auto experiment = [](const std::string& rest) {
    WorkingDirectory::write("e.yaml",
                            "workloads: [mobilenet-v2]\nchips: [nnpi]\nseeds: [1]\nbudget: 5\n"
                            "strategies: [random, {strategy: egrl, label: b}]\n" +
                                rest);
    const Outcome outcome = run_cli({"experiment", "e.yaml", "--out", "kept"});
    CHECK(outcome.code == 2);
    CHECK_FALSE(std::filesystem::exists("kept/experiment.yaml"));
    return outcome.err;
  };
  const auto sweep = [](const std::string& rest, const std::string& source) {
    WorkingDirectory::write("s.yaml",
                            "workloads: [mobilenet-v2]\nchip: nnpi\n"
                            "parameters: {memories.sram.capacity: [4 MiB]}\n"
                            "mappings: [native, {strategy: egrl, budget: 5" +
                                source + "}]\n" + rest);
    const Outcome outcome = run_cli({"sweep", "s.yaml", "--out", "swept"});
    CHECK(outcome.code == 2);
    CHECK_FALSE(std::filesystem::exists("swept/sweep.yaml"));
    return outcome.err;
  };
  CHECK(experiment("init: foo\n") ==
        "e.yaml: init: got \"foo\", expected FILE.yaml, FILE.json, all:MEMORY or heuristic:NAME\n");
  CHECK(experiment("init: all:foo\n").find("e.yaml: init: unknown memory \"foo\"") == 0);
  CHECK(experiment("init: other.yaml\n").find("other.yaml:2:3: tensors: unknown tensor") == 0);
  CHECK(experiment("init: none.yaml\n").find("none.yaml: cannot read") == 0);
  CHECK(experiment("dim: [n=1]\n") ==
        "e.yaml:6:6: dim: is for .onnx files, and no workload is one\n");
  CHECK(experiment("pins: ['*=foo']\n").find("unknown memory \"foo\"") != std::string::npos);
  CHECK(sweep("", ", init: all:foo").find("s.yaml: unknown memory \"foo\"") == 0);
  CHECK(sweep("", ", init: other.yaml").find("other.yaml:2:3: tensors: unknown") !=
        std::string::npos);
  CHECK(sweep("", ", policy: not.policy").find("not.policy: ") != std::string::npos);
  CHECK(sweep("pins: ['*=foo']\n", "").find("unknown memory \"foo\"") != std::string::npos);
  CHECK(sweep("allow_unknown: true\n", "") ==
        "s.yaml:5:16: allow_unknown: is for .onnx files, and no workload is one\n");
}

TEST_CASE("with a time the budget is said again, also where it is the usual one", "[cli]") {
  const std::vector<std::string> begin{"optimize", "mobilenet-v2", "--strategy",
                                       "random",   "--time",       "1h"};
  std::vector<std::string> given = begin;
  given.insert(given.end(), {"--budget", "4000"});
  CHECK(json_of(given)["again"] ==
        "memplace optimize mobilenet-v2 --strategy random --budget 4000 --time '3600 s'");
}

TEST_CASE("what a sweep or an experiment cannot be asked for is named", "[cli]") {
  const WorkingDirectory directory;
  const auto message = [](const std::string& command, const std::string& text) {
    WorkingDirectory::write("f.yaml", text);
    const Outcome outcome = run_cli({command, "f.yaml"});
    CHECK(outcome.code == 2);
    return outcome.err;
  };
  const std::string sweep =
      "workloads: [mobilenet-v2]\nchip: nnpi\nparameters: {memories.sram.capacity: [4 MiB]}\n";
  // A point is the same wherever it is computed.
  CHECK(message("sweep", sweep + "mappings: [{strategy: tabu, budget: 5, time_limit: 3 s}]\n")
            .find("f.yaml:4:40: mappings[0].time_limit: unknown key") == 0);
  CHECK(message("sweep", sweep + "mappings: [{strategy: tabu, budget: 5, policy: p}]\n")
            .find("f.yaml:4:48: mappings[0].policy: strategy tabu has no use for a policy") == 0);
  // Rivals are to be compared.
  CHECK(message("experiment",
                "workloads: [mobilenet-v2]\nchips: [nnpi]\nseeds: [1]\nbudget: 5\n"
                "strategies: [{strategy: tabu, noise: 0.1}]\n")
            .find("f.yaml:5:31: strategies[0].noise: unknown key") == 0);
}

}  // namespace memplace::test
