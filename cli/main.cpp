// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/cli.h"

namespace {

// Columns of the terminal on standard output, at least 80; none where it is no terminal.
std::optional<std::size_t> terminal_width() {
  if (isatty(STDOUT_FILENO) == 0) {
    return std::nullopt;
  }
  constexpr std::size_t kLeast = 80;
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) {
    return kLeast;
  }
  return std::max<std::size_t>(size.ws_col, kLeast);
}

}  // namespace

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  const std::vector<std::string> args(argv + std::min(argc, 1), argv + argc);
  return memplace::run(args, std::cout, std::cerr, isatty(STDERR_FILENO) != 0, terminal_width(),
                       std::cin);
}
