// SPDX-License-Identifier: Apache-2.0
#include "base/files.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/error.h"
#include "tests/support/bound_by_permissions.h"
#include "tests/support/error_of.h"

namespace memplace {
namespace {

namespace fs = std::filesystem;

// A directory of its own, gone at the end.
class Scratch {
 public:
  Scratch() : path_(fs::temp_directory_path() / fmt::format("memplace-files-{}", ::getpid())) {
    fs::remove_all(path_);
    fs::create_directory(path_);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }

  std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  std::string path() const { return path_.string(); }

  // The names in the directory, in order.
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(path_)) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

 private:
  fs::path path_;
};

TEST_CASE("a file is read as it was written, whatever its bytes", "[base]") {
  const Scratch scratch;
  std::string content(200'000, '\0');
  for (std::size_t i = 0; i < content.size(); ++i) {
    content[i] = static_cast<char>(i * 7);
  }
  write_file(scratch / "a", content);
  CHECK(read_file(scratch / "a") == content);
  write_file(scratch / "a", "");
  CHECK(read_file(scratch / "a").empty());
  CHECK(scratch.names() == std::vector<std::string>{"a"});
}

TEST_CASE("what cannot be read is named with the reason", "[base]") {
  const Scratch scratch;
  CHECK(error_of([&] { read_file(scratch / "none"); }) ==
        scratch / "none" + ": cannot read: No such file or directory");
  CHECK(error_of([&] { read_file(scratch.path()); }) ==
        scratch.path() + ": cannot read: Is a directory");
  CHECK(error_of([&] { read_file(""); }) == ": cannot read: No such file or directory");
}

TEST_CASE("reading stops at the size allowed", "[base]") {
  const Scratch scratch;
  write_file(scratch / "a", "12345");
  CHECK(read_file(scratch / "a", 5) == "12345");
  CHECK(error_of([&] { read_file(scratch / "a", 4); }) == scratch / "a" + ": larger than 4 bytes");
  CHECK(error_of([] { read_file("/dev/zero", 1000); }) == "/dev/zero: larger than 1000 bytes");
}

// A reader that opened the file before keeps the old bytes, as the new ones are another file.
TEST_CASE("a file is replaced, not rewritten", "[base]") {
  const Scratch scratch;
  write_file(scratch / "a", "old");
  fs::create_hard_link(scratch / "a", scratch / "seen-by-reader");
  write_file(scratch / "a", "new");
  CHECK(read_file(scratch / "a") == "new");
  CHECK(read_file(scratch / "seen-by-reader") == "old");
  CHECK(scratch.names() == std::vector<std::string>{"a", "seen-by-reader"});
}

TEST_CASE("a replaced file keeps its permissions", "[base]") {
  const Scratch scratch;
  write_file(scratch / "a", "old");
  const fs::perms secret = fs::perms::owner_read | fs::perms::owner_write;
  fs::permissions(scratch / "a", secret);
  write_file(scratch / "a", "new");
  CHECK(fs::status(scratch / "a").permissions() == secret);
}

TEST_CASE("where a file cannot be made the reason is named and nothing is left", "[base]") {
  const Scratch scratch;
  CHECK(error_of([&] { write_file(scratch / "none/a", "x"); }) ==
        scratch / "none/a" + ": cannot write: No such file or directory");
  write_file(scratch / "a", "x");
  CHECK(error_of([&] { write_file(scratch / "a/b", "x"); }) ==
        scratch / "a/b" + ": cannot write: Not a directory");
  CHECK(error_of([&] { write_file(scratch.path(), "x"); }) ==
        scratch.path() + ": cannot write: Is a directory");
  CHECK(error_of([] { write_file("", "x"); }) == ": cannot write: No such file or directory");
  CHECK(scratch.names() == std::vector<std::string>{"a"});
  CHECK(read_file(scratch / "a") == "x");
}

TEST_CASE("a directory without write permission is named", "[base]") {
  const test::BoundByPermissions bound;
  const Scratch scratch;
  fs::create_directory(scratch / "d");
  fs::permissions(scratch / "d", fs::perms::owner_read | fs::perms::owner_exec);
  CHECK(error_of([&] { write_file(scratch / "d/a", "x"); }) ==
        scratch / "d/a" + ": cannot write: Permission denied");
}

// A limit on the size of files stands for a full disk: the first bytes fit, the rest does not.
TEST_CASE("a write that fails half-way leaves the old file alone and nothing beside it", "[base]") {
  const Scratch scratch;
  write_file(scratch / "a", "old");
  struct rlimit before {};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit small = before;
  small.rlim_cur = 1000;
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  const std::string message = error_of([&] { write_file(scratch / "a", std::string(5000, 'x')); });
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  CHECK(message == scratch / "a" + ": cannot write: File too large");
  CHECK(read_file(scratch / "a") == "old");
  CHECK(scratch.names() == std::vector<std::string>{"a"});
}

TEST_CASE("a file written in pieces appears whole, at commit", "[base]") {
  const Scratch scratch;
  write_file(scratch / "a", "old");
  std::string expected;
  FileWriter writer(scratch / "a");
  // Pieces below and above the size of the buffer.
  for (const std::size_t size : std::vector<std::size_t>{1, 1000, 300'000, 7, 200'000, 100'000}) {
    const std::string piece(size, static_cast<char>('a' + size % 26));
    writer.write(piece);
    expected += piece;
    CHECK(read_file(scratch / "a") == "old");
  }
  writer.commit();
  CHECK(read_file(scratch / "a") == expected);
  CHECK(scratch.names() == std::vector<std::string>{"a"});
}

TEST_CASE("a file that is not committed leaves nothing", "[base]") {
  const Scratch scratch;
  {
    FileWriter writer(scratch / "a");
    writer.write("x");
    CHECK(scratch.names().size() == 1);
  }
  CHECK(scratch.names().empty());
}

TEST_CASE("a link is written through, also one that leads to nothing yet", "[base]") {
  const Scratch scratch;
  fs::create_directory(scratch / "d");
  write_file(scratch / "d/target", "old");
  fs::create_symlink("d/target", scratch / "link");
  fs::create_symlink("link", scratch / "link-to-link");
  write_file(scratch / "link-to-link", "new");
  CHECK(read_file(scratch / "d/target") == "new");
  CHECK(fs::is_symlink(scratch / "link"));
  CHECK(fs::is_symlink(scratch / "link-to-link"));

  fs::create_symlink("d/later", scratch / "dangling");
  write_file(scratch / "dangling", "x");
  CHECK(fs::is_symlink(scratch / "dangling"));
  CHECK(read_file(scratch / "d/later") == "x");
}

TEST_CASE("a ring of links is named", "[base]") {
  const Scratch scratch;
  fs::create_symlink("b", scratch / "a");
  fs::create_symlink("a", scratch / "b");
  CHECK(error_of([&] { write_file(scratch / "a", "x"); }) ==
        scratch / "a" + ": cannot write: Too many levels of symbolic links");
  CHECK(scratch.names() == std::vector<std::string>{"a", "b"});
}

TEST_CASE("a device is written directly", "[base]") {
  write_file("/dev/null", "x");
  CHECK(fs::is_character_file("/dev/null"));
  CHECK(error_of([] { write_file("/dev/full", "x"); }) ==
        "/dev/full: cannot write: No space left on device");
}

TEST_CASE("directories are made with their parents", "[base]") {
  const Scratch scratch;
  make_directory(scratch / "a/b/c");
  CHECK(fs::is_directory(scratch / "a/b/c"));
  make_directory(scratch / "a/b/c");
  make_directory(scratch / "a/b/d/");
  CHECK(fs::is_directory(scratch / "a/b/d"));
  write_file(scratch / "file", "x");
  CHECK(error_of([&] { make_directory(scratch / "file"); }) ==
        scratch / "file" + ": cannot create directory: Not a directory");
  CHECK(error_of([&] { make_directory(scratch / "file/d"); }) ==
        scratch / "file/d" + ": cannot create directory: Not a directory");
}

TEST_CASE("pieces are added to the end of a file", "[base]") {
  const Scratch scratch;
  {
    AppendWriter writer(scratch / "log", 0);
    writer.append("one\n");
    CHECK(read_file(scratch / "log") == "one\n");  // nothing is kept back
    writer.append("two\n");
    writer.sync();
  }
  AppendWriter later(scratch / "log", 4);
  CHECK(read_file(scratch / "log") == "one\n");  // what is not kept is cut off
  later.append("three\n");
  CHECK(read_file(scratch / "log") == "one\nthree\n");
  // More than there is is kept whole.
  AppendWriter(scratch / "log", 1000).append("four\n");
  CHECK(read_file(scratch / "log") == "one\nthree\nfour\n");
  CHECK(error_of([&] { AppendWriter(scratch.path(), 0); }) ==
        scratch.path() + ": cannot write: Is a directory");
  CHECK(error_of([&] { AppendWriter(scratch / "none/log", 0); }) ==
        scratch / "none/log" + ": cannot write: No such file or directory");
}

TEST_CASE("of a piece that does not fit nothing stays", "[base]") {
  const Scratch scratch;
  AppendWriter writer(scratch / "log", 0);
  writer.append("whole\n");
  struct rlimit before {};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit small = before;
  small.rlim_cur = 10;
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  const std::string message = error_of([&] { writer.append("too long\n"); });
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  CHECK(message == scratch / "log" + ": cannot write: File too large");
  CHECK(read_file(scratch / "log") == "whole\n");
  writer.append("more\n");
  CHECK(read_file(scratch / "log") == "whole\nmore\n");
}

TEST_CASE("what killed writers left is removed, and nothing else", "[base]") {
  const Scratch scratch;
  for (const char* const name :
       {"a.tmp-12", "a", "b.tmp-1", "c.tmp-", "d.tmp-1x", ".tmp-3", "e.tmp-12.txt", "f.tmp-7"}) {
    write_file(scratch / name, "x");
  }
  const std::array<std::string_view, 5> own{"a", "b", "c", "d", "e"};
  remove_leftovers(scratch.path(), own);
  CHECK(scratch.names() ==
        std::vector<std::string>{".tmp-3", "a", "c.tmp-", "d.tmp-1x", "e.tmp-12.txt", "f.tmp-7"});
  remove_leftovers(scratch / "none", own);
}

TEST_CASE("a directory is claimed once at a time", "[base]") {
  const Scratch scratch;
  {
    const DirectoryLock first(scratch.path());
    CHECK(first.held());
    CHECK_FALSE(DirectoryLock(scratch.path()).held());
    write_file(scratch / "a", "x");  // what is in it stays free
  }
  CHECK(DirectoryLock(scratch.path()).held());
  CHECK(error_of([&] { DirectoryLock(scratch / "none"); }) ==
        scratch / "none" + ": cannot read: No such file or directory");
}

}  // namespace
}  // namespace memplace
