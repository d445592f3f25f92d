// SPDX-License-Identifier: Apache-2.0
#include "base/files.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file_kinds.h"

namespace memplace {
namespace {

// An open file that closes itself.
class Descriptor {
 public:
  Descriptor(const std::string& path, int flags) : number_(::open(path.c_str(), flags, 0666)) {}
  // Another one for the same file.
  explicit Descriptor(int number) : number_(::fcntl(number, F_DUPFD_CLOEXEC, 0)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) {
      ::close(number_);
    }
  }

  bool is_open() const { return number_ >= 0; }
  int number() const { return number_; }
  // Closes now, to see errors that come late (quota, network).
  bool close() { return ::close(std::exchange(number_, -1)) == 0; }

 private:
  int number_;
};

[[noreturn]] void fail(const std::string& path, const char* doing, int error) {
  throw Error(fmt::format("{}: cannot {}: {}", path, doing, std::strerror(error)));
}

bool write_all(int descriptor, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written < 0) {
      return false;
    }
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// The name behind symbolic links, also where the last one leads to nothing yet.
std::string behind_links(const std::string& path) {
  constexpr int kMostLinks = 40;  // as Linux follows
  std::filesystem::path target = path;
  std::error_code error;
  for (int i = 0; i < kMostLinks; ++i) {
    target = std::filesystem::weakly_canonical(target, error);
    if (error) {
      return path;
    }
    const std::filesystem::path next = std::filesystem::read_symlink(target, error);
    if (error) {
      return target.string();
    }
    target = target.parent_path() / next;
  }
  return path;
}

}  // namespace

namespace {

std::string read_all(const std::string& path, const Descriptor& file, std::size_t most_bytes) {
  if (!file.is_open()) {
    fail(path, "read", errno);
  }
  std::string content;
  char buffer[1 << 16];
  for (;;) {
    const ssize_t count = ::read(file.number(), buffer, sizeof buffer);
    if (count == 0) {
      return content;
    }
    if (count > 0) {
      content.append(buffer, static_cast<std::size_t>(count));
      if (content.size() > most_bytes) {
        throw Error(fmt::format("{}: larger than {} bytes", path, most_bytes));
      }
    } else if (errno != EINTR) {
      fail(path, "read", errno);
    }
  }
}

}  // namespace

std::string read_file(const std::string& path, std::size_t most_bytes) {
  if (is_standard_stream(path)) {
    // Once, so that who reads it again reads the same.
    static const std::string content = read_all(path, Descriptor(STDIN_FILENO), most_bytes);
    return content;
  }
  return read_all(path, Descriptor(path, O_RDONLY | O_CLOEXEC), most_bytes);
}

namespace {

constexpr std::string_view kTemporary = ".tmp-";  // with the number of its process behind it

}  // namespace

void remove_leftovers(const std::string& directory, std::span<const std::string_view> names) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(directory, ignored)) {
    const std::string name = entry.path().filename().string();
    const bool ours = std::any_of(names.begin(), names.end(), [&](std::string_view own) {
      const std::string head = std::string(own) + std::string(kTemporary);
      return name.size() > head.size() && name.starts_with(head) &&
             name.find_first_not_of("0123456789", head.size()) == std::string::npos;
    });
    if (ours) {
      std::filesystem::remove(entry.path(), ignored);
    }
  }
}

struct FileWriter::Impl {
  explicit Impl(const std::string& given)
      : path(given),
        standard(is_standard_stream(given)),
        final_path(standard ? given : behind_links(given)),
        status(status_of(final_path)),
        in_place(standard || (status.type() != std::filesystem::file_type::regular &&
                              status.type() != std::filesystem::file_type::not_found)),
        written_path(in_place ? final_path
                              : fmt::format("{}{}{}", final_path, kTemporary, ::getpid())),
        file(open()) {
    if (!file.is_open()) {
      fail(path, "write", errno);
    }
    temporary_exists = !in_place;
  }

  Descriptor open() const {
    if (standard) {
      return Descriptor(STDOUT_FILENO);
    }
    return {checked_path(),
            in_place ? O_WRONLY | O_CLOEXEC : O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC};
  }

  // Before the first byte is there to be read.
  void keep_permissions() const {
    if (!in_place && status.type() == std::filesystem::file_type::regular) {
      check(::fchmod(file.number(), static_cast<mode_t>(status.permissions())) == 0);
    }
  }

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    if (temporary_exists) {
      ::unlink(written_path.c_str());
    }
  }

  static std::filesystem::file_status status_of(const std::string& path) {
    std::error_code unknown;
    return std::filesystem::status(path, unknown);
  }

  const std::string& checked_path() const {
    if (status.type() == std::filesystem::file_type::directory) {
      fail(path, "write", EISDIR);
    }
    return written_path;
  }

  void check(bool success) const {
    if (!success) {
      fail(path, "write", errno);
    }
  }

  void flush() {
    check(write_all(file.number(), buffer));
    buffer.clear();
  }

  std::string path;  // as given, for messages
  bool standard;
  std::string final_path;
  std::filesystem::file_status status;
  bool in_place;  // a device (/dev/stdout, /dev/null) is written directly, never replaced
  std::string written_path;
  Descriptor file;
  bool temporary_exists = false;
  std::string buffer;
};

FileWriter::FileWriter(const std::string& path) : impl_(std::make_unique<Impl>(path)) {
  impl_->keep_permissions();
}

FileWriter::~FileWriter() = default;

void FileWriter::write(std::string_view content) {
  constexpr std::size_t kBufferBytes = 1 << 18;
  Impl& out = *impl_;
  if (out.buffer.size() + content.size() > kBufferBytes) {
    out.flush();
  }
  if (content.size() >= kBufferBytes) {
    out.check(write_all(out.file.number(), content));
  } else {
    out.buffer += content;
  }
}

void FileWriter::commit() {
  Impl& out = *impl_;
  out.flush();
  if (out.in_place) {
    out.check(out.file.close());
    return;
  }
  out.check(::fsync(out.file.number()) == 0 && out.file.close() &&
            ::rename(out.written_path.c_str(), out.final_path.c_str()) == 0);
  out.temporary_exists = false;
  // So that the new name survives a power failure. Some file systems refuse; nothing is lost then.
  const std::string parent = std::filesystem::path(out.final_path).parent_path().string();
  const Descriptor directory(parent.empty() ? "." : parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory.is_open()) {
    ::fsync(directory.number());
  }
}

void write_file(const std::string& path, std::string_view content) {
  FileWriter writer(path);
  writer.write(content);
  writer.commit();
}

struct AppendWriter::Impl {
  explicit Impl(const std::string& given)
      : path(given), file(given, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC) {}

  void check(bool success) const {
    if (!success) {
      fail(path, "write", errno);
    }
  }

  std::string path;
  Descriptor file;
  std::uint64_t size = 0;
};

AppendWriter::AppendWriter(const std::string& path, std::uint64_t keep_bytes)
    : impl_(std::make_unique<Impl>(path)) {
  impl_->check(impl_->file.is_open());
  struct stat status {};
  impl_->check(::fstat(impl_->file.number(), &status) == 0);
  impl_->size = static_cast<std::uint64_t>(status.st_size);
  if (impl_->size > keep_bytes) {
    impl_->check(::ftruncate(impl_->file.number(), static_cast<off_t>(keep_bytes)) == 0);
    impl_->size = keep_bytes;
  }
}

AppendWriter::~AppendWriter() = default;

void AppendWriter::append(std::string_view content) {
  if (!write_all(impl_->file.number(), content)) {
    const int error = errno;
    [[maybe_unused]] const int refused =
        ::ftruncate(impl_->file.number(), static_cast<off_t>(impl_->size));
    fail(impl_->path, "write", error);
  }
  impl_->size += content.size();
}

void AppendWriter::sync() {
  // Not every kind of file can be synced; nothing that could be is lost then.
  impl_->check(::fdatasync(impl_->file.number()) == 0 || errno == EINVAL || errno == EROFS);
}

DirectoryLock::DirectoryLock(const std::string& path)
    : descriptor_(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (descriptor_ < 0) {
    fail(path, "read", errno);
  }
  held_ = ::flock(descriptor_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
}

DirectoryLock::~DirectoryLock() { ::close(descriptor_); }

std::string path_in(const std::string& directory, std::string_view name) {
  return (std::filesystem::path(directory) / name).string();
}

bool path_exists(const std::string& path) {
  std::error_code unknown;
  return std::filesystem::exists(path, unknown);
}

bool is_inside(const std::string& path, const std::string& directory) {
  std::error_code unknown;
  // What does not exist would stay relative.
  const auto resolved = [&](const std::string& name) {
    return std::filesystem::weakly_canonical(std::filesystem::absolute(name, unknown), unknown);
  };
  const std::filesystem::path inner = resolved(path);
  const std::filesystem::path outer = resolved(directory);
  return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

void make_directory(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) {
    fail(path, "create directory", error.value());
  }
  if (!std::filesystem::is_directory(path)) {
    fail(path, "create directory", ENOTDIR);
  }
}

std::unique_ptr<DirectoryLock> claim_directory(const std::string& path, std::string_view what) {
  make_directory(path);
  auto lock = std::make_unique<DirectoryLock>(path);
  if (!lock->held()) {
    throw Error(fmt::format("{}: another process is writing this {}", path, what));
  }
  return lock;
}

}  // namespace memplace
