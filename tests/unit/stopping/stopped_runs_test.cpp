// SPDX-License-Identifier: Apache-2.0
// A search may be stopped wherever it looks, in the midst of anything: what it leaves is continued
// to the end that it would have had.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/stopping.h"
#include "optimizer/catalog/strategies.h"
#include "optimizer/studies/experiment/experiment.h"
#include "optimizer/studies/run/run.h"
#include "optimizer/studies/run/run_directory.h"
#include "optimizer/studies/training/training.h"
#include "sim/event/event_simulator.h"
#include "tests/support/fake_simulator.h"
#include "tests/unit/run/run_support.h"

namespace memplace::test {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kBudget = 30;

// Stops the run in `directory` at look after look: at the first, the third, the seventh and so on
// until it comes to its end. Returns how often it was stopped.
int run_by_stops(const RunConfig& config, const Program& program, Simulator& simulator,
                 RunSurroundings surroundings) {
  int stops = 0;
  for (std::uint64_t most = 1;; most = 2 * most + 1) {
    std::uint64_t looks = 0;
    const StopScope scope([&] { return ++looks >= most; });
    const RunResult run = execute_run(config, program, simulator, surroundings);
    if (run.over) {
      return stops;
    }
    CHECK(run.search.stopped == StopReason::kStopped);
    CHECK_FALSE(fs::exists(*surroundings.directory + "/result.json"));
    ++stops;
  }
}

}  // namespace

TEST_CASE("every strategy that is stopped anywhere ends as if it was not", "[run][stopping]") {
  const RunScratch scratch;
  const Program program = toy_program(kDiamondText);
  for (const StrategyInfo& info : strategies()) {
    for (const double noise : {0.0, 0.2}) {
      CAPTURE(info.name, noise);
      EventSimulator simulator;
      RunConfig config = toy_config(info.name, kBudget);
      config.noise = noise;
      execute_run(config, program, simulator, in(scratch / "whole"));
      RunSurroundings surroundings = in(scratch / "stopped");
      surroundings.snapshot_every = std::chrono::milliseconds(0);
      const int stops = run_by_stops(config, program, simulator, surroundings);
      // At the first, third and seventh look: the five heuristics alone are ten.
      CHECK(stops >= 3);
      CHECK(files_of(scratch / "stopped") == files_of(scratch / "whole"));
      fs::remove_all(scratch / "whole");
      fs::remove_all(scratch / "stopped");
    }
  }
}

TEST_CASE("what a batch had evaluated when it was stopped is kept", "[run][stopping]") {
  const RunScratch scratch;
  const Program program = toy_program(kDiamondText);
  // Sixteen chains: from the second on, batches of sixteen evaluations.
  RunConfig config = toy_config("annealing", 1 + 4 * 16, {"chains=16", "start=native"});
  class Stopping : public FakeSimulator {
   public:
    SimResult simulate(const Program& of, const Mapping& mapping) override {
      if (runs == limit) {
        throw Stopped();
      }
      return FakeSimulator::simulate(of, mapping);
    }
    std::uint64_t limit = ~std::uint64_t{0};
  };
  Stopping simulator;
  execute_run(config, program, simulator, in(scratch / "whole"));
  const std::uint64_t heuristics = simulator.runs - config.budget;
  simulator.runs = 0;
  simulator.limit = heuristics + 1 + 16 + 5;
  const RunResult run = execute_run(config, program, simulator, in(scratch / "run"));
  CHECK_FALSE(run.over);
  CHECK(run.search.history.size() == 1 + 16 + 5);
  CHECK(run.search.best.has_value());
  simulator.limit = ~std::uint64_t{0};
  // None of them is simulated again.
  simulator.runs = 0;
  CHECK(execute_run(config, program, simulator, in(scratch / "run")).over);
  CHECK(simulator.runs == heuristics + config.budget - (1 + 16 + 5));
  CHECK(files_of(scratch / "run") == files_of(scratch / "whole"));
}

// As --policy-out of a run that is over has it searched again, to the same evaluation.
TEST_CASE("a run whose time ended within a batch is the same again", "[run][stopping]") {
  const RunScratch scratch;
  const Program program = toy_program(kDiamondText);
  RunConfig config = toy_config("annealing", 1000, {"chains=16", "start=native"});
  config.time_limit = Picoseconds(3'600'000'000'000'000);  // an hour, of which nothing is left
  FakeSimulator simulator;
  RunSurroundings surroundings = in(scratch / "run");
  std::uint64_t evaluations = 0;
  class Watch : public SearchObserver {
   public:
    explicit Watch(std::uint64_t& count) : count_(count) {}
    void on_evaluation(const SearchResult& so_far, bool /*recalled*/) override {
      count_ = so_far.history.size();
    }

   private:
    std::uint64_t& count_;
  };
  Watch watch(evaluations);
  surroundings.observers = {&watch};
  {
    // 1 + 16 evaluations and some of the next batch.
    class Stopping : public FakeSimulator {
     public:
      SimResult simulate(const Program& of, const Mapping& mapping) override {
        if (runs == 5 + 1 + 16 + 7) {
          throw Stopped();
        }
        return FakeSimulator::simulate(of, mapping);
      }
    };
    Stopping stopping;
    CHECK_FALSE(execute_run(config, program, stopping, surroundings).over);
    CHECK(evaluations == 1 + 16 + 7);
  }
  write_file(scratch / "run/elapsed.json", "{\"elapsed_ms\": 3600000}\n");
  RunSurroundings again = in(scratch / "run");
  const RunResult ended = execute_run(config, program, simulator, again);
  CHECK(ended.over);
  CHECK(ended.search.stopped == StopReason::kTime);
  CHECK(ended.search.history.size() == 1 + 16 + 7);
  const Bytewise files = files_of(scratch / "run");
  const RunResult searched = execute_run(config, program, simulator, again);
  CHECK(searched.search.history == ended.search.history);
  CHECK(searched.search.stopped == StopReason::kTime);
  CHECK(files_of(scratch / "run") == files);
}

TEST_CASE("a time limit that counts from before a run may be over at once", "[run][stopping]") {
  const Program program = toy_program(kDiamondText);
  FakeSimulator simulator;
  RunConfig config = toy_config("random", 1000);
  config.time_limit = Picoseconds(1'000'000'000'000);  // 1 s
  RunSurroundings surroundings;
  surroundings.began = std::chrono::steady_clock::now() - std::chrono::seconds(2);
  const RunResult run = execute_run(config, program, simulator, surroundings);
  CHECK_FALSE(run.over);
  CHECK(run.search.history.empty());
  CHECK(simulator.runs == 0);  // not even a heuristic
}

TEST_CASE("a training that is stopped has what was learnt by then", "[training][stopping]") {
  const Program program = toy_program(kDiamondText);
  const std::vector<const Program*> programs{&program};
  const StrategyInfo& info = strategies().find("pg");
  const Options options = quick_options(info);
  std::uint64_t looks = 0;
  const auto train_for = [&](std::uint64_t most) {
    TrainingPlan plan;
    plan.seed = 3;
    plan.budget = 60;
    looks = 0;
    const StopScope scope([&] { return ++looks >= most; });
    EventSimulator simulator;
    return train(programs, simulator, info, options, plan);
  };
  const TrainingResult whole = train_for(~std::uint64_t{0});
  CHECK_FALSE(whole.stopped);
  CHECK(whole.evaluations == 60);
  CHECK(whole.workloads.size() == 1);
  const TrainingResult part = train_for(looks / 2);
  CHECK(part.stopped);
  CHECK(part.evaluations < 60);
  CHECK(part.workloads.empty());
  CHECK(part.policy.parameters.size() == whole.policy.parameters.size());
  CHECK(part.policy.parameters != whole.policy.parameters);
}

TEST_CASE("an experiment that is stopped begins no other run", "[experiment][stopping]") {
  ExperimentSpec spec;
  spec.workloads = {WorkloadChoice{"w"}};
  spec.chips = {"c"};
  spec.strategies.resize(1);
  spec.strategies[0].label = "s";
  spec.seeds = {1, 2, 3, 4, 5, 6, 7, 8};
  ThreadCrew crew(1);
  std::size_t begun = 0;
  std::size_t done = 0;
  const auto groups = run_experiment(
      spec, crew,
      [&](std::size_t) -> ExperimentOutcome {
        if (++begun == 3) {
          throw Stopped();
        }
        return {};
      },
      [&](std::size_t, const ExperimentOutcome&) { ++done; });
  CHECK(groups.empty());
  CHECK(begun == 3);
  CHECK(done == 2);
}

}  // namespace memplace::test
