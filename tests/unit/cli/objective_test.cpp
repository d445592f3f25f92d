// SPDX-License-Identifier: Apache-2.0
// What a search minimized is told in its own unit wherever it is told: throughput as inferences a
// second, never as a time.
#include <algorithm>
#include <cmath>
#include <string>
#include <tuple>
#include <vector>

#include <catch2/catch.hpp>

#include "base/json.h"
#include "tests/unit/cli/cli_run.h"

namespace memplace {
namespace {

const std::vector<std::string> kStreams{"--streams", "2", "--inferences", "3"};

std::vector<std::string> search_for(const std::string& objective,
                                    const std::vector<std::string>& more = {}) {
  return with(with({"optimize", "mobilenet-v2", "--strategy", "annealing", "--budget", "20",
                    "--objective", objective},
                   kStreams),
              more);
}

// Of a saved mapping, as simulate has it.
double simulated_throughput(const std::string& mapping) {
  const Outcome outcome = run_cli(
      with({"simulate", "mobilenet-v2", "--mapping", mapping, "--format", "json"}, kStreams));
  return Json::parse(outcome.out)["throughput_per_s"];
}

// Whether a key occurs anywhere.
bool has_key(const Json& json, const std::string& key) {
  return json.is_structured() &&
         std::any_of(json.items().begin(), json.items().end(), [&](const auto& item) {
           return (json.is_object() && item.key() == key) || has_key(item.value(), key);
         });
}

}  // namespace

TEST_CASE("a search for throughput reports inferences a second", "[cli]") {
  const WorkingDirectory directory;
  const Outcome outcome = run_cli(search_for("throughput", {"--format", "json", "--out", "run"}));
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  const Json report = Json::parse(outcome.out);
  CHECK(report["cost_unit"] == "1/s");
  CHECK_FALSE(has_key(report, "cost"));
  CHECK_FALSE(has_key(report, "measured_cost"));
  const double best = report["best"]["throughput_per_s"];
  CHECK(best == Approx(simulated_throughput("run/best.mapping.yaml")).epsilon(1e-12));
  CHECK(report["best"]["measured_throughput_per_s"] == best);
  const double native = report["baseline"]["throughput_per_s"];
  CHECK(native == Approx(simulated_throughput("heuristic:native")).epsilon(1e-12));
  CHECK(report["speedup"].get<double>() == Approx(best / native).epsilon(1e-12));
  CHECK(report["best_heuristic"].contains("throughput_per_s"));
  CHECK(report["heuristics"].back().contains("throughput_per_s"));
  CHECK(report["history"].back()["throughput_per_s"] == best);

  // Thousands a second: whole in text.
  const std::string rate = std::to_string(std::llround(best)) + " inferences/s";
  REQUIRE(best > 1000);
  const Outcome text = run_cli(search_for("throughput"));
  CHECK(text.out.find("\nbest throughput " + rate + '\n') != std::string::npos);
  CHECK(text.out.find("x over native (" + std::to_string(std::llround(native)) +
                      " inferences/s)\n") != std::string::npos);
  // Also the last of the improvements and each heuristic.
  CHECK(text.out.find(rate, text.out.find("\nImprovements")) != std::string::npos);
  const std::size_t heuristics = text.out.find("\nHeuristics");
  const std::size_t end = text.out.find("\n\n", heuristics);
  const std::string table = text.out.substr(heuristics, end - heuristics);
  std::size_t rates = 0;
  for (std::size_t at = 0; (at = table.find("inferences/s", at)) != std::string::npos; ++at) {
    ++rates;
  }
  CHECK(rates == report["heuristics"].size());
  CHECK(text.err.find("(20 of 20 evaluations), best ") != std::string::npos);
  CHECK(text.err.find("x native, " + rate + '\n') != std::string::npos);
  CHECK(run_cli(search_for("throughput"), true).err.find("x, " + rate + " 0 s left") !=
        std::string::npos);

  const std::string csv = run_cli(search_for("throughput", {"--format", "csv"})).out;
  CHECK(csv.starts_with("evaluation,part,latency_ps,throughput_per_s\n1,"));
}

TEST_CASE("a noisy search for throughput says what it measured in the same unit", "[cli]") {
  const Outcome text = run_cli(search_for("throughput", {"--noise", "5%"}));
  const std::size_t measured = text.out.find("\nmeasured        ");
  REQUIRE(measured != std::string::npos);
  const std::size_t end = text.out.find('\n', measured + 1);
  CHECK(text.out.substr(measured, end - measured).find(" inferences/s, noise included") !=
        std::string::npos);
}

TEST_CASE("energies and their products keep their units everywhere", "[cli]") {
  for (const auto& [objective, unit, shown] :
       std::vector<std::tuple<std::string, std::string, std::string>>{{"energy", "pJ", " uJ"},
                                                                      {"edp", "pJ*s", " pJ*s"}}) {
    CAPTURE(objective);
    const Json report = Json::parse(run_cli(search_for(objective, {"--format", "json"})).out);
    CHECK(report["cost_unit"] == unit);
    CHECK(report["best"]["cost"] == report["history"].back()["cost"]);
    const Outcome text = run_cli(search_for(objective));
    CHECK(text.err.find(shown + "\n") != std::string::npos);
    const std::size_t improvements = text.out.find("\nImprovements");
    CHECK(text.out.find(shown + "  ", improvements) != std::string::npos);
  }
}

TEST_CASE("experiments for throughput tell inferences a second", "[cli]") {
  const WorkingDirectory directory;
  WorkingDirectory::write(
      "spec.yaml",
      "workloads: [mobilenet-v2]\nchips: [nnpi]\nstrategies: [annealing, random]\n"
      "seeds: [1, 2]\nbudget: 10\nobjective: throughput\n"
      "mode: {streams: 2, inferences: 3}\n");
  const Outcome outcome = run_cli({"experiment", "spec.yaml", "--out", "e"});
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  CHECK(outcome.out.find("  throughput  ") != std::string::npos);
  CHECK(outcome.out.find(" inferences/s  ") != std::string::npos);
  CHECK(WorkingDirectory::read("e/summary.csv")
            .starts_with("workload,chip,strategy,seeds,mean_speedup,stderr_speedup,best_latency_ps,"
                         "best_throughput_per_s,evaluations,own_speedup,own_stderr\n"));
  const Json summary = Json::parse(WorkingDirectory::read("e/summary.json"));
  CHECK_FALSE(has_key(summary, "cost"));
  double best = 0;
  for (const std::string seed : {"1", "2"}) {
    best = std::max(best, simulated_throughput("e/runs/mobilenet-v2/nnpi/annealing/seed-" + seed +
                                               "/best.mapping.yaml"));
  }
  CHECK(summary["cells"][0]["best_throughput_per_s"].get<double>() == Approx(best).epsilon(1e-12));
  for (const Json& row : summary["heuristics"]) {
    CHECK(row["throughput_per_s"].get<double>() ==
          Approx(simulated_throughput("heuristic:" + row["heuristic"].get<std::string>()))
              .epsilon(1e-12));
  }
}

TEST_CASE("sweeps for throughput show it among their numbers", "[cli]") {
  const WorkingDirectory directory;
  WorkingDirectory::write("tiny.yaml", kTinyGraph);
  WorkingDirectory::write("spec.yaml",
                          "workloads: [tiny.yaml]\nchip: toy\n"
                          "parameters: {memories.sram.capacity: [2 B, 16 B]}\n"
                          "mappings: [{strategy: random, budget: 5}]\n"
                          "mode: {inferences: 3}\nobjective: throughput\n");
  const Outcome outcome = run_cli({"sweep", "spec.yaml"});
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  CHECK(outcome.out.find("  per s") != std::string::npos);
}

}  // namespace memplace
