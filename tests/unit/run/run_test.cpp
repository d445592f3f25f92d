// SPDX-License-Identifier: Apache-2.0
// One search from its configuration: what is the same however it is carried out.
#include "optimizer/studies/run/run.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "base/fnv.h"
#include "optimizer/search/mapping_digits.h"
#include "optimizer/search/mapping_hash.h"
#include "optimizer/studies/run/run_directory.h"
#include "optimizer/studies/settings/problem_of.h"
#include "sim/event/event_simulator.h"
#include "sim/placement/mapping_file.h"
#include "tests/support/error_of.h"
#include "tests/support/fake_simulator.h"
#include "tests/support/line_chains.h"
#include "tests/unit/run/run_support.h"

namespace memplace::test {
namespace {

namespace fs = std::filesystem;

struct Search {
  std::string strategy;
  std::vector<std::string> options;
  double noise = 0;
};

// Batches of one and of many, with re-measurements and without.
const std::vector<Search> kSearches{{"random", {}, 0},
                                    {"random", {}, 0.2},
                                    {"annealing", {}, 0},
                                    {"annealing", {"chains=4", "start=best"}, 0.1},
                                    {"density-greedy", {}, 0.1}};

RunConfig config_of(const Search& search, std::uint64_t budget) {
  RunConfig config = toy_config(search.strategy, budget, search.options);
  config.noise = search.noise;
  config.keep_mappings = search.noise > 0;
  return config;
}

Mapping mapping_in(const Bytewise& files, const std::string& name, const Program& program) {
  return read_mapping(YamlDocument::from_text(files.at(name), name), program.problem);
}

}  // namespace

TEST_CASE("a run on disk finds what one in memory does, and holds it", "[run]") {
  const RunScratch scratch;
  const Program program = toy_program(kDiamondText);
  FakeSimulator simulator;
  const RunConfig config = toy_config("random", 25);
  const RunResult memory = execute_run(config, program, simulator);
  const RunResult disk = execute_run(config, program, simulator, in(scratch / "deep/run"));
  CHECK(disk.search.history == memory.search.history);
  CHECK(disk.over);
  CHECK(disk.search.stopped == StopReason::kBudget);
  CHECK(disk.verdict.own_cost == disk.search.best->cost);

  const Bytewise files = files_of(scratch / "deep/run");
  std::vector<std::string> history;
  for (const HistoryEntry& entry : memory.search.history) {
    history.push_back(history_line(entry));
  }
  CHECK(files.at("history.jsonl") == chained(history, fnv1a(files.at("run.yaml"))));
  CHECK(files.at("run.yaml") == run_yaml(config, program.problem));
  CHECK(mapping_in(files, "best.mapping.yaml", program) == memory.verdict.best.given);
  const auto found = [](const std::string& first, const Evaluated& evaluated) {
    return fmt::format(
        "{{\n    {},\n    \"latency_ps\": {},\n    \"cost\": {}.0,\n    \"demoted_bytes\": {}\n  "
        "}}",
        first, evaluated.measures.latency.count(), evaluated.measures.latency.count(),
        evaluated.epsilon.demoted_bytes.count());
  };
  CHECK(files.at("result.json") ==
        fmt::format("{{\n  \"schema_version\": 1,\n  \"stopped\": \"budget\",\n  \"evaluations\": "
                    "25,\n  \"best\": {},\n"
                    "  \"search\": {}\n}}\n",
                    found(fmt::format("\"source\": \"{}\"", source_of(memory.verdict)),
                          memory.verdict.best),
                    found(fmt::format("\"evaluation\": {}", memory.search.best_evaluation),
                          *memory.search.best)));
  // Nothing else is left behind.
  CHECK(files.size() == (memory.verdict.own() ? 4 : 5));
}

// all-slowest asks for one mapping, and native is faster; the best of all that was simulated is
// returned and kept, the search's own beside it. From one evaluation or many, read again or
// continued.
TEST_CASE("a run returns the best of all that was simulated", "[run]") {
  const RunScratch scratch;
  Chip chip = toy_chip();
  for (const MemoryId id : chip.memories.ids()) {
    Memory& memory = chip.memories[id];
    memory.read_energy = memory.write_energy = EnergyPerByte(id == kDram ? 1000 : 10);
  }
  const Program program = on(toy_program(kDiamondText), chip);
  EventSimulator simulator;
  EvaluatorPool evaluators(program, simulator);
  const std::vector<Evaluated> heuristics = evaluate_heuristics(evaluators);
  const auto least =
      std::min_element(heuristics.begin(), heuristics.end(),
                       [](const Evaluated& a, const Evaluated& b) { return a.cost < b.cost; });
  for (const Objective objective : {Objective::kLatency, Objective::kEdp}) {
    for (const double noise : {0.0, 0.05}) {
      CAPTURE(name_of(objective), noise);
      const std::string directory = scratch / "run";
      RunConfig config = toy_config("all-slowest", 1);
      config.objective = objective;
      config.noise = noise;
      const RunResult run = execute_run(config, program, simulator, in(directory));
      REQUIRE_FALSE(run.verdict.own());
      CHECK(run.search.best->given == uniform_mapping(program.problem, kDram));
      for (const Reference& reference : run.references) {
        CHECK(run.best_cost <= reference.cost);
        CHECK((reference.name != run.verdict.heuristic || run.best_cost == reference.cost));
      }
      CHECK(run.verdict.own_cost > run.best_cost);
      if (objective == Objective::kLatency) {
        CHECK(run.verdict.best.given == least->given);
      }
      const Bytewise files = files_of(directory);
      CHECK(mapping_in(files, "best.mapping.yaml", program) == run.verdict.best.given);
      CHECK(mapping_in(files, "search.mapping.yaml", program) == run.search.best->given);
      const StoredFindings findings = load_findings(directory);
      CHECK(findings.best_mapping_file == directory + "/best.mapping.yaml");
      CHECK(findings.own_mapping_file == directory + "/search.mapping.yaml");

      RunSurroundings reading = in(directory);
      reading.reads_ended = true;
      fs::remove(directory + "/best.mapping.yaml");  // it follows from the rest
      const RunResult read = execute_run(config, program, simulator, reading);
      CHECK(files_of(directory) == files);
      CHECK(read.verdict.heuristic == run.verdict.heuristic);
      CHECK(read.verdict.best.given == run.verdict.best.given);
      CHECK(read.verdict.own_cost == run.verdict.own_cost);
      CHECK(read.search.best->given == run.search.best->given);

      write_file(directory + "/best.mapping.yaml", files.at("search.mapping.yaml"));
      CHECK(error_of([&] { execute_run(config, program, simulator, reading); }) ==
            directory + "/best.mapping.yaml: not what result.json says; one of them was changed");
      fs::remove_all(directory);
    }
  }
}

// Whichever is ahead when the process dies, the end is the same.
TEST_CASE("a search that overtakes the heuristics leaves no second mapping", "[run]") {
  const RunScratch scratch;
  const Program program = toy_program(kDiamondText);
  EventSimulator simulator;
  const RunConfig config = toy_config("annealing", 1000, {"start=all-slowest"});
  const std::string directory = scratch / "run";
  const RunResult whole = execute_run(config, program, simulator, in(directory));
  REQUIRE(whole.verdict.own());
  const Bytewise files = files_of(directory);
  CHECK_FALSE(files.contains("search.mapping.yaml"));
  fs::remove_all(directory);
  RunSurroundings first = in(directory);
  first.stop = after_batches(1);
  const RunResult begun = execute_run(config, program, simulator, first);
  REQUIRE_FALSE(begun.verdict.own());
  CHECK(files_of(directory).contains("search.mapping.yaml"));
  execute_run(config, program, simulator, in(directory));
  CHECK(files_of(directory) == files);
}

TEST_CASE("a run keeps every mapping where it is asked to, and else none", "[run]") {
  const RunScratch scratch;
  const Program program = toy_program(kDiamondText);
  FakeSimulator simulator;
  RunConfig config = toy_config("random", 25);
  execute_run(config, program, simulator, in(scratch / "hashes"));
  const auto history_in = [&](const std::string& directory) {
    const Bytewise files = files_of(scratch / directory);
    return objects_of(files.at("history.jsonl"), fnv1a(files.at("run.yaml")));
  };
  const std::vector<std::string> hashes = history_in("hashes");
  CHECK(hashes.front().find("given\"") == std::string::npos);
  config.keep_mappings = true;
  const RunResult kept = execute_run(config, program, simulator, in(scratch / "mappings"));
  std::vector<std::string> history = history_in("mappings");
  for (const HistoryEntry& entry : kept.search.history) {
    REQUIRE(entry.given.size() == 6);
    const auto mapping = mapping_of_digits(program.problem, entry.given);
    REQUIRE(mapping.has_value());
    CHECK(mapping_hash(*mapping) == entry.given_hash);
    // Without what was kept the lines are those of the other run.
    const std::string field = ",\"given\":\"" + entry.given + "\"";
    std::string& line = history[entry.evaluation - 1];
    line.erase(line.find(field), field.size());
  }
  CHECK(history == hashes);
}

TEST_CASE("a run stopped after any batch and continued leaves the same bytes", "[run]") {
  const RunScratch scratch;
  const Program program = toy_program(kDiamondText);
  for (const Search& search : kSearches) {
    FakeSimulator simulator;
    const RunConfig config = config_of(search, 30);
    execute_run(config, program, simulator, in(scratch / "whole"));
    const Bytewise whole = files_of(scratch / "whole");
    const std::string directory = scratch / "stopped";
    for (std::size_t every = 0; every < 4; ++every) {
      INFO(search.strategy << " stopped after " << every);
      std::size_t made = 0;
      for (bool over = false; !over;) {
        EvaluationCounter count;
        RunSurroundings surroundings = in(directory);
        surroundings.observers = {&count};
        surroundings.stop = after_batches(every + (made == 0 || every == 0 ? 1 : 0));
        const RunResult run = execute_run(config, program, simulator, surroundings);
        CHECK(count.restored + count.recalls == made);
        made += count.made;
        over = run.over;
        CHECK(fs::exists(directory + "/result.json") == over);
        if (!over) {
          CHECK(run.search.stopped == StopReason::kStopped);
        }
      }
      CHECK(files_of(directory) == whole);
      fs::remove_all(directory);
    }
    fs::remove_all(scratch / "whole");
  }
}

// What a crash leaves: any beginning of the history, a best mapping of any time or none.
TEST_CASE("a run continued from any beginning of its history leaves the same bytes", "[run]") {
  const RunScratch scratch;
  const Program program = toy_program(kDiamondText);
  for (const Search& search : kSearches) {
    FakeSimulator simulator;
    const RunConfig config = config_of(search, 30);
    const std::string directory = scratch / "run";
    execute_run(config, program, simulator, in(directory));
    const Bytewise whole = files_of(directory);
    const std::string& history = whole.at("history.jsonl");
    for (std::size_t keep = 0; keep < history.size(); keep += 61) {
      fs::remove(directory + "/result.json");
      write_file(directory + "/history.jsonl", history.substr(0, keep));
      write_file(directory + "/run.yaml.tmp-123", "half");
      if (keep % 2 == 0) {
        fs::remove(directory + "/best.mapping.yaml");
      } else {
        write_file(directory + "/best.mapping.yaml", "of another time");
      }
      simulator.runs = 0;
      execute_run(config, program, simulator, in(directory));
      INFO(search.strategy << " cut after " << keep << " bytes");
      REQUIRE(files_of(directory) == whole);
    }
    fs::remove_all(directory);
  }
}

TEST_CASE("a run that is over is left as it is and says the same", "[run]") {
  const RunScratch scratch;
  const Program program = toy_program(kDiamondText);
  const std::string directory = scratch / "run";
  for (const StopReason reason : {StopReason::kBudget, StopReason::kDone, StopReason::kPatience,
                                  StopReason::kTarget, StopReason::kTime}) {
    FakeSimulator simulator;
    const bool done = reason == StopReason::kDone;
    RunConfig config = toy_config(done ? "native" : "annealing", 40);
    config.patience = reason == StopReason::kPatience ? 4 : 0;
    if (reason == StopReason::kTarget) {
      config.target_latency = Picoseconds(1'000'000);
    }
    RunSurroundings first = in(directory);
    if (reason == StopReason::kTime) {
      config.time_limit = Picoseconds(1'000'000'000);  // 1 ms, and some evaluations take 2 ms
      first.stop = [] {
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
        return false;
      };
    }
    const RunResult before = execute_run(config, program, simulator, first);
    CHECK(before.search.stopped == reason);
    CHECK(before.over);
    CHECK_FALSE(before.search.history.empty());

    std::map<std::string, fs::file_time_type> times;
    for (const auto& entry : fs::directory_iterator(directory)) {
      const fs::file_time_type old = entry.last_write_time() - std::chrono::hours(1);
      fs::last_write_time(entry.path(), old);
      times[entry.path().string()] = old;
    }
    const Bytewise files = files_of(directory);
    EvaluationCounter count;
    RunSurroundings again = in(directory);
    again.observers = {&count};
    const RunResult after = execute_run(config, program, simulator, again);
    CHECK(count.made == 0);
    CHECK(after.search.history == before.search.history);
    CHECK(after.search.stopped == before.search.stopped);
    CHECK(after.search.best->given == before.search.best->given);
    CHECK(after.search.best->cost == before.search.best->cost);
    CHECK(after.over);
    CHECK(files_of(directory) == files);
    for (const auto& [path, time] : times) {
      CHECK(fs::last_write_time(path) == time);
    }
    fs::remove_all(directory);
  }
}

TEST_CASE("threads change no byte of a run", "[run][threads]") {
  const RunScratch scratch;
  const Program program = toy_program(kDiamondText);
  EventSimulator simulator;
  for (const Search& search : kSearches) {
    const RunConfig config = config_of(search, 60);
    Bytewise one;
    for (const std::size_t threads : std::vector<std::size_t>{1, 2, 8}) {
      execute_run(config, program, simulator, in(scratch / "run", threads));
      const Bytewise files = files_of(scratch / "run");
      fs::remove_all(scratch / "run");
      if (threads == 1) {
        one = files;
      }
      CHECK(files == one);
    }
  }
}

TEST_CASE("a run keeps to its constraints and begins where it is told", "[run]") {
  FakeSimulator simulator;
  RunConfig config = toy_config("annealing", 60);
  config.pins = {"a.out=llc"};
  config.forbids = {"c*=sram"};
  const Program program = lower(problem_of(config, diamond().problem));
  // All in sram is not allowed: a.out and c come with what is nearest to it.
  config.init = uniform_mapping(program.problem, program.chip().fastest());
  const RunResult run = execute_run(config, program, simulator);
  CHECK(run.search.history.front().part == "init");
  const Constraints& constraints = program.problem.constraints();
  for (const TensorId id : program.problem.decisions().tensors()) {
    CHECK(constraints.allows(id, run.search.best->asked[id]));
  }
  CHECK(
      program.chip().memories[run.search.best->asked[*program.graph().find_tensor("a.out")]].name ==
      "llc");
}

TEST_CASE("a run under noise says what its best costs without", "[run]") {
  const Program program = toy_program(kDiamondText);
  FakeSimulator simulator;
  RunConfig config = toy_config("random", 60);
  config.noise = 0.2;
  const RunResult run = execute_run(config, program, simulator);
  CHECK(run.verdict.own_cost == static_cast<double>(run.search.best->measures.latency.count()));
  CHECK(run.verdict.own_cost != run.search.best->cost);
  CHECK(native_of(run.references).cost ==
        static_cast<double>(native_of(run.references).latency.count()));
}

// The time before counts, and what is recalled costs none.
TEST_CASE("a time limit goes on after a stop", "[run]") {
  const RunScratch scratch;
  const Program program = toy_program(kDiamondText);
  FakeSimulator simulator;
  RunConfig config = toy_config("random", 1'000'000);
  config.time_limit = Picoseconds(3'600'000'000'000'000);  // an hour
  RunSurroundings surroundings = in(scratch / "run");
  surroundings.stop = after_batches(2);
  CHECK_FALSE(execute_run(config, program, simulator, surroundings).over);
  // Neither fits the nanoseconds that the clock counts.
  for (const char* const time : {"18446744073709551615", "9300000000000"}) {
    write_file(scratch / "run/elapsed.json", fmt::format("{{\"elapsed_ms\": {}}}\n", time));
    CHECK_THROWS_AS(execute_run(config, program, simulator, in(scratch / "run")), Error);
  }
  write_file(scratch / "run/elapsed.json", "{\"elapsed_ms\": 3600000}\n");
  std::chrono::milliseconds told{0};
  RunSurroundings again = in(scratch / "run");
  again.on_begin = [&](std::span<const Reference>, std::chrono::milliseconds elapsed) {
    told = elapsed;
  };
  const std::string history = read_file(scratch / "run/history.jsonl");
  const RunResult run = execute_run(config, program, simulator, again);
  CHECK(run.search.stopped == StopReason::kTime);
  CHECK(run.over);
  CHECK(told == std::chrono::hours(1));
  CHECK(read_file(scratch / "run/history.jsonl") == history);
}

}  // namespace memplace::test
