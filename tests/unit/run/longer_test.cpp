// SPDX-License-Identifier: Apache-2.0
// Runs that are given more than they had: the same up to where they ended, and then on.
#include <filesystem>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/fnv.h"
#include "optimizer/studies/run/run.h"
#include "tests/support/error_of.h"
#include "tests/support/fake_simulator.h"
#include "tests/support/line_chains.h"
#include "tests/unit/run/run_support.h"

namespace memplace::test {
namespace {

namespace fs = std::filesystem;

std::vector<HistoryEntry> beginning(const std::vector<HistoryEntry>& history, std::size_t size) {
  return {history.begin(), history.begin() + static_cast<std::ptrdiff_t>(size)};
}

RunConfig longer(RunConfig config, std::uint64_t budget) {
  lengthen(config, {.budget = budget});
  return config;
}

}  // namespace

TEST_CASE("a run that is given a larger budget goes on from where it ended", "[run]") {
  const RunScratch scratch;
  const Program program = toy_program(kDiamondText);
  FakeSimulator simulator;
  int went_on = 0;
  for (const StrategyInfo& info : strategies()) {
    for (const double noise : {0.0, 0.2}) {
      CAPTURE(info.name, noise);
      const std::string directory = scratch / "run";
      RunConfig config = toy_config(info.name, 20);
      config.noise = noise;
      const RunResult first = execute_run(config, program, simulator, in(directory));
      if (first.search.stopped != StopReason::kBudget) {
        // The strategy has nothing more to propose.
        CHECK(error_of([&] {
                execute_run(longer(config, 35), program, simulator, in(directory));
              }) == directory + ": the run ended with \"done\", which that does not change");
        fs::remove_all(directory);
        continue;
      }
      const RunConfig more = longer(config, 35);
      CHECK(more.horizon == 20);
      CHECK(more.earlier_budgets == std::vector<std::uint64_t>{20});
      const RunResult second = execute_run(more, program, simulator, in(directory));
      const std::size_t evaluations = second.search.history.size();
      REQUIRE(evaluations > 20);
      CHECK(beginning(second.search.history, 20) == first.search.history);
      const Bytewise files = files_of(directory);
      ++went_on;

      // Read as it is kept; and said once more nothing happens.
      const StoredRun stored = load_run(directory, "1.2.3");
      CHECK(stored.config.budget == 35);
      CHECK(execute_run(stored.config, program, simulator, in(directory)).search.history ==
            second.search.history);
      CHECK(files_of(directory) == files);

      // Whoever asks for it from the beginning has the same, but for what was measured again where
      // the first budget ended.
      if (noise == 0) {
        RunConfig fresh = config;
        fresh.budget = 35;
        fresh.horizon = 20;
        CHECK(execute_run(fresh, program, simulator).search.history == second.search.history);
      }

      // Stopped at once, and continued.
      fs::remove_all(directory);
      execute_run(config, program, simulator, in(directory));
      RunSurroundings stopping = in(directory);
      stopping.stop = [] { return true; };
      CHECK(!execute_run(more, program, simulator, stopping).over);
      CHECK(!fs::exists(directory + "/result.json"));
      execute_run(load_run(directory, "1.2.3").config, program, simulator, in(directory));
      CHECK(files_of(directory) == files);
      fs::remove_all(directory);
    }
  }
  CHECK(went_on > 10);
}

TEST_CASE("what a run cannot be given is refused", "[run]") {
  RunConfig config = toy_config("random", 20);
  CHECK(error_of([&] { lengthen(config, {.budget = 19}); }) ==
        "got a budget of 19, where the run has one of 20");
  CHECK(error_of([&] { lengthen(config, {.time_limit = Picoseconds(1)}); }) ==
        "the run has no limit of time");
  config.time_limit = Picoseconds(2'000'000'000'000);
  CHECK(error_of([&] { lengthen(config, {.time_limit = Picoseconds(1'000'000'000'000)}); }) ==
        "got a time of 1 s, where the run has one of 2 s");
  const RunConfig before = config;
  lengthen(config, {.budget = 20, .time_limit = config.time_limit});
  CHECK(config == before);
  config.budget = 1'000'000'000;
  CHECK(error_of([&] { lengthen(config, {.budget = 20}); }) ==
        "the run has no budget but its time");
}

TEST_CASE("a run that its target ended is not given more", "[run]") {
  const RunScratch scratch;
  const Program program = toy_program(kDiamondText);
  FakeSimulator simulator;
  RunConfig config = toy_config("annealing", 20);
  config.target_latency = Picoseconds(1'000'000'000'000);
  const std::string directory = scratch / "run";
  execute_run(config, program, simulator, in(directory));
  const Bytewise files = files_of(directory);
  CHECK(error_of([&] { execute_run(longer(config, 35), program, simulator, in(directory)); }) ==
        directory + ": the run ended with \"target\", which that does not change");
  CHECK(files_of(directory) == files);
}

// What is refused while it is told again stays as it was.
TEST_CASE("a run whose history does not come again is not touched", "[run]") {
  const RunScratch scratch;
  const Program program = toy_program(kDiamondText);
  FakeSimulator simulator;
  const RunConfig config = toy_config("annealing", 20);
  const std::string directory = scratch / "run";
  execute_run(config, program, simulator, in(directory));
  std::vector<std::string> lines;
  const Bytewise files = files_of(directory);
  for (std::string line : objects_of(files.at("history.jsonl"), fnv1a(files.at("run.yaml")))) {
    lines.push_back(std::move(line));
  }
  const std::string key = "\"asked_hash\":\"";
  std::string& last = lines.back();
  char& digit = last[last.find(key) + key.size()];
  digit = digit == '0' ? '1' : '0';
  write_file(directory + "/history.jsonl", chained(lines, fnv1a(files.at("run.yaml"))));
  const Bytewise changed = files_of(directory);
  CHECK(error_of([&] {
          execute_run(longer(config, 35), program, simulator, in(directory));
        }).find("is not what the strategy asks for now") != std::string::npos);
  CHECK(files_of(directory) == changed);
}

TEST_CASE("a damaged note of what a run was given is refused", "[run]") {
  const RunScratch scratch;
  const Program program = toy_program(kDiamondText);
  FakeSimulator simulator;
  const RunConfig config = toy_config("random", 20);
  const std::string directory = scratch / "run";
  execute_run(config, program, simulator, in(directory));
  execute_run(longer(config, 35), program, simulator, in(directory));
  for (const char* const text :
       {"", "{}", "{\"schema_version\": 1, \"budgets\": [21, 35], \"time_limit_ps\": null}",
        "{\"schema_version\": 1, \"budgets\": [20, 19], \"time_limit_ps\": null}",
        "{\"schema_version\": 1, \"budgets\": [20, 35], \"time_limit_ps\": 7}",
        "{\"schema_version\": 1, \"budgets\": [20, 35, 35], \"time_limit_ps\": null}"}) {
    CAPTURE(text);
    write_file(directory + "/longer.json", text);
    CHECK(error_of([&] { load_run(directory, "1.2.3"); }) ==
          directory + "/longer.json: not what a run was given more of; it was damaged or changed");
  }
}

}  // namespace memplace::test
