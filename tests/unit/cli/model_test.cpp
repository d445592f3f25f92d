// SPDX-License-Identifier: Apache-2.0
// --model, on every command that simulates.
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/json.h"
#include "tests/unit/cli/cli_run.h"

namespace memplace {
namespace {

using Words = std::vector<std::string>;

const Words kTiny{"simulate", "tiny.yaml", "--chip", "toy", "--mapping", "tiny.mapping.yaml"};

Words with(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

void write_tiny() {
  WorkingDirectory::write("tiny.yaml", kTinyGraph);
  WorkingDirectory::write("tiny.mapping.yaml", kTinyMapping);
}

Json json_of(const Words& words) {
  const Outcome outcome = run_cli(with(words, {"--format", "json"}));
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  return Json::parse(outcome.out);
}

}  // namespace

TEST_CASE("each model says the same, and the header says which it was", "[cli]") {
  const WorkingDirectory directory;
  write_tiny();
  const Json event = json_of(kTiny);
  CHECK(event["config"]["model"] == "event");
  CHECK(event["latency_ps"] == 38'000);
  CHECK(event["again"].get<std::string>().find("--model") == std::string::npos);
  CHECK(json_of(with(kTiny, {"--model", "event"})) == event);
  for (const std::string model : {"systemc", "both"}) {
    Json other = json_of(with(kTiny, {"--model", model}));
    CHECK(other["config"]["model"] == model);
    const auto again = other["again"].get<std::string>();
    CHECK(
        again ==
        "memplace simulate tiny.yaml --chip toy --streams 1 --engines-per-stream 1 --inferences 1 "
        "--model " +
            model + " --mapping tiny.mapping.yaml");
    other["config"]["model"] = "event";
    other["again"] = event["again"];
    CHECK(other == event);
  }
  CHECK(run_cli(kTiny).out.find("\n  model") == std::string::npos);
  CHECK(run_cli(with(kTiny, {"--model", "both"})).out.find("\n  model     both\n") !=
        std::string::npos);
}

TEST_CASE("traces of both models are the same file", "[cli]") {
  const WorkingDirectory directory;
  write_tiny();
  for (const std::string model : {"event", "systemc", "both"}) {
    const std::string trace = model + ".vcd";
    REQUIRE(run_cli(with(kTiny, {"--model", model, "--vcd", trace})).code == 0);
  }
  // After the comments at the top, which tell the settings.
  const auto waves = [](const std::string& file) {
    const std::string text = WorkingDirectory::read(file);
    return text.substr(text.find("$timescale"));
  };
  CHECK(waves("systemc.vcd") == waves("event.vcd"));
  CHECK(waves("both.vcd") == waves("event.vcd"));
}

TEST_CASE("compare simulates with the model of the result beside it", "[cli]") {
  const WorkingDirectory directory;
  write_tiny();
  REQUIRE(
      run_cli(with(kTiny, {"--model", "systemc", "--format", "json", "--output", "a.json"})).code ==
      0);
  const Json inherited = json_of({"compare", "a.json", "all:dram"});
  CHECK(inherited["config"]["a"]["model"] == "systemc");
  CHECK(inherited["config"]["b"]["model"] == "systemc");
  const Json given = json_of({"compare", "a.json", "all:dram", "--model", "both"});
  CHECK(given["config"]["b"]["model"] == "both");
  CHECK(given["again"] == "memplace compare a.json all:dram --model both");
  CHECK(given["b"]["latency_ps"] == inherited["b"]["latency_ps"]);
  const Json chosen = json_of({"compare", "all:dram", "tiny.mapping.yaml", "--workload",
                               "tiny.yaml", "--chip", "toy", "--model", "systemc"});
  CHECK(chosen["config"]["a"]["model"] == "systemc");
}

TEST_CASE("a model that does not exist is a mistake", "[cli]") {
  const WorkingDirectory directory;
  write_tiny();
  const Outcome outcome = run_cli(with(kTiny, {"--model", "sysC"}));
  CHECK(outcome.code == 2);
  CHECK(outcome.out.empty());
  CHECK(outcome.err == "simulate: unknown --model \"sysC\"; known: event, systemc, both\n");
  const Outcome results = run_cli({"compare", "a.json", "a.json", "--model", "both"});
  CHECK(results.code == 2);
}

}  // namespace memplace
