// SPDX-License-Identifier: Apache-2.0
// The worked timelines of docs/model/timing.md that have moves, by hand, on the toy chip: a byte
// takes 4 ns in DRAM, 2 ns in LLC, 1 ns in SRAM. Here: when moves begin, who waits, who goes
// first.
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/unit/models/moving_run.h"

namespace memplace::test::moving {

// dram    |x 16|w0 16| w1 16 |                      |y 16|
// llc                |w0 8|  |w1 8|b.w 16|
// compute      |----------- a 60 -----------|  |b 20|
//         0    16    32   40 48   56     72 76 84   104  120
TEST_CASE("17: a fetch that hides behind earlier work", "[models]") {
  const Run r =
      run("input x 4\n"
          "a: grid(out=10,in=6) w=8 in=x out=4\n"
          "b: grid(out=5,in=4) w=8 in=a out=4\n",
          {{"a.weights", kSram}, {"a.out", kSram}}, {{"b.weights", kLlc}});
  CHECK(r.text ==
        "sram weight a0 posted 0 served 0-8 arrived 8\n"
        "dram input a0 posted 0 served 0-16 arrived 16\n"
        "dram move read b.weights0 posted 0 served 16-32 arrived 32\n"
        "llc move write b.weights0 posted 32 served 32-40 arrived 40\n"
        "dram move read b.weights1 posted 0 served 32-48 arrived 48\n"
        "llc move write b.weights1 posted 48 served 48-56 arrived 56\n"
        "llc weight b0 posted 56 served 56-72 arrived 72\n"
        "sram output a0 posted 76 served 76-80 arrived 80\n"
        "sram input b0 posted 80 served 80-84 arrived 84\n"
        "dram output b0 posted 104 served 104-120 arrived 120\n"
        "compute a0 16-76\n"
        "compute b0 84-104\n");
  CHECK(r.result.latency == 120_ns);
  CHECK(r.result.moves == Moves{{0_ns, 56_ns, 0_ns}});
  CHECK(r.op(1).wait_move == 0_ns);
  CHECK(r.op(1).wait_inputs == 8_ns);
  CHECK(r.op(1).start == 56_ns);  // the pieces are no requests of b's
  CHECK(r.op(1).queued == 0_ns);
  CHECK(r.result.memories[kDram].busy == 64_ns);
  CHECK(r.result.memories[kDram].read == 12_B);
  CHECK(r.result.memories[kLlc].busy == 32_ns);
  CHECK(r.result.memories[kLlc].read == 8_B);
  CHECK(r.result.memories[kLlc].written == 8_B);
}

TEST_CASE("18: a fetch that comes late", "[models]") {
  const Run r = run(kTwoOps, {{"a.weights", kSram}, {"a.out", kSram}}, {{"b.weights", kLlc}});
  CHECK(r.text ==
        "sram weight a0 posted 0 served 0-8 arrived 8\n"
        "dram input a0 posted 0 served 0-16 arrived 16\n"
        "dram move read b.weights0 posted 0 served 16-32 arrived 32\n"
        "llc move write b.weights0 posted 32 served 32-40 arrived 40\n"
        "dram move read b.weights1 posted 0 served 32-48 arrived 48\n"
        "sram output a0 posted 36 served 36-40 arrived 40\n"
        "sram input b0 posted 40 served 40-44 arrived 44\n"
        "llc move write b.weights1 posted 48 served 48-56 arrived 56\n"
        "llc weight b0 posted 56 served 56-72 arrived 72\n"
        "dram output b0 posted 92 served 92-108 arrived 108\n"
        "compute a0 16-36\n"
        "compute b0 72-92\n");
  CHECK(r.result.latency == 108_ns);
  CHECK(r.op(1).wait_move == 20_ns);     // 36-56
  CHECK(r.op(1).wait_weights == 16_ns);  // 56-72
  CHECK(r.op(1).wait_inputs == 0_ns);
  CHECK(r.result.moves == Moves{{0_ns, 56_ns, 20_ns}});
}

TEST_CASE("19: a fetch that waits for room", "[models]") {
  const std::string text =
      "dram input a0 posted 0 served 0-16 arrived 16\n"
      "dram move read a.weights0 posted 0 served 16-32 arrived 32\n"
      "llc move write a.weights0 posted 32 served 32-40 arrived 40\n"
      "dram move read a.weights1 posted 0 served 32-48 arrived 48\n"
      "llc move write a.weights1 posted 48 served 48-56 arrived 56\n"
      "llc weight a0 posted 56 served 56-72 arrived 72\n"
      "sram output a0 posted 92 served 92-96 arrived 96\n"
      "dram move read b.weights0 posted 92 served 92-108 arrived 108\n"
      "sram input b0 posted 96 served 96-100 arrived 100\n"
      "llc move write b.weights0 posted 108 served 108-116 arrived 116\n"
      "dram move read b.weights1 posted 92 served 108-124 arrived 124\n"
      "llc move write b.weights1 posted 124 served 124-132 arrived 132\n"
      "llc weight b0 posted 132 served 132-148 arrived 148\n"
      "dram output b0 posted 168 served 168-184 arrived 184\n"
      "compute a0 72-92\n"
      "compute b0 148-168\n";
  const Run r = run(kTwoOps, {{"a.out", kSram}}, {{"a.weights", kLlc}, {"b.weights", kLlc, "a"}});
  CHECK(r.text == text);
  CHECK(r.result.latency == 184_ns);
  CHECK(r.result.moves == Moves{{0_ns, 56_ns, 56_ns}, {92_ns, 132_ns, 40_ns}});
  CHECK(r.op(0).wait_weights == 16_ns);
  CHECK(r.op(1).wait_weights == 16_ns);

  // After a view: after the last op before it that is none.
  const Run view = run(kOneOp +
                           "v: view in=a\n"
                           "b: grid(out=5,in=4) w=8 in=v out=4\n",
                       {{"a.out", kSram}}, {{"a.weights", kLlc}, {"b.weights", kLlc, "v"}});
  CHECK(view.text == text);
  CHECK(view.result.moves == r.result.moves);
}

TEST_CASE("20: a move that is not open holds up none behind it", "[models]") {
  const Run r =
      run("input x 4\n"
          "a: grid(out=10,in=6) w=8 in=x out=4\n"
          "b: grid(out=2,in=2) w=8 in=a out=4\n"
          "c: grid(out=5,in=4) w=8 in=b out=4\n",
          {{"a.weights", kSram}, {"a.out", kSram}, {"b.out", kSram}},
          {{"b.weights", kLlc, "a"}, {"c.weights", kSram}});
  CHECK(r.text ==
        "sram weight a0 posted 0 served 0-8 arrived 8\n"
        "dram input a0 posted 0 served 0-16 arrived 16\n"
        "dram move read c.weights0 posted 0 served 16-32 arrived 32\n"
        "sram move write c.weights0 posted 32 served 32-36 arrived 36\n"
        "dram move read c.weights1 posted 0 served 32-48 arrived 48\n"
        "sram move write c.weights1 posted 48 served 48-52 arrived 52\n"
        "sram output a0 posted 76 served 76-80 arrived 80\n"
        "dram move read b.weights0 posted 76 served 76-92 arrived 92\n"
        "sram input b0 posted 80 served 80-84 arrived 84\n"
        "llc move write b.weights0 posted 92 served 92-100 arrived 100\n"
        "dram move read b.weights1 posted 76 served 92-108 arrived 108\n"
        "llc move write b.weights1 posted 108 served 108-116 arrived 116\n"
        "llc weight b0 posted 116 served 116-132 arrived 132\n"
        "sram weight c0 posted 116 served 116-124 arrived 124\n"
        "sram output b0 posted 136 served 136-140 arrived 140\n"
        "sram input c0 posted 140 served 140-144 arrived 144\n"
        "dram output c0 posted 164 served 164-180 arrived 180\n"
        "compute a0 16-76\n"
        "compute b0 132-136\n"
        "compute c0 144-164\n");
  CHECK(r.result.latency == 180_ns);
  CHECK(r.result.moves == Moves{{76_ns, 116_ns, 40_ns}, {0_ns, 52_ns, 0_ns}});
}

// b's move opens at 36 and goes before the pieces of c's that are left.
TEST_CASE("21: the first open move first", "[models]") {
  const Run r = run(kTwoOps + "c: grid(out=10,in=4) w=16 in=b out=4\n",
                    {{"a.weights", kSram}, {"a.out", kSram}, {"b.out", kSram}},
                    {{"b.weights", kLlc, "a"}, {"c.weights", kSram}});
  CHECK(r.text ==
        "sram weight a0 posted 0 served 0-8 arrived 8\n"
        "dram input a0 posted 0 served 0-16 arrived 16\n"
        "dram move read c.weights0 posted 0 served 16-32 arrived 32\n"
        "sram move write c.weights0 posted 32 served 32-36 arrived 36\n"
        "dram move read c.weights1 posted 0 served 32-48 arrived 48\n"
        "sram output a0 posted 36 served 36-40 arrived 40\n"
        "sram input b0 posted 40 served 40-44 arrived 44\n"
        "dram move read b.weights0 posted 36 served 48-64 arrived 64\n"
        "sram move write c.weights1 posted 48 served 48-52 arrived 52\n"
        "llc move write b.weights0 posted 64 served 64-72 arrived 72\n"
        "dram move read b.weights1 posted 52 served 64-80 arrived 80\n"
        "llc move write b.weights1 posted 80 served 80-88 arrived 88\n"
        "dram move read c.weights2 posted 72 served 80-96 arrived 96\n"
        "llc weight b0 posted 88 served 88-104 arrived 104\n"
        "sram weight c0 posted 88 served 88-96 arrived 96\n"
        "sram move write c.weights2 posted 96 served 96-100 arrived 100\n"
        "dram move read c.weights3 posted 88 served 96-112 arrived 112\n"
        "sram move write c.weights3 posted 112 served 112-116 arrived 116\n"
        "sram weight c1 posted 124 served 124-132 arrived 132\n"  // b's chunk is free at 124
        "sram output b0 posted 124 served 132-136 arrived 136\n"
        "sram input c0 posted 136 served 136-140 arrived 140\n"
        "dram output c0 posted 160 served 160-168 arrived 168\n"
        "dram output c1 posted 180 served 180-188 arrived 188\n"
        "compute a0 16-36\n"
        "compute b0 104-124\n"
        "compute c0 140-160\n"
        "compute c1 160-180\n");
  CHECK(r.result.latency == 188_ns);
  CHECK(r.result.moves == Moves{{36_ns, 88_ns, 52_ns}, {0_ns, 116_ns, 0_ns}});
}

// dram    |x 16|w0 16|w1 16|- w2 16 --|w3 16| y 8 |        |y 8|
// sram               |w0|  |w1|a0 8|  |w2|  |w3| a1 8|
// compute                          | a0 20  |        |a1 20|
//         0    16    32 36 48 52   60 64 68 80 84 88 92    112 120
TEST_CASE("22: a chunk computes while the rest is written", "[models]") {
  const Run r =
      run("input x 4\n"
          "a: grid(out=10,in=4) w=16 in=x out=4\n",
          {}, {{"a.weights", kSram}});
  CHECK(r.text ==
        "dram input a0 posted 0 served 0-16 arrived 16\n"
        "dram move read a.weights0 posted 0 served 16-32 arrived 32\n"
        "sram move write a.weights0 posted 32 served 32-36 arrived 36\n"
        "dram move read a.weights1 posted 0 served 32-48 arrived 48\n"
        "sram move write a.weights1 posted 48 served 48-52 arrived 52\n"
        "dram move read a.weights2 posted 36 served 48-64 arrived 64\n"
        "sram weight a0 posted 52 served 52-60 arrived 60\n"
        "sram move write a.weights2 posted 64 served 64-68 arrived 68\n"
        "dram move read a.weights3 posted 52 served 64-80 arrived 80\n"
        "dram output a0 posted 80 served 80-88 arrived 88\n"
        "sram move write a.weights3 posted 80 served 80-84 arrived 84\n"
        "sram weight a1 posted 84 served 84-92 arrived 92\n"
        "dram output a1 posted 112 served 112-120 arrived 120\n"
        "compute a0 60-80\n"
        "compute a1 92-112\n");
  CHECK(r.result.latency == 120_ns);
  CHECK(r.op(0).wait_move == 56_ns);     // 0-52 and 80-84
  CHECK(r.op(0).wait_weights == 16_ns);  // 52-60 and 84-92
  CHECK(r.result.moves == Moves{{0_ns, 84_ns, 56_ns}});
}

// Two chunks of 6 B for each of two blocks. Bytes 0 to 8 are written at 100.
TEST_CASE("23: weights that are read again", "[models]") {
  const Run r =
      run("input x 16\n"
          "a: grid(positions=4,out=5,in=4) w=12 in=x out=16\n",
          {}, {{"a.weights", kSram}});
  CHECK(r.text ==
        "dram input a0 posted 0 served 0-32 arrived 32\n"
        "dram input a2 posted 0 served 32-64 arrived 64\n"
        "dram move read a.weights0 posted 0 served 64-80 arrived 80\n"
        "sram move write a.weights0 posted 80 served 80-84 arrived 84\n"
        "dram move read a.weights1 posted 0 served 80-96 arrived 96\n"
        "sram move write a.weights1 posted 96 served 96-100 arrived 100\n"
        "dram move read a.weights2 posted 84 served 96-112 arrived 112\n"
        "sram move write a.weights2 posted 112 served 112-116 arrived 116\n"
        "sram weight a0 posted 116 served 116-122 arrived 122\n"
        "sram weight a1 posted 116 served 122-128 arrived 128\n"
        "sram weight a2 posted 142 served 142-148 arrived 148\n"
        "dram output a0 posted 142 served 142-158 arrived 158\n"
        "sram weight a3 posted 162 served 162-168 arrived 168\n"
        "dram output a1 posted 162 served 162-178 arrived 178\n"
        "dram output a2 posted 182 served 182-198 arrived 198\n"
        "dram output a3 posted 202 served 202-218 arrived 218\n"
        "compute a0 122-142\n"
        "compute a1 142-162\n"
        "compute a2 162-182\n"
        "compute a3 182-202\n");
  CHECK(r.result.latency == 218_ns);
  CHECK(r.op(0).wait_move == 116_ns);
  CHECK(r.op(0).wait_weights == 6_ns);
}

// dram    |x 16|w0 16 |a.y 16|a.y 16|w1 16|w2 16|w3 16 |y 8|         |y 8|
// compute      |a 4|                         |b0 10|           |b1 10|
//         0    16  20 32     48     64    80 92 96 102 112 120 124   134 142
TEST_CASE("24: demand goes first", "[models]") {
  const std::string graph = kShortOpFirst + "b: grid(out=5,in=4) w=16 in=a out=4\n";
  const Run r = run(graph, {}, {{"b.weights", kSram}});
  CHECK(r.text ==
        "dram input a0 posted 0 served 0-16 arrived 16\n"
        "dram move read b.weights0 posted 0 served 16-32 arrived 32\n"
        "dram output a0 posted 20 served 32-48 arrived 48\n"  // before b.weights1
        "sram move write b.weights0 posted 32 served 32-36 arrived 36\n"
        "dram input b0 posted 48 served 48-64 arrived 64\n"
        "dram move read b.weights1 posted 0 served 64-80 arrived 80\n"
        "sram move write b.weights1 posted 80 served 80-84 arrived 84\n"
        "dram move read b.weights2 posted 36 served 80-96 arrived 96\n"
        "sram weight b0 posted 84 served 84-92 arrived 92\n"
        "sram move write b.weights2 posted 96 served 96-100 arrived 100\n"
        "dram move read b.weights3 posted 84 served 96-112 arrived 112\n"
        "dram output b0 posted 102 served 112-120 arrived 120\n"
        "sram move write b.weights3 posted 112 served 112-116 arrived 116\n"
        "sram weight b1 posted 116 served 116-124 arrived 124\n"
        "dram output b1 posted 134 served 134-142 arrived 142\n"
        "compute a0 16-20\n"
        "compute b0 92-102\n"
        "compute b1 124-134\n");
  CHECK(r.result.latency == 142_ns);
  CHECK(r.op(0).queued == 12_ns);
  CHECK(r.op(1).queued == 10_ns);
  CHECK(r.op(1).wait_move == 78_ns);     // 20-84 and 102-116
  CHECK(r.op(1).wait_weights == 16_ns);  // 84-92 and 116-124

  Chip chip = moving_chip();
  chip.mover.service = MoverService::kFcfs;
  const Run fcfs = run(graph, {}, {{"b.weights", kSram}}, chip);
  CHECK(fcfs.text ==
        "dram input a0 posted 0 served 0-16 arrived 16\n"
        "dram move read b.weights0 posted 0 served 16-32 arrived 32\n"
        "sram move write b.weights0 posted 32 served 32-36 arrived 36\n"
        "dram move read b.weights1 posted 0 served 32-48 arrived 48\n"
        "dram output a0 posted 20 served 48-64 arrived 64\n"
        "sram move write b.weights1 posted 48 served 48-52 arrived 52\n"
        "sram weight b0 posted 52 served 52-60 arrived 60\n"
        "dram move read b.weights2 posted 36 served 64-80 arrived 80\n"
        "sram move write b.weights2 posted 80 served 80-84 arrived 84\n"
        "dram move read b.weights3 posted 52 served 80-96 arrived 96\n"
        "dram input b0 posted 64 served 96-112 arrived 112\n"
        "sram move write b.weights3 posted 96 served 96-100 arrived 100\n"
        "sram weight b1 posted 100 served 100-108 arrived 108\n"
        "dram output b0 posted 122 served 122-130 arrived 130\n"
        "dram output b1 posted 132 served 132-140 arrived 140\n"
        "compute a0 16-20\n"
        "compute b0 112-122\n"
        "compute b1 122-132\n");
  CHECK(fcfs.result.latency == 140_ns);
  CHECK(fcfs.op(1).wait_move == 0_ns);
  CHECK(fcfs.op(1).wait_inputs == 92_ns);  // 20-112
  CHECK(fcfs.result.moves == Moves{{0_ns, 100_ns, 0_ns}});
}

}  // namespace memplace::test::moving
