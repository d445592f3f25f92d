// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/cli.h"

namespace {

// Columns of the terminal that `descriptor` is, at least `least`; none where it is no terminal.
std::optional<std::size_t> terminal_width(int descriptor, std::size_t least) {
  if (isatty(descriptor) == 0) {
    return std::nullopt;
  }
  winsize size{};
  const bool known = ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return std::max<std::size_t>(known ? size.ws_col : 80, least);
}

}  // namespace

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  const std::vector<std::string> args(argv + std::min(argc, 1), argv + argc);
  constexpr std::size_t kNarrowestTable = 80;
  return memplace::run(
      args, std::cout, std::cerr,
      memplace::progress_display(terminal_width(STDERR_FILENO, 1), std::getenv("TERM")),
      terminal_width(STDOUT_FILENO, kNarrowestTable), std::cin);
}
