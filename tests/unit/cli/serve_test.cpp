// SPDX-License-Identifier: Apache-2.0
// memplace serve: JSON-RPC 2.0 over lines.
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/json.h"
#include "cli/service.h"
#include "tests/unit/cli/cli_checks.h"

namespace memplace::test {
namespace {

// The answers to lines.
std::vector<Json> serve(const std::vector<std::string>& lines) {
  std::string input;
  for (const std::string& line : lines) {
    input += line + '\n';
  }
  const Outcome outcome = run_cli({"serve"}, false, std::nullopt, input);
  CHECK(outcome.code == 0);
  CHECK(outcome.err.empty());
  std::vector<Json> answers;
  std::istringstream out(outcome.out);
  for (std::string line; std::getline(out, line);) {
    answers.push_back(Json::parse(line));
    CHECK(answers.back()["jsonrpc"] == "2.0");
  }
  return answers;
}

std::string call(const std::string& method, const Json& params, int id = 1) {
  return one_line({{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", params}});
}

Json result_of(Service& service, const std::string& method, const Json& params) {
  const Json answer = Json::parse(service.answer(call(method, params)));
  INFO(one_line(answer));
  REQUIRE(answer.contains("result"));
  return answer["result"];
}

std::string mistake_of(Service& service, const std::string& method, const Json& params) {
  const Json answer = Json::parse(service.answer(call(method, params)));
  REQUIRE(answer.contains("error"));
  CHECK(answer["error"]["code"] == -32602);
  return answer["error"]["message"];
}

}  // namespace

TEST_CASE("serve: a simulation is the command's", "[cli]") {
  const std::vector<Json> answers =
      serve({call("simulate", {{"workload", "mobilenet-v2"},
                               {"streams", 2},
                               {"set", {"memories.sram.capacity=2MiB"}},
                               {"mapping", "all:dram"}})});
  REQUIRE(answers.size() == 1);
  CHECK(answers[0]["id"] == 1);
  Json command = json_of({"simulate", "mobilenet-v2", "--streams", "2", "--set",
                          "memories.sram.capacity=2MiB", "--mapping", "all:dram"});
  const Json& served = answers[0]["result"];
  for (const char* const key : {"config", "again", "schema_version", "latency_ps", "ops"}) {
    INFO(key);
    CHECK(served[key] == command[key]);
  }
}

TEST_CASE("serve: a simulation may fetch tensors", "[cli]") {
  const WorkingDirectory directory;
  write_tiny();
  WorkingDirectory::write("moving.yaml", "default: dram\ntensors: {a.weights: dram > llc}\n");
  const Json params{{"workload", "tiny.yaml"}, {"chip", "toy"}, {"mapping", "moving.yaml"}};
  Service service;
  const Json served = result_of(service, "simulate", params);
  CHECK(served["moves"].size() == 1);
  Json command = json_of({"simulate", "tiny.yaml", "--chip", "toy", "--mapping", "moving.yaml"});
  command.erase("details");
  CHECK(served == command);
  Json fixed = params;
  fixed["places"] = "static";
  CHECK(mistake_of(service, "simulate", fixed).find("expected one memory") != std::string::npos);
}

TEST_CASE("serve: a score is what a point of a sweep has", "[cli]") {
  Service service;
  const Json score = result_of(service, "score",
                               {{"workload", "mobilenet-v2"},
                                {"set", {"memories.sram.capacity=8MiB"}},
                                {"mapping", "heuristic:native"}});
  const WorkingDirectory directory;
  WorkingDirectory::write("s.yaml",
                          "workloads: [mobilenet-v2]\nchip: nnpi\n"
                          "parameters: {memories.sram.capacity: [8 MiB]}\nmappings: [native]\n");
  const Json point = json_of({"sweep", "s.yaml"})["results"][0];
  for (const char* const key :
       {"feasible", "epsilon", "latency_ps", "makespan_ps", "throughput_per_s", "energy_pj"}) {
    INFO(key);
    CHECK(score[key] == point[key]);
  }
  CHECK(score["area_um2"].get<double>() / 1e6 == Approx(point["area_mm2"].get<double>()));
}

// Told what it would have been told at home, a strategy asks what it would have asked there.
TEST_CASE("serve: asking and telling is the search that optimize makes", "[cli]") {
  for (const std::string strategy : {"annealing", "tabu", "auto"}) {
    CAPTURE(strategy);
    const Json search = json_of({"optimize", "mobilenet-v2", "--strategy", strategy, "--budget",
                                 "60", "--seed", "5", "--forbid", "*.out=llc", "--threads", "1"});
    Service service;
    const Json open = result_of(service, "open",
                                {{"workload", "mobilenet-v2"},
                                 {"strategy", strategy},
                                 {"budget", 60},
                                 {"seed", 5},
                                 {"forbid", {"*.out=llc"}}});
    CHECK(open["heuristics"] == search["heuristics"]);
    CHECK(open["memories"] == Json::array({"dram", "llc", "sram"}));
    std::vector<std::int64_t> latencies;
    Json told;
    for (bool outside = false;; outside = !outside) {
      const Json asked = result_of(service, "ask", {{"search", open["search"]}, {"most", 60}});
      if (asked["done"] == true) {
        break;
      }
      Json results = Json::array();
      for (const Json& proposal : asked["proposals"]) {
        CHECK(proposal["mapping"].get<std::string>().size() == open["decisions"].size());
        latencies.push_back(proposal["latency_ps"]);
        // By turns as simulated here, and as somebody else finds the same.
        results.push_back(outside ? Json{{"latency_ps", proposal["latency_ps"]}} : Json(nullptr));
      }
      told = result_of(service, "tell", {{"search", open["search"]}, {"results", results}});
    }
    CHECK(told["evaluations"] == search["evaluations"]);
    CHECK(told["best"]["latency_ps"] == search["search_best"]["latency_ps"]);
    REQUIRE(latencies.size() == search["evaluations"]);
    for (const Json& improvement : search["history"]) {
      CHECK(latencies[improvement["evaluation"].get<std::size_t>() - 1] ==
            improvement["latency_ps"]);
    }
    const Json again = result_of(
        service, "evaluate", {{"search", open["search"]}, {"mapping", told["best"]["mapping"]}});
    CHECK(again == told["best"]);
    CHECK(result_of(service, "close", {{"search", open["search"]}}).empty());
    CHECK(mistake_of(service, "ask", {{"search", open["search"]}}) ==
          "search: " + open["search"].dump() + " is not open");
  }
}

// A machine on which the scratchpad is slow: what it says decides, not what we would say.
TEST_CASE("serve: what an outside evaluator finds decides", "[cli]") {
  Service service;
  const Json open = result_of(
      service, "open", {{"workload", "mobilenet-v2"}, {"strategy", "random"}, {"budget", 20}});
  const Json asked = result_of(service, "ask", {{"search", 1}, {"most", 3}});
  REQUIRE(asked["proposals"].size() == 3);
  CHECK(mistake_of(service, "ask", {{"search", 1}}) ==
        "3 proposals of the last ask wait to be told");
  CHECK(mistake_of(service, "tell", {{"search", 1}, {"results", {nullptr}}}) ==
        "results: expected a list of 3, one a proposal of the last ask");
  CHECK(mistake_of(service, "tell", {{"search", 1}, {"results", {nullptr, {{"cots", 1}}, nullptr}}})
            .find("results[1]: unknown key \"cots\"; known: cost, latency_ps") == 0);
  CHECK(
      mistake_of(service, "tell", {{"search", 1}, {"results", {nullptr, {{"cost", -1}}, nullptr}}})
          .find("results[1]: cost: got -1") == 0);
  const Json told = result_of(
      service, "tell",
      {{"search", 1},
       {"results", {{{"cost", 9.5}}, {{"cost", 2.5}, {"latency_ps", 7}}, {{"latency_ps", 8}}}}});
  CHECK(told["evaluations"] == 3);
  CHECK(told["best"]["cost"] == 2.5);
  CHECK(told["best"]["latency_ps"] == 7);
  CHECK(told["best"]["mapping"] == asked["proposals"][1]["mapping"]);
}

TEST_CASE("serve: describe names every setting and nothing else is taken", "[cli]") {
  Service service;
  const Json described = result_of(service, "describe", Json::object());
  CHECK(described["schema_version"] == 1);
  std::size_t settings = 0;
  for (const Json& method : described["methods"]) {
    for (const Json& param : method["params"]) {
      if (method["name"] == "open" && param["name"] == "objective") {
        CHECK(param["one_of"][1] == "throughput");
      }
      settings += method["name"] == "open" ? 1U : 0U;
    }
  }
  CHECK(settings == 28);
  CHECK(mistake_of(service, "simulate", {{"workload", "resnet50"}, {"maping", "all:dram"}})
            .find("unknown parameter \"maping\"; known: workload, ") == 0);
  CHECK(mistake_of(service, "simulate", Json::object()) == "workload: missing");
  CHECK(mistake_of(service, "simulate", {{"workload", "resnet50"}, {"streams", "two"}}) ==
        "streams: got \"two\", expected a whole number from 1 to 12");
  CHECK(mistake_of(service, "simulate", {{"workload", "resnet50"}, {"set", "a=1"}}) ==
        "set: got \"a=1\", expected a list");
  CHECK(mistake_of(service, "open", {{"workload", "resnet50"}, {"strategy", "anealing"}})
            .find("unknown strategy \"anealing\"") == 0);
  CHECK(mistake_of(service, "open", {{"workload", "mobilenet-v2"}, {"options", {{"width", -1}}}})
            .find("strategy auto: ") == 0);
  CHECK(mistake_of(service, "open", {{"workload", "resnet50"}, {"target_latency_ps", 0}}) ==
        "target_latency_ps: got \"0 ps\", expected a time above zero such as 250us");
}

TEST_CASE("serve: what is null has its default, and what fits nowhere says so", "[cli]") {
  Service service;
  const Json open = result_of(service, "open",
                              {{"workload", "mobilenet-v2"},
                               {"strategy", nullptr},
                               {"options", nullptr},
                               {"budget", nullptr},
                               {"init", "all:dram"}});
  const Json asked = result_of(service, "ask", {{"search", open["search"]}, {"most", nullptr}});
  REQUIRE(asked["proposals"].size() == 1);
  CHECK(asked["proposals"][0]["mapping"] == std::string(open["decisions"].size(), '0'));
  CHECK(Json::parse(service.answer(R"({"jsonrpc":"2.0","id":3,"method":"describe","params":null})"))
            .contains("result"));
  const Json full = Json::parse(
      service.answer(call("open", {{"workload", "mobilenet-v2"}, {"pin", {"*=sram"}}})));
  CHECK(full["error"]["code"] == -32000);
  CHECK(mistake_of(service, "open", {{"workload", "mobilenet-v2"}, {"init", "foo"}}) ==
        "init: got \"foo\", expected FILE.yaml, FILE.json, all:MEMORY or heuristic:NAME");
  CHECK(mistake_of(service, "open", {{"workload", "mobilenet-v2"}, {"policy_in", "none"}})
            .find("none: cannot read") == 0);
}

TEST_CASE("serve: what is no request is said to be none, and the next one is answered", "[cli]") {
  const std::vector<Json> answers = serve({
      "{",
      "",
      "7",
      R"({"jsonrpc": "1.0", "id": "a", "method": "describe"})",
      R"({"jsonrpc": "2.0", "id": "b", "method": "simulat"})",
      R"({"jsonrpc": "2.0", "method": "simulate", "params": {"workload": "none"}})",
      R"({"jsonrpc": "2.0", "method": 5})",
      R"({"jsonrpc": "2.0", "id": "c", "method": "describe", "params": [1]})",
      R"({"jsonrpc": "2.0", "id": null, "method": "describe"})",
      call("simulate", {{"workload", "bert-large"},
                        {"set", {"memories.dram.capacity=1MiB", "memories.llc.capacity=1MiB"}}}),
  });
  REQUIRE(answers.size() == 8);
  const std::vector<int> codes{-32700, -32600, -32600, -32601, -32600, -32602};
  for (std::size_t i = 0; i < codes.size(); ++i) {
    INFO(i);
    CHECK(answers[i]["error"]["code"] == codes[i]);
  }
  CHECK(answers[2]["id"] == "a");
  CHECK(answers[3]["error"]["message"].get<std::string>().find("did you mean \"simulate\"?") !=
        std::string::npos);
  CHECK(answers[6]["result"]["schema_version"] == 1);
  CHECK(answers[7]["error"]["code"] == -32000);
}

}  // namespace memplace::test
