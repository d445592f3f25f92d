// SPDX-License-Identifier: Apache-2.0
// Whole files, written so that no reader ever sees half of one, and records added to their end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace memplace {

// The file's bytes; those of standard input for "-". Throws Error naming the file and the system's
// reason, also for a directory, and where it holds more than `most_bytes` (a device may never end).
std::string read_file(const std::string& path,
                      std::size_t most_bytes = std::numeric_limits<std::size_t>::max());

// Writes a file piece by piece, through a buffer, to a temporary name beside `path`; commit() syncs
// it and renames it over `path`, whose permissions stay. A symbolic link is written through; what
// is no regular file (/dev/null) is written directly, and "-" is standard output. All but the
// destructor throw Error naming the file and the system's reason. Where there is no commit() a
// regular `path` is as it was and the temporary name is gone.
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

// Removes what processes that were killed left of writing files of these names in a directory with
// FileWriter. Nobody else may be writing there.
void remove_leftovers(const std::string& directory, std::span<const std::string_view> names);

// Adds to the end of a file, for records that must survive whatever stops the program. Every call
// but the destructor throws Error naming the file and the system's reason.
class AppendWriter {
 public:
  // Creates the file where missing; keeps its first `keep_bytes`, cutting off what is behind them.
  AppendWriter(const std::string& path, std::uint64_t keep_bytes);
  AppendWriter(const AppendWriter&) = delete;
  AppendWriter& operator=(const AppendWriter&) = delete;
  ~AppendWriter();

  // Hands the system all of `content`. Where it fails, what it took of it is cut off again, if the
  // system allows that.
  void append(std::string_view content);

  // Returns when all that was appended is on the disk.
  void sync();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// An exclusive claim on a directory, given up at the end or by the system when the process ends,
// however it ends. Files in the directory are free to change. On a file system without locks it
// claims nothing.
class DirectoryLock {
 public:
  // Throws Error where the directory cannot be opened. Check held().
  explicit DirectoryLock(const std::string& path);
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;
  ~DirectoryLock();

  bool held() const { return held_; }  // false: somebody else has it

 private:
  int descriptor_ = -1;
  bool held_ = false;
};

// Creates the directory where missing and claims it. Throws Error where it cannot, and where
// somebody else has it: "PATH: another process is writing this WHAT".
std::unique_ptr<DirectoryLock> claim_directory(const std::string& path, std::string_view what);

// FileWriter with one write() and its commit().
void write_file(const std::string& path, std::string_view content);

// "directory/name".
std::string path_in(const std::string& directory, std::string_view name);

// Whether there is anything of that name; false also where nobody may look.
bool path_exists(const std::string& path);

// Whether `path` is `directory` or below it, links followed; neither need exist.
bool is_inside(const std::string& path, const std::string& directory);

// Creates the directory and its parents where missing. Throws Error where it cannot.
void make_directory(const std::string& path);

}  // namespace memplace
