// SPDX-License-Identifier: Apache-2.0
// Presets, policies from one search to another, and training over several networks.
#include <filesystem>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/json.h"
#include "tests/unit/cli/cli_checks.h"

namespace memplace {
namespace {

using Args = std::vector<std::string>;

// A graph network so small that tests are quick.
const Args kSmallNetwork{"--option", "heads=1", "--option", "head_width=4",
                         "--option", "depth=1", "--option", "warm_up=3"};

const Args kTransferSearch =
    with({"optimize", "tiny.yaml", "--chip", "toy", "--budget", "12"}, kSmallNetwork);
const Args kTrain =
    with({"train", "tiny.yaml", "other.yaml", "--chip", "toy", "--budget", "12"}, kSmallNetwork);

// The tiny network, and one that does more.
void write_networks() {
  WorkingDirectory::write("tiny.yaml", kTinyGraph);
  std::string other = kTinyGraph;
  other.replace(other.find("graph: tiny"), 11, "graph: other");
  other.replace(other.find("elements: 2"), 11, "elements: 9");
  WorkingDirectory::write("other.yaml", other);
}

void check_error(const Args& args, const std::string& message) {
  const Outcome outcome = run_cli(args);
  CHECK(outcome.err == message + "\n");
  CHECK(outcome.code == 2);
  CHECK(outcome.out.empty());
}

}  // namespace

TEST_CASE("a preset is options, and options come before it", "[cli]") {
  const WorkingDirectory directory;
  write_networks();
  const Args paper = with(kTransferSearch, {"--strategy", "egrl", "--preset", "paper"});
  const Json preset = json_of(with(paper, {"--option", "elites=0.3"}));
  CHECK(preset["config"]["options"]["start"] == "all-slowest");
  CHECK(preset["config"]["options"]["companion"] == "none");
  CHECK(preset["config"]["options"]["elites"] == "0.3");
  CHECK(preset["config"]["options"]["heads"] == "1");
  check_error(with(kTransferSearch, {"--strategy", "egrl", "--preset", "papr"}),
              "optimize: strategy egrl: unknown preset \"papr\"; known: paper (did you mean "
              "\"paper\"?)");
  check_error({"optimize", "tiny.yaml", "--preset", "paper"},
              "optimize: strategy auto: unknown preset \"paper\"; it has no presets");
}

TEST_CASE("presets are listed with what they are", "[cli]") {
  const std::string text = run_cli({"list", "strategies", "pg"}).out;
  CHECK(text.find("\npreset  meaning\npaper   what is known") != std::string::npos);
  CHECK(text.find("\npreset  meaning\n") < text.find("start=all-slowest, heads=4,"));
  const Json json = json_of({"list", "strategies"});
  CHECK(json["strategies"][1]["name"] == "egrl");
  CHECK(json["strategies"][1]["presets"] == "paper");
  CHECK(json["presets"][0]["strategy"] == "egrl");
  CHECK(json["presets"][0]["preset"] == "paper");
}

TEST_CASE("an experiment's rows take presets and policies", "[cli]") {
  const WorkingDirectory directory;
  write_networks();
  REQUIRE(run_cli(with(kTransferSearch, {"--strategy", "egrl", "--policy-out", "p"})).code == 0);
  const std::string head = "workloads: [other.yaml]\nchips: [toy]\nseeds: [1]\nbudget: 3\n";
  WorkingDirectory::write("spec.yaml",
                          head +
                              "strategies:\n  - {strategy: egrl, policy: p}\n"
                              "  - {strategy: pg, preset: paper, options: {batch: 2}}\n");
  const Outcome outcome = run_cli({"experiment", "spec.yaml", "--out", "e"});
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  const std::string runs = "e/runs/other.yaml/toy/";
  CHECK(WorkingDirectory::read(runs + "egrl/seed-1/policy-in.bin") == WorkingDirectory::read("p"));
  CHECK(WorkingDirectory::read(runs + "egrl/seed-1/history.jsonl").find("\"zero-shot\"") !=
        std::string::npos);
  const std::string paper = WorkingDirectory::read(runs + "pg-paper/seed-1/run.yaml");
  CHECK(paper.find("\n  start: all-slowest\n") != std::string::npos);
  CHECK(paper.find("\n  batch: 2\n") != std::string::npos);
  // What the directory keeps reads back as the same.
  CHECK(run_cli({"experiment", "e/experiment.yaml", "--out", "f"}).code == 0);
  CHECK(WorkingDirectory::read("f/experiment.yaml") == WorkingDirectory::read("e/experiment.yaml"));

  const auto check_row = [&](const std::string& row, const std::string& message) {
    WorkingDirectory::write("spec.yaml", head + "strategies:\n  - {" + row + "}\n");
    check_error({"experiment", "spec.yaml"}, message);
  };
  check_row("strategy: pg, preset: papr",
            "spec.yaml:6:28: strategies[0].preset: strategy pg: unknown preset \"papr\"; known: "
            "paper (did you mean \"paper\"?)");
  check_row("strategy: tabu, policy: p",
            "spec.yaml:6:30: strategies[0].policy: strategy tabu has no use for a policy; egrl and "
            "pg have");
  check_row("strategy: pg, policy: q", "q: cannot read: No such file or directory");
}

TEST_CASE("a policy goes from one search to another", "[cli]") {
  const WorkingDirectory directory;
  write_networks();
  const Args search = with(kTransferSearch, {"--strategy", "pg"});
  REQUIRE(run_cli(with(search, {"--policy-out", "p"})).code == 0);
  REQUIRE(run_cli(with(search, {"--policy-out", "q", "--threads", "1"})).code == 0);
  CHECK(WorkingDirectory::read("p").starts_with("memplace policy\n"));
  CHECK(WorkingDirectory::read("q") == WorkingDirectory::read("p"));

  // Chooses egrl; its one evaluation is what the policy likes best.
  const Args other{"optimize", "other.yaml", "--chip", "toy", "--budget", "1", "--policy-in", "p"};
  const Json report = json_of(other);
  CHECK(report["strategy"] == "egrl");
  CHECK(report["config"]["policy_in"] == "p");
  CHECK(report["best"]["part"] == "zero-shot");
  CHECK(report["again"].get<std::string>().find(" --policy-in p") != std::string::npos);
  CHECK(run_cli(other).out.find("\n  policy    p\n") != std::string::npos);

  // A run needs the file no more once it has begun.
  Args kept = with(other, {"--out", "run", "--strategy", "pg"});
  kept[5] = "20";
  const Outcome whole = run_cli(with(kept, {"--policy-out", "r"}));
  INFO(whole.err);
  REQUIRE(whole.code == 0);
  std::filesystem::rename("p", "elsewhere");
  std::filesystem::remove("run/result.json");
  const std::string history = WorkingDirectory::read("run/history.jsonl");
  WorkingDirectory::write("run/history.jsonl", history.substr(0, history.size() / 2));
  const Outcome resumed = run_cli({"optimize", "--resume", "run", "--policy-out", "s"});
  INFO(resumed.err);
  REQUIRE(resumed.code == 0);
  CHECK(resumed.out == whole.out);
  CHECK(WorkingDirectory::read("run/history.jsonl") == history);
  CHECK(WorkingDirectory::read("s") == WorkingDirectory::read("r"));
  // Also into the directory of the run, which is made for it.
  REQUIRE(run_cli(with(search, {"--out", "new", "--policy-out", "new/p"})).code == 0);
  CHECK(WorkingDirectory::read("new/p") == WorkingDirectory::read("q"));
}

TEST_CASE("mistakes about policies", "[cli]") {
  const WorkingDirectory directory;
  write_networks();
  const Args search = with(kTransferSearch, {"--strategy", "egrl"});
  REQUIRE(run_cli(with(search, {"--policy-out", "p"})).code == 0);
  const std::string policy = WorkingDirectory::read("p");
  WorkingDirectory::write("cut", policy.substr(0, policy.size() - 1));
  const Args tiny{"optimize", "tiny.yaml", "--chip", "toy", "--budget", "2"};
  const auto before = directory.names();
  check_error(with(tiny, {"--policy-in", "none"}), "none: cannot read: No such file or directory");
  check_error(with(tiny, {"--policy-in", "tiny.yaml"}),
              "tiny.yaml: is no policy file: it does not begin with \"memplace policy\"");
  check_error(with(tiny, {"--policy-in", "cut", "--out", "run"}), "cut: is cut off");
  check_error(with(tiny, {"--policy-in", "/dev/null"}),
              "/dev/null: is no policy file: it does not begin with \"memplace policy\"");
  CHECK(run_cli(with(search, {"--policy-out", "q", "--option", "policy=uniform"})).code == 2);
  check_error(with(tiny, {"--policy-in", "p", "--strategy", "tabu"}),
              "p: strategy tabu has no use for a policy; egrl and pg have");
  check_error(with(tiny, {"--policy-out", "q"}),
              "optimize: strategy auto learns no policy; egrl and pg do");
  check_error(
      with(search, {"--policy-out", "q", "--option", "gradient=off"}),
      "optimize: strategy egrl learns no policy here: its options leave the learner out, or "
      "the network has nothing to decide");
  check_error(with(search, {"--policy-out", "none/q"}),
              "none/q: cannot write: No such file or directory");
  check_error(with(search, {"--policy-out", "tiny.yaml"}),
              "optimize: --policy-out \"tiny.yaml\" would overwrite what is read as WORKLOAD");
  check_error(with(search, {"--policy-in", "p", "--policy-out", "./p"}),
              "optimize: --policy-out \"./p\" would overwrite what is read as --policy-in");
  check_error(with(search, {"--output", "o", "--policy-out", "./o"}),
              "optimize: --output and --policy-out both name \"./o\"");
  check_error(with(search, {"--out", "run", "--policy-out", "run/policy-in.bin"}),
              "optimize: --policy-out \"run/policy-in.bin\" would overwrite a file of the run");
  // The policy is for three memories.
  std::string chip = read_file(MEMPLACE_SOURCE_DIR "/configs/chips/toy.yaml");
  const std::size_t llc = chip.find("  - {name: llc");
  chip.erase(llc, chip.find('\n', llc) + 1 - llc);
  WorkingDirectory::write("two.yaml", chip);
  check_error({"optimize", "tiny.yaml", "--chip", "two.yaml", "--policy-in", "p"},
              "p: is a policy for chips of 3 memories, and chip \"toy\" has 2");
  std::filesystem::remove("two.yaml");
  CHECK(directory.names() == before);
}

TEST_CASE("train says what each network gained, the same for any number of threads", "[cli]") {
  const WorkingDirectory directory;
  write_networks();
  const Json report = json_of(with(kTrain, {"--policy-out", "p", "--threads", "1"}));
  const std::string policy = WorkingDirectory::read("p");
  CHECK(json_of(with(kTrain, {"--policy-out", "p", "--threads", "4"})) == report);
  CHECK(WorkingDirectory::read("p") == policy);
  REQUIRE(report["workloads"].size() == 2);
  CHECK(report["policy"]["file"] == "p");
  CHECK(report["config"]["strategy"] == "egrl");
  for (std::size_t i = 0; i < 2; ++i) {
    const Json& row = report["workloads"][i];
    const std::string workload = i == 0 ? "tiny.yaml" : "other.yaml";
    CHECK(row["workload"] == workload);
    CHECK(row["seed"] == 1 + i);
    CHECK(row["evaluations"] == 12);
    CHECK(row["best_latency_ps"] <= row["best_heuristic_latency_ps"]);
    CHECK(row["best_heuristic_latency_ps"] <= row["native_latency_ps"]);
    // The same as a search of one evaluation that begins with the policy.
    const Json zero = json_of({"optimize", workload, "--chip", "toy", "--policy-in", "p",
                               "--budget", "1", "--seed", std::to_string(1 + i)});
    CHECK(zero["best"]["latency_ps"] == row["zero_shot_latency_ps"]);
    CHECK(zero["speedup"] == row["zero_shot_speedup"]);
  }
  const Outcome text = run_cli(with(kTrain, {"--policy-out", "p"}));
  CHECK(text.out.find("\n\nWorkloads\n  workload    native  best heuristic  found  over native  "
                      "zero-shot  over native\n  tiny.yaml ") != std::string::npos);
  CHECK(text.err.find("train: 100% (24 of 24 evaluations, ") != std::string::npos);
  const Outcome csv = run_cli(with(kTrain, {"--policy-out", "p", "--format", "csv"}));
  CHECK(csv.out.starts_with("workload,seed,evaluations,native_latency_ps,best_heuristic,"));
  CHECK(csv.out.find("\nother.yaml,2,12,") != std::string::npos);
  // What it says gives the same again.
  CHECK(report["again"].get<std::string>().starts_with("memplace train tiny.yaml other.yaml "));
  const std::string words = report["again"].get<std::string>().substr(9);
  Args again;
  std::istringstream stream(words);
  for (std::string word; stream >> word;) {
    again.push_back(word);
  }
  CHECK(json_of(again) == report);
  // On from there.
  const Json more = json_of(with(kTrain, {"--policy-in", "p", "--policy-out", "q"}));
  CHECK(more["config"]["policy_in"] == "p");
  CHECK(WorkingDirectory::read("q") != policy);
}

TEST_CASE("mistakes about training", "[cli]") {
  const WorkingDirectory directory;
  write_networks();
  const auto before = directory.names();
  check_error({"train"}, "train: WORKLOAD is missing; see memplace train --help");
  check_error(kTrain, "train: --policy-out is missing; see memplace train --help");
  check_error(with(kTrain, {"--policy-out", "other.yaml"}),
              "train: --policy-out \"other.yaml\" would overwrite what is read as WORKLOAD");
  check_error(with(kTrain, {"--policy-out", "p", "--output", "other.yaml"}),
              "train: --output \"other.yaml\" would overwrite what is read as WORKLOAD");
  check_error({"train", "tiny.yaml", "tiny.yaml", "--policy-out", "p"},
              "train: workload \"tiny.yaml\" is given twice");
  check_error({"train", "tiny.yaml", "--strategy", "annealing", "--policy-out", "p"},
              "train: --strategy annealing learns no policy; egrl and pg do");
  check_error(
      with(kTrain, {"--policy-out", "p", "--option", "gradient=off"}),
      "train: strategy egrl learns no policy here: its options leave the learner out, or no "
      "network has anything to decide");
  check_error(with(kTrain, {"--policy-out", "none/p"}),
              "none/p: cannot write: No such file or directory");
  CHECK(directory.names() == before);
}

}  // namespace memplace
