// SPDX-License-Identifier: Apache-2.0
// Where the threads of one rank find tasks and leave results, while another thread carries both to
// and from the other ranks.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <mutex>
#include <string>
#include <vector>

#include "base/task_crew.h"

namespace memplace {

class Desk {
 public:
  // What the threads have left since the last look.
  struct Outcome {
    std::vector<std::string> results;
    std::size_t ended = 0;  // tasks
    // Of the task with the least index that threw, and no other after that.
    std::exception_ptr thrown;
    std::size_t thrown_by = 0;
    bool empty() const { return results.empty() && ended == 0 && !thrown; }
  };

  explicit Desk(std::size_t threads) : present_(threads) {}

  // Of a thread that works: does tasks until close(), then leaves.
  void work(const TaskCrew::Task& task);

  void add(std::size_t task);
  // What waits is dropped; who works ends with its next result.
  void close();
  // Waits for something to be left, for the last thread to leave, or for `patience` to end.
  Outcome look(std::chrono::microseconds patience);
  // Whether all threads have left and all they have left was looked at.
  bool deserted();

 private:
  bool next(std::size_t& task);
  bool give(std::string result);
  void end(std::size_t task, std::exception_ptr thrown);
  void leave();

  std::mutex mutex_;
  std::condition_variable tasks_changed_;
  std::condition_variable outcome_changed_;
  std::deque<std::size_t> tasks_;
  Outcome outcome_;
  std::size_t present_;  // threads that have not left
  bool told_ = false;    // that all have
  bool closed_ = false;
};

}  // namespace memplace
