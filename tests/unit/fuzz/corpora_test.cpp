// SPDX-License-Identifier: Apache-2.0
// Replays what the fuzzers of tests/fuzz begin with, among it all on which they once failed.
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/files.h"
#include "tests/fuzz/csv_target.h"
#include "tests/fuzz/graph_targets.h"
#include "tests/fuzz/json_targets.h"
#include "tests/fuzz/search_targets.h"
#include "tests/fuzz/text_mutator.h"
#ifdef MEMPLACE_HAS_ONNX
#include "tests/fuzz/onnx_target.h"
#endif

namespace memplace::test {
namespace {

namespace fs = std::filesystem;

using Take = bool (*)(const std::string&);

// By the name of their fuzzers.
const std::map<std::string, Take>& readers() {
  static const std::map<std::string, Take> all{
      {"graph", take_graph},     {"graph_text", take_graph_text}, {"chip", take_chip},
      {"mapping", take_mapping}, {"sweep", take_sweep},           {"experiment", take_experiment},
      {"run", take_run},         {"history", take_history},       {"point", take_point},
      {"json", take_json},       {"simulation", take_simulation}, {"sweep_page", take_sweep_page},
      {"csv", take_csv},         {"request", take_request},
#ifdef MEMPLACE_HAS_ONNX
      {"onnx", take_onnx},
#endif
  };
  return all;
}

struct Input {
  fs::path path;
  std::string bytes;
};

std::vector<Input> inputs_in(const fs::path& folder) {
  std::vector<Input> inputs;
  for (const auto& entry : fs::directory_iterator(folder)) {
    inputs.push_back({entry.path(), read_file(entry.path().string())});
  }
  return inputs;
}

fs::path source(const std::string& folder) { return fs::path(MEMPLACE_SOURCE_DIR) / folder; }

}  // namespace

TEST_CASE("corpora: each reader takes its files named valid and no other", "[fuzz]") {
  for (const auto& [name, take] : readers()) {
    int valid = 0;
    for (const Input& input : inputs_in(source("tests/fuzz/" + name + "_corpus"))) {
      const bool expected = input.path.filename().string().starts_with("valid_");
      CAPTURE(input.path.string());
      CHECK(take(input.bytes) == expected);
      valid += expected ? 1 : 0;
    }
    CAPTURE(name);
    CHECK(valid > 0);
  }
}

TEST_CASE("corpora: no file of any breaks any reader", "[fuzz]") {
  int files = 0;
  for (const auto& folder : fs::directory_iterator(source("tests/fuzz"))) {
    if (!folder.is_directory()) {
      continue;
    }
    for (const Input& input : inputs_in(folder.path())) {
      ++files;
      for (const auto& [name, take] : readers()) {
        CAPTURE(name, input.path.string());
        CHECK_NOTHROW(take(input.bytes));
      }
    }
  }
  CHECK(files >= 100);
}

// Without a fuzzer, so in every build, and the same each time.
TEST_CASE("corpora: changed files are read or give one error", "[fuzz]") {
  int taken = 0;
  for (const auto& [name, take] : readers()) {
    int refused = 0;
    for (const Input& input : inputs_in(source("tests/fuzz/" + name + "_corpus"))) {
      for (std::uint32_t seed = 1; seed <= 60; ++seed) {
        CAPTURE(name, input.path.string(), seed);
        bool took = false;
        CHECK_NOTHROW(took = take(mutated_text(input.bytes, seed)));
        ++(took ? taken : refused);
      }
    }
    CAPTURE(name);
    CHECK(refused > 0);
  }
  // Were none taken, the changes would be too wild.
  CHECK(taken > 0);
}

TEST_CASE("corpora: what is shipped is read and written as the same", "[fuzz]") {
  const auto all_taken = [](const std::string& folder, Take take) {
    for (const Input& input : inputs_in(source(folder))) {
      CAPTURE(input.path.string());
      CHECK(take(input.bytes));
    }
  };
  all_taken("configs/workloads", take_graph);
  all_taken("configs/chips", take_chip);
  for (const Input& input : inputs_in(source("configs/experiments"))) {
    CAPTURE(input.path.string());
    CHECK(take_sweep(input.bytes) != take_experiment(input.bytes));
  }
}

}  // namespace memplace::test
