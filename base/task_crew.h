// SPDX-License-Identifier: Apache-2.0
// Numbered tasks shared out over whoever there is to do them. Threads are one such crew; another
// may be processes on several machines, which is why results travel as bytes.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "base/parallel.h"

namespace memplace {

class TaskCrew {
 public:
  // Hands one result back. False: nothing more is wanted, and the task should end.
  using Give = std::function<bool(std::string result)>;
  // Does task `index` and gives any number of results, each as soon as it has it. Called by several
  // threads or processes at once, so it depends on `index` and on nothing that is written
  // meanwhile.
  using Task = std::function<void(std::size_t index, const Give& give)>;
  // Takes what was given since it was last called, at least one result, on the thread that called
  // run(): whoever writes results to a disk waits for the disk once for all of them.
  using Take = std::function<void(const std::vector<std::string>& results)>;

  TaskCrew() = default;
  TaskCrew(const TaskCrew&) = delete;
  TaskCrew& operator=(const TaskCrew&) = delete;
  virtual ~TaskCrew() = default;

  // Hands out tasks [0, tasks) in this order, each once, and takes results in the order in which
  // they come. Once `stop` (empty: never) says so, no task is handed out any more, and those that
  // are under way end with their next result, which is still taken. It is asked often, on any
  // thread. Where a task throws, the others are stopped likewise, and what it threw is thrown here;
  // the same for `take`.
  virtual void run(std::size_t tasks, const Task& task, const Take& take,
                   const std::function<bool()>& stop) = 0;
};

// Threads of this process.
class ThreadCrew : public TaskCrew {
 public:
  // `threads` >= 1 do tasks; the one that calls run() takes results and does none. Throws Error
  // where the system has no more threads.
  explicit ThreadCrew(std::size_t threads) : pool_(threads + 1) {}

  void run(std::size_t tasks, const Task& task, const Take& take,
           const std::function<bool()>& stop) override;

 private:
  ThreadPool pool_;
};

}  // namespace memplace
