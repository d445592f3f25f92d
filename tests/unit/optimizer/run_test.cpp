// SPDX-License-Identifier: Apache-2.0
// One search from its configuration: what is the same however it is carried out.
#include "optimizer/run.h"

#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "optimizer/mapping_digits.h"
#include "optimizer/mapping_hash.h"
#include "optimizer/run_directory.h"
#include "sim/event/event_simulator.h"
#include "sim/mapping/mapping_file.h"
#include "tests/support/fake_simulator.h"
#include "tests/unit/optimizer/run_support.h"

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

RunConfig config_of(const Search& search, const Program& program, std::uint64_t budget) {
  RunConfig config = toy_config(program, search.strategy, budget, search.options);
  config.noise = search.noise;
  config.keep_mappings = search.noise > 0;
  return config;
}

// Counts the evaluations that are simulated.
class Live : public SearchObserver {
 public:
  void on_evaluation(const SearchResult& /*so_far*/, bool recalled) override {
    (recalled ? heard : made) += 1;
  }
  void on_restored(const SearchResult& so_far) override { heard += so_far.history.size(); }
  std::uint64_t made = 0;
  std::uint64_t heard = 0;
};

}  // namespace

TEST_CASE("a run on disk finds what one in memory does, and holds it", "[run]") {
  const RunScratch scratch;
  const Program program = toy_program(kDiamondText);
  FakeSimulator simulator;
  const RunConfig config = toy_config(program, "random", 25);
  const RunResult memory = execute_run(config, program, simulator);
  const RunResult disk = execute_run(config, program, simulator, in(scratch / "deep/run"));
  CHECK(disk.search.history == memory.search.history);
  CHECK(disk.over);
  CHECK(disk.search.stopped == StopReason::kBudget);
  CHECK(disk.best_cost == disk.search.best->cost);

  const Bytewise files = files_of(scratch / "deep/run");
  std::string history;
  for (const HistoryEntry& entry : memory.search.history) {
    history += history_line(entry) + "\n";
  }
  CHECK(files.at("history.jsonl") == history);
  CHECK(files.at("run.yaml") == run_yaml(config, *program.graph));
  CHECK(read_mapping(YamlDocument::from_text(files.at("best.mapping.yaml"), "m"), *program.graph,
                     program.chip) == memory.search.best->given);
  CHECK(files.at("result.json") ==
        fmt::format("{{\n  \"stopped\": \"budget\",\n  \"evaluations\": 25,\n  \"best\": {{\n"
                    "    \"evaluation\": {},\n    \"latency_ps\": {},\n    \"cost\": {}.0,\n"
                    "    \"demoted_bytes\": {}\n  }}\n}}\n",
                    memory.search.best_evaluation, memory.search.best->latency.count(),
                    memory.search.best->latency.count(),
                    memory.search.best->epsilon.demoted_bytes.count()));
  CHECK(files.size() == 4);  // nothing else is left behind
}

TEST_CASE("a run keeps every mapping where it is asked to, and else none", "[run]") {
  const RunScratch scratch;
  const Program program = toy_program(kDiamondText);
  FakeSimulator simulator;
  RunConfig config = toy_config(program, "random", 25);
  execute_run(config, program, simulator, in(scratch / "hashes"));
  const std::string hashes = files_of(scratch / "hashes").at("history.jsonl");
  CHECK(hashes.find("given\"") == std::string::npos);
  config.keep_mappings = true;
  const RunResult kept = execute_run(config, program, simulator, in(scratch / "mappings"));
  std::string history = files_of(scratch / "mappings").at("history.jsonl");
  for (const HistoryEntry& entry : kept.search.history) {
    REQUIRE(entry.given.size() == 6);
    const auto mapping = mapping_of_digits(*program.graph, program.chip, entry.given);
    REQUIRE(mapping.has_value());
    CHECK(mapping_hash(*mapping) == entry.given_hash);
    // Without what was kept the lines are those of the other run.
    const std::string field = ",\"given\":\"" + entry.given + "\"";
    history.erase(history.find(field), field.size());
  }
  CHECK(history == hashes);
}

TEST_CASE("a run stopped after any batch and continued leaves the same bytes", "[run]") {
  const RunScratch scratch;
  const Program program = toy_program(kDiamondText);
  for (const Search& search : kSearches) {
    FakeSimulator simulator;
    const RunConfig config = config_of(search, program, 30);
    execute_run(config, program, simulator, in(scratch / "whole"));
    const Bytewise whole = files_of(scratch / "whole");
    const std::string directory = scratch / "stopped";
    for (std::size_t every = 0; every < 4; ++every) {
      INFO(search.strategy << " stopped after " << every);
      std::uint64_t made = 0;
      for (bool over = false; !over;) {
        Live live;
        std::size_t batches = 0;
        RunSurroundings surroundings = in(directory);
        surroundings.observers = {&live};
        surroundings.stop = [&] { return batches++ == every + (made == 0 ? 1 : every == 0); };
        const RunResult run = execute_run(config, program, simulator, surroundings);
        CHECK(live.heard == made);
        made += live.made;
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
    const RunConfig config = config_of(search, program, 30);
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
    RunConfig config = toy_config(program, done ? "native" : "annealing", 40);
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
    Live live;
    RunSurroundings again = in(directory);
    again.observers = {&live};
    const RunResult after = execute_run(config, program, simulator, again);
    CHECK(live.made == 0);
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

TEST_CASE("threads change no byte of a run", "[run]") {
  const RunScratch scratch;
  const Program program = toy_program(kDiamondText);
  EventSimulator simulator;
  for (const Search& search : kSearches) {
    const RunConfig config = config_of(search, program, 60);
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
  const Program program = toy_program(kDiamondText);
  FakeSimulator simulator;
  RunConfig config = toy_config(program, "annealing", 60);
  config.pins = {"a.out=llc"};
  config.forbids = {"c*=sram"};
  // All in sram is not allowed: a.out and c come with what is nearest to it.
  config.init = uniform_mapping(*program.graph, program.chip, program.chip.fastest());
  const RunResult run = execute_run(config, program, simulator);
  CHECK(run.search.history.front().part == "init");
  const Constraints constraints = constraints_of(config, *program.graph);
  for (const TensorId id : program.graph->decisions()) {
    CHECK(constraints.allows(id, run.search.best->asked[id]));
  }
  CHECK(program.chip.memories[run.search.best->asked[*program.graph->find_tensor("a.out")]].name ==
        "llc");
}

TEST_CASE("a run under noise says what its best costs without", "[run]") {
  const Program program = toy_program(kDiamondText);
  FakeSimulator simulator;
  RunConfig config = toy_config(program, "random", 60);
  config.noise = 0.2;
  const RunResult run = execute_run(config, program, simulator);
  CHECK(run.best_cost == static_cast<double>(run.search.best->latency.count()));
  CHECK(run.best_cost != run.search.best->cost);
  CHECK(native_of(run.references).cost ==
        static_cast<double>(native_of(run.references).latency.count()));
}

// The time before counts, and what is recalled costs none.
TEST_CASE("a time limit goes on after a stop", "[run]") {
  const RunScratch scratch;
  const Program program = toy_program(kDiamondText);
  FakeSimulator simulator;
  RunConfig config = toy_config(program, "random", 1'000'000);
  config.time_limit = Picoseconds(3'600'000'000'000'000);  // an hour
  std::size_t asked = 0;
  RunSurroundings surroundings = in(scratch / "run");
  surroundings.stop = [&] { return asked++ == 2; };
  CHECK_FALSE(execute_run(config, program, simulator, surroundings).over);
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
