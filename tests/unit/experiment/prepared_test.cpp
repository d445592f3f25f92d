// SPDX-License-Identifier: Apache-2.0
#include "optimizer/studies/experiment/prepared.h"

#include <string>
#include <variant>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "base/stopping.h"
#include "optimizer/studies/run/run.h"
#include "sim/feasible/feasible.h"
#include "tests/support/error_of.h"
#include "tests/support/tiny_graph.h"
#include "tests/support/working_directory.h"

namespace memplace {
namespace {

const std::string kTinyExperiment =
    "workloads: [tiny.yaml]\n"
    "chips: [toy]\n"
    "strategies: [random, {strategy: tabu, init: heuristic:native}]\n"
    "seeds: [3, 1]\n"
    "budget: 20\n";

PreparedExperiment prepared(const std::string& spec, const std::string& directory = "") {
  WorkingDirectory::write("tiny.yaml", kTinyGraph);
  WorkingDirectory::write("spec.yaml", spec);
  Experiment experiment = new_experiment("spec.yaml", std::nullopt);
  if (!directory.empty()) {
    experiment.directory = directory;
  }
  return {std::move(experiment), "1.2.3"};
}

bool never() { return false; }

}  // namespace

TEST_CASE("a prepared experiment does each run as its spec says", "[experiment]") {
  const WorkingDirectory directory;
  const PreparedExperiment experiment = prepared(kTinyExperiment, "e");
  REQUIRE(experiment.runs().size() == 4);
  for (std::size_t run = 0; run < 4; ++run) {
    ExperimentOutcome outcome = experiment.execute(run, never);
    CHECK(outcome.run.seed == (run % 2 == 0 ? 3 : 1));
    CHECK(outcome.run.evaluations == (run < 2 ? 20 : 9));  // tabu has seen all 3^2 mappings
    CHECK(outcome.warning.empty());
    // It is kept, and read where it is asked for again, which takes no time to search.
    CHECK(outcome.run.seconds.has_value());
    outcome.run.seconds.reset();
    CHECK(write_outcome(experiment.execute(run, never)) == write_outcome(outcome));
  }
  CHECK(path_exists("e/runs/tiny.yaml/toy/random/seed-3/run.yaml"));
  CHECK(path_exists("e/runs/tiny.yaml/toy/tabu/seed-1/run.yaml"));
}

TEST_CASE("a run of a prepared experiment can be stopped", "[experiment]") {
  const WorkingDirectory directory;
  CHECK_THROWS_AS(prepared(kTinyExperiment).execute(0, [] { return true; }), Stopped);
}

TEST_CASE("what an experiment names is looked up before its first run", "[experiment]") {
  const WorkingDirectory directory;
  const auto with = [](const std::string& part, const std::string& by) {
    std::string text = kTinyExperiment;
    text.replace(text.find(part), part.size(), by);
    return error_of([&] { prepared(text); });
  };
  CHECK(with("tiny.yaml", "resnet5").starts_with("spec.yaml: unknown workload \"resnet5\""));
  CHECK(with("toy", "toi").starts_with("spec.yaml: unknown chip \"toi\""));
  CHECK(with("heuristic:native", "heuristic:nativ").starts_with("spec.yaml: init: "));
  CHECK(with("heuristic:native", "missing.yaml") ==
        "missing.yaml: cannot read: No such file or directory");
  CHECK_THROWS_AS(
      prepared(kTinyExperiment + "set: [memories.dram.capacity=1B, memories.llc.capacity=1B, "
                                 "memories.sram.capacity=1B]\n"),
      InfeasibleFailure);
}

TEST_CASE("an experiment reaches other ranks whole", "[experiment]") {
  const WorkingDirectory directory;
  for (const char* const kept : {"", "e"}) {
    const Experiment experiment = prepared(kTinyExperiment, kept).experiment();
    const Experiment read = read_shared(write_shared(experiment));
    CHECK(write_experiment(read.spec) == write_experiment(experiment.spec));
    CHECK(read.source == "spec.yaml");
    CHECK(read.directory == experiment.directory);
  }
}

}  // namespace memplace
