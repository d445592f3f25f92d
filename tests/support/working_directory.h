// SPDX-License-Identifier: Apache-2.0
// A directory of its own for a test of the program.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/files.h"

namespace memplace {

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

}  // namespace memplace
