// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/fnv.h"
#include "base/json.h"
#include "cli_run.h"
#include "tests/support/line_chains.h"

namespace memplace {
namespace {

const std::vector<std::string> kSearch{"optimize", "mobilenet-v2", "--budget", "40", "--seed", "7"};

}  // namespace

TEST_CASE("optimize reports both speed-ups and its history", "[cli]") {
  for (const char* const strategy : {"native", "random", "annealing"}) {
    const Outcome outcome = run_cli(with(kSearch, {"--strategy", strategy, "--format", "json"}));
    INFO(strategy << ' ' << outcome.err);
    REQUIRE(outcome.code == 0);
    const Json report = Json::parse(outcome.out);
    CHECK(report["strategy"] == strategy);
    CHECK(report["seed"] == 7);
    CHECK(report["config"]["seed"] == 7);
    CHECK(report["evaluations"] <= 40);
    const double native = report["baseline"]["latency_ps"];
    const double heuristic = report["best_heuristic"]["latency_ps"];
    const double best = report["best"]["latency_ps"];
    CHECK(report["speedup"] == native / best);
    CHECK(report["speedup_over_best_heuristic"] == heuristic / best);
    CHECK(heuristic <= native);
    CHECK(best <= heuristic);
    const Json& own = report["search_best"];
    const Json& history = report["history"];
    REQUIRE_FALSE(history.empty());
    CHECK(history.front()["evaluation"] == 1);
    CHECK(history.back()["latency_ps"] == own["latency_ps"]);
    CHECK(history.back()["evaluation"] == own["evaluation"]);
    if (report["best"]["source"] == "search") {
      for (const char* const key : {"latency_ps", "cost", "evaluation", "part", "epsilon"}) {
        CHECK(report["best"][key] == own[key]);
      }
    } else {
      CHECK(report["best"]["source"] ==
            "heuristic:" + report["best_heuristic"]["name"].get<std::string>());
      CHECK(report["best"]["evaluation"].is_null());
      CHECK(best < own["latency_ps"].get<double>());
    }
    for (std::size_t i = 1; i < history.size(); ++i) {
      CHECK(history[i]["latency_ps"] < history[i - 1]["latency_ps"]);
    }
    CHECK(run_cli(with(kSearch, {"--strategy", strategy, "--format", "json"})).out == outcome.out);
  }
}

TEST_CASE("optimize as text and as CSV", "[cli]") {
  const std::string text = run_cli(with(kSearch, {"--strategy", "native"})).out;
  CHECK(text.find(", heuristic ") != std::string::npos);
  CHECK(text.find("\nsearch's own    ") != std::string::npos);
  CHECK(text.find(", evaluation 1 of 1 (heuristic)\n") != std::string::npos);
  CHECK(text.find("1.000x over the best heuristic, ") != std::string::npos);
  CHECK(text.find("\n  seed      7\n") != std::string::npos);
  const std::string csv = run_cli(with(kSearch, {"--strategy", "native", "--format", "csv"})).out;
  CHECK(csv.starts_with("evaluation,part,latency_ps,cost\n1,"));
  CHECK(std::count(csv.begin(), csv.end(), '\n') == 1 + 1);
}

// Beam search begins at native (518.2 us) and is at 434.2 us after 300 evaluations, where the best
// heuristic takes 413.8 us.
TEST_CASE("a short search of a large network returns the best heuristic", "[cli]") {
  const Outcome outcome = run_cli({"optimize", "resnet101", "--budget", "300", "--strategy", "beam",
                                   "--seed", "1", "--format", "json"});
  REQUIRE(outcome.code == 0);
  const Json report = Json::parse(outcome.out);
  CHECK(report["best"]["source"] == "heuristic:memory-space-assignment");
  CHECK(report["best"]["latency_ps"] == report["best_heuristic"]["latency_ps"]);
  CHECK(report["search_best"]["latency_ps"] > report["best_heuristic"]["latency_ps"]);
  CHECK(report["speedup_over_best_heuristic"] == 1.0);
  // The default hands the heuristic to tabu search, which goes on from it.
  const Json with_tabu = Json::parse(
      run_cli({"optimize", "resnet101", "--budget", "300", "--seed", "1", "--format", "json"}).out);
  CHECK(with_tabu["best"]["latency_ps"] <= report["best_heuristic"]["latency_ps"]);
}

TEST_CASE("a run's directory holds what is needed to trust it", "[cli]") {
  const WorkingDirectory directory;
  const Outcome outcome =
      run_cli(with(kSearch, {"--strategy", "random", "--out", "run", "--format", "json"}));
  REQUIRE(outcome.code == 0);
  const Json report = Json::parse(outcome.out);
  const std::string history = WorkingDirectory::read("run/history.jsonl");
  CHECK(std::count(history.begin(), history.end(), '\n') == 40);
  CHECK(WorkingDirectory::read("run/run.yaml").find("\nseed: 7\n") != std::string::npos);
  // The best mapping simulates to the best latency.
  const Json again = Json::parse(run_cli({"simulate", "mobilenet-v2", "--mapping",
                                          "run/best.mapping.yaml", "--strict", "--format", "json"})
                                     .out);
  CHECK(again["latency_ps"] == report["best"]["latency_ps"]);

  const Outcome second = run_cli(with(kSearch, {"--out", "run"}));
  CHECK(second.code == 2);
  CHECK(second.out.empty());
}

TEST_CASE("progress is lines, or a bar on a terminal", "[cli]") {
  const std::vector<std::string> args = with(kSearch, {"--strategy", "random"});
  const Outcome plain = run_cli(args);
  CHECK(std::count(plain.err.begin(), plain.err.end(), '\n') == 11);
  CHECK(plain.err.rfind("optimize: 10% (4 of 40 evaluations), best ", 0) == 0);
  CHECK(plain.err.find("\noptimize: 100% (40 of 40 evaluations), best ") != std::string::npos);

  CHECK(plain.err.find("\noptimize: evaluations took 0.") != std::string::npos);

  const Outcome bar = run_cli(args, true);
  CHECK(bar.err.find("\r[########################] 40/40 ") != std::string::npos);
  // The bar's line is left empty for the times.
  const std::size_t times = bar.err.find("optimize: evaluations took 0.");
  REQUIRE(times != std::string::npos);
  CHECK(bar.err[times - 1] == '\r');
  CHECK(bar.err.find('\n') == bar.err.size() - 1);
  CHECK(bar.out == plain.out);
}

TEST_CASE("a search finds the same with either model", "[cli]") {
  const WorkingDirectory directory;
  const std::vector<std::string> search{"optimize", "mobilenet-v2", "--budget", "6", "--streams",
                                        "2",        "--inferences", "2"};
  for (const char* const model : {"event", "systemc", "both"}) {
    const Outcome outcome = run_cli(with(search, {"--model", model, "--out", model}));
    INFO(model << ' ' << outcome.err);
    REQUIRE(outcome.code == 0);
    const std::string run = WorkingDirectory::read(std::string(model) + "/run.yaml");
    CHECK(run.find("\nmodel: \"" + std::string(model) + "\"\n") != std::string::npos);
  }
  const auto evaluations_of = [](const std::string& run) {
    return test::objects_of(WorkingDirectory::read(run + "/history.jsonl"),
                            fnv1a(WorkingDirectory::read(run + "/run.yaml")));
  };
  const std::vector<std::string> evaluations = evaluations_of("event");
  CHECK(evaluations.size() == 6);
  CHECK(evaluations_of("systemc") == evaluations);
  CHECK(evaluations_of("both") == evaluations);
  CHECK(WorkingDirectory::read("both/best.mapping.yaml") ==
        WorkingDirectory::read("event/best.mapping.yaml"));
}

}  // namespace memplace
