// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/json.h"
#include "cli_run.h"

namespace memplace {
namespace {

const std::string kSmallSweep = MEMPLACE_SOURCE_DIR "/configs/experiments/sweep-small.yaml";

// A sweep of the tiny network: sixteen chips, a heuristic and a search. The scratchpad has 2 mm2.
constexpr const char* kSweepSpec = R"(workloads: [tiny.yaml]
chip: toy
parameters:
  memories.dram.capacity: [2 B, 16 B]
  memories.sram.capacity: [1 MiB, 2 MiB]
  memories.sram.area: 1 mm2/MiB
mappings:
  - native
  - {strategy: random, budget: 10}
)";

void write_sweep() {
  WorkingDirectory::write("tiny.yaml", kTinyGraph);
  WorkingDirectory::write("spec.yaml", kSweepSpec);
}

std::vector<Json> points_of(const std::string& directory) {
  std::istringstream lines(WorkingDirectory::read(directory + "/points.jsonl"));
  std::vector<Json> points;
  for (std::string line; std::getline(lines, line);) {
    points.push_back(Json::parse(line));
  }
  return points;
}

const std::vector<std::string> kFiles{"marginal.csv", "pareto.csv", "points.jsonl", "sweep.json",
                                      "sweep.yaml"};

}  // namespace

TEST_CASE("the shipped small sweep says what simulate says", "[cli]") {
  const WorkingDirectory directory;
  const Outcome outcome = run_cli({"sweep", kSmallSweep, "--out", "s", "--threads", "2"});
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator("s")) {
    files.push_back(entry.path().filename().string());
  }
  std::sort(files.begin(), files.end());
  CHECK(files == kFiles);
  const std::vector<Json> points = points_of("s");
  REQUIRE(points.size() == 2 * 4 * 3);
  // 8 MiB of scratchpad, 34 GB/s, the second source.
  const Json& point = points[12 + 9];
  CHECK(point["parameters"]["memories.sram.capacity"] == 8 << 20);
  CHECK(point["mapping"] == "memory-space-assignment");
  const Json simulated = Json::parse(
      run_cli({"simulate", "mobilenet-v2", "--mapping", "heuristic:memory-space-assignment",
               "--set", "memories.sram.capacity=8MiB", "--set",
               "memories.dram.read_bandwidth=34GB/s", "--set",
               "memories.dram.write_bandwidth=34GB/s", "--format", "json"})
          .out);
  CHECK(point["latency_ps"] == simulated["latency_ps"]);
  CHECK(point["makespan_ps"] == simulated["makespan_ps"]);
  CHECK(point["feasible"] == simulated["feasible"]);
  std::int64_t energy = 0;
  for (const Json& memory : simulated["memories"]) {
    energy += memory["energy_pj"].get<std::int64_t>();
    const Json& traffic = point["traffic"][memory["name"].get<std::string>()];
    CHECK(traffic["read_bytes"] == memory["read_bytes"]);
    CHECK(traffic["written_bytes"] == memory["written_bytes"]);
    CHECK(traffic["busy_ps"] == memory["busy_ps"]);
  }
  CHECK(point["energy_pj"] == energy);
  // 8 MiB at 0.436 mm2 and 24 MiB at 0.524 mm2.
  CHECK(point["area_mm2"] == 3.488 + 12.576);
  std::istringstream lines(outcome.out);
  for (std::string line; std::getline(lines, line);) {
    INFO(line);
    CHECK(line.size() <= 80);
  }
  CHECK(outcome.out.find("\nmobilenet-v2, native\n  Pareto front: ") != std::string::npos);
}

TEST_CASE("a sweep is byte by byte the same on threads and after a resume", "[cli]") {
  const WorkingDirectory directory;
  write_sweep();
  const Outcome serial = run_cli({"sweep", "spec.yaml", "--out", "a", "--threads", "1"});
  REQUIRE(serial.code == 0);
  REQUIRE(run_cli({"sweep", "spec.yaml", "--out", "b", "--threads", "4"}).code == 0);
  for (const std::string& name : kFiles) {
    CAPTURE(name);
    CHECK(WorkingDirectory::read("a/" + name) == WorkingDirectory::read("b/" + name));
  }
  // As a kill leaves it: a journal with a torn end and no results.
  const std::string lines = WorkingDirectory::read("b/points.jsonl");
  const std::size_t cut = lines.find('\n', lines.size() / 2) + 1;
  WorkingDirectory::write("b/journal.jsonl", lines.substr(0, cut + 20));
  for (const char* const name : {"points.jsonl", "pareto.csv", "marginal.csv", "sweep.json"}) {
    std::filesystem::remove(std::string("b/") + name);
  }
  WorkingDirectory::write("b/points.jsonl.tmp-123", "left");
  // The network and the chip are what they were, but spec.yaml is not needed.
  std::filesystem::remove("spec.yaml");
  const Outcome resumed = run_cli({"sweep", "--resume", "b"});
  INFO(resumed.err);
  REQUIRE(resumed.code == 0);
  for (const std::string& name : kFiles) {
    CAPTURE(name);
    CHECK(WorkingDirectory::read("a/" + name) == WorkingDirectory::read("b/" + name));
  }
  CHECK_FALSE(std::filesystem::exists("b/points.jsonl.tmp-123"));
  CHECK_FALSE(std::filesystem::exists("b/journal.jsonl"));
  // One that is over only prints.
  const Outcome again = run_cli({"sweep", "--resume", "a"});
  CHECK(again.code == 0);
  CHECK(again.out == serial.out);
  // What was written is a spec.
  REQUIRE(run_cli({"sweep", "a/sweep.yaml", "--out", "c"}).code == 0);
  CHECK(WorkingDirectory::read("c/points.jsonl") == lines);
}

TEST_CASE("points that fail are told of and do not stop a sweep", "[cli]") {
  const WorkingDirectory directory;
  write_sweep();
  const Outcome outcome = run_cli({"sweep", "spec.yaml", "--out", "s"});
  CHECK(outcome.code == 0);
  // 2 B of DRAM do not hold what comes in.
  CHECK(outcome.err.find("sweep: 4 of 8 points failed; the first, point 0: network \"tiny\" does "
                         "not fit chip \"toy\"") != std::string::npos);
  const std::vector<Json> points = points_of("s");
  CHECK(points[0].contains("error"));
  CHECK_FALSE(points[0].contains("latency_ps"));
  CHECK(points[2].contains("latency_ps"));
  // Where all fail there is no result.
  std::string spec = kSweepSpec;
  spec.replace(spec.find("[2 B, 16 B]"), 11, "2 B");
  WorkingDirectory::write("spec.yaml", spec);
  const Outcome none = run_cli({"sweep", "spec.yaml", "--out", "t"});
  CHECK(none.code == 1);
  CHECK(none.out.empty());
  CHECK(none.err.find("sweep: all of 4 points failed; the first, point 0: ") != std::string::npos);
  CHECK(points_of("t").size() == 4);
}

TEST_CASE("a sweep in every format, also without a directory", "[cli]") {
  const WorkingDirectory directory;
  write_sweep();
  const Json json = Json::parse(run_cli({"sweep", "spec.yaml", "--format", "json"}).out);
  CHECK(json["command"] == "sweep");
  CHECK(json["again"] == "memplace sweep spec.yaml");
  CHECK(json["points"] == 8);
  CHECK(json["failed"] == 4);
  CHECK(json["results"].size() == 8);
  CHECK(json["axes"][1]["parameter"] == "memories.sram.capacity");
  CHECK(json["axes"][1]["unit"] == "bytes");
  CHECK(json["axes"][1]["values"] == Json::array({1 << 20, 2 << 20}));
  CHECK(json["axes"][1]["labels"] == Json::array({"1 MiB", "2 MiB"}));
  CHECK(json["axes"][2]["unit"] == "um2_per_mib");
  CHECK(json["pareto"][0]["points"] == Json::array({2}));
  CHECK(json["best"][0]["point"] == 2);
  // One step between chips that work: a MiB more that saves nothing.
  CHECK(json["marginal"][0]["parameter"] == "memories.sram.capacity");
  CHECK(json["marginal"][0]["latency_ps"] == 0);
  CHECK(json["marginal"][0]["area_mm2"] == 1.0);
  CHECK(json["area_sensitivity"][0]["memory"] == "dram");
  const std::string csv = run_cli({"sweep", "spec.yaml", "--format", "csv"}).out;
  CHECK(csv.starts_with("point,workload,mapping,memories.dram.capacity,memories.sram.capacity,"));
  CHECK(csv.find("\n2,tiny.yaml,native,16,1048576,1000000,true,0.0,") != std::string::npos);
  CHECK(run_cli({"sweep", "spec.yaml", "-o", "out.txt"}).out.empty());
  CHECK(directory.names() == std::vector<std::string>{"out.txt", "spec.yaml", "tiny.yaml"});
}

TEST_CASE("mistakes about sweeps", "[cli]") {
  const WorkingDirectory directory;
  write_sweep();
  CHECK(run_cli({"sweep"}).err == "sweep: SPEC is missing; see memplace sweep --help\n");
  CHECK(run_cli({"sweep", "none.yaml"}).err ==
        "none.yaml: cannot read: No such file or directory\n");
  // A file that the spec names is told by its own name alone.
  WorkingDirectory::write("lost.yaml",
                          "workloads: [net.yaml]\nchip: nnpi\nmappings: [native]\n"
                          "parameters: {memories.sram.capacity: [1 MiB]}\n");
  CHECK(run_cli({"sweep", "lost.yaml"}).err ==
        "net.yaml: cannot read: No such file or directory\n");
  CHECK(run_cli({"sweep", "--resume", "none"}).err ==
        "none: holds no sweep: there is no sweep.yaml in it\n");
  CHECK(run_cli({"sweep", "spec.yaml", "--resume", "none"}).err ==
        "sweep: SPEC and --resume exclude each other\n");
  CHECK(run_cli({"sweep", "spec.yaml", "--out", "s", "-o", "s/points.jsonl"}).err ==
        "sweep: --output \"s/points.jsonl\" is in \"s\", where the sweep keeps its files\n");
  CHECK(run_cli({"sweep", "spec.yaml", "-o", "tiny.yaml"}).err ==
        "sweep: --output \"tiny.yaml\" would overwrite \"tiny.yaml\", which is read\n");
  REQUIRE(run_cli({"sweep", "spec.yaml", "--out", "s"}).code == 0);
  CHECK(run_cli({"sweep", "spec.yaml", "--out", "s"}).err ==
        "s: already holds a sweep; continue it with --resume s, or name another directory\n");
  // A network that has changed since is no part of the same sweep.
  std::string graph = kTinyGraph;
  graph.replace(graph.find("elements: 2"), 11, "elements: 9");
  WorkingDirectory::write("tiny.yaml", graph);
  CHECK(run_cli({"sweep", "--resume", "s"}).err ==
        "s: the sweep is of another network; tiny.yaml was changed\n");
}

}  // namespace memplace
