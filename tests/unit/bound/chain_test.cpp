// SPDX-License-Identifier: Apache-2.0
#include "optimizer/bound/chain.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "optimizer/bound/bound.h"
#include "tests/support/decisions.h"
#include "tests/support/toy_tasks.h"
#include "tests/unit/bound/nanosecond.h"

namespace memplace::test {
namespace {

using bound::Chain;
using bound::ChainResult;
using bound::Time;

using Memories = std::vector<std::uint8_t>;

constexpr Time kNoCutoff = Time{1} << 60;
constexpr std::size_t kWide = 10'000;

// Decisions: a.weights 8 B, a 4 B, b.weights 8 B. Reading x and computing take 16 and 20 ns, b 20
// and its output 16. Where no weights are in dram, which x would wait for, what is left is to write
// and read a: 16 + 16 ns in dram, 8 + 8 in llc, 4 + 4 in sram. So 104, 88 or 80 ns.
const std::string kTwo =
    "graph two\n"
    "input x 4\n"
    "a: grid(out=5,in=4) w=8 in=x out=4\n"
    "b: grid(out=5,in=4) w=8 in=a out=4\n";
constexpr std::size_t kAWeights = 0, kA = 1, kBWeights = 2;

struct Solved {
  explicit Solved(Program p) : program(std::move(p)) {}
  explicit Solved(const std::string& text) : Solved(toy_program(text)) {}

  Time& price(std::size_t decision, std::size_t memory) {
    return prices[decision * room.memories() + memory];
  }
  char& may_be(std::size_t decision, std::size_t memory) {
    return allowed[decision * room.memories() + memory];
  }
  ChainResult solve(std::size_t width = kWide, Time cutoff = kNoCutoff) {
    return Chain(relaxed, room).solve(prices, allowed, width, cutoff);
  }

  Program program;
  bound::RelaxedProgram relaxed{program};
  bound::Room room{program};
  std::vector<Time> prices = std::vector<Time>(room.decisions() * room.memories(), 0);
  std::vector<char> allowed = std::vector<char>(prices.size(), 1);
};

// The least of all mappings' relaxed times and prices, one by one.
Time least_of_all(Solved& s) {
  const Graph& graph = s.program.graph();
  const std::size_t memories = s.room.memories();
  std::size_t mappings = 1;
  for (std::size_t i = 0; i < s.room.decisions(); ++i) {
    mappings *= memories;
  }
  Time least = std::numeric_limits<Time>::max();
  Mapping mapping = uniform_mapping(Problem(graph, s.program.chip()), s.program.chip().slowest());
  for (std::size_t number = 0; number < mappings; ++number) {
    std::size_t digits = number;
    Time price = 0;
    for (std::size_t i = 0; i < s.room.decisions(); ++i, digits /= memories) {
      mapping[decisions_of(graph)[i]] = MemoryId(digits % memories);
      price += s.price(i, digits % memories);
    }
    settle(Problem(graph, s.program.chip()), mapping);
    least = std::min(least, relaxed_time(s.program, mapping).count() + price);
  }
  return least;
}

}  // namespace

TEST_CASE("without prices the chain finds the quickest memories", "[bound]") {
  Solved s(kTwo);
  const ChainResult result = s.solve();
  CHECK(result.least == 80 * kNs);
  REQUIRE(result.memories.has_value());
  const Memories& memories = *result.memories;
  REQUIRE(memories.size() == 3);
  CHECK(memories[kA] == 2);
  CHECK(memories[kAWeights] != 0);
  CHECK(memories[kBWeights] != 0);
}

TEST_CASE("a price is paid where it is worth it", "[bound]") {
  Solved s(kTwo);
  s.price(kA, 2) = 7 * kNs;
  CHECK(s.solve().least == 87 * kNs);
  CHECK((*s.solve().memories)[kA] == 2);
  s.price(kA, 2) = 9 * kNs;
  CHECK(s.solve().least == 88 * kNs);
  CHECK((*s.solve().memories)[kA] == 1);
  // Weights in dram make x wait for 32 ns, which is less than 40.
  s.price(kAWeights, 1) = s.price(kAWeights, 2) = 40 * kNs;
  CHECK(s.solve().least == (88 + 32) * kNs);
  CHECK((*s.solve().memories)[kAWeights] == 0);
}

TEST_CASE("a decision is made where it may be", "[bound]") {
  Solved s(kTwo);
  s.may_be(kA, 1) = s.may_be(kA, 2) = 0;
  CHECK(s.solve().least == 104 * kNs);
  CHECK((*s.solve().memories)[kA] == 0);
  s.may_be(kA, 1) = 1;
  CHECK(s.solve().least == 88 * kNs);
}

TEST_CASE("what cannot come below the cutoff is not followed", "[bound]") {
  Solved s(kTwo);
  const ChainResult none = s.solve(kWide, 80 * kNs);
  CHECK(none.least == 80 * kNs);
  CHECK_FALSE(none.memories.has_value());
  const ChainResult some = s.solve(kWide, 80 * kNs + 1);
  CHECK(some.least == 80 * kNs);
  CHECK(some.memories.has_value());
  CHECK(s.solve(kWide, 50 * kNs).least == 50 * kNs);
}

// Room counts where a tensor lives on: a is written by one step and read by the next.
TEST_CASE("live tensors that do not fit together are left out", "[bound]") {
  Chip chip = toy_chip();
  chip.memories[kSram].capacity = 3_B;
  Solved s(on(toy_program(kTwo), chip));
  CHECK(s.solve().least == 88 * kNs);
  CHECK((*s.solve().memories)[kA] == 1);
}

TEST_CASE("a wide chain has the least of all mappings", "[bound][property]") {
  Rng rng(11);
  int tried = 0;
  while (tried < 25) {
    CAPTURE(tried);
    Solved s(with_capacity(random_toy_program(rng, 4), Bytes(std::int64_t{1} << 40)));
    if (s.relaxed.steps().empty()) {
      continue;
    }
    ++tried;
    const Time unpriced = s.solve().least;
    for (std::size_t i = 0; i < s.room.decisions(); ++i) {
      for (std::size_t m = 1; m < s.room.memories(); ++m) {
        s.price(i, m) = static_cast<Time>(rng.below(static_cast<std::uint64_t>(unpriced) / 4 + 1));
      }
    }
    const Time least = least_of_all(s);
    CHECK(s.solve().least == least);
    // Labels that were merged promise more than there is.
    CHECK(s.solve(1).least <= least);
    CHECK(s.solve(1).memories->size() == s.room.decisions());
  }
}

// Of ten products one after the other a single label does not know the best memories.
TEST_CASE("a narrow chain says less", "[bound]") {
  std::string text = "graph ten\ninput x 16\no0: grid(out=8,in=8) w=40 in=x out=16\n";
  for (int i = 1; i < 10; ++i) {
    const std::string before = std::to_string(i - 1);
    text += "o" + std::to_string(i) + ": grid(out=8,in=8) w=40 in=o" + before + " out=16\n";
  }
  Solved s(text);
  for (std::size_t i = 0; i < s.room.decisions(); ++i) {
    s.price(i, 1) = 20 * kNs;
    s.price(i, 2) = 50 * kNs;
  }
  const Time narrow = s.solve(1).least;
  const Time wide = s.solve(1000).least;
  CHECK(narrow < wide);
}

}  // namespace memplace::test
