// SPDX-License-Identifier: Apache-2.0
// A protobuf file read front to back in small pieces: parts that nobody needs are seeked over, so
// that a file of any size is read in the memory of what is kept.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace memplace::onnx {

class WireFile {
 public:
  // Opens the file. Throws Error naming it and the reason, also where it is no regular file.
  explicit WireFile(const std::string& path);
  ~WireFile();
  WireFile(const WireFile&) = delete;
  WireFile& operator=(const WireFile&) = delete;

  std::int64_t offset() const { return offset_; }
  std::int64_t size() const { return size_; }

  // Each takes what lies before `end`, an offset at most size(); `what` names it in the Error of
  // fail() where it does not.
  std::uint64_t varint(std::int64_t end, std::string_view what);
  void copy(std::int64_t count, std::int64_t end, std::string_view what, std::string& out);
  void skip(std::int64_t count, std::int64_t end, std::string_view what);

  // Throws Error: `FILE: byte OFFSET: expected EXPECTED, found FOUND`.
  [[noreturn]] void fail(std::int64_t offset, std::string_view expected,
                         std::string_view found) const;

 private:
  void need(std::int64_t count, std::int64_t end, std::string_view what) const;
  void fill();

  std::string path_;
  int descriptor_ = -1;
  std::int64_t size_ = 0;
  std::int64_t offset_ = 0;        // of the next byte
  std::int64_t buffer_begin_ = 0;  // the buffer holds [buffer_begin_, buffer_end_) of the file
  std::int64_t buffer_end_ = 0;
  std::array<char, std::size_t{1} << 16U> buffer_{};
};

}  // namespace memplace::onnx
