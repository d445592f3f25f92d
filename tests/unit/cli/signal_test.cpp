// SPDX-License-Identifier: Apache-2.0
// The real program, told to stop while it works: how it ends, what it leaves, and that it goes on
// from there to the bytes of one that was left alone.
#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/files.h"
#include "base/json.h"
#include "tests/support/child.h"
#include "tests/support/working_directory.h"

namespace memplace {
namespace {

using test::Child;
using test::files_of;
using test::run_whole;

namespace fs = std::filesystem;

const std::string kProgram = MEMPLACE_PROGRAM;

constexpr const char* kExperiment = R"(workloads: [mobilenet-v2]
chips: [nnpi]
strategies: [random, annealing]
seeds: [1, 2, 3]
budget: 20000
)";

constexpr const char* kSweep = R"(workloads: [mobilenet-v2]
chip: nnpi
parameters:
  memories.sram.capacity: {from: 1 MiB, to: 8 MiB, step: 1 MiB}
  memories.dram.read_bandwidth: {from: 20 GB/s, to: 90 GB/s, step: 10 GB/s}
mappings:
  - {strategy: annealing, budget: 1000, warm_start: true}
)";

// Until a file is there and has something in it.
void await(const std::string& file) {
  std::error_code missing;
  while (!fs::exists(file) || fs::file_size(file, missing) == 0) {
    test::pause();
  }
}

// Until it says how far it is.
void await_progress(const Child& child) {
  while (child.err().empty()) {
    test::pause();
  }
}

}  // namespace

TEST_CASE("every signal stops a search, which goes on as if it was not", "[signal]") {
  const WorkingDirectory directory;
  // Learning takes most of it, in batches of a tenth of a second and more; at first there is a
  // snapshot after each.
  const std::vector<std::string> search{
      "optimize", "mobilenet-v2",     "--strategy", "egrl", "--budget", "150", "--threads",
      "1",        "--snapshot-every", "0",          "--out"};
  const auto in = [&](const std::string& where) {
    std::vector<std::string> arguments = search;
    arguments.push_back(where);
    return arguments;
  };
  run_whole(kProgram, in("whole"));
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    CAPTURE(signal);
    const Child child(kProgram, in("run"));
    await("run/history.jsonl");
    child.send(signal);
    CHECK(child.wait() == 128 + signal);
    CHECK_FALSE(fs::exists("run/result.json"));
    run_whole(kProgram, {"optimize", "--resume", "run"});
    CHECK(files_of("run") == files_of("whole"));
    fs::remove_all("run");
  }
}

TEST_CASE("an experiment that is stopped goes on", "[signal]") {
  const WorkingDirectory directory;
  WorkingDirectory::write("spec.yaml", kExperiment);
  run_whole(kProgram, {"experiment", "spec.yaml", "--out", "whole", "--threads", "1"});
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    CAPTURE(signal);
    const Child child(kProgram, {"experiment", "spec.yaml", "--out", "part", "--threads", "1"});
    await("part/runs/mobilenet-v2/nnpi/random/seed-1/history.jsonl");
    child.send(signal);
    CHECK(child.wait() == 128 + signal);
    CHECK_FALSE(fs::exists("part/summary.csv"));
    CHECK(child.err().find("continue with: memplace experiment --resume part\n") !=
          std::string::npos);
    run_whole(kProgram, {"experiment", "--resume", "part", "--threads", "1"});
    for (const char* const file : {"summary.csv", "curves.csv", "summary.json"}) {
      CHECK_FALSE(read_file("part/" + std::string(file)).empty());
    }
    CHECK(read_file("part/summary.csv") == read_file("whole/summary.csv"));
    CHECK(read_file("part/curves.csv") == read_file("whole/curves.csv"));
    fs::remove_all("part");
  }
}

TEST_CASE("a sweep that is stopped goes on", "[signal]") {
  const WorkingDirectory directory;
  WorkingDirectory::write("spec.yaml", kSweep);
  run_whole(kProgram, {"sweep", "spec.yaml", "--out", "whole", "--threads", "2"});
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    CAPTURE(signal);
    const Child child(kProgram, {"sweep", "spec.yaml", "--out", "part", "--threads", "2"});
    await("part/journal.jsonl");
    child.send(signal);
    CHECK(child.wait() == 128 + signal);
    run_whole(kProgram, {"sweep", "--resume", "part"});
    CHECK(files_of("part") == files_of("whole"));
    fs::remove_all("part");
  }
}

TEST_CASE("a search without a directory shows what it has", "[signal]") {
  const WorkingDirectory directory;
  const Child child(kProgram, {"optimize", "mobilenet-v2", "--strategy", "random", "--budget",
                               "1000000", "--format", "json"});
  await_progress(child);
  child.send(SIGINT);
  CHECK(child.wait() == 130);
  CHECK(Json::parse(child.out())["stopped"] == "stopped");
  CHECK(child.err().find("nothing is kept without --out\n") != std::string::npos);
}

TEST_CASE("a bound that is stopped says what is proven", "[signal]") {
  const WorkingDirectory directory;
  const Child child(kProgram, {"bound", "bert-base", "--format", "json"});
  await_progress(child);
  child.send(SIGTERM);
  CHECK(child.wait() == 143);
  const Json json = Json::parse(child.out());
  CHECK(json["status"] == "stopped");
  CHECK(json["bound_ps"].get<std::int64_t>() > 0);
}

TEST_CASE("a training that is stopped leaves its policy", "[signal]") {
  const WorkingDirectory directory;
  const Child child(kProgram,
                    {"train", "mobilenet-v2", "--budget", "3000", "--policy-out", "p.bin"});
  await_progress(child);
  child.send(SIGINT);
  CHECK(child.wait() == 130);
  CHECK(child.err().find("what was learnt so far is in \"p.bin\"\n") != std::string::npos);
  run_whole(kProgram, {"optimize", "mobilenet-v2", "--strategy", "egrl", "--policy-in", "p.bin",
                       "--budget", "1"});
}

TEST_CASE("who is to survive a hang-up does", "[signal]") {
  const WorkingDirectory directory;
  const Child child(
      kProgram,
      {"optimize", "mobilenet-v2", "--strategy", "random", "--budget", "20000", "--out", "run"},
      SIGHUP);
  await("run/history.jsonl");
  child.send(SIGHUP);
  CHECK(child.wait() == 0);
  CHECK(fs::exists("run/result.json"));
}

}  // namespace memplace
