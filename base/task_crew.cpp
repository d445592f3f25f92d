// SPDX-License-Identifier: Apache-2.0
#include "base/task_crew.h"

#include <condition_variable>
#include <mutex>
#include <utility>

namespace memplace {
namespace {

// What the threads of one run have in common.
class Exchange {
 public:
  Exchange(std::size_t tasks, std::size_t workers, const std::function<bool()>& stop)
      : tasks_(tasks), workers_(workers), stop_(stop) {}

  void work(const TaskCrew::Task& task) {
    const TaskCrew::Give give = [this](std::string result) {
      const std::lock_guard<std::mutex> lock(mutex_);
      results_.push_back(std::move(result));
      changed_.notify_one();
      return !over();
    };
    try {
      for (std::size_t index = next(); index < tasks_; index = next()) {
        task(index, give);
      }
    } catch (...) {
      abandon();
      leave();
      throw;
    }
    leave();
  }

  // Until the last worker has left.
  void take_all(const TaskCrew::Take& take) {
    std::unique_lock<std::mutex> lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return !results_.empty() || workers_ == 0; });
      if (results_.empty()) {
        return;
      }
      const std::vector<std::string> results = std::exchange(results_, {});
      lock.unlock();
      take(results);
      lock.lock();
    }
  }

  void abandon() {
    const std::lock_guard<std::mutex> lock(mutex_);
    abandoned_ = true;
  }

 private:
  void leave() {
    const std::lock_guard<std::mutex> lock(mutex_);
    --workers_;
    changed_.notify_one();
  }

  bool over() const { return abandoned_ || (stop_ && stop_()); }

  // The task to do next; `tasks_` where there is none.
  std::size_t next() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return next_ < tasks_ && !over() ? next_++ : tasks_;
  }

  std::size_t tasks_;
  std::size_t workers_;  // that have not left yet
  const std::function<bool()>& stop_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> results_;
  std::size_t next_ = 0;
  bool abandoned_ = false;
};

}  // namespace

void ThreadCrew::run(std::size_t tasks, const Task& task, const Take& take,
                     const std::function<bool()>& stop) {
  const std::size_t workers = pool_.threads() - 1;
  Exchange exchange(tasks, workers, stop);
  // The pool gives its caller the first piece; where taking throws, it may come to do another one.
  pool_.for_each(workers + 1, [&](std::size_t /*thread*/, std::size_t piece) {
    if (piece > 0) {
      exchange.work(task);
      return;
    }
    try {
      exchange.take_all(take);
    } catch (...) {
      exchange.abandon();
      throw;
    }
  });
}

}  // namespace memplace
