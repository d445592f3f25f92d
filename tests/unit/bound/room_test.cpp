// SPDX-License-Identifier: Apache-2.0
#include "optimizer/bound/room.h"

#include <cstdint>
#include <limits>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "sim/feasible/occupancy.h"
#include "tests/support/toy_tasks.h"

namespace memplace::test {
namespace {

using bound::Room;
using bound::RoomPrices;

}  // namespace

TEST_CASE("a decision costs what its bytes cost while they live", "[bound]") {
  // Steps a, b, c; weights of 40 B throughout, a's output of 16 B at steps 0 and 1 (b reads it).
  const Program program = toy_program(kChainText);
  const Room room(program);
  RoomPrices prices(room);
  const auto unit = static_cast<std::int64_t>(bound::kPriceUnit);
  prices.set(prices.row(1, 0), 3 * unit);
  prices.set(prices.row(1, 1), 2 * unit);
  prices.set(prices.row(1, 2), unit / 2);
  const auto costs = prices.of_decisions();
  // Decisions in order: a.weights, a, b.weights, b, c.weights; memories dram, llc, sram.
  CHECK(costs[0 * 3 + 1] == 220);  // 40 x 5.5
  CHECK(costs[1 * 3 + 1] == 80);   // 16 x (3 + 2)
  CHECK(costs[3 * 3 + 1] == 40);   // 16 x (2 + 0.5)
  CHECK(costs[0 * 3 + 0] == 0);
  CHECK(costs[0 * 3 + 2] == 0);
  CHECK(prices.of_capacity() == 64 * 11 / 2);

  // Down for decisions, up for all room.
  RoomPrices little(room);
  little.set(little.row(2, 1), 1);
  CHECK(little.of_decisions()[0 * 3 + 2] == 0);
  CHECK(little.of_capacity() == 1);
}

// Room that nobody can use costs nothing, and what does not fit 2^60 ps proves nothing.
TEST_CASE("prices that are too high are none", "[bound]") {
  const Bytes huge(std::int64_t{1} << 50);
  const Program program = with_capacity(toy_program(kChainText), huge);
  const Room room(program);
  // At step 1 a.weights 40, a 16, b.weights 40, b 16, c.weights 24.
  CHECK(room.capacity(1) == 136);
  RoomPrices prices(room);
  constexpr std::int64_t kHigh = std::int64_t{1} << 60;
  prices.set(prices.row(1, 1), kHigh);
  REQUIRE(prices.of_capacity().has_value());
  CHECK(prices.of_capacity() == 136 * (kHigh >> 20));
  constexpr std::int64_t kHighest = std::numeric_limits<std::int64_t>::max();
  const Program large = with_capacity(
      toy_program("graph large\ninput x 8\na: grid(out=8,in=8) w=80000 in=x out=8\n"), huge);
  const Room more(large);
  RoomPrices highest(more);
  for (std::size_t row = 0; row < highest.rows(); ++row) {
    highest.set(row, kHighest);
  }
  CHECK_FALSE(highest.of_capacity().has_value());
  bound::Time sum = 0;
  for (const bound::Time price : highest.of_decisions()) {
    CHECK(price >= 0);
    sum += price;
  }
  CHECK(sum <= 3 * kHigh);
  CHECK_THROWS_AS(prices.set(0, -1), InternalError);
}

TEST_CASE("excess is what occupancy says", "[bound][property]") {
  Rng rng(7);
  for (int i = 0; i < 200; ++i) {
    CAPTURE(i);
    const Program program = random_toy_program(rng, 8);
    const Room room(program);
    const RoomPrices prices(room);
    Mapping mapping = uniform_mapping(program.problem, program.chip().slowest());
    std::vector<std::uint8_t> memories;
    for (const TensorId decision : program.problem.decisions().tensors()) {
      memories.push_back(static_cast<std::uint8_t>(rng.below(program.chip().memories.size())));
      mapping[decision] = MemoryId(memories.back());
    }
    settle(program.problem, mapping);
    const Occupancy filled = occupancy(program.problem, mapping);
    const std::vector<std::int64_t> excess = prices.excess(memories);
    REQUIRE(excess.size() == prices.rows());
    for (std::size_t m = 1; m < room.memories(); ++m) {
      for (std::size_t step = 0; step < room.schedule_steps(); ++step) {
        const MemoryOccupancy& memory = filled[MemoryId(m)];
        // Of a capacity whole multiples of the alignment count.
        const std::int64_t alignment = program.chip().memories[MemoryId(m)].alignment.count();
        const std::int64_t capacity = memory.capacity.count() / alignment * alignment;
        REQUIRE(room.capacity(m) <= capacity);
        REQUIRE(excess[prices.row(m, step)] == memory.live[step].count() - room.capacity(m));
        // Less room only where nothing more can be asked for.
        REQUIRE((memory.live[step].count() > capacity) == (excess[prices.row(m, step)] > 0));
      }
    }
  }
}

}  // namespace memplace::test
