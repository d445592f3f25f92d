// SPDX-License-Identifier: Apache-2.0
#include "cli/console.h"

#include <ostream>

#include "base/error.h"
#include "base/files.h"

namespace memplace {

void deliver(const Console& console, const std::optional<std::string>& file,
             const std::string& text) {
  const std::string shown = printable_lines(text);
  if (file && *file != "-") {
    write_file(*file, shown);
    return;
  }
  console.out << shown << std::flush;
  if (!console.out) {
    throw Error("standard output: cannot write all of the result");
  }
}

}  // namespace memplace
