// SPDX-License-Identifier: Apache-2.0
// Runs of toy searches, and the bytes they leave.
#pragma once

#include <algorithm>
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
#include "optimizer/run.h"
#include "tests/unit/optimizer/toy_tasks.h"

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

inline RunConfig toy_config(const Program& program, const std::string& strategy,
                            std::uint64_t budget, const std::vector<std::string>& options = {}) {
  RunConfig config;
  config.version = "1.2.3";
  config.workload = "toy";
  config.chip = program.chip;
  config.mode = program.mode;
  config.strategy = strategy;
  config.options = quick_options(find_strategy(strategy), options).resolved();
  config.seed = 5;
  config.budget = budget;
  config.named.chip = "toy";
  return config;
}

inline RunSurroundings in(const std::string& directory, std::size_t threads = 1) {
  RunSurroundings surroundings;
  surroundings.directory = directory;
  surroundings.threads = threads;
  return surroundings;
}

template <class Call>
std::string run_error_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace memplace::test
