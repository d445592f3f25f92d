// SPDX-License-Identifier: Apache-2.0
// Whole files, written so that no reader ever sees half of one.
#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <string>
#include <string_view>

namespace memplace {

// The file's bytes. Throws Error naming the file and the system's reason, also for a directory, and
// where it holds more than `most_bytes` (a device may never end).
std::string read_file(const std::string& path,
                      std::size_t most_bytes = std::numeric_limits<std::size_t>::max());

// Writes a file piece by piece, through a buffer, to a temporary name beside `path`; commit() syncs
// it and renames it over `path`, whose permissions stay. A symbolic link is written through; what
// is no regular file (/dev/null) is written directly. All but the destructor throw Error naming the
// file and the system's reason. Where there is no commit() a regular `path` is as it was and the
// temporary name is gone.
class FileWriter {
 public:
  explicit FileWriter(const std::string& path);
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;
  ~FileWriter();

  void write(std::string_view content);

  // To be called once, after the last write().
  void commit();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// FileWriter with one write() and its commit().
void write_file(const std::string& path, std::string_view content);

// Creates the directory and its parents where missing. Throws Error where it cannot.
void make_directory(const std::string& path);

}  // namespace memplace
