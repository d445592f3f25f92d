// SPDX-License-Identifier: Apache-2.0
#include "tests/support/child.h"

#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/files.h"

namespace memplace::test {
namespace {

std::string all_of(int file) {
  std::string text;
  std::array<char, 4096> part{};
  for (off_t at = 0;;) {
    const ssize_t size = ::pread(file, part.data(), part.size(), at);
    if (size <= 0) {
      return text;
    }
    text.append(part.data(), static_cast<std::size_t>(size));
    at += size;
  }
}

}  // namespace

Child::Child(const std::string& program, const std::vector<std::string>& arguments, int ignored)
    : out_(::memfd_create("out", 0)), err_(::memfd_create("err", 0)) {
  std::vector<std::string> words = arguments;
  words.insert(words.begin(), program);
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words) {
    pointers.push_back(word.data());
  }
  pointers.push_back(nullptr);
  id_ = ::fork();
  if (id_ == 0) {
    if (ignored != 0) {
      std::signal(ignored, SIG_IGN);
    }
    ::dup2(out_, STDOUT_FILENO);
    ::dup2(err_, STDERR_FILENO);
    ::execv(program.c_str(), pointers.data());
    ::_exit(127);
  }
  if (id_ < 0 || out_ < 0 || err_ < 0) {
    throw std::runtime_error("cannot fork");
  }
}

Child::~Child() {
  ::close(out_);
  ::close(err_);
}

void Child::send(int signal) const { ::kill(id_, signal); }

int Child::wait() const {
  int status = 0;
  while (::waitpid(id_, &status, 0) < 0) {
  }
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

std::string Child::out() const { return all_of(out_); }

std::string Child::err() const { return all_of(err_); }

void pause() { std::this_thread::sleep_for(std::chrono::milliseconds(2)); }

void run_whole(const std::string& program, const std::vector<std::string>& arguments) {
  const Child child(program, arguments);
  if (const int code = child.wait(); code != 0) {
    throw std::runtime_error(
        fmt::format("{}: ended with {}: {}", fmt::join(arguments, " "), code, child.err()));
  }
}

std::map<std::string, std::string> files_of(const std::string& directory) {
  std::map<std::string, std::string> files;
  if (!std::filesystem::exists(directory)) {
    return files;
  }
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file()) {
      const std::string name = std::filesystem::relative(entry.path(), directory).string();
      files[name] = read_file(entry.path().string());
    }
  }
  return files;
}

}  // namespace memplace::test
