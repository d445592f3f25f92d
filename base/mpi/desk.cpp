// SPDX-License-Identifier: Apache-2.0
#include "base/mpi/desk.h"

#include <utility>

namespace memplace {

void Desk::work(const TaskCrew::Task& task) {
  const TaskCrew::Give give_result = [this](std::string result) { return give(std::move(result)); };
  for (std::size_t index = 0; next(index);) {
    std::exception_ptr thrown;
    try {
      task(index, give_result);
    } catch (...) {
      thrown = std::current_exception();
    }
    end(index, std::move(thrown));
  }
  leave();
}

bool Desk::next(std::size_t& task) {
  std::unique_lock<std::mutex> lock(mutex_);
  tasks_changed_.wait(lock, [this] { return closed_ || !tasks_.empty(); });
  if (closed_) {
    return false;
  }
  task = tasks_.front();
  tasks_.pop_front();
  return true;
}

bool Desk::give(std::string result) {
  const std::lock_guard<std::mutex> lock(mutex_);
  outcome_.results.push_back(std::move(result));
  outcome_changed_.notify_one();
  return !closed_;
}

void Desk::end(std::size_t task, std::exception_ptr thrown) {
  const std::lock_guard<std::mutex> lock(mutex_);
  ++outcome_.ended;
  if (thrown && (!outcome_.thrown || task < outcome_.thrown_by)) {
    outcome_.thrown = std::move(thrown);
    outcome_.thrown_by = task;
  }
  outcome_changed_.notify_one();
}

void Desk::leave() {
  const std::lock_guard<std::mutex> lock(mutex_);
  --present_;
  outcome_changed_.notify_one();
}

void Desk::add(std::size_t task) {
  const std::lock_guard<std::mutex> lock(mutex_);
  tasks_.push_back(task);
  tasks_changed_.notify_one();
}

void Desk::close() {
  const std::lock_guard<std::mutex> lock(mutex_);
  closed_ = true;
  tasks_.clear();
  tasks_changed_.notify_all();
}

Desk::Outcome Desk::look(std::chrono::microseconds patience) {
  std::unique_lock<std::mutex> lock(mutex_);
  outcome_changed_.wait_for(lock, patience,
                            [this] { return !outcome_.empty() || (present_ == 0 && !told_); });
  told_ = present_ == 0;
  return std::exchange(outcome_, Outcome());
}

bool Desk::deserted() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return present_ == 0 && outcome_.empty();
}

}  // namespace memplace
