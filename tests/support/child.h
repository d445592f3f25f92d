// SPDX-License-Identifier: Apache-2.0
// The real program as a process of its own.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <sys/types.h>

namespace memplace::test {

// Runs in the working directory. Has to be waited for, once.
class Child {
 public:
  // `ignored`: a signal that it ignores from its begin, as nohup has it; 0: none.
  Child(const std::string& program, const std::vector<std::string>& arguments, int ignored = 0);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

  pid_t id() const { return id_; }
  void send(int signal) const;
  // Its exit code; less than 0 where a signal of that number ended it.
  int wait() const;

  // So far.
  std::string out() const;
  std::string err() const;

 private:
  pid_t id_;
  int out_;  // descriptors
  int err_;
};

// Waits for a moment.
void pause();

// Throws std::runtime_error where it does not end with 0.
void run_whole(const std::string& program, const std::vector<std::string>& arguments);

// By name from `directory` on, those of folders in it too; none where it is missing. Throws where
// one cannot be read.
std::map<std::string, std::string> files_of(const std::string& directory);

}  // namespace memplace::test
