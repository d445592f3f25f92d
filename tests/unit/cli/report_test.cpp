// SPDX-License-Identifier: Apache-2.0
// memplace report: from directories that the real commands left.
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/fnv.h"
#include "base/json.h"
#include "report/page/page_html.h"
#include "tests/support/line_chains.h"
#include "tests/unit/cli/cli_run.h"

namespace memplace {
namespace {

namespace fs = std::filesystem;

// On tiny.yaml random spends all of its budget, native one evaluation.
constexpr const char* kReportedSweep = R"(workloads: [tiny.yaml]
chips: [nnpi]
strategies: [random, {strategy: native, label: rule}]
seeds: [1, 2]
budget: 20
)";

void make_experiment(const std::string& spec) {
  WorkingDirectory::write("tiny.yaml", kTinyGraph);
  WorkingDirectory::write("spec.yaml", spec);
  const Outcome outcome = run_cli({"experiment", "spec.yaml", "--out", "e", "--threads", "1"});
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
}

std::string head_of(const std::string& file) {
  const std::string text = WorkingDirectory::read(file);
  return text.substr(0, text.find('\n'));
}

}  // namespace

// 20 + 2 places of the grid would be 40 of two strategies; the strips have 2 decisions of three
// mappings; the parts are one a strategy.
TEST_CASE("report makes tables of an experiment", "[cli]") {
  const WorkingDirectory directory;
  make_experiment(std::string(kReportedSweep) + "keep_mappings: true\n");
  const Outcome outcome = run_cli({"report", "e", "--out", "deep/t"});
  CHECK(outcome.err.empty());
  REQUIRE(outcome.code == 0);
  const std::string written =
      "deep/t/curves.csv: 40 rows written\n"
      "deep/t/parts.csv: 2 rows written\n"
      "deep/t/transitions.csv: 36 rows written\n"
      "deep/t/strips.csv: 6 rows written\n"
      "deep/t/embedding.csv: 42 rows written\n"
      "tiny.yaml on nnpi: 42 of 42 visited mappings embedded; two axes explain ";
  CHECK(outcome.out.substr(0, written.size()) == written);
  CHECK(head_of("deep/t/parts.csv") ==
        "chip,workload,strategy,part,seeds,mean_evaluations,mean_improvements,mean_speedup_gain");
  CHECK(WorkingDirectory::read("deep/t/curves.csv").find("\nnnpi,tiny.yaml,rule,20,2,1,0,1,1\n") !=
        std::string::npos);

  // Again: the same bytes.
  REQUIRE(run_cli({"report", "e", "--out", "again"}).code == 0);
  for (const char* const file : {"curves.csv", "parts.csv", "strips.csv", "embedding.csv"}) {
    CHECK(WorkingDirectory::read(std::string("again/") + file) ==
          WorkingDirectory::read(std::string("deep/t/") + file));
  }
  const Outcome twice = run_cli({"report", "e", "--out", "deep/t"});
  CHECK(twice.code == 2);
  CHECK(twice.err == "report: --out deep/t: already holds curves.csv; name another directory\n");
}

// A run needs nothing outside its directory.
TEST_CASE("report makes tables of a run", "[cli]") {
  const WorkingDirectory directory;
  WorkingDirectory::write("tiny.yaml", kTinyGraph);
  REQUIRE(run_cli({"optimize", "tiny.yaml", "--budget", "10", "--out", "run"}).code == 0);
  fs::remove("tiny.yaml");
  const Outcome outcome = run_cli({"report", "run", "--out", "t"});
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  CHECK(outcome.out.find("t/embedding.csv: 0 rows written\n"
                         "no embedding: the searches did not keep their mappings "
                         "(--keep-mappings)\n") != std::string::npos);
  CHECK(WorkingDirectory::read("t/curves.csv").find("\nnnpi,tiny.yaml,auto,10,1,") !=
        std::string::npos);
  CHECK(head_of("t/embedding.csv").starts_with("chip,workload,strategy,seed,evaluation,x,y,"));
}

// One run was killed after its first line, one before it, and one did not begin.
TEST_CASE("report says what is not over", "[cli]") {
  const WorkingDirectory directory;
  make_experiment(kReportedSweep);
  const std::string runs = "e/runs/tiny.yaml/nnpi/";
  fs::remove(runs + "random/seed-1/result.json");
  fs::remove(runs + "random/seed-1/best.mapping.yaml");
  fs::remove(runs + "random/seed-1/search.mapping.yaml");
  const std::string history = WorkingDirectory::read(runs + "random/seed-1/history.jsonl");
  WorkingDirectory::write(runs + "random/seed-1/history.jsonl",
                          history.substr(0, history.find('\n') + 9));
  fs::remove(runs + "random/seed-2/result.json");
  fs::remove(runs + "random/seed-2/history.jsonl");
  fs::remove_all(runs + "rule/seed-1");
  const Outcome outcome = run_cli({"report", "e", "--out", "t"});
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  CHECK(
      outcome.out.ends_with("not over: 1 of 4 runs, shown as far as they are\n"
                            "without an evaluation: 2 of 4 runs, left out\n"));
  // Of random one evaluation is known, and no mapping.
  const std::string curves = WorkingDirectory::read("t/curves.csv");
  CHECK(curves.find(",random,1,1,") != std::string::npos);
  CHECK(curves.find(",random,2,") == std::string::npos);
  CHECK(WorkingDirectory::read("t/strips.csv").find("random") == std::string::npos);

  fs::remove_all(runs + "random/seed-1");
  fs::remove_all(runs + "rule/seed-2");
  CHECK(run_cli({"report", "e", "--out", "u"}).err ==
        "e: no search there has made an evaluation yet\n");
  fs::remove_all("e/runs");
  CHECK(run_cli({"report", "e", "--out", "u"}).err == "e: no run of the experiment has begun\n");
  CHECK_FALSE(fs::exists("u"));
}

TEST_CASE("mistakes about reports", "[cli]") {
  const WorkingDirectory directory;
  make_experiment(std::string(kReportedSweep) + "keep_mappings: true\n");
  const auto message = [](const std::vector<std::string>& args) {
    const Outcome outcome = run_cli(args);
    CHECK(outcome.code == 2);
    CHECK(outcome.out.empty());
    return outcome.err;
  };
  fs::create_directory("nothing");
  for (const std::string place : {"nothing", "nowhere"}) {
    CHECK(message({"report", place, "--out", "t"}) ==
          place + ": holds neither an experiment nor a run (no experiment.yaml and no run.yaml)\n");
  }
  CHECK(message({"report", "e"}) ==
        "report: --output, --png or --out is missing; see memplace report --help\n");
  CHECK(message({"report", "e", "--out", "e/tables"}) ==
        "report: --out \"e/tables\" is in \"e\", where the searches keep their files\n");

  const std::string run = "e/runs/tiny.yaml/nnpi/random/seed-1/";
  const std::string history = WorkingDirectory::read(run + "history.jsonl");
  const std::string mapping = "\"given\":\"";
  const std::string damaged =
      test::rechained(history, fnv1a(WorkingDirectory::read(run + "run.yaml")),
                      [&](std::string& line) { line[line.find(mapping) + mapping.size()] = '7'; });
  WorkingDirectory::write(run + "history.jsonl", damaged);
  const std::string changed = message({"report", "e", "--out", "t"});
  CHECK(changed.starts_with(run + "history.jsonl:"));
  CHECK(changed.ends_with(": the mapping is not the one of its hash; it was damaged or changed\n"));
  WorkingDirectory::write(run + "history.jsonl", history);

  const std::string config = WorkingDirectory::read(run + "run.yaml");
  std::string renamed = config;
  renamed.replace(renamed.find("\"tiny.yaml\""), 11, "resnet5");
  WorkingDirectory::write(run + "run.yaml", renamed);
  CHECK(message({"report", "e", "--out", "t"})
            .starts_with("e/runs/tiny.yaml/nnpi/random/seed-1: unknown workload \"resnet5\"; "));
  WorkingDirectory::write(run + "run.yaml", config);

  fs::remove(run + "workload.yaml");
  CHECK(message({"report", "e", "--out", "t"}) ==
        run + "workload.yaml: cannot read: No such file or directory\n");
  CHECK_FALSE(fs::exists("t"));
}

TEST_CASE("an optimization keeps its mappings where it is told to", "[cli]") {
  const WorkingDirectory directory;
  WorkingDirectory::write("tiny.yaml", kTinyGraph);
  const std::vector<std::string> search{"optimize",  "tiny.yaml", "--strategy",
                                        "annealing", "--budget",  "3"};
  const auto out = [&](std::vector<std::string> more) {
    more.insert(more.begin(), search.begin(), search.end());
    return run_cli(more).code;
  };
  REQUIRE(out({"--out", "a"}) == 0);
  REQUIRE(out({"--out", "b", "--keep-mappings"}) == 0);
  CHECK(WorkingDirectory::read("a/run.yaml").find("keep_mappings") == std::string::npos);
  CHECK(WorkingDirectory::read("b/run.yaml").find("\nkeep_mappings: true\n") != std::string::npos);
  CHECK(WorkingDirectory::read("a/history.jsonl").find("given\"") == std::string::npos);
  CHECK(WorkingDirectory::read("b/history.jsonl").find(",\"given\":\"00\",\"check\":") !=
        std::string::npos);
  const std::string whole = WorkingDirectory::read("b/history.jsonl");
  fs::remove("b/result.json");
  WorkingDirectory::write("b/history.jsonl", whole.substr(0, whole.find('\n') + 1));
  REQUIRE(run_cli({"optimize", "--resume", "b"}).code == 0);
  CHECK(WorkingDirectory::read("b/history.jsonl") == whole);
}

#ifdef MEMPLACE_MAKES_PAGES
TEST_CASE("report writes pages of simulations, searches and sweeps", "[cli]") {
  const WorkingDirectory directory;
  make_experiment(kReportedSweep);
  for (const char* const mapping : {"all:dram", "heuristic:native"}) {
    REQUIRE(run_cli({"simulate", "tiny.yaml", "--mapping", mapping, "--format", "json", "--output",
                     std::string(mapping).substr(0, 3) + ".json"})
                .code == 0);
  }
  WorkingDirectory::write("sweep.yaml",
                          "workloads: [tiny.yaml]\nchip: nnpi\nparameters:\n"
                          "  memories.sram.capacity: [1 MiB, 2 MiB]\nmappings: [native]\n");
  REQUIRE(run_cli({"sweep", "sweep.yaml", "--out", "s"}).code == 0);
  for (const std::vector<std::string>& inputs :
       std::vector<std::vector<std::string>>{{"all.json", "heu.json"}, {"e"}, {"s"}}) {
    std::vector<std::string> args{"report"};
    args.insert(args.end(), inputs.begin(), inputs.end());
    args.insert(args.end(), {"-o", "p.html"});
    const Outcome outcome = run_cli(args);
    INFO(outcome.err);
    REQUIRE(outcome.code == 0);
    CHECK(outcome.out.ends_with(" MiB written; open it in a browser\n"));
    CHECK(WorkingDirectory::read("p.html").starts_with("<!DOCTYPE html>"));
  }
}

// No chip keeps within a tenth of a square millimetre; the second sweep has no point that runs at
// all.
TEST_CASE("report makes pages of sweeps without a best point", "[cli]") {
  const WorkingDirectory directory;
  WorkingDirectory::write("tiny.yaml", kTinyGraph);
  const std::string spec =
      "workloads: [tiny.yaml]\nchip: nnpi\nmappings: [native, sram-first]\nparameters:\n";
  WorkingDirectory::write("large.yaml", spec +
                                            "  memories.sram.capacity: [1 MiB, 2 MiB]\n"
                                            "constraints: [area <= 0.1 mm2]\n");
  WorkingDirectory::write("small.yaml", spec + "  memories.dram.capacity: [1 B, 2 B]\n");
  for (const std::string name : {"large", "small"}) {
    CAPTURE(name);
    run_cli({"sweep", name + ".yaml", "--out", name});
    const Json best = Json::parse(WorkingDirectory::read(name + "/sweep.json")).at("best");
    REQUIRE(best.at(0).at("point").is_null());
    const Outcome outcome = run_cli({"report", name, "-o", name + ".html"});
    CHECK(outcome.err.empty());
    CHECK(outcome.code == 0);
    CHECK(WorkingDirectory::read(name + ".html")
              .find("tiny.yaml, native: no point meets the constraints.") != std::string::npos);
  }
}

TEST_CASE("mistakes about pages", "[cli]") {
  const WorkingDirectory directory;
  make_experiment(kReportedSweep);
  const auto message = [](const std::vector<std::string>& args) {
    const Outcome outcome = run_cli(args);
    CHECK(outcome.code == 2);
    return outcome.err;
  };
  WorkingDirectory::write("a.json", "{");
  CHECK(message({"report", "a.json", "-o", "p.html"}) ==
        "a.json: damaged: no JSON at byte 1 of 1\n");
  CHECK(message({"report", "a.json", "-o", "a.json"}) ==
        "report: --output \"a.json\" is what is read\n");
  CHECK(message({"report", "e", "-o", "e/p.html"}) ==
        "report: --output \"e/p.html\" is in \"e\", where the searches keep their files\n");
  CHECK(message({"report", "e", "a.json", "-o", "p.html"}) ==
        "report: \"e\" is a directory; a page shows one directory, or files alone\n");
  CHECK(message({"report", "-o", "p.html"}) ==
        "report: INPUT is missing; see memplace report --help\n");
  fs::create_directory("s");
  WorkingDirectory::write("s/sweep.yaml", "");
  CHECK(message({"report", "s", "-o", "p.html"}) ==
        "s: the sweep is not over; go on with memplace sweep --resume s\n");
  CHECK_FALSE(fs::exists("p.html"));

  REQUIRE(run_cli({"simulate", "tiny.yaml", "--format", "json", "--output", "r.json"}).code == 0);
  REQUIRE(setenv("PATH", "/nonexistent", 1) == 0);
  CHECK(message({"report", "r.json", "--png", "pictures"}) ==
        "report: --png: needs node, which draws the figures; it is not in PATH\n");
}
#else
TEST_CASE("a build without Vega-Lite makes no pages and says so", "[cli]") {
  const WorkingDirectory directory;
  make_experiment(kReportedSweep);
  const Outcome outcome = run_cli({"report", "e", "-o", "p.html"});
  CHECK(outcome.code == 2);
  CHECK(outcome.err ==
        "report: --output: this memplace was built without Vega-Lite, which draws the figures; "
        "run scripts/bootstrap and build it again\n");
  CHECK_FALSE(fs::exists("p.html"));
}
#endif

}  // namespace memplace
