// SPDX-License-Identifier: Apache-2.0
#include "base/parallel.h"

#include <atomic>
#include <cstddef>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.h"

namespace memplace {

TEST_CASE("a pool does every piece once, again and again", "[parallel][threads]") {
  for (const std::size_t threads : {1U, 2U, 5U}) {
    ThreadPool pool(threads);
    CHECK(pool.threads() == threads);
    for (const std::size_t pieces : {0U, 1U, 2U, 3U, 100U, 1000U}) {
      CAPTURE(threads, pieces);
      std::vector<int> times(pieces, 0);
      pool.for_each(pieces, [&](std::size_t /*thread*/, std::size_t piece) { ++times[piece]; });
      CHECK(times == std::vector<int>(pieces, 1));
    }
  }
}

TEST_CASE("no two pieces are on one of a pool's threads at once", "[parallel][threads]") {
  ThreadPool pool(4);
  std::vector<std::atomic<int>> busy(4);
  std::atomic<bool> together = false;
  pool.for_each(2000, [&](std::size_t thread, std::size_t /*piece*/) {
    together = together || busy.at(thread).fetch_add(1) != 0;
    busy.at(thread).fetch_sub(1);
  });
  CHECK_FALSE(together);
}

TEST_CASE("where pieces of a pool throw, the others are done and the first is heard of",
          "[parallel][threads]") {
  for (const std::size_t threads : {1U, 3U}) {
    ThreadPool pool(threads);
    std::vector<int> times(50, 0);
    const auto work = [&](std::size_t /*thread*/, std::size_t piece) {
      ++times[piece];
      if (piece % 7 == 3) {
        throw Error("piece " + std::to_string(piece));
      }
    };
    CHECK_THROWS_WITH(pool.for_each(times.size(), work), "piece 3");
    CHECK(times == std::vector<int>(times.size(), 1));
    pool.for_each(times.size(), [&](std::size_t /*thread*/, std::size_t piece) { ++times[piece]; });
    CHECK(times == std::vector<int>(times.size(), 2));
  }
}

}  // namespace memplace
