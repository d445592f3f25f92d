// SPDX-License-Identifier: Apache-2.0
// Mappings that fetch tensors during an inference, as users meet them.
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "base/json.h"
#include "tests/unit/cli/cli_checks.h"

namespace memplace {
namespace {

using Words = std::vector<std::string>;

// The worked example of simulate_test.cpp, but a.weights come from dram: 94 ns, as
// moving_report() of tests/unit/report/toy_reports.h has them.
const Words kMoving{"simulate", "tiny.yaml", "--chip", "toy", "--mapping", "moving.yaml"};

void write_moving() {
  write_tiny();
  WorkingDirectory::write("moving.yaml", "tensors: {a.weights: dram > llc, a.out: sram}\n");
}

// A mapping of the workload in which all weights that an op reads whole are fetched from dram to
// llc, and the rest is as `heuristic:native` has it.
void write_all_fetched(const std::string& file, const std::string& workload) {
  REQUIRE(run_cli({"simulate", workload, "--save-mapping", "native.json"}).code == 0);
  Json mapping = Json::parse(WorkingDirectory::read("native.json"));
  for (auto& [name, place] : mapping["tensors"].items()) {
    if (name.ends_with(".weights") && !name.starts_with("embeddings.")) {
      place = "dram > llc";
    }
  }
  WorkingDirectory::write(file, one_line(mapping));
}

// Law 8, and that no roofline is beaten and no memory overflows.
void check_report(const Json& report) {
  auto time = report["drain_ps"].get<std::int64_t>();
  std::int64_t waited = 0;
  for (const Json& op : report["ops"]) {
    for (const char* const part : {"compute_ps", "dispatch_ps", "wait_weights_ps", "wait_inputs_ps",
                                   "wait_move_ps", "wait_output_slot_ps"}) {
      time += op[part].get<std::int64_t>();
    }
    waited += op["wait_move_ps"].get<std::int64_t>();
  }
  CHECK(time == report["first_inference_ps"]);
  for (const Json& move : report["moves"]) {
    waited -= move["waited_ps"].get<std::int64_t>();
  }
  CHECK(waited == 0);
  for (const Json& roofline : report["rooflines"]) {
    CHECK(roofline["bound_ps"] <= report["makespan_ps"]);
  }
  for (const Json& memory : report["memories"]) {
    CHECK(memory["busy_ps"] <= report["makespan_ps"]);
    CHECK(memory["peak_bytes"] <= memory["capacity_bytes"]);
    CHECK(memory["moved_in_bytes"] <= memory["written_bytes"]);
    CHECK(memory["moved_out_bytes"] <= memory["read_bytes"]);
  }
}

}  // namespace

TEST_CASE("simulate runs a fetch", "[cli]") {
  const WorkingDirectory directory;
  write_moving();
  const Json report = json_of(with(kMoving, {"--model", "both"}));
  check_report(report);
  CHECK(report["latency_ps"] == 94'000);
  CHECK(report["feasible"] == true);
  CHECK(report["load_bytes"] == 0);
  CHECK(one_line(report["moves"]) ==
        R"([{"tensor":"a.weights","from":"dram","to":"llc","bytes":8,"after":null,)"
        R"("first_op":"a","begin_ps":0,"end_ps":56000,"waited_ps":56000}])");
  CHECK(report["ops"][0]["wait_move_ps"] == 56'000);
  CHECK(report["tensors"][1]["given"] == "dram");
  CHECK(report["tensors"][1]["fetched_to"] == "llc");
  // Two rows of details, of the home and of the copy.
  const Json& addresses = report["details"]["addresses"];
  CHECK(addresses[1]["tensor"] == "a.weights");
  CHECK(addresses[1]["memory"] == "dram");
  CHECK(addresses[2]["tensor"] == "a.weights");
  CHECK(addresses[2]["memory"] == "llc");
  CHECK(addresses[2]["end_step"] == 1);
  const std::string text = run_cli(kMoving).out;
  CHECK(text.find("\nMoves\n") != std::string::npos);
  CHECK(run_cli(with(kMoving, {"--format", "csv", "--table", "moves"})).out ==
        "tensor,from,to,bytes,after,first_op,begin_ps,end_ps,waited_ps\n"
        "a.weights,dram,llc,8,,a,0,56000,56000\n");
}

TEST_CASE("what was simulated is saved, with its fetches and addresses", "[cli]") {
  const WorkingDirectory directory;
  write_moving();
  CHECK(run_cli(with(kMoving, {"--save-mapping", "s.yaml", "--addresses", "a.csv"})).code == 0);
  CHECK(WorkingDirectory::read("s.yaml") ==
        "workload: \"tiny\"\n"
        "chip: \"toy\"\n"
        "tensors:\n"
        "  \"a.weights\": \"dram > llc\"\n"
        "  \"a.out\": \"sram\"\n");
  CHECK(WorkingDirectory::read("a.csv") ==
        "id,memory,lower,upper,size,offset\n"
        "x,dram,0,1,4,8\n"
        "a.weights,dram,0,2,8,0\n"
        "a.weights>llc,llc,0,1,8,0\n"
        "a.out,sram,0,2,2,0\n"
        "b.out,dram,1,2,2,8\n");
  for (const char* const memory : {"dram", "llc", "sram"}) {
    const Outcome laid_out =
        run_cli({"allocate", "a.csv", "--memory", memory, "--capacity", "64B"});
    CHECK(laid_out.code == 0);
  }
  // One that found no room is saved without.
  CHECK(run_cli(with(kMoving, {"--set", "memories.llc.capacity=7B", "--save-mapping", "t.json"}))
            .code == 0);
  CHECK(Json::parse(WorkingDirectory::read("t.json"))["tensors"] ==
        Json{{"a.weights", "dram"}, {"a.out", "sram"}});
}

TEST_CASE("strictness takes a fetch that finds no room for a failure", "[cli]") {
  const WorkingDirectory directory;
  write_moving();
  CHECK(run_cli(with(kMoving, {"--strict"})).code == 0);
  const Words narrow = with(kMoving, {"--set", "memories.llc.capacity=7B"});
  const Json report = json_of(narrow);
  CHECK(report["feasible"] == false);
  CHECK(report["moves"].empty());
  CHECK(report["demoted"][0]["asked"] == "dram > llc");
  CHECK(report["demoted"][0]["refusals"][0]["reason"] == "time");
  const Outcome strict = run_cli(with(narrow, {"--strict"}));
  CHECK(strict.code == 1);
  CHECK(strict.out.empty());
  CHECK(
      strict.err ==
      "simulate: the mapping does not fit: \"a.weights\" is to be fetched to llc before step 0 (op "
      "\"a\"), and no room for its 8 B is free there early enough; 1 of 1 fetches would be left "
      "out, epsilon 0.8\n");
}

// Both weights, of 8 B, go through an llc that has room for one of them: b's come after a.
TEST_CASE("places and planners are chosen, and said again", "[cli]") {
  const WorkingDirectory directory;
  const std::string workload = MEMPLACE_SOURCE_DIR "/configs/workloads/two-ops.yaml";
  WorkingDirectory::write(
      "m.yaml", "default: dram\ntensors: {a.weights: dram > llc, b.weights: dram > llc}\n");
  const Words run{"simulate",  workload, "--chip",  "toy", "--set", "memories.llc.capacity=8B",
                  "--mapping", "m.yaml", "--model", "both"};
  for (const char* const planner : {"ring", "joint"}) {
    const Json report = json_of(with(run, {"--planner", planner}));
    check_report(report);
    CHECK(report["moves"][0]["after"].is_null());
    CHECK(report["moves"][1]["after"] == "a");
    CHECK(report["moves"][1]["begin_ps"] >=
          report["ops"][0]["end_ps"].get<std::int64_t>() - 16'000);
    CHECK(report["memories"][1]["peak_bytes"] == 8);
    CHECK(report["config"]["planner"] == planner);
    CHECK((report["again"].get<std::string>().find("--planner joint") != std::string::npos) ==
          (std::string(planner) == "joint"));
  }
  const Words fixed{"simulate", workload, "--chip", "toy", "--mapping", "all:dram"};
  Json moving = json_of(fixed);
  Json stays = json_of(with(fixed, {"--places", "static"}));
  CHECK(stays["config"]["places"] == "static");
  for (Json* const report : {&moving, &stays}) {
    report->erase("config");
    report->erase("again");
  }
  CHECK(moving == stays);
}

TEST_CASE("a heuristic that fetches is simulated, saved and read back as it was", "[cli]") {
  const WorkingDirectory directory;
  for (const char* const planner : {"ring", "joint"}) {
    const Words run{"simulate",  "resnet101", "--mapping",      "heuristic:stream",
                    "--planner", planner,     "--save-mapping", "s.yaml"};
    const Json report = json_of(run);
    check_report(report);
    REQUIRE(report["moves"].size() > 10);
    // What found room finds it again.
    const Json again =
        json_of({"simulate", "resnet101", "--mapping", "s.yaml", "--planner", planner, "--strict"});
    CHECK(again["moves"] == report["moves"]);
    CHECK(again["latency_ps"] == report["latency_ps"]);
  }
}

TEST_CASE("fetches of real networks add up, and no roofline is beaten", "[cli]") {
  const WorkingDirectory directory;
  for (const char* const workload : {"resnet50", "bert-base"}) {
    write_all_fetched("m.json", workload);
    for (const char* const planner : {"ring", "joint"}) {
      for (const char* const streams : {"1", "3"}) {
        CAPTURE(workload, planner, streams);
        const Words run{"simulate", workload,    "--mapping", "m.json",       "--planner",
                        planner,    "--streams", streams,     "--inferences", "2"};
        const Json report = json_of(run);
        CHECK(report["moves"].size() > 10);
        check_report(report);
        const Outcome again = run_cli(with(run, {"--format", "json", "--output", "r.json"}));
        REQUIRE(again.code == 0);
        CHECK(json_of({"compare", "r.json", "r.json"})["fetches"].empty());
      }
    }
  }
}

// b's turn comes at 92 ns, its fetch begins at 40; with everything in dram b waits 32 ns for its
// input, which is written and read there, else 8. a's fetch begins at once, and a waits 72 ns
// instead of 80.
TEST_CASE("compare explains what fetches gain", "[cli]") {
  const WorkingDirectory directory;
  const std::string workload = MEMPLACE_SOURCE_DIR "/configs/workloads/two-ops.yaml";
  WorkingDirectory::write(
      "m.yaml",
      "default: dram\ntensors: {a.weights: dram > llc, b.weights: dram > sram, a.out: sram}\n");
  const Words compared{"compare", "all:dram", "m.yaml", "--workload", workload, "--chip", "toy"};
  const std::string text = run_cli(compared).out;
  CHECK(text.find("\nFetches\n"
                  "  b.weights fetched 52 ns ahead: 24 ns less waiting\n"
                  "  a.weights fetched 0 ps ahead: 8 ns less waiting\n") != std::string::npos);
  const Json report = json_of(compared);
  CHECK(report["fetches"] == Json::array({{{"tensor", "b.weights"},
                                           {"a_ahead_ps", nullptr},
                                           {"b_ahead_ps", 52'000},
                                           {"difference_ps", -24'000}},
                                          {{"tensor", "a.weights"},
                                           {"a_ahead_ps", nullptr},
                                           {"b_ahead_ps", 0},
                                           {"difference_ps", -8'000}}}));
  // A planner is a setting of both sides, and of a result that one is compared with.
  const Words joint = with(compared, {"--planner", "joint"});
  CHECK(run_cli(joint).out.find(", m.yaml, planner joint, ") != std::string::npos);
  CHECK(json_of(joint)["again"].get<std::string>().ends_with("--planner joint"));
  REQUIRE(run_cli({"simulate", workload, "--chip", "toy", "--planner", "joint", "--format", "json",
                   "--output", "a.json"})
              .code == 0);
  CHECK(json_of({"compare", "a.json", "m.yaml"})["config"]["b"]["planner"] == "joint");
  CHECK(message_of({"compare", "a.json", "a.json", "--planner", "ring"}) ==
        "compare: --planner is for mappings and chips, and A and B are results or runs\n");
  CHECK(message_of(with(compared, {"--places", "static"})).find("expected one memory") !=
        std::string::npos);
}

TEST_CASE("export writes where tensors are fetched to, as far as the form can", "[cli]") {
  const WorkingDirectory directory;
  write_moving();
  const Words exported{"export", "tiny.yaml", "--chip", "toy", "--mapping", "moving.yaml"};
  const Outcome csv = run_cli(with(exported, {"--csv", "p.csv"}));
  CHECK(csv.code == 0);
  CHECK(csv.err.empty());
  CHECK(WorkingDirectory::read("p.csv") ==
        "tensor,kind,bytes,memory,fetched_to\n"
        "x,input,4,dram,\n"
        "a.weights,weights,8,dram,llc\n"
        "a.out,activation,2,sram,\n"
        "b.out,activation,2,dram,\n");
  const Outcome hints = run_cli(with(exported, {"--hints", "h.csv"}));
  CHECK(hints.code == 0);
  CHECK(hints.err ==
        "export: warning: hints are of homes alone; fetches that they cannot express: 1\n");
  CHECK(WorkingDirectory::read("h.csv").find("\na.weights,DRAM,") != std::string::npos);
}

}  // namespace memplace
