// SPDX-License-Identifier: Apache-2.0
// What a directory of a run refuses, with the whole message, and that it is then left alone.
#include "optimizer/studies/run/run_directory.h"

#include <csignal>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <sys/resource.h>

#include "base/fnv.h"
#include "sim/event/event_simulator.h"
#include "sim/placement/mapping_file.h"
#include "tests/support/bound_by_permissions.h"
#include "tests/support/error_of.h"
#include "tests/support/fake_simulator.h"
#include "tests/support/line_chains.h"
#include "tests/unit/run/run_support.h"
#include "workloads/io/graph_yaml.h"

namespace memplace::test {
namespace {

namespace fs = std::filesystem;

RunConfig random_config() { return toy_config("random", 20); }

RunResult run(const std::string& directory, const RunConfig& random_config) {
  FakeSimulator simulator;
  return execute_run(random_config, diamond(), simulator, in(directory));
}

std::string message_of(const std::string& directory, const RunConfig& random_config) {
  const bool there = fs::exists(directory);
  const Bytewise before = there ? files_of(directory) : Bytewise();
  std::string message = error_of([&] { run(directory, random_config); });
  if (there && message != "no error") {
    CHECK(files_of(directory) == before);
  }
  return message;
}

// A run of `random_config` that was cut off after its first ten evaluations.
void begin(const std::string& directory) {
  run(directory, random_config());
  fs::remove(directory + "/result.json");
  std::string history = read_file(directory + "/history.jsonl");
  std::size_t end = 0;
  for (int i = 0; i < 10; ++i) {
    end = history.find('\n', end) + 1;
  }
  write_file(directory + "/history.jsonl", history.substr(0, end));
}

}  // namespace

TEST_CASE("a directory without a run is none to load", "[run_directory]") {
  const RunScratch scratch;
  const std::string none = scratch / "none";
  const auto load = [&] { load_run(none, "1.2.3"); };
  CHECK(error_of(load) == none + ": holds no run: there is no run.yaml in it");
  CHECK_FALSE(fs::exists(none));
  make_directory(none);
  CHECK(error_of(load) == none + ": holds no run: there is no run.yaml in it");
  CHECK_FALSE(holds_run(none));
}

TEST_CASE("another version's run is refused", "[run_directory]") {
  const RunScratch scratch;
  const std::string directory = scratch / "run";
  begin(directory);
  RunConfig later = random_config();
  later.version = "1.3.0";
  CHECK(message_of(directory, later) ==
        directory +
            "/run.yaml:2:1: the run is of memplace 1.2.3 and this is 1.3.0, whose results could "
            "differ; continue it with 1.2.3");
}

TEST_CASE("another run is refused", "[run_directory]") {
  const RunScratch scratch;
  const std::string directory = scratch / "run";
  begin(directory);
  RunConfig other = random_config();
  other.seed = 6;
  CHECK(message_of(directory, other) ==
        directory + "/run.yaml: the run there is another one, not with \"seed: 6\"");
}

TEST_CASE("pieces of a run are refused, other files are not", "[run_directory]") {
  const RunScratch scratch;
  for (const std::string name : {"history.jsonl", "best.mapping.yaml", "result.json"}) {
    const std::string directory = scratch / ("of-" + name);
    make_directory(directory);
    write_file(fmt::format("{}/{}", directory, name), "mine");
    CHECK(message_of(directory, random_config()) ==
          fmt::format("{}: holds {}, but no run.yaml; name another directory", directory, name));
  }
  const std::string other = scratch / "other";
  make_directory(other);
  write_file(other + "/notes.txt", "mine");
  write_file(other + "/notes.tmp-5", "mine");
  CHECK(message_of(other, random_config()) == "no error");
  CHECK(read_file(other + "/notes.txt") == "mine");
  CHECK(read_file(other + "/notes.tmp-5") == "mine");
}

// Killed before there was a run: only temporary files of its first.
TEST_CASE("what a process left that died early is in nobody's way", "[run_directory]") {
  const RunScratch scratch;
  run(scratch / "clean", random_config());
  const std::string directory = scratch / "run";
  make_directory(directory);
  write_file(directory + "/run.yaml.tmp-4711", "vers");
  write_file(directory + "/workload.yaml.tmp-4711", "gr");
  CHECK(message_of(directory, random_config()) == "no error");
  CHECK(files_of(directory) == files_of(scratch / "clean"));
}

TEST_CASE("the network of a file is kept, and another is not written over", "[run_directory]") {
  const RunScratch scratch;
  RunConfig file = random_config();
  file.workload = "nets/diamond.yaml";
  const std::string directory = scratch / "run";
  make_directory(directory);
  write_file(directory + "/workload.yaml", "mine");
  CHECK(message_of(directory, file) ==
        directory + ": holds a workload.yaml of something else; name another directory");
  // As after a kill between the two files.
  write_file(directory + "/workload.yaml", write_graph_yaml(diamond().graph()));
  CHECK(message_of(directory, file) == "no error");
  const StoredRun stored = load_run(directory, "1.2.3");
  CHECK(stored.workload_file == directory + "/workload.yaml");
  const Graph read = read_graph_file(*stored.workload_file);
  CHECK(read == diamond().graph());
  for (const TensorId id : diamond().graph().tensors()) {
    CHECK(read.find_tensor(diamond().graph().tensor(id).name) == id);
  }
  // Nor is it read where somebody changed it.
  std::string changed = write_graph_yaml(diamond().graph());
  changed += "# mine\n";
  write_file(directory + "/workload.yaml", changed);
  CHECK(error_of([&] { load_run(directory, "1.2.3"); }) ==
        directory +
            "/workload.yaml: not the network that the run began with; it was damaged or changed");
}

TEST_CASE("damage is named and nothing is touched", "[run_directory]") {
  const RunScratch scratch;
  const std::string directory = scratch / "run";
  begin(directory);
  const std::string file = directory + "/history.jsonl";
  const std::string history = read_file(file);

  std::string damaged = history;
  damaged[damaged.find('\n') + 5] = '#';
  write_file(file, damaged);
  CHECK(message_of(directory, random_config()) ==
        file + ":2: not the line that was written here; it was damaged or changed");

  // A line with its check, but of another search.
  const std::uint64_t run = fnv1a(read_file(directory + "/run.yaml"));
  const auto with_line = [&](std::size_t number, const std::function<void(std::string&)>& edit) {
    std::size_t at = 0;
    return rechained(history, run, [&](std::string& object) {
      if (++at == number) {
        edit(object);
      }
    });
  };
  const std::string key = "\"asked_hash\":\"";
  write_file(file, with_line(1, [&](std::string& line) {
               char& digit = line[line.find(key) + key.size()];
               digit = digit == '0' ? '1' : '0';
             }));
  CHECK(message_of(directory, random_config()) ==
        "evaluation 1 of the recorded history is not what the strategy asks for now; another "
        "version of memplace or, where it learns, another kind of processor made it, or it was "
        "changed");

  write_file(file, with_line(1, [](std::string& line) {
               line.replace(line.find("\"improved\":true"), 15, "\"improved\":false");
             }));
  CHECK(message_of(directory, random_config()) ==
        file +
            ":1: not what the search finds now; another version of memplace made it, or it was "
            "changed");

  write_file(file, history);
  write_file(directory + "/result.json", "{}");
  CHECK(message_of(directory, random_config()) ==
        directory + "/result.json: not the result of a run; it was damaged or changed");
  write_file(directory + "/result.json", "{\"stopped\": \"budget\"}");
  CHECK(message_of(directory, random_config()) ==
        directory + "/result.json: not what history.jsonl says; one of them was changed");
}

// Of each line any number may have been changed by hand, or the run that it belongs to: what no
// strategy would notice, as it is what the line tells it.
TEST_CASE("a changed line of the history is refused wherever it is", "[run_directory]") {
  const RunScratch scratch;
  const std::string directory = scratch / "run";
  begin(directory);
  const std::string file = directory + "/history.jsonl";
  const std::string history = read_file(file);
  std::size_t number = 0;
  std::size_t changes = 0;
  for (std::size_t begin = 0; begin < history.size(); begin = history.find('\n', begin) + 1) {
    ++number;
    for (const std::string key : {"latency_ps", "cost", "demoted_bytes", "given_hash"}) {
      std::string changed = history;
      char& digit =
          changed[changed.find_first_of("0123456789", changed.find("\"" + key + "\":", begin))];
      digit = digit == '9' ? '8' : '9';
      write_file(file, changed);
      CHECK(message_of(directory, random_config()) ==
            fmt::format("{}:{}: not the line that was written here; it{} was damaged or changed",
                        file, number, number == 1 ? " or run.yaml" : ""));
      ++changes;
    }
  }
  CHECK(changes == 40);
  // As somebody who wants another latency for a chip that has it would.
  write_file(file, history);
  std::string settings = read_file(directory + "/run.yaml");
  settings.insert(settings.size(), "# mine\n");
  write_file(directory + "/run.yaml", settings);
  CHECK(message_of(directory, random_config()) ==
        file + ":1: not the line that was written here; it or run.yaml was damaged or changed");
}

// What the first process found is what the second one reads, though no strategy runs.
TEST_CASE("a result that does not name its form is one of before, and stays", "[run_directory]") {
  const RunScratch scratch;
  const std::string directory = scratch / "run";
  EventSimulator simulator;
  execute_run(random_config(), diamond(), simulator, in(directory));
  const std::string file = directory + "/result.json";
  std::string text = read_file(file);
  const std::string line = "  \"schema_version\": 1,\n";
  REQUIRE(text.find(line) != std::string::npos);
  text.erase(text.find(line), line.size());
  write_file(file, text);
  CHECK(execute_run(random_config(), diamond(), simulator, in(directory)).over);
  CHECK(read_file(file) == text);
}

TEST_CASE("a run that is over can be read and not searched again", "[run_directory]") {
  for (const double noise : {0.0, 0.2}) {
    const RunScratch scratch;
    const std::string directory = scratch / "run";
    RunConfig noisy = random_config();
    noisy.noise = noise;
    EventSimulator simulator;
    const RunResult first = execute_run(noisy, diamond(), simulator, in(directory));
    RunSurroundings surroundings = in(directory);
    surroundings.reads_ended = true;
    const Bytewise files = files_of(directory);
    const RunResult second = execute_run(noisy, diamond(), simulator, surroundings);
    CHECK(files_of(directory) == files);
    CHECK(second.over);
    CHECK(second.search.times.strategy.count() == 0);
    CHECK(second.search.history == first.search.history);
    CHECK(second.search.improvements == first.search.improvements);
    CHECK(second.search.stopped == first.search.stopped);
    CHECK(second.search.best_evaluation == first.search.best_evaluation);
    CHECK(second.search.best->given == first.search.best->given);
    CHECK(second.search.best->measures.latency == first.search.best->measures.latency);
    CHECK(second.search.best->cost == first.search.best->cost);
    CHECK(second.best_cost == first.best_cost);
    CHECK(second.verdict.own_cost == first.verdict.own_cost);
    CHECK(second.search.best->first_cost == first.search.best->first_cost);

    // The search's own best, which a heuristic may beat.
    const std::string mapping =
        directory + (first.verdict.own() ? "/best.mapping.yaml" : "/search.mapping.yaml");
    write_file(mapping,
               write_mapping(diamond().problem, uniform_mapping(diamond().problem, MemoryId(0))));
    CHECK(error_of([&] { execute_run(noisy, diamond(), simulator, surroundings); }) ==
          mapping + ": not what history.jsonl says; one of them was changed");
  }
}

TEST_CASE("a history longer than the search is refused", "[run_directory]") {
  const RunScratch scratch;
  const std::string directory = scratch / "run";
  run(directory, random_config());
  const std::vector<std::string> history = objects_of(read_file(directory + "/history.jsonl"),
                                                      fnv1a(read_file(directory + "/run.yaml")));
  fs::remove_all(directory);
  RunConfig shorter = random_config();
  shorter.budget = 5;
  run(directory, shorter);
  fs::remove(directory + "/result.json");
  write_file(directory + "/history.jsonl",
             chained(history, fnv1a(read_file(directory + "/run.yaml"))));
  CHECK(message_of(directory, shorter) ==
        directory +
            "/history.jsonl:6: the search ends before this evaluation; the history or "
            "run.yaml was changed");
}

TEST_CASE("a run is written by one process at a time", "[run_directory]") {
  const RunScratch scratch;
  const std::string directory = scratch / "run";
  {
    const RunDirectory first(directory, random_config(), diamond());
    CHECK(error_of([&] { const RunDirectory second(directory, random_config(), diamond()); }) ==
          directory + ": another process is writing this run");
  }
  CHECK(message_of(directory, random_config()) == "no error");
}

TEST_CASE("a path that is a file is refused", "[run_directory]") {
  const RunScratch scratch;
  write_file(scratch / "file", "mine");
  CHECK(error_of([&] { run(scratch / "file", random_config()); }) ==
        scratch / "file" + ": cannot create directory: Not a directory");
}

TEST_CASE("a directory that cannot be written is named", "[run_directory]") {
  const BoundByPermissions bound;
  const RunScratch scratch;
  const std::string directory = scratch / "run";
  make_directory(directory);
  fs::permissions(directory, fs::perms::owner_read | fs::perms::owner_exec);
  CHECK(message_of(directory, random_config()) ==
        directory + "/run.yaml: cannot write: Permission denied");
  fs::permissions(directory, fs::perms::owner_all);
}

// A limit on the size of files stands for a full disk.
TEST_CASE("a run that met a full disk keeps what it had and can be continued", "[run_directory]") {
  const RunScratch scratch;
  run(scratch / "whole", random_config());
  const Bytewise whole = files_of(scratch / "whole");
  const std::size_t run_bytes = whole.at("run.yaml").size();
  // Too small for run.yaml; then large enough for it and for a part of the history.
  for (const std::size_t limit : {run_bytes / 2, run_bytes + 200}) {
    const std::string directory = scratch / fmt::format("run-{}", limit);
    struct rlimit before {};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    struct rlimit small = before;
    small.rlim_cur = limit;
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
    const std::string message = error_of([&] { run(directory, random_config()); });
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    CHECK(message == fmt::format("{}/{}: cannot write: File too large", directory,
                                 limit < run_bytes ? "run.yaml" : "history.jsonl"));
    CHECK_FALSE(fs::exists(directory + "/result.json"));
    CHECK(holds_run(directory) == (limit > run_bytes));
    CHECK(message_of(directory, random_config()) == "no error");
    CHECK(files_of(directory) == whole);
  }
}

}  // namespace memplace::test
