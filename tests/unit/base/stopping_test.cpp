// SPDX-License-Identifier: Apache-2.0
#include "base/stopping.h"

#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "base/parallel.h"
#include "base/task_crew.h"

namespace memplace {

TEST_CASE("work stops where the scope around it says so, and only there", "[stopping]") {
  CHECK_NOTHROW(look_for_stop());
  bool wanted = false;
  {
    const StopScope scope([&] { return wanted; });
    CHECK_NOTHROW(look_for_stop());
    wanted = true;
    CHECK_THROWS_AS(look_for_stop(), Stopped);
    CHECK(scope.stopped());
  }
  CHECK_NOTHROW(look_for_stop());
}

TEST_CASE("a scope that said so once is not asked again", "[stopping]") {
  int asked = 0;
  const StopScope scope([&] { return ++asked == 3; });
  CHECK_FALSE(stop_wanted());
  CHECK_FALSE(stop_wanted());
  CHECK(stop_wanted());
  CHECK(stop_wanted());
  CHECK(asked == 3);
}

TEST_CASE("work in an inner scope stops for the outer one", "[stopping]") {
  bool outer_wants = false;
  const StopScope outer([&] { return outer_wants; });
  {
    const StopScope inner([] { return true; });
    CHECK(stop_wanted());
    CHECK(inner.stopped());
    CHECK_FALSE(outer.stopped());
  }
  CHECK_FALSE(stop_wanted());
  const StopScope inner(nullptr);
  outer_wants = true;
  CHECK(stop_wanted());
  CHECK_FALSE(inner.stopped());
  const SharedStop nobody(nullptr);
  CHECK_FALSE(stop_wanted());
}

TEST_CASE("a lookout looks once in so many steps", "[stopping]") {
  int looks = 0;
  const StopScope scope([&] {
    ++looks;
    return false;
  });
  Lookout lookout(8);
  for (int i = 0; i < 80; ++i) {
    lookout.step();
  }
  CHECK(looks == 10);
}

// Three pieces on three threads, each of which goes on until it is stopped.
TEST_CASE("threads of a pool stop with who waits for them", "[stopping][threads]") {
  ThreadPool pool(3);
  std::atomic<std::size_t> stopped = 0;
  {
    std::atomic<std::size_t> begun = 0;
    const StopScope scope([&] { return begun == 3; });
    CHECK_THROWS_AS(pool.for_each(3,
                                  [&](std::size_t, std::size_t) {
                                    ++begun;
                                    try {
                                      for (;;) {
                                        look_for_stop();
                                        std::this_thread::yield();
                                      }
                                    } catch (const Stopped&) {
                                      ++stopped;
                                      throw;
                                    }
                                  }),
                    Stopped);
    CHECK(stopped == 3);
  }
  // The next work of the same threads has no scope.
  CHECK_NOTHROW(pool.for_each(30, [](std::size_t, std::size_t) { look_for_stop(); }));
}

TEST_CASE("tasks of a crew stop, and what was given is taken", "[stopping][threads]") {
  ThreadCrew crew(2);
  std::vector<std::string> taken;
  std::atomic<bool> wanted = false;
  const StopScope scope([&] { return wanted.load(); });
  crew.run(
      5,
      [&](std::size_t index, const TaskCrew::Give& give) {
        give(std::to_string(index));
        wanted = true;
        try {
          for (;;) {
            look_for_stop();
          }
        } catch (const Stopped&) {
        }
      },
      [&](const std::vector<std::string>& results) {
        taken.insert(taken.end(), results.begin(), results.end());
      },
      [&] { return wanted.load(); });
  // One or both threads had a task by then.
  CHECK_FALSE(taken.empty());
  CHECK(taken.size() <= 2);
}

}  // namespace memplace
