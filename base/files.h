// SPDX-License-Identifier: Apache-2.0
// Whole files, written so that no reader ever sees half of one.
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>

namespace memplace {

// The file's bytes. Throws Error naming the file and the system's reason, also for a directory, and
// where it holds more than `most_bytes` (a device may never end).
std::string read_file(const std::string& path,
                      std::size_t most_bytes = std::numeric_limits<std::size_t>::max());

// Writes `content` to a temporary name beside `path`, syncs it, then renames it over `path`, whose
// permissions stay. A symbolic link is written through; what is no regular file (/dev/null) is
// written directly. Throws Error naming the file and the reason; then a regular `path` is as it was
// and the temporary name is gone.
void write_file(const std::string& path, std::string_view content);

// Creates the directory and its parents where missing. Throws Error where it cannot.
void make_directory(const std::string& path);

}  // namespace memplace
