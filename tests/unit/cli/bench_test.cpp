// SPDX-License-Identifier: Apache-2.0
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "base/json.h"
#include "tests/unit/cli/cli_run.h"

namespace memplace {
namespace {

std::vector<std::string> bench(const std::vector<std::string>& more) {
  std::vector<std::string> args{"bench", "--min-time", "0.001"};
  args.insert(args.end(), more.begin(), more.end());
  return args;
}

Json bench_json(const std::vector<std::string>& more) {
  std::vector<std::string> args = bench(more);
  args.insert(args.end(), {"--format", "json"});
  const Outcome outcome = run_cli(args);
  CHECK(outcome.err.empty());
  REQUIRE(outcome.code == 0);
  return Json::parse(outcome.out);
}

void check_mistake(const std::vector<std::string>& more, const std::string& message, int code = 2) {
  const Outcome outcome = run_cli(bench(more));
  CHECK(outcome.code == code);
  CHECK(outcome.out.empty());
  CHECK(outcome.err == message + "\n");
}

std::vector<std::string> keys_of(const Json& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.items()) {
    keys.push_back(key);
  }
  return keys;
}

}  // namespace

TEST_CASE("bench measures both models side by side", "[cli]") {
  const Json json = bench_json({"--workload", "mobilenet-v2,bert-base:seq=8,batch=2"});
  CHECK(keys_of(json) == std::vector<std::string>{"memplace_version", "schema_version", "command",
                                                  "config", "again", "chip", "mode", "signature",
                                                  "workloads", "rates", "incremental", "learning"});
  CHECK(json["command"] == "bench");
  CHECK(json["chip"] == "nnpi");
  CHECK(json["mode"] == Json({{"streams", 1}, {"engines_per_stream", 12}, {"inferences", 1}}));
  CHECK(json["signature"].get<std::string>().size() == 16);
  CHECK(json["signature"].get<std::string>() + "\n" == run_cli({"bench", "--signature"}).out);
  CHECK(json["config"]["threads"] == 2);

  const std::vector<std::string> workloads{"mobilenet-v2", "bert-base:batch=2,seq=8"};
  const std::vector<std::pair<std::string, int>> rows{
      {"systemc", 1},           {"event", 1},          {"event", 2},       {"event-incremental", 1},
      {"event-incremental", 2}, {"systemc-moving", 1}, {"event-moving", 1}};
  REQUIRE(json["rates"].size() == workloads.size() * rows.size());
  for (std::size_t i = 0; i < json["rates"].size(); ++i) {
    const Json& rate = json["rates"][i];
    CHECK(keys_of(rate) == std::vector<std::string>{"workload", "model", "threads",
                                                    "evaluations_per_second", "ratio_to_systemc",
                                                    "ratio_to_one_thread"});
    CHECK(rate["workload"] == workloads[i / rows.size()]);
    const auto& [model, threads] = rows[i % rows.size()];
    CHECK(rate["model"] == model);
    CHECK(rate["threads"] == threads);
    CHECK(rate["evaluations_per_second"].get<double>() > 0);
    const Json& systemc = json["rates"][i - i % rows.size()];
    CHECK(rate["ratio_to_systemc"].get<double>() ==
          Approx(rate["evaluations_per_second"].get<double>() /
                 systemc["evaluations_per_second"].get<double>()));
    CHECK(rate["ratio_to_one_thread"].is_number() == (threads == 2));
  }
}

TEST_CASE("bench counts what an evaluation is, and a change by where it is", "[cli]") {
  const Json json = bench_json({"--workload", "resnet50", "--model", "event-incremental"});
  REQUIRE(json["workloads"].size() == 1);
  CHECK(json["workloads"][0]["workload"] == "resnet50");
  CHECK(json["workloads"][0]["ops"] == 57);
  const Json simulated = Json::parse(run_cli({"simulate", "resnet50", "--format", "json"}).out);
  std::int64_t tiles = 0;
  for (const Json& op : simulated["ops"]) {
    tiles += op["tiles"].get<std::int64_t>();
  }
  CHECK(json["workloads"][0]["tiles"] == tiles);
  CHECK(json["workloads"][0]["requests"].get<std::int64_t>() > tiles);
  CHECK(json["workloads"][0]["mappings"] == 64);
  CHECK(json["rates"].size() == 2);
  CHECK(json["rates"][0]["ratio_to_systemc"].is_null());
  REQUIRE(json["incremental"].size() == 10);
  std::size_t step = 0;
  for (const Json& row : json["incremental"]) {
    CHECK(keys_of(row) == std::vector<std::string>{"workload", "begin_step", "end_step", "changes",
                                                   "ratio", "ops_walked"});
    CHECK(row["begin_step"] == step);
    step = row["end_step"].get<std::size_t>();
    CHECK(row["changes"] == 16);
    CHECK(row["ratio"].get<double>() > 0);
    // An op that the changed tensor is of is walked; a search would be no faster if all were.
    CHECK(row["ops_walked"].get<int>() >= 1);
    CHECK(row["ops_walked"].get<int>() < 57);
  }
  CHECK(step == 57);
}

TEST_CASE("bench measures networks that learn, an op a node", "[cli]") {
  const Json json = bench_json({"--workload", "resnet50", "--model", "learning"});
  CHECK(json["rates"].empty());
  CHECK(json["incremental"].empty());
  const Json& rows = json["learning"];
  REQUIRE(rows.size() == 3);
  const std::vector<std::string> steps{"policy-forward", "policy-gradient", "critic-gradient"};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    CHECK(keys_of(rows[i]) == std::vector<std::string>{"workload", "step", "nodes", "hidden",
                                                       "batch", "milliseconds", "gflops",
                                                       "share_of_peak"});
    CHECK(rows[i]["workload"] == "resnet50");
    CHECK(rows[i]["step"] == steps[i]);
    CHECK(rows[i]["nodes"] == 57);
    CHECK(rows[i]["hidden"] == 128);
    CHECK(rows[i]["batch"] == (i == 2 ? 24 : 0));
    CHECK(rows[i]["milliseconds"].get<double>() > 0);
    CHECK(rows[i]["gflops"].get<double>() > 0);
    CHECK(rows[i]["share_of_peak"].get<double>() > 0);
  }
}

TEST_CASE("bench without SystemC or with one thread leaves their figures out", "[cli]") {
  const Json json = bench_json(
      {"--workload", "mobilenet-v2", "--model", "event", "--threads", "1", "--chip", "nnpi-12ice"});
  REQUIRE(json["rates"].size() == 1);
  CHECK(json["chip"] == "nnpi-12ice");
  CHECK(json["rates"][0]["threads"] == 1);
  CHECK(json["rates"][0]["ratio_to_systemc"].is_null());
  CHECK(json["rates"][0]["ratio_to_one_thread"].is_null());
  CHECK(json["incremental"].empty());
}

TEST_CASE("bench prints text, CSV and a command that measures the same again", "[cli]") {
  const WorkingDirectory directory;
  WorkingDirectory::write("tiny.yaml", kTinyGraph);
  const Outcome text = run_cli(
      bench({"--workload", "tiny.yaml", "--set", "memories.sram.capacity=2MiB", "--threads", "3"}));
  CHECK(text.code == 0);
  CHECK(text.out.find("\n  again     memplace bench --model systemc --model event --model "
                      "event-incremental --model systemc-moving --model event-moving "
                      "--model learning --workload tiny.yaml --chip nnpi --set "
                      "memories.sram.capacity=2MiB --threads 3 --min-time 0.001\n") !=
        std::string::npos);
  CHECK(text.out.find("\nsignature       ") != std::string::npos);
  CHECK(text.out.find("\nEvaluations a second\n") != std::string::npos);
  CHECK(text.out.find("\nOne tensor changed: ") != std::string::npos);
  CHECK(text.out.find("\nNetworks that learn to map, ") != std::string::npos);

  const Outcome csv = run_cli(bench(
      {"--workload", "tiny.yaml", "--model", "event", "--format", "csv", "--output", "rates.csv"}));
  CHECK(csv.code == 0);
  CHECK(csv.out.empty());
  const std::string table = WorkingDirectory::read("rates.csv");
  CHECK(
      table.starts_with("workload,model,threads,evaluations_per_second,ratio_to_systemc,"
                        "ratio_to_one_thread\ntiny,event,1,"));
}

TEST_CASE("bench refuses what it does not know", "[cli]") {
  check_mistake(
      {"--workload", "resnet51"},
      "bench: unknown workload \"resnet51\"; known: resnet50, resnet101, bert-base, bert-large, "
      "mobilenet-v2 (did you mean \"resnet50\"?)");
  check_mistake({"--model", "events"},
                "bench: unknown --model \"events\"; known: systemc, event, event-incremental, "
                "systemc-moving, event-moving, learning (did you mean \"event\"?)");
  check_mistake({"--threads", "0"},
                "bench: --threads: got \"0\", expected a whole number from 1 to 256");
  check_mistake(
      {"--set", "memories.dram.capacity=1KiB", "--workload", "mobilenet-v2"},
      "bench: network \"mobilenet-v2\" does not fit chip \"nnpi\": its inputs and outputs "
      "need 147 KiB of dram, the slowest memory, at step 0 (op \"features.0\"), which has "
      "1 KiB",
      1);
  for (const std::string& bad : {std::string("0"), std::string("x"), std::string("1s"),
                                 std::string("61"), std::string("nan")}) {
    const Outcome outcome = run_cli({"bench", "--min-time", bad});
    CHECK(outcome.code == 2);
    CHECK(outcome.err ==
          "bench: --min-time: got \"" + bad + "\", expected seconds from 0.001 to 60\n");
  }
}

}  // namespace memplace
