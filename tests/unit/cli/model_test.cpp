// SPDX-License-Identifier: Apache-2.0
// --model, on every command that simulates.
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/json.h"
#include "tests/unit/cli/cli_checks.h"

namespace memplace {
namespace {

using Words = std::vector<std::string>;

const Words kModelled{"simulate", "tiny.yaml", "--chip", "toy", "--mapping", "tiny.mapping.yaml"};

}  // namespace

TEST_CASE("each model says the same, and the header says which it was", "[cli]") {
  const WorkingDirectory directory;
  write_tiny();
  const Json event = json_of(kModelled);
  CHECK(event["config"]["model"] == "event");
  CHECK(event["latency_ps"] == 38'000);
  CHECK(event["again"].get<std::string>().find("--model") == std::string::npos);
  CHECK(json_of(with(kModelled, {"--model", "event"})) == event);
  for (const std::string model : {"systemc", "both"}) {
    Json other = json_of(with(kModelled, {"--model", model}));
    CHECK(other["config"]["model"] == model);
    const auto again = other["again"].get<std::string>();
    CHECK(again == "memplace simulate tiny.yaml --chip toy --model " + model +
                       " --mapping tiny.mapping.yaml");
    other["config"]["model"] = "event";
    other["again"] = event["again"];
    CHECK(other == event);
  }
  CHECK(run_cli(kModelled).out.find("\n  model") == std::string::npos);
  CHECK(run_cli(with(kModelled, {"--model", "both"})).out.find("\n  model     both\n") !=
        std::string::npos);
}

// The kernel of SystemC is one a process: points and runs come one after the other.
TEST_CASE("sweeps and experiments simulate with the model that they are asked for", "[cli]") {
  const WorkingDirectory directory;
  write_tiny();
  const std::string sweep =
      "workloads: [tiny.yaml]\nchip: toy\n"
      "parameters: {memories.sram.capacity: {from: 16 B, to: 64 B, step: 8 B}}\n"
      "mappings: [native, {strategy: random, budget: 5}]\n";
  const std::string experiment =
      "workloads: [tiny.yaml]\nchips: [toy]\nstrategies: [random, tabu]\nseeds: [1, 2, 3]\n"
      "budget: 5\n";
  for (const auto& [command, text, results] :
       {std::tuple{"sweep", sweep, "results"}, std::tuple{"experiment", experiment, "cells"}}) {
    WorkingDirectory::write("f.yaml", text);
    const Json event = json_of({command, "f.yaml", "--threads", "4"});
    for (const std::string model : {"systemc", "both"}) {
      WorkingDirectory::write("f.yaml", text + "model: " + model + "\n");
      Json other = json_of({command, "f.yaml", "--threads", "4"});
      CHECK(other["config"]["model"] == model);
      for (const Json& row : other[results]) {
        CHECK_FALSE(row.contains("error"));
      }
      for (std::size_t i = 0; i < other[results].size(); ++i) {
        for (const char* const key : {"latency_ps", "best_latency_ps", "evaluations"}) {
          CHECK(other[results][i].value(key, Json()) == event[results][i].value(key, Json()));
        }
      }
    }
  }
}

TEST_CASE("traces of both models are the same file", "[cli]") {
  const WorkingDirectory directory;
  write_tiny();
  for (const std::string model : {"event", "systemc", "both"}) {
    const std::string trace = model + ".vcd";
    REQUIRE(run_cli(with(kModelled, {"--model", model, "--vcd", trace})).code == 0);
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
  REQUIRE(run_cli(with(kModelled, {"--model", "systemc", "--format", "json", "--output", "a.json"}))
              .code == 0);
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
  const Outcome outcome = run_cli(with(kModelled, {"--model", "sysC"}));
  CHECK(outcome.code == 2);
  CHECK(outcome.out.empty());
  CHECK(outcome.err == "simulate: unknown --model \"sysC\"; known: event, systemc, both\n");
  const Outcome results = run_cli({"compare", "a.json", "a.json", "--model", "both"});
  CHECK(results.code == 2);
}

}  // namespace memplace
