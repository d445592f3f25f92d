// SPDX-License-Identifier: Apache-2.0
// Where a command's results and messages go, and with whom it works.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <optional>
#include <stdexcept>
#include <string>

#include "base/ranks.h"

namespace memplace {

struct Console {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  Ranks& ranks;  // of several only where the command shares its work with them
  bool err_is_terminal = false;
  std::optional<std::size_t> out_width;
};

// Writes a command's whole result to the file, or to `out` where there is none or it is "-",
// control characters but for ends of lines and tabs as escapes. Throws Error where either cannot
// take it.
void deliver(const Console& console, const std::optional<std::string>& file,
             const std::string& text);

}  // namespace memplace
