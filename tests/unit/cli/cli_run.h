// SPDX-License-Identifier: Apache-2.0
// Runs the program inside a test, in a directory of its own.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <unistd.h>

#include "base/files.h"
#include "cli/cli.h"

namespace memplace {

struct Outcome {
  int code = 0;
  std::string out;
  std::string err;
};

inline Outcome run_cli(const std::vector<std::string>& args, bool err_is_terminal = false,
                       std::optional<std::size_t> out_width = std::nullopt) {
  std::ostringstream out;
  std::ostringstream err;
  const int code = run(args, out, err, err_is_terminal, out_width);
  return {code, out.str(), err.str()};
}

// An empty directory that is the working directory while this lives, so that relative names in
// messages are short and the same everywhere.
class WorkingDirectory {
 public:
  WorkingDirectory() : before_(std::filesystem::current_path()) {
    std::string name = (std::filesystem::temp_directory_path() / "memplace-cli-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) {
      throw std::runtime_error("cannot make a temporary directory");
    }
    path_ = name;
    std::filesystem::current_path(path_);
  }
  WorkingDirectory(const WorkingDirectory&) = delete;
  WorkingDirectory& operator=(const WorkingDirectory&) = delete;
  ~WorkingDirectory() {
    std::filesystem::current_path(before_);
    std::filesystem::remove_all(path_);
  }

  static void write(const std::string& name, const std::string& text) {
    std::ofstream(name, std::ios::binary) << text;
  }

  static std::string read(const std::string& name) { return read_file(name); }

  // The names in the directory, sorted.
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

 private:
  std::filesystem::path before_;
  std::filesystem::path path_;
};

// Two ops: a reads 4 B of x and 8 B of weights, takes 8 multiply-accumulates and writes 2 B; b
// reads those, handles 2 elements and writes the network's output of 2 B.
inline constexpr const char* kTinyGraph = R"(graph: tiny
inputs:
  - {name: x, shape: [4], bytes: 4 B}
ops:
  - name: a
    kind: matmul
    work: {grid: {positions: 1, out_channels: 2, in_channels: 4}}
    inputs: [x]
    weights: {name: a.weights, shape: [4, 2]}
    outputs: [{name: a.out, shape: [2]}]
  - name: b
    kind: relu
    work: {vector: {kind: elementwise, elements: 2}}
    inputs: [a.out]
    outputs: [{name: b.out, shape: [2]}]
)";

inline constexpr const char* kTinyMapping = R"(tensors:
  a.weights: llc
  a.out: sram
)";

}  // namespace memplace
