// SPDX-License-Identifier: Apache-2.0
// Runs of toy searches, and the bytes they leave.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "optimizer/catalog/strategies.h"
#include "optimizer/studies/run/run.h"
#include "tests/support/toy_tasks.h"

namespace memplace::test {

// A path of its own below the system's temporary directory, removed at the end.
class RunScratch {
 public:
  RunScratch()
      : path_(std::filesystem::temp_directory_path() /
              ("memplace-run-" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  RunScratch(const RunScratch&) = delete;
  RunScratch& operator=(const RunScratch&) = delete;
  ~RunScratch() { std::filesystem::remove_all(path_); }

  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

using Bytewise = std::map<std::string, std::string>;

// The files of a directory, whole.
inline Bytewise files_of(const std::string& directory) {
  Bytewise files;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    files[entry.path().filename().string()] = read_file(entry.path().string());
  }
  return files;
}

inline RunConfig toy_config(const std::string& strategy, std::uint64_t budget,
                            const std::vector<std::string>& options = {}) {
  RunConfig config;
  config.version = "1.2.3";
  config.workload = "toy";
  config.strategy = strategy;
  config.options = quick_options(strategies().find(strategy), options).resolved();
  config.seed = 5;
  config.budget = budget;
  config.chip_name = "toy";
  return config;
}

// Counts evaluations by where they come from.
class EvaluationCounter : public SearchObserver {
 public:
  void on_evaluation(const SearchResult& /*so_far*/, bool recalled) override {
    (recalled ? recalls : made) += 1;
  }
  void on_restored(const SearchResult& so_far) override { restored = so_far.history.size(); }

  std::size_t restored = 0;  // known from a snapshot
  std::size_t recalls = 0;   // told again
  std::size_t made = 0;      // simulated
};

inline RunSurroundings in(const std::string& directory, std::size_t threads = 1) {
  RunSurroundings surroundings;
  surroundings.directory = directory;
  surroundings.threads = threads;
  return surroundings;
}

}  // namespace memplace::test
