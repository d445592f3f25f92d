// SPDX-License-Identifier: Apache-2.0
#include "sim/feasible/live_bytes.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include <catch2/catch.hpp>

#include "base/rng.h"
#include "base/units.h"

namespace memplace {
namespace {

TEST_CASE("live bytes agree with plain sums", "[mapping]") {
  // Around the borders of blocks and of blocks of blocks.
  for (const std::size_t steps : {1U, 2U, 15U, 16U, 17U, 255U, 256U, 257U, 4097U}) {
    CAPTURE(steps);
    Rng rng(steps, 1);
    LiveBytes live(steps);
    std::vector<Bytes> plain(steps);
    struct Range {
      std::size_t begin, end;
      Bytes bytes;
    };
    std::vector<Range> added;
    for (int i = 0; i < 100; ++i) {
      if (!added.empty() && rng.chance(0.5)) {
        std::swap(added[static_cast<std::size_t>(rng.below(added.size()))], added.back());
        const Range range = added.back();
        added.pop_back();
        live.remove(range.begin, range.end, range.bytes);
        for (std::size_t step = range.begin; step < range.end; ++step) {
          plain[step] -= range.bytes;
        }
      } else {
        const std::size_t begin = rng.below(steps);
        const std::size_t end = begin + 1 + rng.below(std::min<std::size_t>(steps - begin, 40));
        const Range range{begin, end, Bytes(static_cast<std::int64_t>(rng.below(9)))};
        added.push_back(range);
        live.add(range.begin, range.end, range.bytes);
        for (std::size_t step = range.begin; step < range.end; ++step) {
          plain[step] += range.bytes;
        }
      }
      const Bytes peak = *std::max_element(plain.begin(), plain.end());
      REQUIRE(live.peak() == peak);
      REQUIRE(live.peak_step() == static_cast<std::size_t>(
                                      std::find(plain.begin(), plain.end(), peak) - plain.begin()));
      const std::size_t begin = rng.below(steps);
      const Bytes most =
          *std::max_element(plain.begin() + static_cast<std::ptrdiff_t>(begin), plain.end());
      REQUIRE(live.at(begin) == plain[begin]);
      REQUIRE(live.within(begin, steps, most));
      REQUIRE((most == Bytes(0) || !live.within(begin, steps, most - Bytes(1))));
    }
  }
}

// A chain of activations of 10 bytes, of which each lives for two steps: every step but the first
// and last has 20, so each of them holds the peak. All are taken out and put back, as a completion
// does. A change touches two steps, at most three blocks of 16 on its way down, and one block a
// level above: far fewer than 100 values for any number of steps here.
TEST_CASE("what a change costs does not grow with the schedule", "[mapping]") {
  for (const std::size_t steps : {1'000U, 100'000U}) {
    CAPTURE(steps);
    LiveBytes live(steps);
    for (std::size_t step = 0; step + 1 < steps; ++step) {
      live.add(step, step + 2, 10_B);
    }
    const std::size_t before = live.visits();
    for (std::size_t step = 0; step + 1 < steps; ++step) {
      live.remove(step, step + 2, 10_B);
      live.add(step, step + 2, 10_B);
    }
    CHECK(live.peak() == 20_B);
    CHECK(live.visits() - before < 100 * steps);
  }
}

}  // namespace
}  // namespace memplace
