// SPDX-License-Identifier: Apache-2.0
// Whole files, written so that no reader ever sees half of one.
#pragma once

#include <string>
#include <string_view>

namespace memplace {

// The file's bytes. Throws Error naming the file and the system's reason, also for a directory.
std::string read_file(const std::string& path);

// Writes `content` to a temporary name beside `path`, syncs it, then renames it over `path`. A file
// that was there keeps its permissions; links are followed; a device is written in place. Throws
// Error naming the file and the reason; then `path` is as it was and the temporary name is gone.
void write_file(const std::string& path, std::string_view content);

// Creates the directory and its parents where missing. Throws Error where it cannot.
void make_directory(const std::string& path);

}  // namespace memplace
