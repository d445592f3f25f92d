// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/wire/wire_file.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file_kinds.h"

namespace memplace::onnx {
namespace {

[[noreturn]] void fail_system(const std::string& path) {
  throw Error(fmt::format("{}: cannot read: {}", path, std::generic_category().message(errno)));
}

// Copies standard input to a file without a name, in which one can seek. -1 where that fails.
int spool_input() {
  constexpr std::int64_t kMost = std::int64_t{1} << 36U;
  std::FILE* const file = std::tmpfile();  // for as long as the program runs
  if (file == nullptr) {
    return -1;
  }
  std::array<char, std::size_t{1} << 16U> buffer{};
  for (std::int64_t size = 0; size <= kMost;) {
    const ssize_t count = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) {
      continue;
    }
    const auto bytes = static_cast<std::size_t>(std::max<ssize_t>(count, 0));
    if (count < 0 || std::fwrite(buffer.data(), 1, bytes, file) != bytes) {
      return -1;
    }
    if (count == 0) {
      return std::fflush(file) == 0 ? ::fileno(file) : -1;
    }
    size += count;
  }
  errno = EFBIG;
  return -1;
}

// Once: a second reader sees what the first one saw.
int spooled_input() {
  static const int file = spool_input();
  return file < 0 ? -1 : ::fcntl(file, F_DUPFD_CLOEXEC, 0);
}

int open_file(const std::string& path) {
  // Opening a pipe that nobody writes to would wait for ever.
  return is_standard_stream(path) ? spooled_input()
                                  : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

}  // namespace

WireFile::WireFile(const std::string& path)
    : path_(printable(path, 1000)), descriptor_(open_file(path)) {
  if (descriptor_ < 0) {
    fail_system(path_);
  }
  struct stat status {};
  const bool known = ::fstat(descriptor_, &status) == 0;
  if (!known || !S_ISREG(status.st_mode)) {
    ::close(descriptor_);
    throw Error(fmt::format("{}: expected a regular file", path_));
  }
  size_ = status.st_size;
}

WireFile::~WireFile() { ::close(descriptor_); }

void WireFile::fail(std::int64_t offset, std::string_view expected, std::string_view found) const {
  throw Error(fmt::format("{}: byte {}: expected {}, found {}", path_, offset, expected, found));
}

void WireFile::need(std::int64_t count, std::int64_t end, std::string_view what) const {
  if (count <= end - offset_) {
    return;
  }
  fail(offset_, count == 1 ? std::string(what) : fmt::format("{} bytes of {}", count, what),
       fmt::format("{} bytes before the end of the {}", end - offset_,
                   end == size_ ? "file" : "message around it"));
}

void WireFile::fill() {
  ssize_t count = 0;
  do {
    count = ::pread(descriptor_, buffer_.data(), buffer_.size(), offset_);
  } while (count < 0 && errno == EINTR);
  if (count < 0) {
    fail_system(path_);
  }
  if (count == 0) {
    fail(offset_, "more of the file", "its end: it became shorter while it was read");
  }
  buffer_begin_ = offset_;
  buffer_end_ = offset_ + count;
}

std::uint64_t WireFile::varint(std::int64_t end, std::string_view what) {
  const std::int64_t begin = offset_;
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 70; shift += 7) {
    need(1, end, what);
    if (offset_ < buffer_begin_ || offset_ >= buffer_end_) {
      fill();
    }
    const auto byte =
        static_cast<unsigned char>(buffer_.at(static_cast<std::size_t>(offset_ - buffer_begin_)));
    ++offset_;
    if (shift < 63 || byte <= 1) {
      value |= (std::uint64_t{byte} & 0x7FU) << shift;
      if (byte < 0x80) {
        return value;
      }
    } else {
      break;
    }
  }
  fail(begin, what, "an integer of more than 64 bits");
}

void WireFile::copy(std::int64_t count, std::int64_t end, std::string_view what, std::string& out) {
  need(count, end, what);
  while (count > 0) {
    if (offset_ < buffer_begin_ || offset_ >= buffer_end_) {
      fill();
    }
    const std::int64_t part = std::min(count, buffer_end_ - offset_);
    out.append(buffer_.data() + (offset_ - buffer_begin_), static_cast<std::size_t>(part));
    offset_ += part;
    count -= part;
  }
}

void WireFile::skip(std::int64_t count, std::int64_t end, std::string_view what) {
  need(count, end, what);
  offset_ += count;
}

}  // namespace memplace::onnx
