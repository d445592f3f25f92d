// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/json.h"
#include "cli_run.h"

namespace memplace {
namespace {

constexpr const char* kExperimentSpec = R"(workloads: [mobilenet-v2, tiny.yaml]
chips: [nnpi, mine.yaml]
strategies:
  - annealing
  - native
  - {strategy: annealing, label: hot, options: {t_start: 0.5}}
seeds: [1, 2]
budget: 30
)";

// The chip nnpi again, as a file.
void write_experiment() {
  WorkingDirectory::write("tiny.yaml", kTinyGraph);
  WorkingDirectory::write("mine.yaml", read_file(MEMPLACE_SOURCE_DIR "/configs/chips/nnpi.yaml"));
  WorkingDirectory::write("spec.yaml", kExperimentSpec);
}

}  // namespace

TEST_CASE("an experiment leaves a summary, curves and its runs", "[cli]") {
  const WorkingDirectory directory;
  write_experiment();
  const Outcome outcome = run_cli({"experiment", "spec.yaml", "--out", "e", "--threads", "2"});
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  CHECK(outcome.out.find("\nmobilenet-v2 on nnpi; best heuristic ") != std::string::npos);
  const std::string summary = WorkingDirectory::read("e/summary.csv");
  CHECK(
      summary.starts_with("workload,chip,strategy,seeds,mean_speedup,stderr_speedup,"
                          "best_latency_ps,evaluations,own_speedup,own_stderr\n"
                          "mobilenet-v2,nnpi,annealing,2,1."));
  CHECK(std::count(summary.begin(), summary.end(), '\n') == 1 + 2 * 2 * 3);
  // A heuristic is the same for every seed and takes one evaluation.
  const std::size_t native = summary.find("mobilenet-v2,nnpi,native,2,");
  REQUIRE(native != std::string::npos);
  CHECK(summary.substr(summary.find('\n', native) - 10, 10) == ",1,1.0,0.0");
  const Json json = Json::parse(WorkingDirectory::read("e/summary.json"));
  CHECK(json["cells"].size() == 12);
  // What a run returns is the best of all, also where its strategy is a heuristic that is not.
  for (const Json& cell : json["cells"]) {
    for (const Json& heuristic : json["heuristics"]) {
      if (heuristic["workload"] == cell["workload"] && heuristic["chip"] == cell["chip"]) {
        CHECK(cell["best_latency_ps"] <= heuristic["latency_ps"]);
      }
    }
    CHECK(cell["mean_speedup"] >= cell["own_speedup"]);
  }
  CHECK(json["cells"][1]["mean_speedup"] > 1.0);
  // Wall times are said and not kept.
  CHECK(outcome.err.find("\nexperiment: wall time of a run, mean over seeds, workloads and chips\n"
                         "  strategy ") != std::string::npos);
  CHECK(outcome.out.find("seconds") == std::string::npos);
  const Outcome again = run_cli({"experiment", "--resume", "e"});
  CHECK(again.out == outcome.out);
  CHECK(again.err.find("wall time") == std::string::npos);
  CHECK(json["cells"][0]["curve"].back()["evaluation"] == 30);
  CHECK(WorkingDirectory::read("e/curves.csv").find("\ntiny.yaml,mine.yaml,hot,30,") !=
        std::string::npos);
  for (const char* const run :
       {"mobilenet-v2/nnpi/annealing/seed-1", "tiny.yaml/mine.yaml/hot/seed-2"}) {
    CHECK(std::filesystem::exists(std::string("e/runs/") + run + "/history.jsonl"));
  }
}

TEST_CASE("an experiment says the same with any number of threads and after a resume", "[cli]") {
  const WorkingDirectory directory;
  write_experiment();
  REQUIRE(run_cli({"experiment", "spec.yaml", "--out", "a", "--threads", "1"}).code == 0);
  REQUIRE(run_cli({"experiment", "spec.yaml", "--out", "b", "--threads", "4"}).code == 0);
  const std::string summary = WorkingDirectory::read("a/summary.csv");
  CHECK(WorkingDirectory::read("b/summary.csv") == summary);
  CHECK(WorkingDirectory::read("b/curves.csv") == WorkingDirectory::read("a/curves.csv"));

  const std::string json = WorkingDirectory::read("b/summary.json");

  // As if it had been stopped: one run is missing, one is half-way, there is no summary yet.
  const std::string whole = "b/runs/mobilenet-v2/nnpi/annealing/seed-1/history.jsonl";
  const std::string history = WorkingDirectory::read(whole);
  std::filesystem::remove_all("b/runs/mobilenet-v2/nnpi/hot/seed-1");
  std::filesystem::remove("b/summary.csv");
  const Outcome resumed = run_cli({"experiment", "--resume", "b"});
  INFO(resumed.err);
  REQUIRE(resumed.code == 0);
  CHECK(WorkingDirectory::read("b/summary.csv") == summary);
  CHECK(WorkingDirectory::read("b/summary.json") == json);
  CHECK(WorkingDirectory::read(whole) == history);

  // A network that has changed since is no part of the same experiment.
  std::string graph = kTinyGraph;
  graph.replace(graph.find("elements: 2"), 11, "elements: 9");
  WorkingDirectory::write("tiny.yaml", graph);
  const Outcome changed = run_cli({"experiment", "--resume", "b", "--threads", "1"});
  CHECK(changed.code == 2);
  CHECK(changed.err.find("/workload.yaml: the run there is of another network; tiny.yaml was "
                         "changed\n") != std::string::npos);
}

TEST_CASE("an experiment without a directory only prints", "[cli]") {
  const WorkingDirectory directory;
  write_experiment();
  const Outcome csv = run_cli({"experiment", "spec.yaml", "--format", "csv"});
  REQUIRE(csv.code == 0);
  CHECK(csv.out.starts_with("workload,chip,strategy,seeds,"));
  CHECK(directory.names() == std::vector<std::string>{"mine.yaml", "spec.yaml", "tiny.yaml"});
}

// The lock is that of an open directory: a process of its own is not needed.
TEST_CASE("one process at a time writes an experiment", "[cli]") {
  const WorkingDirectory directory;
  write_experiment();
  REQUIRE(run_cli({"experiment", "spec.yaml", "--out", "e"}).code == 0);
  std::filesystem::remove("e/summary.csv");
  for (const char* const place : {"e", "new"}) {
    const auto other = claim_directory(place, "experiment");
    const std::vector<std::string> begin{"experiment", "spec.yaml", "--out", place};
    const std::vector<std::string> resume{"experiment", "--resume", place};
    for (const auto& arguments : {begin, resume}) {
      if (arguments[1] == "--resume" && !std::filesystem::exists(std::string(place) + "/runs")) {
        continue;
      }
      const Outcome outcome = run_cli(arguments);
      CHECK(outcome.code == 2);
      CHECK(outcome.err == std::string(place) + ": another process is writing this experiment\n");
    }
  }
  CHECK_FALSE(std::filesystem::exists("e/summary.csv"));
  CHECK(std::filesystem::is_empty("new"));
  WorkingDirectory::write("e/experiment.yaml.tmp-12", "left by a process that was killed");
  WorkingDirectory::write("e/notes.tmp-12", "mine");
  CHECK(run_cli({"experiment", "--resume", "e"}).code == 0);
  CHECK_FALSE(std::filesystem::exists("e/experiment.yaml.tmp-12"));
  CHECK(WorkingDirectory::read("e/notes.tmp-12") == "mine");
  CHECK(std::filesystem::exists("e/summary.csv"));
}

TEST_CASE("mistakes about experiments", "[cli]") {
  const WorkingDirectory directory;
  write_experiment();
  CHECK(run_cli({"experiment"}).code == 2);
  CHECK(run_cli({"experiment", "none.yaml"}).err ==
        "none.yaml: cannot read: No such file or directory\n");
  // A file that the spec names is told by its own name alone.
  WorkingDirectory::write("lost.yaml",
                          "workloads: [net.yaml]\nchips: [nnpi]\nstrategies: [random]\n"
                          "seeds: [1]\nbudget: 1\n");
  CHECK(run_cli({"experiment", "lost.yaml"}).err ==
        "net.yaml: cannot read: No such file or directory\n");
  CHECK(run_cli({"experiment", "--resume", "none"}).err ==
        "none: holds no experiment (no experiment.yaml)\n");
  CHECK(run_cli({"experiment", "spec.yaml", "--resume", "none"}).err ==
        "experiment: SPEC and --resume exclude each other\n");
  std::filesystem::create_directory("e");
  WorkingDirectory::write("e/experiment.yaml", kExperimentSpec);
  CHECK(run_cli({"experiment", "spec.yaml", "--out", "e"}).err ==
        "e: already holds an experiment; continue it with --resume e, or name another "
        "directory\n");
  CHECK(run_cli({"experiment", "--resume", "e", "--output", "e/experiment.yaml"}).err ==
        "experiment: --output \"e/experiment.yaml\" is in \"e\", where the experiment keeps its "
        "files\n");
  // Nothing is begun where something is wrong.
  WorkingDirectory::write("spec.yaml", std::string(kExperimentSpec) + "objective: throughput\n");
  CHECK(run_cli({"experiment", "spec.yaml", "--out", "f"}).err ==
        "spec.yaml: objective throughput needs at least 2 inferences a stream, got 1\n");
  // The input takes 4 B.
  std::string chip = read_file(MEMPLACE_SOURCE_DIR "/configs/chips/toy.yaml");
  const std::string capacity = "dram, capacity: 1 MiB";
  chip.replace(chip.find(capacity), capacity.size(), "dram, capacity: 3 B");
  WorkingDirectory::write("small.yaml", chip);
  WorkingDirectory::write("spec.yaml",
                          "workloads: [tiny.yaml]\nchips: [small.yaml]\nstrategies: [native]\n"
                          "seeds: [1]\nbudget: 1\n");
  const Outcome full = run_cli({"experiment", "spec.yaml", "--out", "f"});
  CHECK(full.code == 1);
  CHECK(full.err.starts_with("experiment: network \"tiny\" does not fit chip \"toy\""));
  CHECK_FALSE(std::filesystem::exists("f"));
}

}  // namespace memplace
