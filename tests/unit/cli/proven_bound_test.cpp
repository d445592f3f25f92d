// SPDX-License-Identifier: Apache-2.0
// --bound of the commands that search.
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/json.h"
#include "tests/unit/cli/cli_run.h"

namespace memplace {
namespace {

std::vector<std::string> with(std::vector<std::string> args, const std::vector<std::string>& more) {
  args.insert(args.end(), more.begin(), more.end());
  return args;
}

// Every file below it.
std::map<std::string, std::string> files_below(const std::string& directory) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file()) {
      files[std::filesystem::relative(entry.path(), directory).string()] =
          read_file(entry.path().string());
    }
  }
  return files;
}

const std::vector<std::string> kSearch{"optimize",   "tiny.yaml", "--chip",   "toy",
                                       "--strategy", "random",    "--budget", "30"};

constexpr const char* kExperiment = R"(workloads: [tiny.yaml]
chips: [toy, nnpi]
strategies: [random, native]
seeds: [1, 2]
budget: 20
)";

}  // namespace

TEST_CASE("optimize shows how much faster a mapping could be", "[cli]") {
  const WorkingDirectory directory;
  WorkingDirectory::write("tiny.yaml", kTinyGraph);
  const std::vector<std::string> search = with(kSearch, {"--format", "json"});
  const Outcome plain = run_cli(with(search, {"--out", "plain"}));
  REQUIRE(plain.code == 0);
  const Outcome bounded = run_cli(with(search, {"--out", "bounded", "--bound"}));
  INFO(bounded.err);
  REQUIRE(bounded.code == 0);
  CHECK(bounded.err.find("optimize: proving how fast a mapping could be at best\n") !=
        std::string::npos);
  CHECK(bounded.err.find("optimize: proving took ") != std::string::npos);
  CHECK(plain.err.find("proving") == std::string::npos);
  Json report = Json::parse(bounded.out);
  const double bound = report["bound_ps"];
  const double best = report["best"]["latency_ps"];
  CHECK(bound > 0);
  CHECK(bound <= best);
  CHECK(report["gap"].get<double>() == (best - bound) / bound);

  // Nothing else is different, and the run's files are the same.
  CHECK(report["config"]["bound"] == true);
  CHECK(report["again"].get<std::string>().find(" --bound") != std::string::npos);
  report.erase("bound_ps");
  report.erase("gap");
  report["config"].erase("bound");
  Json same = Json::parse(plain.out);
  report.erase("again");
  same.erase("again");
  CHECK(report == same);
  CHECK(files_below("bounded") == files_below("plain"));

  const Outcome resumed = run_cli({"optimize", "--resume", "plain", "--format", "json", "--bound"});
  CHECK(resumed.out == bounded.out);
}

TEST_CASE("optimize shows a bound as text and in a table", "[cli]") {
  const WorkingDirectory directory;
  WorkingDirectory::write("tiny.yaml", kTinyGraph);
  const std::string text = run_cli(with(kSearch, {"--bound"})).out;
  CHECK(text.find("\nproven bound    ") != std::string::npos);
  CHECK(text.find("\ngap             ") != std::string::npos);
  const std::string csv = run_cli(with(kSearch, {"--bound", "--format", "csv"})).out;
  CHECK(csv.find("\nevaluation,part,latency_ps,cost,bound_ps,gap\n1,") != std::string::npos);
}

// Where both weights have to be in the slowest memory no mapping is as fast as where they need not.
TEST_CASE("constraints of a search are those of its bound", "[cli]") {
  const WorkingDirectory directory;
  WorkingDirectory::write("tiny.yaml", kTinyGraph);
  const std::vector<std::string> search = with(kSearch, {"--format", "json", "--bound"});
  const Json free = Json::parse(run_cli(search).out);
  const Json pinned = Json::parse(run_cli(with(search, {"--pin", "a.*=dram"})).out);
  CHECK(pinned["bound_ps"] > free["best"]["latency_ps"]);
  CHECK(pinned["bound_ps"] <= pinned["best"]["latency_ps"]);
}

TEST_CASE("what is no latency has no bound", "[cli]") {
  const WorkingDirectory directory;
  WorkingDirectory::write("tiny.yaml", kTinyGraph);
  const Outcome outcome =
      run_cli(with(kSearch, {"--bound", "--objective", "energy", "--out", "run"}));
  CHECK(outcome.code == 2);
  CHECK(outcome.out.empty());
  CHECK(outcome.err ==
        "optimize: --bound: only latencies have a proven bound, and the objective is energy\n");
  CHECK_FALSE(std::filesystem::exists("run"));
}

TEST_CASE("an experiment has a bound for each workload and chip", "[cli]") {
  const WorkingDirectory directory;
  WorkingDirectory::write("tiny.yaml", kTinyGraph);
  WorkingDirectory::write("spec.yaml", kExperiment);
  REQUIRE(run_cli({"experiment", "spec.yaml", "--out", "plain", "--threads", "1"}).code == 0);
  const Outcome outcome =
      run_cli({"experiment", "spec.yaml", "--out", "e", "--threads", "4", "--bound"});
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  CHECK(outcome.err.find("experiment: proving 2 bounds, one a workload and chip\n") !=
        std::string::npos);
  const Json summary = Json::parse(WorkingDirectory::read("e/summary.json"));
  CHECK(summary["config"]["bound"] == true);
  const Json& cells = summary["cells"];
  REQUIRE(cells.size() == 4);
  for (const Json& cell : cells) {
    const double bound = cell["bound_ps"];
    const double latency = cell["best_latency_ps"];
    CHECK(bound <= latency);
    CHECK(cell["gap"].get<double>() == (latency - bound) / bound);
  }
  CHECK(cells[0]["bound_ps"] == cells[1]["bound_ps"]);
  CHECK(cells[2]["bound_ps"] == cells[3]["bound_ps"]);
  CHECK(cells[0]["bound_ps"] != cells[2]["bound_ps"]);
  const std::string csv = WorkingDirectory::read("e/summary.csv");
  CHECK(
      csv.starts_with("workload,chip,strategy,seeds,mean_speedup,stderr_speedup,"
                      "best_latency_ps,evaluations,bound_ps,gap\n"));
  CHECK(outcome.out.find("\n  proven bound ") != std::string::npos);

  // Without, nothing says so; and all other files are the same.
  const auto before = files_below("plain");
  for (const char* const file : {"summary.csv", "summary.json"}) {
    CHECK(before.at(file).find("bound") == std::string::npos);
  }
  REQUIRE(run_cli({"experiment", "--resume", "plain", "--threads", "1", "--bound"}).code == 0);
  auto after = files_below("plain");
  CHECK(after["summary.csv"] == csv);
  for (const char* const file : {"summary.csv", "summary.json"}) {
    after[file] = before.at(file);
  }
  CHECK(after == before);
}

TEST_CASE("an experiment about no latency has no bounds", "[cli]") {
  const WorkingDirectory directory;
  WorkingDirectory::write("tiny.yaml", kTinyGraph);
  WorkingDirectory::write("spec.yaml", std::string(kExperiment) + "objective: edp\n");
  const Outcome outcome = run_cli({"experiment", "spec.yaml", "--out", "e", "--bound"});
  CHECK(outcome.code == 2);
  CHECK(outcome.err ==
        "experiment: --bound: only latencies have a proven bound, and the objective is edp\n");
  CHECK_FALSE(std::filesystem::exists("e"));
}

}  // namespace memplace
