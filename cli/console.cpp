// SPDX-License-Identifier: Apache-2.0
#include "cli/console.h"

#include <algorithm>
#include <ostream>

#include "base/error.h"
#include "base/file_kinds.h"
#include "base/files.h"

namespace memplace {

void deliver(const Console& console, const std::optional<std::string>& file,
             const std::string& text) {
  const std::string shown = printable_lines(text);
  if (file && !is_standard_stream(*file)) {
    write_file(*file, shown);
    return;
  }
  console.out << shown << std::flush;
  if (!console.out) {
    throw Error("standard output: cannot write all of the result");
  }
}

void deliver_beside(const Console& console, std::span<const std::optional<std::string>> files,
                    const std::string& text) {
  const bool taken = std::any_of(files.begin(), files.end(), [](const auto& file) {
    return file.has_value() && is_standard_stream(*file);
  });
  if (taken) {
    console.err << printable_lines(text) << std::flush;
  } else {
    deliver(console, std::nullopt, text);
  }
}

}  // namespace memplace
