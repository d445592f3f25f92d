// SPDX-License-Identifier: Apache-2.0
#include "base/task_crew.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.h"

namespace memplace {
namespace {

// What is taken, whatever the order.
std::vector<std::string> run_all(TaskCrew& crew, std::size_t tasks, const TaskCrew::Task& task) {
  std::vector<std::string> taken;
  crew.run(
      tasks, task,
      [&](const std::vector<std::string>& results) {
        CHECK_FALSE(results.empty());
        taken.insert(taken.end(), results.begin(), results.end());
      },
      nullptr);
  std::sort(taken.begin(), taken.end());
  return taken;
}

}  // namespace

TEST_CASE("a crew does each task once, again and again", "[task_crew][threads]") {
  for (const std::size_t threads : {1U, 2U, 5U}) {
    ThreadCrew crew(threads);
    for (const std::size_t tasks : {0U, 1U, 2U, 7U, 300U}) {
      CAPTURE(threads, tasks);
      std::vector<std::string> expected;
      for (std::size_t i = 0; i < tasks; ++i) {
        expected.push_back(std::to_string(i));
      }
      std::sort(expected.begin(), expected.end());
      std::atomic<std::size_t> taken = 0;  // assertions are for one thread at a time
      CHECK(run_all(crew, tasks, [&](std::size_t index, const TaskCrew::Give& give) {
              taken += give(std::to_string(index)) ? 1 : 0;
            }) == expected);
      CHECK(taken == tasks);
    }
  }
}

TEST_CASE("a task may give several results or none", "[task_crew][threads]") {
  ThreadCrew crew(2);
  // Task i gives i results: 0 + 1 + 2 + 3 of them.
  const auto taken = run_all(crew, 4, [](std::size_t index, const TaskCrew::Give& give) {
    for (std::size_t i = 0; i < index; ++i) {
      give(std::to_string(index));
    }
  });
  CHECK(taken == std::vector<std::string>{"1", "2", "2", "3", "3", "3"});
}

TEST_CASE("results are taken on the thread that runs the crew", "[task_crew][threads]") {
  ThreadCrew crew(3);
  const std::thread::id caller = std::this_thread::get_id();
  std::atomic<bool> task_on_caller = false;
  std::size_t taken = 0;
  crew.run(
      50,
      [&](std::size_t /*index*/, const TaskCrew::Give& give) {
        task_on_caller = task_on_caller || std::this_thread::get_id() == caller;
        give("");
      },
      [&](const std::vector<std::string>& results) {
        CHECK(std::this_thread::get_id() == caller);
        taken += results.size();
      },
      nullptr);
  CHECK(taken == 50);
  CHECK_FALSE(task_on_caller);
}

TEST_CASE("a crew that is stopped takes what was given and begins nothing new",
          "[task_crew][threads]") {
  ThreadCrew crew(1);
  std::atomic<bool> stop = false;
  std::vector<std::string> taken;
  std::vector<bool> answers;
  crew.run(
      10,
      [&](std::size_t index, const TaskCrew::Give& give) {
        answers.push_back(give(std::to_string(index)));
        stop = index == 2;
        answers.push_back(give(std::to_string(index) + "'"));
      },
      [&](const std::vector<std::string>& results) {
        taken.insert(taken.end(), results.begin(), results.end());
      },
      [&] { return stop.load(); });
  CHECK(taken == std::vector<std::string>{"0", "0'", "1", "1'", "2", "2'"});
  // Only the last one was told that nobody wants more.
  CHECK(answers == std::vector<bool>{true, true, true, true, true, false});
}

TEST_CASE("what a task or the taker throws is thrown by the crew", "[task_crew][threads]") {
  for (const std::size_t threads : {1U, 3U}) {
    CAPTURE(threads);
    ThreadCrew crew(threads);
    std::atomic<std::size_t> begun = 0;
    CHECK_THROWS_WITH(crew.run(
                          1000,
                          [&](std::size_t index, const TaskCrew::Give& give) {
                            ++begun;
                            if (index == 3) {
                              throw Error("task three");
                            }
                            while (give("") && index > 3) {
                              std::this_thread::sleep_for(std::chrono::milliseconds(1));
                            }
                          },
                          [](const std::vector<std::string>&) {}, nullptr),
                      "task three");
    // Those after it go on until they are told to end: however late a thread is, each of the others
    // begins one of them at most.
    CHECK(begun <= 3 + threads);
    CHECK_THROWS_WITH(
        crew.run(
            1000, [](std::size_t, const TaskCrew::Give& give) { give("x"); },
            [](const std::vector<std::string>&) { throw Error("disk full"); }, nullptr),
        "disk full");
    // It can be used again.
    CHECK(run_all(crew, 2, [](std::size_t, const TaskCrew::Give& give) { give("y"); }) ==
          std::vector<std::string>{"y", "y"});
  }
}

}  // namespace memplace
