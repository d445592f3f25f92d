// SPDX-License-Identifier: Apache-2.0
#include "optimizer/bound/step_runner.h"

#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/support/toy_chips.h"
#include "tests/unit/bound/nanosecond.h"
#include "workloads/io/graph_text.h"

namespace memplace::test {
namespace {

using bound::ChainLayout;
using bound::kUnknownMemory;
using bound::RelaxedProgram;
using bound::StepMemories;
using bound::StepRunner;
using bound::Time;
using bound::TimePlaces;

using Times = std::vector<Time>;

constexpr TimePlaces kPlaces{3};

// A byte takes 4 ns in dram, 2 ns in llc, 1 ns in sram; weights take 8 B, a product's input and
// output 4 B, its computing 20 ns.
const std::string kOneProduct = "graph one\ninput x 4\na: grid(out=5,in=4) w=8 in=x out=4\n";
const std::string kTwoProducts = kOneProduct + "b: grid(out=5,in=4) w=8 in=a out=4\n";

class Steps {
 public:
  Steps(const std::string& text, const Chip& chip)
      : program_(lower(Problem(parse_graph_text(text), chip, Mode{}))) {}

  // As the chain begins: all is idle, and what may be posted is posted at 0.
  Times beginning() const {
    Times times(layout_.boundary(0).width, 0);
    times[TimePlaces::kAll] = layout_.remaining(0);
    return times;
  }
  Time run(std::size_t step, const StepMemories& memories, Times& times) {
    Times after(layout_.boundary(step + 1).width, -1);
    const Time elapsed = runner_.run(step, memories, times.data(), after.data());
    times = after;
    return elapsed;
  }
  const ChainLayout& layout() const { return layout_; }

 private:
  Program program_;
  RelaxedProgram relaxed_{program_};
  ChainLayout layout_{relaxed_};
  StepRunner runner_{relaxed_, layout_};
};

// The only step of kOneProduct with weights in `weights`: when its tile ends, and when all is
// written.
struct Ends {
  Time tile = 0;
  Time all = 0;
  bool operator==(const Ends&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Ends& ends) {
  return out << ends.tile << ", " << ends.all;
}

Ends run_one(const Chip& chip, std::uint64_t weights) {
  Steps steps(kOneProduct, chip);
  Times times = steps.beginning();
  const auto posted = static_cast<std::uint8_t>(weights);
  const Time tile = steps.run(0, {weights, 0, {0}, {posted}}, times);
  return {tile, tile + times[TimePlaces::kAll]};
}

}  // namespace

TEST_CASE("a step waits for weights, and for inputs behind them in one queue", "[bound]") {
  // In dram: weights until 32, input until 48, computing until 68, output until 84.
  CHECK(run_one(toy_chip(), 0) == Ends{68 * kNs, 84 * kNs});
  // Elsewhere: input until 16, when the weights are there (16 in llc, 8 in sram).
  CHECK(run_one(toy_chip(), 1) == Ends{36 * kNs, 52 * kNs});
  CHECK(run_one(toy_chip(), 2) == Ends{36 * kNs, 52 * kNs});
  // Nowhere known: as in the quickest, and in nobody's way.
  CHECK(run_one(toy_chip(), kUnknownMemory) == Ends{36 * kNs, 52 * kNs});
}

TEST_CASE("each transfer ends a latency later, which the next one does not wait for", "[bound]") {
  Chip chip = toy_chip();
  chip.memories[kDram].latency = 5_ns;
  // Weights served until 32, input until 48 and there at 53, computing until 73, output until 89
  // and written at 94.
  CHECK(run_one(chip, 0) == Ends{73 * kNs, 94 * kNs});
  // Weights served until 16 and there at 56, computing until 76, output until 92 and written at 97.
  chip.memories[kLlc].latency = 40_ns;
  CHECK(run_one(chip, 1) == Ends{76 * kNs, 97 * kNs});
}

TEST_CASE("with bursts inputs do not wait for weights", "[bound]") {
  Chip chip = toy_chip();
  chip.memories[kDram].max_burst = 2_B;
  // Input until 16, weights until 32; computing until 52, output until 68.
  CHECK(run_one(chip, 0) == Ends{52 * kNs, 68 * kNs});
}

// Timeline 3 of docs/model/timing.md, step by step: weights in dram, a.out in sram.
TEST_CASE("what a step leaves is what the next begins with", "[bound]") {
  Steps steps(kTwoProducts, toy_chip());
  // b's weights are posted before x too, so that their memory is decided on at a.
  REQUIRE(steps.layout().posted_before(0).size() == 2);
  REQUIRE(steps.layout().boundary(1).width == kPlaces.events() + 1);  // b's chunk, posted at 0
  Times times = steps.beginning();
  // Weights until 32 and 64, x until 80, a's tile until 100; a.out is written at 104.
  CHECK(steps.run(0, {0, 2, {0}, {0, 0}}, times) == 100 * kNs);
  // From 100 on: one output slot is free, one at 104 when b's block is posted; b's computing takes
  // 20, so that no output begins before 120. Dram's weights were served until 32, and no other
  // chunk begins before it was posted, at 0.
  const Times after_a{0,         4 * kNs,    4 * kNs,     // output slots, the next block
                      20 * kNs,                           // all
                      20 * kNs,  20 * kNs,   20 * kNs,    // outputs
                      4 * kNs,   4 * kNs,    4 * kNs,     // inputs
                      -68 * kNs, -100 * kNs, -100 * kNs,  // weights
                      -100 * kNs};                        // b's chunk is posted
  CHECK(times == after_a);
  // b's weights until 64 (-36), a.out from 104 to 108, computing until 128, output until 144.
  CHECK(steps.run(1, {0, 0, {2}, {0}}, times) == 28 * kNs);
  CHECK(times[TimePlaces::kAll] == 16 * kNs);
}

TEST_CASE("an unknown memory is the one that serves best", "[bound]") {
  Steps steps(kTwoProducts, toy_chip());
  Times known = steps.beginning();
  Times unknown = known;
  CHECK(steps.run(0, {0, 2, {0}, {0, 0}}, known) ==
        steps.run(0, {0, kUnknownMemory, {0}, {0, 0}}, unknown));
  CHECK(known == unknown);
  const Times before = known;
  const Time elapsed = steps.run(1, {0, 0, {2}, {0}}, known);
  unknown = before;
  CHECK(steps.run(1, {0, 0, {static_cast<std::uint8_t>(kUnknownMemory)}, {0}}, unknown) == elapsed);
  CHECK(known == unknown);
  // Not in llc, where a.out takes 8 ns to be read instead of 4.
  Times slower = before;
  CHECK(steps.run(1, {0, 0, {1}, {0}}, slower) == elapsed + 4 * kNs);
}

// Three tiles of 8 B, each read in 32 ns and computed in 8; written in 128 where dram writes a byte
// in 16 ns.
//
//   input   |= 32 =|= 64 =|= 96 =|
//   compute        32..40 64..72       168..176
//   output            40 ......... 168 ........ 296 ....... 424
//
// The third tile has to wait for the first output, and its output for the second.
TEST_CASE("a tile waits for one of two output slots", "[bound]") {
  const std::string text = "graph three\ninput x 24\ne: elementwise(24) in=x out=24\n";
  Chip chip = toy_chip();
  Steps fast(text, chip);
  Times times = fast.beginning();
  CHECK(fast.run(0, {0, 0, {0}, {}}, times) == 104 * kNs);  // 96 + 8
  CHECK(times[TimePlaces::kAll] == 32 * kNs);

  chip.memories[kDram].write_bandwidth = 1_B / 16_ns;
  Steps slow(text, chip);
  times = slow.beginning();
  CHECK(slow.run(0, {0, 0, {0}, {}}, times) == 176 * kNs);
  CHECK(times[TimePlaces::kAll] == (424 - 176) * kNs);
}

}  // namespace memplace::test
