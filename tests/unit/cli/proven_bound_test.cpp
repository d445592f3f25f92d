// SPDX-License-Identifier: Apache-2.0
// --bound of the commands that search.
#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/json.h"
#include "report/page/page_html.h"
#include "tests/unit/cli/cli_run.h"

namespace memplace {
namespace {

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

const std::vector<std::string> kTinySearch{"optimize",   "tiny.yaml", "--chip",   "toy",
                                           "--strategy", "random",    "--budget", "30"};

constexpr const char* kExperiment = R"(workloads: [tiny.yaml]
chips: [toy, nnpi]
strategies: [random, native]
seeds: [1, 2]
budget: 20
)";

constexpr const char* kSweep = R"(workloads: [tiny.yaml]
chip: toy
parameters:
  memories.sram.capacity: [4 B, 1 KiB]
mappings: [native, {strategy: random, budget: 10}]
)";

std::vector<Json> lines_of(const std::string& file) {
  std::istringstream text(read_file(file));
  std::vector<Json> lines;
  for (std::string line; std::getline(text, line);) {
    lines.push_back(Json::parse(line));
  }
  return lines;
}

}  // namespace

TEST_CASE("optimize shows how much faster a mapping could be", "[cli]") {
  const WorkingDirectory directory;
  WorkingDirectory::write("tiny.yaml", kTinyGraph);
  const std::vector<std::string> search = with(kTinySearch, {"--format", "json"});
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
  const std::string text = run_cli(with(kTinySearch, {"--bound"})).out;
  CHECK(text.find("\nproven bound    ") != std::string::npos);
  CHECK(text.find("\ngap             ") != std::string::npos);
  const std::string csv = run_cli(with(kTinySearch, {"--bound", "--format", "csv"})).out;
  CHECK(csv.starts_with("evaluation,part,latency_ps,cost,bound_ps,gap\n1,"));
}

// Where both weights have to be in the slowest memory no mapping is as fast as where they need not.
TEST_CASE("constraints of a search are those of its bound", "[cli]") {
  const WorkingDirectory directory;
  WorkingDirectory::write("tiny.yaml", kTinyGraph);
  const std::vector<std::string> search = with(kTinySearch, {"--format", "json", "--bound"});
  const Json free = Json::parse(run_cli(search).out);
  const Json pinned = Json::parse(run_cli(with(search, {"--pin", "a.*=dram"})).out);
  CHECK(pinned["bound_ps"] > free["best"]["latency_ps"]);
  CHECK(pinned["bound_ps"] <= pinned["best"]["latency_ps"]);
}

TEST_CASE("what is no latency has no bound", "[cli]") {
  const WorkingDirectory directory;
  WorkingDirectory::write("tiny.yaml", kTinyGraph);
  const Outcome outcome =
      run_cli(with(kTinySearch, {"--bound", "--objective", "energy", "--out", "run"}));
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
                      "best_latency_ps,evaluations,own_speedup,own_stderr,bound_ps,gap\n"));
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

TEST_CASE("points of a sweep have the bounds of their chips", "[cli]") {
  const WorkingDirectory directory;
  WorkingDirectory::write("tiny.yaml", kTinyGraph);
  WorkingDirectory::write("spec.yaml", kSweep);
  REQUIRE(run_cli({"sweep", "spec.yaml", "--out", "plain"}).code == 0);
  const Outcome outcome =
      run_cli({"sweep", "spec.yaml", "--out", "s", "--threads", "1", "--bound"});
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  CHECK(outcome.out.find(" gap\n") != std::string::npos);
  const std::vector<Json> plain = lines_of("plain/points.jsonl");
  const std::vector<Json> points = lines_of("s/points.jsonl");
  REQUIRE(points.size() == 4);
  for (std::size_t i = 0; i < points.size(); ++i) {
    Json point = points[i];
    const double bound = point["bound_ps"];
    const double latency = point["latency_ps"];
    CHECK(bound > 0);
    CHECK(bound <= latency);
    CHECK(point["gap"].get<double>() == (latency - bound) / bound);
    CHECK(bound == points[(i + 2) % 4]["bound_ps"]);  // by the other mapping source
    CHECK(point["hash"] != plain[i]["hash"]);
    Json other = plain[i];
    for (const char* const key : {"hash", "bound_ps", "gap", "check"}) {
      point.erase(key);
      other.erase(key);
    }
    CHECK(point == other);
  }
  const Json summary = Json::parse(WorkingDirectory::read("s/sweep.json"));
  CHECK(summary["best"][0]["bound_ps"] == points[summary["best"][0]["point"]]["bound_ps"]);
  const std::string pareto = WorkingDirectory::read("s/pareto.csv");
  CHECK(pareto.substr(0, pareto.find('\n')).ends_with(",bound_ps,gap"));
  const Outcome csv = run_cli({"sweep", "spec.yaml", "--format", "csv", "--bound"});
  CHECK(csv.out.find(",evaluations,bound_ps,gap,error\n") != std::string::npos);

  // The key of the file says the same, on threads and after half of the points are lost.
  WorkingDirectory::write("key.yaml", std::string(kSweep) + "bound: true\n");
  REQUIRE(run_cli({"sweep", "key.yaml", "--out", "k", "--threads", "3"}).code == 0);
  CHECK(files_below("k") == files_below("s"));
  const auto whole = files_below("k");
  const std::string& lines = whole.at("points.jsonl");
  for (const char* const file : {"points.jsonl", "sweep.json", "pareto.csv", "marginal.csv"}) {
    std::filesystem::remove(std::string("k/") + file);
  }
  WorkingDirectory::write("k/journal.jsonl", lines.substr(0, lines.size() / 2));
  REQUIRE(run_cli({"sweep", "--resume", "k"}).code == 0);
  CHECK(files_below("k") == whole);

  CHECK(run_cli({"sweep", "--resume", "s", "--bound"}).code == 0);
  const Outcome late = run_cli({"sweep", "--resume", "plain", "--bound"});
  CHECK(late.code == 2);
  CHECK(late.err ==
        "sweep: --bound: the sweep of plain began without bounds; sweep again into another "
        "directory\n");
}

// Of what fails nothing is proven; the geometric mean of networks has no bound of its own.
TEST_CASE("rows of a sweep without a bound have empty cells for it", "[cli]") {
  const WorkingDirectory directory;
  WorkingDirectory::write("tiny.yaml", kTinyGraph);
  WorkingDirectory::write("same.yaml", kTinyGraph);
  WorkingDirectory::write("spec.yaml",
                          "workloads: [tiny.yaml, same.yaml]\nchip: toy\nparameters:\n"
                          "  memories.dram.capacity: [2 B, 1 MiB]\nmappings: [native]\n"
                          "bound: true\n");
  const Outcome outcome = run_cli({"sweep", "spec.yaml", "--out", "s", "--format", "csv"});
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  CHECK(outcome.out.find(",,,,\"") != std::string::npos);
  CHECK(WorkingDirectory::read("s/pareto.csv").find("\nall,native,") != std::string::npos);
  CHECK(WorkingDirectory::read("s/pareto.csv").ends_with(",,\n"));
}

#ifdef MEMPLACE_MAKES_PAGES
TEST_CASE("a page shows what is proven", "[cli]") {
  const WorkingDirectory directory;
  WorkingDirectory::write("tiny.yaml", kTinyGraph);
  WorkingDirectory::write("spec.yaml", kExperiment);
  WorkingDirectory::write("sweep.yaml", kSweep);
  REQUIRE(run_cli({"experiment", "spec.yaml", "--out", "e", "--threads", "1"}).code == 0);
  REQUIRE(run_cli(with(kTinySearch, {"--out", "run", "--pin", "a.*=dram"})).code == 0);
  REQUIRE(run_cli(with(kTinySearch, {"--out", "edp", "--objective", "edp"})).code == 0);
  REQUIRE(run_cli({"sweep", "sweep.yaml", "--out", "plain"}).code == 0);
  REQUIRE(run_cli({"sweep", "sweep.yaml", "--out", "s", "--bound"}).code == 0);
  REQUIRE(run_cli({"simulate", "tiny.yaml", "--format", "json", "--output", "r.json"}).code == 0);
  const auto page = [](const std::vector<std::string>& args) {
    const Outcome outcome = run_cli(with(with({"report"}, args), {"-o", "p.html"}));
    INFO(outcome.err);
    REQUIRE(outcome.code == 0);
    return WorkingDirectory::read("p.html");
  };
  CHECK(page({"e"}).find("What is proven") == std::string::npos);
  CHECK(page({"e", "--bound"}).find("What is proven") != std::string::npos);
  CHECK(page({"run"}).find("is not proven here; --bound does") != std::string::npos);
  CHECK(page({"run", "--bound"}).find("is not proven here") == std::string::npos);
  CHECK(page({"s"}) == page({"s", "--bound"}));

  const auto message = [](const std::vector<std::string>& args) {
    const Outcome outcome = run_cli(with(with({"report"}, args), {"--bound"}));
    CHECK(outcome.code == 2);
    return outcome.err;
  };
  CHECK(message({"edp", "-o", "q.html"}) ==
        "report: --bound: only latencies have a proven bound, and the objective is edp\n");
  CHECK(message({"plain", "-o", "q.html"}) ==
        "report: --bound: the points of plain have none; sweep --bound proves one for each\n");
  CHECK(message({"r.json", "-o", "q.html"}) ==
        "report: --bound: a result of simulate has no network to prove anything of; see memplace "
        "bound WORKLOAD --mapping MAPPING\n");
  CHECK(message({"e", "--out", "t"}) ==
        "report: --bound goes with --output: it is a table of the page\n");
  CHECK_FALSE(std::filesystem::exists("q.html"));
  CHECK_FALSE(std::filesystem::exists("t"));
}
#endif

}  // namespace memplace
