// SPDX-License-Identifier: Apache-2.0
// The worked timelines of docs/model/timing.md that have moves, by hand, on the toy chip: a byte
// takes 4 ns in DRAM, 2 ns in LLC, 1 ns in SRAM. Here: the mover's places, overhead and
// bursts; several readers, streams and inferences; law 8.
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/unit/models/moving_run.h"

namespace memplace::test::moving {

TEST_CASE("25: places of the mover", "[models]") {
  Chip chip = moving_chip();
  chip.memories[kDram].latency = 10_ns;
  const Run two = run(kOneOp, {}, {{"a.weights", kLlc}}, chip);
  CHECK(two.text ==
        "dram input a0 posted 0 served 0-16 arrived 26\n"
        "dram move read a.weights0 posted 0 served 16-32 arrived 42\n"
        "dram move read a.weights1 posted 0 served 32-48 arrived 58\n"
        "llc move write a.weights0 posted 42 served 42-50 arrived 50\n"
        "llc move write a.weights1 posted 58 served 58-66 arrived 66\n"
        "llc weight a0 posted 66 served 66-82 arrived 82\n"
        "dram output a0 posted 102 served 102-118 arrived 128\n"
        "compute a0 82-102\n");
  CHECK(two.result.latency == 128_ns);
  CHECK(two.result.moves == Moves{{0_ns, 66_ns, 66_ns}});

  chip.mover.in_flight = 1;
  const Run one = run(kOneOp, {}, {{"a.weights", kLlc}}, chip);
  CHECK(one.text ==
        "dram input a0 posted 0 served 0-16 arrived 26\n"
        "dram move read a.weights0 posted 0 served 16-32 arrived 42\n"
        "llc move write a.weights0 posted 42 served 42-50 arrived 50\n"
        "dram move read a.weights1 posted 50 served 50-66 arrived 76\n"
        "llc move write a.weights1 posted 76 served 76-84 arrived 84\n"
        "llc weight a0 posted 84 served 84-100 arrived 100\n"
        "dram output a0 posted 120 served 120-136 arrived 146\n"
        "compute a0 100-120\n");
  CHECK(one.result.latency == 146_ns);
  CHECK(one.result.moves == Moves{{0_ns, 84_ns, 84_ns}});
}

TEST_CASE("26: an input that several ops read", "[models]") {
  const Run r =
      run("input x 6\n"
          "a: elementwise(6) in=x out=2\n"
          "b: elementwise(8) in=a,x out=4\n",
          {{"a.out", kSram}}, {{"x", kSram}});
  CHECK(r.text ==
        "dram move read x0 posted 0 served 0-16 arrived 16\n"
        "sram move write x0 posted 16 served 16-20 arrived 20\n"
        "dram move read x1 posted 0 served 16-24 arrived 24\n"
        "sram move write x1 posted 24 served 24-26 arrived 26\n"
        "sram input a0 posted 26 served 26-32 arrived 32\n"
        "sram output a0 posted 38 served 38-40 arrived 40\n"
        "sram input b0 posted 40 served 40-42 arrived 42\n"
        "sram input b0 posted 40 served 42-48 arrived 48\n"
        "dram output b0 posted 56 served 56-72 arrived 72\n"
        "compute a0 32-38\n"
        "compute b0 48-56\n");
  CHECK(r.result.latency == 72_ns);
  CHECK(r.op(0).wait_move == 26_ns);
  CHECK(r.op(0).wait_inputs == 6_ns);
  CHECK(r.op(1).wait_move == 0_ns);
  CHECK(r.op(1).wait_inputs == 10_ns);
  CHECK(r.result.memories[kDram].read == 6_B);  // once
}

TEST_CASE("27: weights that two ops use are fetched once", "[models]") {
  const Run r = run(kOneOp + "b: grid(out=5,in=4) w=a.weights in=a out=4\n", {{"a.out", kSram}},
                    {{"a.weights", kSram}});
  CHECK(r.text ==
        "dram input a0 posted 0 served 0-16 arrived 16\n"
        "dram move read a.weights0 posted 0 served 16-32 arrived 32\n"
        "sram move write a.weights0 posted 32 served 32-36 arrived 36\n"
        "dram move read a.weights1 posted 0 served 32-48 arrived 48\n"
        "sram move write a.weights1 posted 48 served 48-52 arrived 52\n"
        "sram weight a0 posted 52 served 52-60 arrived 60\n"
        "sram weight b0 posted 52 served 60-68 arrived 68\n"
        "sram output a0 posted 80 served 80-84 arrived 84\n"
        "sram input b0 posted 84 served 84-88 arrived 88\n"
        "dram output b0 posted 108 served 108-124 arrived 124\n"
        "compute a0 60-80\n"
        "compute b0 88-108\n");
  CHECK(r.result.latency == 124_ns);
}

TEST_CASE("28: two streams that fetch", "[models]") {
  Chip chip = moving_chip();
  chip.engines.count = 2;
  chip.memories[kSram].scope = Scope::kEngine;
  const Run r = run(kOneOp, {}, {{"a.weights", kSram}}, chip, {2, 1, 1});
  CHECK(r.text ==
        "dram input a0 posted 0 served 0-16 arrived 16\n"
        "dram input s1 a0 posted 0 served 16-32 arrived 32\n"
        "dram move read a.weights0 posted 0 served 32-48 arrived 48\n"
        "sram move write a.weights0 posted 48 served 48-52 arrived 52\n"
        "dram move read a.weights1 posted 0 served 48-64 arrived 64\n"
        "sram move write a.weights1 posted 64 served 64-68 arrived 68\n"
        "dram move read s1 a.weights0 posted 0 served 64-80 arrived 80\n"
        "sram weight a0 posted 68 served 68-76 arrived 76\n"
        "sram move write s1 a.weights0 posted 80 served 80-84 arrived 84\n"
        "dram move read s1 a.weights1 posted 0 served 80-96 arrived 96\n"
        "dram output a0 posted 96 served 96-112 arrived 112\n"
        "sram move write s1 a.weights1 posted 96 served 96-100 arrived 100\n"
        "sram weight s1 a0 posted 100 served 100-108 arrived 108\n"
        "dram output s1 a0 posted 128 served 128-144 arrived 144\n"
        "compute a0 76-96\n"
        "compute s1 a0 108-128\n");
  CHECK(r.result.completions == std::vector{112_ns, 144_ns});
  CHECK(r.result.moves == Moves{{0_ns, 68_ns, 68_ns}});  // of stream 0
  CHECK(r.result.memories[kSram].busy == 16_ns);         // of either instance
  CHECK(r.result.memories[kSram].written == 16_B);       // of both
  CHECK(r.result.memories[kDram].read == 24_B);
}

// What stays is read ahead for the second inference, what is fetched is not.
TEST_CASE("29: two inferences that fetch", "[models]") {
  const Run r = run(kTwoOps, {{"a.out", kSram}}, {{"b.weights", kSram}}, moving_chip(), {1, 1, 2});
  CHECK(r.text ==
        "dram weight a0 posted 0 served 0-32 arrived 32\n"
        "dram input a0 posted 0 served 32-48 arrived 48\n"
        "dram move read b.weights0 posted 0 served 48-64 arrived 64\n"
        "sram move write b.weights0 posted 64 served 64-68 arrived 68\n"
        "dram move read b.weights1 posted 0 served 64-80 arrived 80\n"
        "sram output a0 posted 68 served 68-72 arrived 72\n"
        "sram input b0 posted 72 served 72-76 arrived 76\n"
        "sram move write b.weights1 posted 80 served 80-84 arrived 84\n"
        "sram weight b0 posted 84 served 84-92 arrived 92\n"
        "dram weight i1 a0 posted 84 served 84-116 arrived 116\n"
        "dram output b0 posted 112 served 116-132 arrived 132\n"
        "dram input i1 a0 posted 132 served 132-148 arrived 148\n"
        "dram move read i1 b.weights0 posted 132 served 148-164 arrived 164\n"
        "sram move write i1 b.weights0 posted 164 served 164-168 arrived 168\n"
        "dram move read i1 b.weights1 posted 132 served 164-180 arrived 180\n"
        "sram output i1 a0 posted 168 served 168-172 arrived 172\n"
        "sram input i1 b0 posted 172 served 172-176 arrived 176\n"
        "sram move write i1 b.weights1 posted 180 served 180-184 arrived 184\n"
        "sram weight i1 b0 posted 184 served 184-192 arrived 192\n"
        "dram output i1 b0 posted 212 served 212-228 arrived 228\n"
        "compute a0 48-68\n"
        "compute b0 92-112\n"
        "compute i1 a0 148-168\n"
        "compute i1 b0 192-212\n");
  CHECK(r.result.completions == std::vector{132_ns, 228_ns});
  CHECK(r.result.latency == 132_ns);
  CHECK(r.result.moves == Moves{{0_ns, 84_ns, 16_ns}});  // of the first inference; 68-84
  CHECK(run(kTwoOps, {{"a.out", kSram}}, {{"b.weights", kSram}}).result.latency == 128_ns);
}

// dram    |--- x 16 --|--- w0 16 ---|-- w1 16 ---|                |y 16|
// sram                |x |x |   |a.y|a.y|- x -|
// llc                               |-- w0 8 -|  |w1 8|b.w 16|
// compute |dispatch|        |a 4| dispatch |                 |b 20|
//         0        10 16 20 24  28  32  36 38 40 48   56     72   92   108
TEST_CASE("30: the sum of law 8 with moves", "[models]") {
  Chip chip = moving_chip();
  chip.engines.dispatch_overhead = 10_ns;
  const Run r = run(kShortOpFirst + "b: grid(out=5,in=4) w=8 in=a,x out=4\n", {{"a.out", kSram}},
                    {{"x", kSram}, {"b.weights", kLlc}}, chip);
  CHECK(r.text ==
        "dram move read x0 posted 0 served 0-16 arrived 16\n"
        "sram move write x0 posted 16 served 16-20 arrived 20\n"
        "dram move read b.weights0 posted 0 served 16-32 arrived 32\n"
        "sram input a0 posted 20 served 20-24 arrived 24\n"
        "sram output a0 posted 28 served 28-32 arrived 32\n"
        "sram input b0 posted 32 served 32-36 arrived 36\n"
        "llc move write b.weights0 posted 32 served 32-40 arrived 40\n"
        "dram move read b.weights1 posted 20 served 32-48 arrived 48\n"
        "sram input b0 posted 32 served 36-40 arrived 40\n"
        "llc move write b.weights1 posted 48 served 48-56 arrived 56\n"
        "llc weight b0 posted 56 served 56-72 arrived 72\n"
        "dram output b0 posted 92 served 92-108 arrived 108\n"
        "compute a0 24-28\n"
        "compute b0 72-92\n");
  CHECK(r.result.latency == 108_ns);
  CHECK(r.op(0).dispatch == 10_ns);
  CHECK(r.op(0).wait_move == 10_ns);   // 10-20
  CHECK(r.op(0).wait_inputs == 4_ns);  // 20-24
  CHECK(r.op(1).dispatch == 10_ns);
  CHECK(r.op(1).wait_move == 18_ns);     // 38-56
  CHECK(r.op(1).wait_weights == 16_ns);  // 56-72
  CHECK(r.op(1).wait_inputs == 0_ns);
  CHECK(r.result.drain == 16_ns);
  CHECK(r.result.moves == Moves{{0_ns, 20_ns, 10_ns}, {0_ns, 56_ns, 18_ns}});
}

TEST_CASE("31: two moves that end together", "[models]") {
  Chip chip = moving_chip();
  chip.mover.piece = 8_B;
  const Run r =
      run("input x 5\n"
          "input y 2\n"
          "a: elementwise(7) in=x,y out=4\n"
          "b: elementwise(4) in=x,y out=4\n",
          {}, {{"x", kLlc}, {"y", kSram}}, chip);
  CHECK(r.text ==
        "dram move read x0 posted 0 served 0-20 arrived 20\n"
        "llc move write x0 posted 20 served 20-30 arrived 30\n"
        "dram move read y0 posted 0 served 20-28 arrived 28\n"
        "sram move write y0 posted 28 served 28-30 arrived 30\n"
        "llc input a0 posted 30 served 30-40 arrived 40\n"
        "sram input a0 posted 30 served 30-32 arrived 32\n"
        "sram input b0 posted 30 served 32-34 arrived 34\n"
        "llc input b0 posted 30 served 40-50 arrived 50\n"
        "dram output a0 posted 47 served 47-63 arrived 63\n"
        "dram output b0 posted 54 served 63-79 arrived 79\n"
        "compute a0 40-47\n"
        "compute b0 50-54\n");
  CHECK(r.result.latency == 79_ns);
  CHECK(r.result.moves == Moves{{0_ns, 30_ns, 30_ns}, {0_ns, 30_ns, 0_ns}});
  CHECK(r.op(1).wait_inputs == 3_ns);  // 47-50
}

TEST_CASE("32: overhead of the mover", "[models]") {
  Chip chip = moving_chip();
  chip.mover.overhead = 5_ns;
  const Run two = run(kOneOp, {}, {{"a.weights", kSram}}, chip);
  CHECK(two.text ==
        "dram input a0 posted 0 served 0-16 arrived 16\n"
        "dram move read a.weights0 posted 5 served 16-32 arrived 32\n"
        "sram move write a.weights0 posted 32 served 32-36 arrived 36\n"
        "dram move read a.weights1 posted 5 served 32-48 arrived 48\n"
        "sram move write a.weights1 posted 48 served 48-52 arrived 52\n"
        "sram weight a0 posted 52 served 52-60 arrived 60\n"
        "dram output a0 posted 80 served 80-96 arrived 96\n"
        "compute a0 60-80\n");
  CHECK(two.result.latency == 96_ns);
  CHECK(two.result.moves == Moves{{5_ns, 52_ns, 52_ns}});

  chip.mover.in_flight = 1;
  const Run one = run(kOneOp, {}, {{"a.weights", kSram}}, chip);
  CHECK(one.text ==
        "dram input a0 posted 0 served 0-16 arrived 16\n"
        "dram move read a.weights0 posted 5 served 16-32 arrived 32\n"
        "sram move write a.weights0 posted 32 served 32-36 arrived 36\n"
        "dram move read a.weights1 posted 41 served 41-57 arrived 57\n"
        "sram move write a.weights1 posted 57 served 57-61 arrived 61\n"
        "sram weight a0 posted 61 served 61-69 arrived 69\n"
        "dram output a0 posted 89 served 89-105 arrived 105\n"
        "compute a0 69-89\n");
  CHECK(one.result.latency == 105_ns);
  CHECK(one.result.moves == Moves{{5_ns, 61_ns, 61_ns}});
}

// Demand goes between the bursts of a piece, and so do other pieces.
TEST_CASE("33: pieces burst by burst", "[models]") {
  Chip chip = moving_chip();
  chip.memories[kDram].max_burst = 2_B;
  const Run r =
      run(kShortOpFirst + "b: grid(out=5,in=4) w=8 in=a out=4\n", {}, {{"b.weights", kSram}}, chip);
  CHECK(r.text ==
        "dram input a0 posted 0 served 0-16 arrived 16\n"
        "dram move read b.weights0 posted 0 served 16-72 arrived 72\n"
        "dram output a0 posted 20 served 24-40 arrived 40\n"
        "dram input b0 posted 40 served 40-56 arrived 56\n"
        "dram move read b.weights1 posted 0 served 56-80 arrived 80\n"
        "sram move write b.weights0 posted 72 served 72-76 arrived 76\n"
        "sram move write b.weights1 posted 80 served 80-84 arrived 84\n"
        "sram weight b0 posted 84 served 84-92 arrived 92\n"
        "dram output b0 posted 112 served 112-128 arrived 128\n"
        "compute a0 16-20\n"
        "compute b0 92-112\n");
  CHECK(r.result.latency == 128_ns);
  CHECK(r.op(1).wait_move == 64_ns);  // 20-84
  CHECK(r.op(1).wait_weights == 8_ns);
}

TEST_CASE("34: more inferences, more latency", "[models]") {
  CHECK(run(kOneOp, {}, {}).result.latency == 84_ns);
  const Run r = run(kOneOp, {}, {}, moving_chip(), {1, 1, 2});
  CHECK(r.text ==
        "dram weight a0 posted 0 served 0-32 arrived 32\n"
        "dram weight i1 a0 posted 0 served 32-64 arrived 64\n"
        "dram input a0 posted 0 served 64-80 arrived 80\n"
        "dram output a0 posted 100 served 100-116 arrived 116\n"
        "dram input i1 a0 posted 116 served 116-132 arrived 132\n"
        "dram output i1 a0 posted 152 served 152-168 arrived 168\n"
        "compute a0 80-100\n"
        "compute i1 a0 132-152\n");
  CHECK(r.result.completions == std::vector{116_ns, 168_ns});
  CHECK(r.result.latency == 116_ns);
}

}  // namespace memplace::test::moving
