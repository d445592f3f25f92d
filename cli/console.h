// SPDX-License-Identifier: Apache-2.0
// Where a command's results and messages go, and with whom it works.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>

#include "base/ranks.h"
#include "cli/cli.h"

namespace memplace {

struct Console {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  Ranks& ranks;  // of several only where the command shares its work with them
  ProgressDisplay progress;
  std::optional<std::size_t> out_width;
};

// Writes a command's whole result to the file, or to `out` where there is none or it is "-",
// control characters but for ends of lines and tabs as escapes. Throws Error where either cannot
// take it.
void deliver(const Console& console, const std::optional<std::string>& file,
             const std::string& text);

// The same of what a command says beside the files that it writes: on `err` where standard output
// is one of them.
void deliver_beside(const Console& console, std::span<const std::optional<std::string>> files,
                    const std::string& text);

}  // namespace memplace
