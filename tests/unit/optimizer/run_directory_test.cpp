// SPDX-License-Identifier: Apache-2.0
#include "optimizer/run_directory.h"

#include <filesystem>
#include <string>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "sim/chip/chip_reader.h"
#include "sim/mapping/mapping_file.h"
#include "tests/support/fake_simulator.h"
#include "tests/unit/optimizer/toy_tasks.h"

namespace memplace::test {
namespace {

namespace fs = std::filesystem;

// A path of our own below the system's temporary directory, removed at the end.
class Scratch {
 public:
  Scratch() : path_(fs::temp_directory_path() / ("memplace-run-" + std::to_string(::getpid()))) {
    fs::remove_all(path_);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { fs::remove_all(path_); }

  std::string path(const std::string& name = "") const { return (path_ / name).string(); }

 private:
  fs::path path_;
};

RunConfig config() {
  RunConfig config;
  config.version = "1.2.3";
  config.workload = "bert-base:seq=64";
  config.dtype = DType::kFp16;
  config.chip = load_chip("nnpi");
  config.mode = {2, 6, 8};
  config.strategy = "annealing";
  config.options = {{"start", "native"}, {"fill", "0.9"}};
  config.seed = 18446744073709551615U;
  config.budget = 4000;
  return config;
}

std::string message_of(const std::string& path) {
  try {
    const RunDirectory run(path, config());
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("run.yaml is the whole configuration", "[run_directory]") {
  const std::string text = run_yaml(config());
  const std::string head =
      "# A run of memplace optimize, resolved.\n"
      "version: \"1.2.3\"\n"
      "workload: \"bert-base:seq=64\"\n"
      "dtype: fp16\n"
      "mode: {streams: 2, engines_per_stream: 6, inferences: 8}\n"
      "model: \"event\"\n"
      "strategy: \"annealing\"\n"
      "options:\n"
      "  start: native\n"
      "  fill: 0.9\n"
      "seed: 18446744073709551615\n"
      "budget: 4000\n"
      "chip:\n";
  REQUIRE(text.substr(0, head.size()) == head);
  // Every line of the chip is two columns in; without them it is the chip's own file.
  std::string chip;
  std::string rest = text.substr(head.size());
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    REQUIRE(end != std::string::npos);
    REQUIRE(rest.substr(0, 2) == "  ");
    chip += rest.substr(2, end - 1);
    rest.erase(0, end + 1);
  }
  CHECK(read_chip(YamlDocument::from_text(chip, "run.yaml")) == config().chip);
}

TEST_CASE("run.yaml holds what an ONNX file is read with", "[run_directory]") {
  RunConfig onnx = config();
  onnx.workload = "model.onnx";
  onnx.dims = {"batch=1", "seq=64"};
  onnx.allow_unknown = true;
  CHECK(run_yaml(onnx).find("workload: \"model.onnx\"\n"
                            "dtype: fp16\n"
                            "dim: [\"batch=1\",\"seq=64\"]\n"
                            "allow_unknown: true\n"
                            "mode: ") != std::string::npos);
}

TEST_CASE("run.yaml is YAML with these keys", "[run_directory]") {
  RunConfig odd = config();
  odd.workload = "dir with: colon/\"quoted\".yaml";
  odd.options.clear();
  const YamlDocument document = YamlDocument::from_text(run_yaml(odd), "run.yaml");
  YamlMap map(document.root());
  CHECK(map.required("version").as_string() == "1.2.3");
  CHECK(map.required("workload").as_string() == odd.workload);
  CHECK(map.required("dtype").as_string() == "fp16");
  CHECK(map.required("model").as_string() == "event");
  CHECK(map.required("strategy").as_string() == "annealing");
  CHECK(map.required("options").entries().empty());
  CHECK(map.required("budget").as_integer(0, 5000) == 4000);
  CHECK(map.required("mode").entries().size() == 3);
  map.required("seed");
  map.required("chip");
  CHECK_NOTHROW(map.finish());
}

TEST_CASE("a line of the history", "[run_directory]") {
  const HistoryEntry entry{
      7, 0xabc, 0x1234567890abcdef, Bytes(10), Bytes(40), Picoseconds(123456), true};
  CHECK(history_line(entry) ==
        "{\"evaluation\":7,\"asked_hash\":\"0000000000000abc\",\"given_hash\":\"1234567890abcdef\","
        "\"demoted_bytes\":10,\"asked_bytes\":40,\"epsilon\":0.25,\"latency_ps\":123456,"
        "\"improved\":true}");
}

TEST_CASE("a finished run has its history and its best mapping", "[run_directory]") {
  const Scratch scratch;
  const Program program = toy_program(kDiamondText);
  FakeSimulator simulator;
  const SearchResult result = run_search("random", program, simulator, 1, 25);
  const RunDirectory run(scratch.path("deep/run"), config());
  CHECK(read_file(scratch.path("deep/run/run.yaml")) == run_yaml(config()));
  run.finish(program, result);

  std::string history;
  for (const HistoryEntry& entry : result.history) {
    history += history_line(entry) + "\n";
  }
  CHECK(read_file(scratch.path("deep/run/history.jsonl")) == history);
  const std::string mapping = scratch.path("deep/run/best.mapping.yaml");
  CHECK(read_mapping(YamlDocument::from_file(mapping), *program.graph, program.chip) ==
        result.best->given);
  // Nothing else is left behind.
  CHECK(std::distance(fs::directory_iterator(run.path()), fs::directory_iterator()) == 3);
}

TEST_CASE("a run without evaluations has no best mapping", "[run_directory]") {
  const Scratch scratch;
  const RunDirectory run(scratch.path(), config());
  run.finish(toy_program(kChainText), SearchResult());
  CHECK(read_file(scratch.path("history.jsonl")).empty());
  CHECK_FALSE(fs::exists(scratch.path("best.mapping.yaml")));
}

TEST_CASE("a directory that holds a run is refused and left alone", "[run_directory]") {
  const Scratch scratch;
  for (const std::string name : {"run.yaml", "history.jsonl", "best.mapping.yaml"}) {
    const std::string directory = scratch.path("of-" + name);
    make_directory(directory);
    const std::string file = fmt::format("{}/{}", directory, name);
    write_file(file, "mine");
    CHECK(message_of(directory) ==
          fmt::format("{}: already holds a run ({}); name another directory", directory, name));
    CHECK(read_file(file) == "mine");
    CHECK(std::distance(fs::directory_iterator(directory), fs::directory_iterator()) == 1);
  }
  // Other files are no run.
  make_directory(scratch.path("other"));
  write_file(scratch.path("other/notes.txt"), "mine");
  CHECK(message_of(scratch.path("other")) == "no error");
}

TEST_CASE("a path that is a file is refused", "[run_directory]") {
  const Scratch scratch;
  make_directory(scratch.path());
  write_file(scratch.path("file"), "mine");
  CHECK(message_of(scratch.path("file")) ==
        scratch.path("file") + ": cannot create directory: Not a directory");
}

}  // namespace memplace::test
