// SPDX-License-Identifier: Apache-2.0
#include "base/files.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

namespace memplace {
namespace {

// An open file that closes itself.
class Descriptor {
 public:
  Descriptor(const std::string& path, int flags) : number_(::open(path.c_str(), flags, 0666)) {}
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

std::string read_file(const std::string& path, std::size_t most_bytes) {
  const Descriptor file(path, O_RDONLY | O_CLOEXEC);
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

void write_file(const std::string& path, std::string_view content) {
  // A link is written through, and a device (/dev/stdout, /dev/null) directly: neither is replaced.
  const std::string final_path = behind_links(path);
  std::error_code unknown;
  const std::filesystem::file_status status = std::filesystem::status(final_path, unknown);
  const auto kind = status.type();
  if (kind == std::filesystem::file_type::directory) {
    fail(path, "write", EISDIR);
  }
  const bool in_place =
      kind != std::filesystem::file_type::regular && kind != std::filesystem::file_type::not_found;
  const std::string temporary =
      in_place ? final_path : fmt::format("{}.tmp-{}", final_path, ::getpid());

  Descriptor file(temporary,
                  in_place ? O_WRONLY | O_CLOEXEC : O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC);
  if (!file.is_open()) {
    fail(path, "write", errno);
  }
  const bool keep_mode = kind == std::filesystem::file_type::regular;
  const bool written =
      (!keep_mode || ::fchmod(file.number(), static_cast<mode_t>(status.permissions())) == 0) &&
      write_all(file.number(), content) && (in_place || ::fsync(file.number()) == 0) &&
      file.close() && (in_place || ::rename(temporary.c_str(), final_path.c_str()) == 0);
  if (!written) {
    const int error = errno;
    if (!in_place) {
      ::unlink(temporary.c_str());
    }
    fail(path, "write", error);
  }
  if (!in_place) {
    // So that the new name survives a power failure. Some file systems refuse; nothing is lost
    // then.
    const std::string parent = std::filesystem::path(final_path).parent_path().string();
    const Descriptor directory(parent.empty() ? "." : parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory.is_open()) {
      ::fsync(directory.number());
    }
  }
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

}  // namespace memplace
