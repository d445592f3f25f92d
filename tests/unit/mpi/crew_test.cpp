// SPDX-License-Identifier: Apache-2.0
// Several ranks as one crew: every rank runs this program, and so every case, together.
#define CATCH_CONFIG_RUNNER
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <new>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "base/mpi/mpi_ranks.h"

namespace memplace {
namespace {

using Results = std::vector<std::string>;

std::unique_ptr<Ranks>& ranks() {
  static std::unique_ptr<Ranks> joined;
  return joined;
}

void doze() { std::this_thread::sleep_for(std::chrono::milliseconds(1)); }

// A task that never ends by itself.
void give_forever(const TaskCrew::Give& give) {
  while (give("")) {
    doze();
  }
}

TEST_CASE("every rank gets what rank 0 shares", "[mpi]") {
  const std::string text("a\0b", 3);
  CHECK(ranks()->share(ranks()->leads() ? text : "mine") == text);
  CHECK(ranks()->share("").empty());
  CHECK(ranks()->launched());
  CHECK(ranks()->size() > 1);
  CHECK(ranks()->leads() == (ranks()->rank() == 0));
}

TEST_CASE("each task is done once, by some thread of some rank", "[mpi]") {
  for (const std::size_t threads : {1U, 2U}) {
    const auto crew = ranks()->crew(threads);
    for (const std::size_t tasks : {0U, 1U, 5'000U}) {
      std::vector<std::size_t> taken;
      crew->run(
          tasks, [](std::size_t index, const TaskCrew::Give& give) { give(std::to_string(index)); },
          [&](const Results& results) {
            CHECK_FALSE(results.empty());
            for (const std::string& result : results) {
              taken.push_back(std::stoul(result));
            }
          },
          {});
      std::vector<std::size_t> expected;
      for (std::size_t i = 0; ranks()->leads() && i < tasks; ++i) {
        expected.push_back(i);
      }
      std::sort(taken.begin(), taken.end());
      CHECK(taken == expected);
    }
  }
}

TEST_CASE("all ranks take part, and a task's results come one by one", "[mpi]") {
  // Rank 0's task ends when the other ranks have given something, theirs when rank 0 says so, which
  // is when its own has: nobody could do this alone, or keep results back until the task ends.
  std::set<std::string> heard;
  std::atomic<bool> complete = false;
  ranks()->crew(1)->run(
      ranks()->size(),
      [&](std::size_t /*index*/, const TaskCrew::Give& give) {
        if (!ranks()->leads()) {
          while (give(std::to_string(ranks()->rank()))) {
            doze();
          }
          return;
        }
        while (!complete) {
          doze();
        }
      },
      [&](const Results& results) {
        heard.insert(results.begin(), results.end());
        complete = heard.size() + 1 == ranks()->size();
      },
      [&] { return complete.load(); });
  CHECK(heard.size() == (ranks()->leads() ? ranks()->size() - 1 : 0));
}

TEST_CASE("large results arrive whole", "[mpi]") {
  constexpr std::size_t kBytes = 3'000'000;
  std::size_t right = 0;
  ranks()->crew(1)->run(
      6,
      [](std::size_t index, const TaskCrew::Give& give) {
        give(std::string(kBytes + index, static_cast<char>('a' + index)));
      },
      [&](const Results& results) {
        for (const std::string& result : results) {
          const auto index = static_cast<std::size_t>(result.front() - 'a');
          right += result == std::string(kBytes + index, result.front()) ? std::size_t{1} : 0;
        }
      },
      {});
  CHECK(right == (ranks()->leads() ? 6 : 0));
}

// Runs tasks of which the one that rank 1 has throws; all others go on until they are stopped.
template <class Throw>
void run_until_rank_1_throws(Throw do_throw) {
  ranks()->crew(1)->run(
      100,
      [&](std::size_t /*index*/, const TaskCrew::Give& give) {
        if (ranks()->rank() == 1) {
          do_throw();
        }
        give_forever(give);
      },
      [](const Results&) {}, {});
}

TEST_CASE("what a task throws on another rank is thrown on rank 0", "[mpi]") {
  struct Strange {};
  const auto error = [] { throw Error("x.yaml:3:4: no such thing"); };
  const auto bug = [] { throw std::runtime_error("a bug"); };
  const auto memory = [] { throw std::bad_alloc(); };
  const auto strange = [] { throw Strange(); };
  if (!ranks()->leads()) {
    CHECK_NOTHROW(run_until_rank_1_throws(error));
    CHECK_NOTHROW(run_until_rank_1_throws(bug));
    CHECK_NOTHROW(run_until_rank_1_throws(memory));
    CHECK_NOTHROW(run_until_rank_1_throws(strange));
    return;
  }
  CHECK_THROWS_AS(run_until_rank_1_throws(error), Error);
  CHECK_THROWS_WITH(run_until_rank_1_throws(bug), "a bug");
  CHECK_THROWS_AS(run_until_rank_1_throws(memory), std::bad_alloc);
  bool unknown = false;
  try {
    run_until_rank_1_throws(strange);
  } catch (const std::exception&) {
    unknown = false;
  } catch (...) {
    unknown = true;
  }
  CHECK(unknown);
}

TEST_CASE("what a task or take throws on rank 0 stops all ranks", "[mpi]") {
  const auto run_task = [] {
    ranks()->crew(1)->run(
        100,
        [](std::size_t /*index*/, const TaskCrew::Give& give) {
          if (ranks()->leads()) {
            throw Error("here");
          }
          give_forever(give);
        },
        [](const Results&) {}, {});
  };
  const auto run_take = [] {
    ranks()->crew(1)->run(
        100, [](std::size_t /*index*/, const TaskCrew::Give& give) { give_forever(give); },
        [](const Results&) { throw Error("full"); }, {});
  };
  if (ranks()->leads()) {
    CHECK_THROWS_WITH(run_task(), "here");
    CHECK_THROWS_WITH(run_take(), "full");
  } else {
    CHECK_NOTHROW(run_task());
    CHECK_NOTHROW(run_take());
  }
}

TEST_CASE("once it is stopped, nothing is handed out any more", "[mpi]") {
  constexpr std::size_t kTasks = 1'000'000;
  std::size_t taken = 0;
  ranks()->crew(1)->run(
      kTasks, [](std::size_t /*index*/, const TaskCrew::Give& give) { give("x"); },
      [&](const Results& results) { taken += results.size(); }, [&] { return taken >= 10; });
  if (ranks()->leads()) {
    CHECK(taken >= 10);
    CHECK(taken < kTasks);
  }
}

}  // namespace
}  // namespace memplace

int main(int argc, char** argv) {
  memplace::ranks() = memplace::join_mpi_ranks();
  const int failed = Catch::Session().run(argc, argv);
  const int code = memplace::ranks()->leave(failed, "a test failed on another rank");
  memplace::ranks().reset();
  return failed != 0 ? failed : code;
}
