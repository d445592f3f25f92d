// SPDX-License-Identifier: Apache-2.0
// Other programs that a command asks for help, and places for their files.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace memplace {

// Runs `words`, the first of which is looked for in PATH, with nothing to read and its output, of
// both kinds, in `output`. The exit code; none where there is no such program. Throws Error where
// the system refuses otherwise.
std::optional<int> run_program(const std::vector<std::string>& words, const std::string& output);

// A new directory that is removed with all in it in the end.
class TemporaryDirectory {
 public:
  TemporaryDirectory();  // throws Error
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory();

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace memplace
