// SPDX-License-Identifier: Apache-2.0
// Runs that go on on another kind of processor than they began on.
#include "optimizer/blas/processor.h"

#include <filesystem>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/fnv.h"
#include "optimizer/search/snapshot.h"
#include "tests/support/error_of.h"
#include "tests/support/fake_simulator.h"
#include "tests/support/line_chains.h"
#include "tests/unit/run/run_support.h"

namespace memplace::test {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kToyBudget = 60;

struct Went : EvaluationCounter {
  std::vector<std::string> warnings;
};

// Goes on for so many batches, then stops.
Went run_on(const std::string& processor, const std::string& directory, const RunConfig& config,
            std::size_t batches) {
  FakeSimulator simulator;
  Went went;
  RunSurroundings surroundings = in(directory);
  surroundings.processor = processor;
  surroundings.observers = {&went};
  surroundings.stop = after_batches(batches);
  surroundings.on_warning = [&](const std::string& text) { went.warnings.push_back(text); };
  execute_run(config, diamond(), simulator, surroundings);
  return went;
}

std::string expected(const std::string& file, const std::string& before, const std::string& here) {
  return fmt::format(
      "{}: is of another kind of processor (\"{}\"; this is \"{}\"), which may round otherwise; "
      "the history is told again, and the run is refused where it would differ here",
      file, before, here);
}

}  // namespace

TEST_CASE("the kind of processor is one line, the same each time", "[processor]") {
  const std::string kind = processor_kind();
  CHECK(kind == processor_kind());
  CHECK(kind.find(", ") != std::string::npos);
  CHECK(kind.find('\n') == std::string::npos);
#ifdef EIGEN_USE_BLAS
  CHECK(kind.find("OpenBLAS ") != std::string::npos);
  CHECK(kind.find(" for ") != std::string::npos);
#endif
}

TEST_CASE("a run names its processor where that decides what is asked", "[processor]") {
  const RunScratch scratch;
  const auto named = [&](const std::string& strategy, const std::vector<std::string>& options) {
    run_on("X", scratch / "run", toy_config(strategy, 2, options), 1);
    const bool has =
        read_file(scratch / "run/run.yaml").find("\nprocessor: \"X\"\n") != std::string::npos;
    fs::remove_all(scratch / "run");
    return has;
  };
  CHECK(named("egrl", {}));
  CHECK(named("pg", {}));
  CHECK(named("ea", {"policies=0.5"}));
  CHECK(named("portfolio", {"members=tabu+pg"}));
  CHECK_FALSE(named("ea", {}));
  CHECK_FALSE(named("portfolio", {}));
  CHECK_FALSE(named("auto", {}));
  CHECK_FALSE(named("random", {}));
  CHECK_FALSE(named("annealing", {}));
}

// The bits are the same here, whatever the processor is called: so nothing differs, and the run
// ends as one that was never moved.
TEST_CASE("a run that goes on on another kind of processor says what to expect", "[processor]") {
  const RunScratch scratch;
  const std::string directory = scratch / "run";
  const RunConfig config = toy_config("pg", kToyBudget);
  run_on("A", scratch / "whole", config, 100);

  run_on("A", directory, config, 2);
  const std::string snapshot = directory + "/snapshot.bin";
  const std::string settings = read_file(directory + "/run.yaml");
  // The same kind: what was learnt is taken over.
  Went went = run_on("A", directory, config, 1);
  CHECK(went.warnings.empty());
  CHECK(went.restored > 0);
  CHECK(went.recalls == 0);
  // Another: it is not, and what it knew is told again.
  const std::size_t known = read_snapshot(read_file(snapshot), "s").evaluations;
  went = run_on("B", directory, config, 1);
  CHECK(went.warnings ==
        std::vector<std::string>{"snapshot ignored: " + expected(snapshot, "A", "B")});
  CHECK(went.restored == 0);
  CHECK(went.recalls == known);
  // From now on there is a snapshot of this kind.
  CHECK(read_snapshot(read_file(snapshot), "s").processor == "B");
  went = run_on("B", directory, config, 0);
  CHECK(went.warnings.empty());
  CHECK(went.restored > known);
  // Without any it is the run that says where it began; and where it ends, it is as ever.
  fs::remove(snapshot);
  went = run_on("B", directory, config, 100);
  CHECK(went.warnings == std::vector<std::string>{expected(directory + "/run.yaml", "A", "B")});
  CHECK(went.restored == 0);
  CHECK(went.recalls > known);
  CHECK(read_file(directory + "/run.yaml") == settings);
  CHECK(files_of(directory) == files_of(scratch / "whole"));
  // Over: nothing is asked any more that could differ.
  FakeSimulator simulator;
  RunSurroundings surroundings = in(directory);
  surroundings.processor = "C";
  surroundings.reads_ended = true;
  surroundings.on_warning = [](const std::string& text) { FAIL(text); };
  CHECK(execute_run(config, diamond(), simulator, surroundings).over);
}

// As another kind of processor would: it asks for something else at some evaluation.
TEST_CASE("a run that would differ on another kind of processor is refused", "[processor]") {
  const RunScratch scratch;
  const std::string directory = scratch / "run";
  const RunConfig config = toy_config("pg", kToyBudget);
  run_on("A", directory, config, 3);
  const std::string file = directory + "/history.jsonl";
  const std::string key = "\"asked_hash\":\"";
  std::size_t number = 0;
  write_file(file, rechained(read_file(file), fnv1a(read_file(directory + "/run.yaml")),
                             [&](std::string& line) {
                               if (++number == 12) {
                                 char& digit = line[line.find(key) + key.size()];
                                 digit = digit == '0' ? '1' : '0';
                               }
                             }));
  REQUIRE(number > 12);
  const Bytewise before = files_of(directory);
  CHECK(error_of([&] { run_on("B", directory, config, 100); }) ==
        "evaluation 12 of the recorded history is not what the strategy asks for now; another "
        "version of memplace or, where it learns, another kind of processor made it, or it was "
        "changed");
  CHECK(files_of(directory) == before);
}

// What no matrix decides goes on anywhere.
TEST_CASE("a run that multiplies nothing goes on on any processor", "[processor]") {
  const RunScratch scratch;
  const RunConfig config = toy_config("random", 200);
  run_on("A", scratch / "run", config, 1);
  const Went went = run_on("B", scratch / "run", config, 1);
  CHECK(went.warnings.empty());
  CHECK(went.restored == 64);
}

}  // namespace memplace::test
