// SPDX-License-Identifier: Apache-2.0
// Runs the program inside a test, in a directory of its own.
#pragma once

#include <cstddef>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "cli/cli.h"
#include "tests/support/tiny_graph.h"
#include "tests/support/working_directory.h"

namespace memplace {

inline void write_tiny() {
  WorkingDirectory::write("tiny.yaml", kTinyGraph);
  WorkingDirectory::write("tiny.mapping.yaml", kTinyMapping);
}

// The arguments, and more of them.
inline std::vector<std::string> with(std::vector<std::string> args,
                                     const std::vector<std::string>& more) {
  args.insert(args.end(), more.begin(), more.end());
  return args;
}

struct Outcome {
  int code = 0;
  std::string out;
  std::string err;
};

inline Outcome run_cli(const std::vector<std::string>& args, bool err_is_terminal = false,
                       std::optional<std::size_t> out_width = std::nullopt,
                       const std::string& input = "") {
  std::istringstream in(input);
  std::ostringstream out;
  std::ostringstream err;
  ProgressDisplay progress;
  progress.kind = err_is_terminal ? ProgressDisplay::Kind::kLine : ProgressDisplay::Kind::kTenths;
  const int code = run(args, out, err, progress, out_width, in);
  return {code, out.str(), err.str()};
}

}  // namespace memplace
