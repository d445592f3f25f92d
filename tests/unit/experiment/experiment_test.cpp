// SPDX-License-Identifier: Apache-2.0
#include "optimizer/studies/experiment/experiment.h"

#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "base/task_crew.h"
#include "base/yaml_reader.h"
#include "optimizer/studies/settings/search_fields.h"

namespace memplace {
namespace {

const std::string kToySpec =
    "workloads: [resnet50, bert-base:seq=64]\n"
    "chips: [nnpi]\n"
    "strategies:\n"
    "  - random\n"
    "  - {strategy: annealing, label: hot, options: {t_start: 0.5}}\n"
    "seeds: [3, 1]\n"
    "budget: 100\n";

ExperimentSpec read(const std::string& text) {
  return read_experiment(YamlDocument::from_text(text, "e.yaml"));
}

std::string error_of(const std::string& text) {
  try {
    read(text);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

// kToySpec with one part replaced.
std::string with(const std::string& part, const std::string& by) {
  std::string text = kToySpec;
  text.replace(text.find(part), part.size(), by);
  return text;
}

}  // namespace

TEST_CASE("the experiments that come with memplace are read", "[experiment]") {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(MEMPLACE_SOURCE_DIR) +
                                                               "/configs/experiments")) {
    CAPTURE(entry.path().string());
    if (entry.path().filename().string().starts_with("sweep-")) {
      continue;
    }
    const ExperimentSpec spec = read_experiment(YamlDocument::from_file(entry.path().string()));
    CHECK_FALSE(spec.strategies.empty());
    ++count;
  }
  CHECK(count >= 5);
}

TEST_CASE("an experiment has networks of several sizes", "[experiment]") {
  const ExperimentSpec spec =
      read(with("[resnet50, bert-base:seq=64]",
                "[{name: d.onnx, sizes: {seq: [16, 32]}}, {name: bert-base, sizes: {seq: 64}}]"));
  CHECK(labels_of(spec.workloads) ==
        std::vector<std::string>{"d.onnx seq=16", "d.onnx seq=32", "bert-base:seq=64"});
  CHECK(read(write_experiment(spec)).workloads == spec.workloads);
  CHECK(run_directories(spec)[0] == "runs/d.onnx_seq_16/nnpi/random/seed-3");
}

TEST_CASE("an experiment is read with its defaults", "[experiment]") {
  const ExperimentSpec spec = read(kToySpec);
  CHECK(names_of(spec.workloads) == std::vector<std::string>{"resnet50", "bert-base:seq=64"});
  CHECK(spec.chips == std::vector<std::string>{"nnpi"});
  REQUIRE(spec.strategies.size() == 2);
  CHECK(spec.strategies[0].label == "random");
  CHECK(spec.strategies[1].label == "hot");
  CHECK(spec.strategies[1].search.strategy == "annealing");
  CHECK(joined_options(spec.strategies[1].search.options) == Words{"t_start=0.5"});
  CHECK(spec.seeds == std::vector<std::uint64_t>{3, 1});
  CHECK(spec.common.budget == 100);
  CHECK(spec.common.dtype == DType::kInt8);
  CHECK_FALSE(spec.common.mode_choice.streams.has_value());
  CHECK(spec.common.objective == Objective::kLatency);
  CHECK(spec.common.noise == 0);
  CHECK_FALSE(spec.common.keep_mappings);
}

TEST_CASE("an experiment is written as it reads", "[experiment]") {
  const std::string text = kToySpec +
                           "dtype: fp16\n"
                           "mode: {streams: 2, inferences: 3}\n"
                           "objective: edp\n"
                           "noise: 0.02\n";
  const std::string written = write_experiment(read(text));
  CHECK(written ==
        "# An experiment of memplace, resolved.\n"
        "workloads: [\"resnet50\", \"bert-base:seq=64\"]\n"
        "chips: [\"nnpi\"]\n"
        "strategies:\n"
        "  - {strategy: random, label: \"random\", options: {}}\n"
        "  - {strategy: annealing, label: \"hot\", options: {t_start: \"0.5\"}}\n"
        "seeds: [3, 1]\n"
        "budget: 100\n"
        "dtype: fp16\n"
        "mode: {streams: 2, inferences: 3}\n"
        "objective: edp\n"
        "noise: 0.02\n");
  CHECK(write_experiment(read(written)) == written);

  const std::string kept = write_experiment(read(text + "keep_mappings: true\n"));
  CHECK(kept == written + "keep_mappings: true\n");
  CHECK(write_experiment(read(kept)) == kept);
  CHECK(write_experiment(read(text + "keep_mappings: false\n")) == written);
}

TEST_CASE("mistakes in an experiment are named", "[experiment]") {
  CHECK(error_of(with("[nnpi]", "[]")) ==
        "e.yaml:2:8: chips: got an empty list, expected at least one chip");
  CHECK(error_of(with("[3, 1]", "[3, 1, 3]")) == "e.yaml:6:15: seeds[2]: seed 3 is given twice");
  CHECK(error_of(with("- random", "- randm"))
            .starts_with("e.yaml:4:5: strategies[0]: unknown strategy \"randm\"; known: "));
  CHECK(error_of(with("label: hot", "label: random")) ==
        "e.yaml:5:5: strategies[1]: strategy \"random\" is given twice");
  CHECK(error_of(with("label: hot", "label: a/b")) ==
        "e.yaml:5:34: strategies[1].label: got \"a/b\", expected letters, digits, \"-\", \"_\" and "
        "\".\", as it names a directory");
  CHECK(error_of(with("t_start: 0.5", "t_strat: 0.5"))
            .starts_with("e.yaml:5:58: strategies[1].options.t_strat: strategy annealing: unknown "
                         "option \"t_strat\""));
  CHECK(error_of(with("budget: 100", "budget: 0")) ==
        "e.yaml:7:9: budget: got \"0\", expected a whole number from 1 to 1000000000");
  CHECK(error_of(kToySpec + "noisy: 1\n") ==
        "e.yaml:8:1: noisy: unknown key (did you mean \"noise\"?)");
  CHECK(error_of("workloads: [a]\n").find("chips") != std::string::npos);
}

TEST_CASE("runs of an experiment and where they are kept", "[experiment]") {
  ExperimentSpec spec = read(kToySpec);
  const std::vector<ExperimentRun> runs = runs_of(spec);
  REQUIRE(runs.size() == 8);
  CHECK(runs[1] == ExperimentRun{0, 0, 0, 1});
  CHECK(runs[6] == ExperimentRun{1, 0, 1, 0});
  const std::vector<std::string> directories = run_directories(spec);
  CHECK(directories[1] == "runs/resnet50/nnpi/random/seed-1");
  CHECK(directories[6] == "runs/bert-base_seq_64/nnpi/hot/seed-3");
  // Names of files are not names of directories, and two must not meet.
  spec.workloads = {WorkloadChoice{"a/b.onnx"}, WorkloadChoice{"a:b.onnx"},
                    WorkloadChoice{"../A_b.onnx"}};
  spec.seeds = {1};
  spec.strategies.resize(1);
  CHECK(run_directories(spec) == std::vector<std::string>{"runs/a_b.onnx/nnpi/random/seed-1",
                                                          "runs/a_b.onnx-2/nnpi/random/seed-1",
                                                          "runs/_.._A_b.onnx/nnpi/random/seed-1"});
}

// Native costs 12. Seed 3 ends with 6 after 40 evaluations, seed 1 with 4: speed-ups 2 and 3, their
// mean 2.5, the deviation sqrt(0.5), the standard error sqrt(0.5 / 2) = 0.5.
TEST_CASE("a cell is summed up over its seeds", "[experiment]") {
  RunOutcome first{3, 40, 12, Picoseconds(60), 6, {{1, 12}, {7, 6}}, 12, 1.5};
  RunOutcome second{1, 100, 12, Picoseconds(40), 4, {{1, 8}, {50, 4}}, 4, {}};
  const std::vector<RunOutcome> both{first, second};
  const CellSummary cell = summarize("w", "c", "s", both);
  CHECK(cell.seeds == 2);
  CHECK(cell.mean_speedup == Approx(2.5));
  CHECK(cell.stderr_speedup == Approx(0.5));
  CHECK(cell.best_speedup == 3);
  CHECK(cell.best_latency == Picoseconds(40));
  CHECK(cell.evaluations == 100);
  // Of their own they found 12 and 4: 1 and 3, mean 2, deviation sqrt(2), error sqrt(2 / 2).
  CHECK(cell.own_speedup == Approx(2));
  CHECK(cell.own_stderr == Approx(1));
  CHECK(cell.seconds == 1.5);  // the other was only read
  CHECK(summarize("w", "c", "s", std::vector<RunOutcome>{first}).stderr_speedup == 0);

  const std::vector<CurvePoint> curve = learning_curve(both, 100);
  std::vector<std::uint64_t> places;
  places.reserve(curve.size());
  for (const CurvePoint& point : curve) {
    places.push_back(point.evaluation);
  }
  CHECK(places == std::vector<std::uint64_t>{1, 2, 5, 10, 20, 50, 100});
  CHECK(curve[0].mean_speedup == Approx((1.0 + 1.5) / 2));
  CHECK(curve[3].mean_speedup == Approx((2.0 + 1.5) / 2));
  CHECK(curve[6].mean_speedup == Approx(2.5));
}

// The cost of a run is 1 + its index; native's is 10.
TEST_CASE("an experiment runs everything once and keeps the order", "[experiment][threads]") {
  const ExperimentSpec spec = read(kToySpec);
  for (const std::size_t threads : {1U, 3U}) {
    ThreadCrew crew(threads);
    std::vector<int> times(8, 0);
    std::vector<int> heard(8, 0);
    const auto groups = run_experiment(
        spec, crew,
        [&](std::size_t run) {
          ++times.at(run);
          const auto cost = static_cast<double>(run + 1);
          const std::uint64_t seed = spec.seeds[run % 2];
          return ExperimentOutcome{{seed, 5, 10, Picoseconds(1), cost, {{1, cost}}},
                                   {{"native", Picoseconds(10), 10}}};
        },
        [&](std::size_t run, const ExperimentOutcome& outcome) {
          heard.at(run) += outcome.run.best_cost == static_cast<double>(run + 1) ? 1 : 100;
        });
    CHECK(times == std::vector<int>(8, 1));
    CHECK(heard == std::vector<int>(8, 1));
    REQUIRE(groups.size() == 2);
    CHECK(groups[1].workload == "bert-base:seq=64");
    REQUIRE(groups[1].cells.size() == 2);
    CHECK(groups[1].cells[1].strategy == "hot");
    // Runs 6 and 7: 10 / 7 and 10 / 8.
    CHECK(groups[1].cells[1].mean_speedup == Approx((10.0 / 7 + 10.0 / 8) / 2));
    CHECK(groups[1].references.front().name == "native");
  }
}

TEST_CASE("where runs of an experiment fail, the others are done and the first tells",
          "[experiment][threads]") {
  const ExperimentSpec spec = read(kToySpec);
  ThreadCrew crew(2);
  std::vector<int> times(8, 0);
  const auto run = [&](std::size_t i) {
    ++times.at(i);
    if (i == 2 || i == 5) {
      throw Error("run " + std::to_string(i));
    }
    return ExperimentOutcome{{1, 5, 10, Picoseconds(1), 1, {}}, {}};
  };
  CHECK_THROWS_WITH(run_experiment(spec, crew, run, [](std::size_t, const auto&) {}), "run 2");
  CHECK(times == std::vector<int>(8, 1));
}

TEST_CASE("the outcome of a run travels whole", "[experiment]") {
  ExperimentOutcome outcome;
  outcome.run.seed = 7;
  outcome.run.evaluations = 400;
  outcome.run.native_cost = 0.1;
  outcome.run.best_latency = Picoseconds(1234);
  outcome.run.best_cost = 1.0 / 3;
  outcome.run.improvements = {{1, 0.5}, {9, 1.0 / 3}};
  outcome.run.own_cost = 2.0 / 3;
  outcome.run.seconds = 0.25;
  outcome.references = {{"native", Picoseconds(10), 0.1}, {"random", Picoseconds(20), 2}};
  outcome.warning = "a snapshot is damaged";
  const ExperimentOutcome read = read_outcome(write_outcome(outcome));
  CHECK(read.run.seed == 7);
  CHECK(read.run.evaluations == 400);
  CHECK(read.run.native_cost == 0.1);
  CHECK(read.run.best_latency == Picoseconds(1234));
  CHECK(read.run.best_cost == 1.0 / 3);
  REQUIRE(read.run.improvements.size() == 2);
  CHECK(read.run.improvements[1].evaluation == 9);
  CHECK(read.run.improvements[1].cost == 1.0 / 3);
  CHECK(read.run.own_cost == 2.0 / 3);
  CHECK(read.run.seconds == 0.25);
  REQUIRE(read.references.size() == 2);
  CHECK(read.references[1].name == "random");
  CHECK(read.references[1].latency == Picoseconds(20));
  CHECK(read.references[1].cost == 2);
  CHECK(read.warning == "a snapshot is damaged");
}

}  // namespace memplace
