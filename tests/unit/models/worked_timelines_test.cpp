// SPDX-License-Identifier: Apache-2.0
// The worked timelines of docs/model/timing.md, by hand, on the toy chip: a byte takes 4 ns in
// DRAM, 2 ns in LLC, 1 ns in SRAM; a multiply-accumulate or a byte of vector work takes 1 ns.
#include <map>
#include <memory>
#include <string>

#include <catch2/catch.hpp>

#include "sim/check/event_log.h"
#include "tests/support/toy_chips.h"
#include "tests/unit/models/model.h"
#include "workloads/io/graph_text.h"

namespace memplace::test {
namespace {

struct Run {
  SimResult result;
  std::string text;

  OpTiming op(std::size_t index) const { return result.ops[OpId(index)]; }
};

// Everything in DRAM but the tensors named in `placed`.
Run run(const std::string& graph_text, const std::map<std::string, MemoryId>& placed,
        const Chip& chip = toy_chip(), const Mode& mode = {1, 1, 1}) {
  const auto graph = std::make_shared<const Graph>(parse_graph_text(graph_text));
  const Program program = lower(Problem(*graph, chip, mode));
  Mapping mapping = uniform_mapping(Problem(*graph, chip), kDram);
  for (const auto& [name, memory] : placed) {
    mapping[graph->find_tensor(name).value()] = memory;
  }
  settle(Problem(*graph, chip), mapping);
  EventLog log;
  Run run;
  run.result = make_model()->run(program, mapping, &log);
  run.text = log.text(program);
  return run;
}

// 8 B of weights, 4 B in, 4 B out, 20 multiply-accumulates.
const std::string kOneOp =
    "input x 4\n"
    "a: grid(out=5,in=4) w=8 in=x out=4\n";

const std::string kTwoOps = kOneOp + "b: grid(out=5,in=4) w=8 in=a out=4\n";

// Four tiles of 8 B in, 8 ns, 8 B out.
const std::string kFourTiles =
    "input x 32\n"
    "a: elementwise(32) in=x out=32\n";

}  // namespace

// dram    |--- w 32 ---|- x 16 -|            |- y 16 -|
// compute                       |--- 20 ---|
//         0            32       48         68         84
TEST_CASE("1: one op, everything in one memory", "[models]") {
  const Run r = run(kOneOp, {});
  CHECK(r.text ==
        "dram weight a0 posted 0 served 0-32 arrived 32\n"
        "dram input a0 posted 0 served 32-48 arrived 48\n"
        "dram output a0 posted 68 served 68-84 arrived 84\n"
        "compute a0 48-68\n");
  CHECK(r.result.latency == 84_ns);
  CHECK(r.result.drain == 16_ns);
  CHECK(r.op(0).compute == 20_ns);
  CHECK(r.op(0).wait_inputs == 48_ns);  // the inputs came last
  CHECK(r.op(0).wait_weights == 0_ns);
  CHECK(r.op(0).queued == 32_ns);  // x behind w
  CHECK(r.result.memories[kDram].busy == 64_ns);
  CHECK(r.result.memories[kDram].read == 12_B);
  CHECK(r.result.memories[kDram].written == 4_B);
}

// sram    |-w 8-|
// dram    |--- x 16 ---|            |--- y 16 ---|
// compute              |--- 20 ---|
//         0            16         36            52
TEST_CASE("2: weights in another memory are read at the same time", "[models]") {
  const Run r = run(kOneOp, {{"a.weights", kSram}});
  CHECK(r.text ==
        "sram weight a0 posted 0 served 0-8 arrived 8\n"
        "dram input a0 posted 0 served 0-16 arrived 16\n"
        "dram output a0 posted 36 served 36-52 arrived 52\n"
        "compute a0 16-36\n");
  CHECK(r.result.latency == 52_ns);
}

// The weight reader runs ahead: b's weights are posted at 0 as well, and weights go before inputs
// that came at the same instant. So prefetching here delays a.
// dram    |- a.w 32 -|- b.w 32 -|- x 16 -|                              |- y 16 -|
// sram                                           |a.out 4|b in 4|
// compute                                |- a 20 -|              |- b 20 -|
//         0          32         64       80     100     104    108      128      144
TEST_CASE("3: prefetch across ops", "[models]") {
  const Run r = run(kTwoOps, {{"a.out", kSram}});
  CHECK(r.text ==
        "dram weight a0 posted 0 served 0-32 arrived 32\n"
        "dram weight b0 posted 0 served 32-64 arrived 64\n"
        "dram input a0 posted 0 served 64-80 arrived 80\n"
        "sram output a0 posted 100 served 100-104 arrived 104\n"
        "sram input b0 posted 104 served 104-108 arrived 108\n"
        "dram output b0 posted 128 served 128-144 arrived 144\n"
        "compute a0 80-100\n"
        "compute b0 108-128\n");
  CHECK(r.result.latency == 144_ns);
  CHECK(r.op(1).start == 0_ns);  // its first request
  CHECK(r.op(1).end == 144_ns);
  CHECK(r.op(1).wait_inputs == 8_ns);
}

// The dram is busy from 0 to 256; each third and fourth tile waits for an output slot.
// dram    in0 0-32, in1 32-64, in2 64-96, out0 96-128, in3 128-160, out1 160-192, ...
// compute 0: 32-40, 1: 64-72, 2: 128-136 (slot), 3: 192-200 (slot)
TEST_CASE("4: two input slots and two output slots", "[models]") {
  const Run r = run(kFourTiles, {});
  CHECK(r.text ==
        "dram input a0 posted 0 served 0-32 arrived 32\n"
        "dram input a1 posted 0 served 32-64 arrived 64\n"
        "dram input a2 posted 40 served 64-96 arrived 96\n"
        "dram output a0 posted 40 served 96-128 arrived 128\n"
        "dram input a3 posted 72 served 128-160 arrived 160\n"
        "dram output a1 posted 72 served 160-192 arrived 192\n"
        "dram output a2 posted 136 served 192-224 arrived 224\n"
        "dram output a3 posted 200 served 224-256 arrived 256\n"
        "compute a0 32-40\n"
        "compute a1 64-72\n"
        "compute a2 128-136\n"
        "compute a3 192-200\n");
  CHECK(r.op(0).compute == 32_ns);
  CHECK(r.op(0).wait_inputs == 56_ns);        // 32 before tile 0, 24 before tile 1
  CHECK(r.op(0).wait_output_slot == 112_ns);  // 72-128 and 136-192: the slot came last
  CHECK(r.result.drain == 56_ns);
  CHECK(r.result.latency == 256_ns);
}

TEST_CASE("5: a channel each for reads and writes", "[models]") {
  Chip chip = toy_chip();
  chip.memories[kDram].channels = Channels::kSplit;
  const Run r = run(kFourTiles, {}, chip);
  CHECK(r.text ==
        "dram input a0 posted 0 served 0-32 arrived 32\n"
        "dram input a1 posted 0 served 32-64 arrived 64\n"
        "dram output a0 posted 40 served 40-72 arrived 72\n"
        "dram input a2 posted 40 served 64-96 arrived 96\n"
        "dram output a1 posted 72 served 72-104 arrived 104\n"
        "dram input a3 posted 72 served 96-128 arrived 128\n"
        "dram output a2 posted 104 served 104-136 arrived 136\n"
        "dram output a3 posted 136 served 136-168 arrived 168\n"
        "compute a0 32-40\n"
        "compute a1 64-72\n"
        "compute a2 96-104\n"
        "compute a3 128-136\n");
  CHECK(r.result.latency == 168_ns);
  CHECK(r.result.memories[kDram].busy == 128_ns);  // of each of the two channels
}

// Latency comes after service and does not occupy the channel: x is served while w is under way.
TEST_CASE("6: latency is pipelined", "[models]") {
  Chip chip = toy_chip();
  chip.memories[kDram].latency = 10_ns;
  const Run r = run(kOneOp, {}, chip);
  CHECK(r.text ==
        "dram weight a0 posted 0 served 0-32 arrived 42\n"
        "dram input a0 posted 0 served 32-48 arrived 58\n"
        "dram output a0 posted 78 served 78-94 arrived 104\n"
        "compute a0 58-78\n");
  CHECK(r.result.latency == 104_ns);
}

// Bursts of 4 B. After its first, w queues again behind x.
// dram    |w 16|x 16|w 16|          |y 16|
//         0    16   32   48        68    84
TEST_CASE("7: long requests are served burst by burst", "[models]") {
  Chip chip = toy_chip();
  chip.memories[kDram].max_burst = 4_B;
  const Run r = run(kOneOp, {}, chip);
  CHECK(r.text ==
        "dram weight a0 posted 0 served 0-48 arrived 48\n"
        "dram input a0 posted 0 served 16-32 arrived 32\n"
        "dram output a0 posted 68 served 68-84 arrived 84\n"
        "compute a0 48-68\n");
  CHECK(r.op(0).wait_weights == 48_ns);
  CHECK(r.op(0).queued == 32_ns);  // x 0-16, w 16-32
}

// The second inference's weights are fetched at once, its input only when the first is written.
TEST_CASE("8: inferences back to back", "[models]") {
  const Run r = run(kOneOp, {{"a.weights", kSram}}, toy_chip(), {1, 1, 2});
  CHECK(r.text ==
        "sram weight a0 posted 0 served 0-8 arrived 8\n"
        "dram input a0 posted 0 served 0-16 arrived 16\n"
        "sram weight i1 a0 posted 0 served 8-16 arrived 16\n"
        "dram output a0 posted 36 served 36-52 arrived 52\n"
        "dram input i1 a0 posted 52 served 52-68 arrived 68\n"
        "dram output i1 a0 posted 88 served 88-104 arrived 104\n"
        "compute a0 16-36\n"
        "compute i1 a0 68-88\n");
  CHECK(r.result.completions == std::vector{52_ns, 104_ns});
  CHECK(r.result.latency == 52_ns);
  CHECK(r.result.makespan == 104_ns);
}

// Ties go by kind, then by stream.
TEST_CASE("9: two streams share a memory", "[models]") {
  Chip chip = toy_chip();
  chip.engines.count = 2;
  const Run r = run(kOneOp, {}, chip, {2, 1, 1});
  CHECK(r.text ==
        "dram weight a0 posted 0 served 0-32 arrived 32\n"
        "dram weight s1 a0 posted 0 served 32-64 arrived 64\n"
        "dram input a0 posted 0 served 64-80 arrived 80\n"
        "dram input s1 a0 posted 0 served 80-96 arrived 96\n"
        "dram output a0 posted 100 served 100-116 arrived 116\n"
        "dram output s1 a0 posted 116 served 116-132 arrived 132\n"
        "compute a0 80-100\n"
        "compute s1 a0 96-116\n");
  CHECK(r.result.completions == std::vector{116_ns, 132_ns});
  CHECK(r.result.latency == 132_ns);
  CHECK(r.result.first_latency == 116_ns);
}

// An engine-scope memory is there once a stream, so the streams do not meet in it.
TEST_CASE("10: an engine-scope memory", "[models]") {
  Chip chip = toy_chip();
  chip.engines.count = 2;
  chip.memories[kSram].scope = Scope::kEngine;
  const Run r = run(kOneOp, {{"a.weights", kSram}}, chip, {2, 1, 1});
  CHECK(r.text ==
        "sram weight a0 posted 0 served 0-8 arrived 8\n"
        "sram weight s1 a0 posted 0 served 0-8 arrived 8\n"
        "dram input a0 posted 0 served 0-16 arrived 16\n"
        "dram input s1 a0 posted 0 served 16-32 arrived 32\n"
        "dram output a0 posted 36 served 36-52 arrived 52\n"
        "dram output s1 a0 posted 52 served 52-68 arrived 68\n"
        "compute a0 16-36\n"
        "compute s1 a0 32-52\n");
  CHECK(r.result.memories[kSram].busy == 8_ns);  // of either instance
  CHECK(r.result.memories[kSram].read == 16_B);  // of both
}

// 16 B of weights in two chunks, 16 B of input in two blocks: both exceed their share, so every
// block is read once a chunk. Weights from SRAM.
TEST_CASE("11: inputs read again", "[models]") {
  const Run r =
      run("input x 16\n"
          "a: grid(positions=4,out=4,in=4) w=16 in=x out=16\n",
          {{"a.weights", kSram}});
  CHECK(r.text ==
        "sram weight a0 posted 0 served 0-8 arrived 8\n"
        "dram input a0 posted 0 served 0-32 arrived 32\n"
        "sram weight a2 posted 0 served 8-16 arrived 16\n"
        "dram input a1 posted 0 served 32-64 arrived 64\n"
        "dram input a2 posted 48 served 64-96 arrived 96\n"
        "dram output a0 posted 48 served 96-112 arrived 112\n"
        "dram input a3 posted 80 served 112-144 arrived 144\n"
        "dram output a1 posted 80 served 144-160 arrived 160\n"
        "dram output a2 posted 128 served 160-176 arrived 176\n"
        "dram output a3 posted 176 served 176-192 arrived 192\n"
        "compute a0 32-48\n"
        "compute a1 64-80\n"
        "compute a2 112-128\n"
        "compute a3 160-176\n");
  CHECK(r.result.memories[kDram].read == 32_B);
  CHECK(r.result.memories[kSram].read == 16_B);
}

// Dispatch begins when the sequencer is free and overlaps with reading.
TEST_CASE("12: dispatch", "[models]") {
  Chip chip = toy_chip();
  chip.engines.dispatch_overhead = 10_ns;
  const Run r = run(kTwoOps, {{"a.out", kSram}}, chip);
  CHECK(r.op(0).dispatch == 10_ns);
  CHECK(r.op(0).wait_inputs == 70_ns);
  CHECK(r.op(1).dispatch == 10_ns);    // 100-110
  CHECK(r.op(1).wait_inputs == 0_ns);  // they came at 108
  CHECK(r.result.latency == 146_ns);   // b computes 110-130
}

// Tensors of zero bytes, a view between two ops, and an op whose work is empty.
TEST_CASE("13: what costs nothing", "[models]") {
  const Run r =
      run("input x 4\n"
          "a: elementwise(4) in=x out=4\n"
          "v: view in=a\n"
          "b: elementwise(0) in=v out=0\n"
          "c: elementwise(0) in=b out=0\n",
          {{"a.out", kSram}});
  CHECK(r.text ==
        "dram input a0 posted 0 served 0-16 arrived 16\n"
        "sram output a0 posted 20 served 20-24 arrived 24\n"
        "sram input b0 posted 24 served 24-28 arrived 28\n"
        "dram input c0 posted 28 served 28-28 arrived 28\n"
        "dram output b0 posted 28 served 28-28 arrived 28\n"
        "dram output c0 posted 28 served 28-28 arrived 28\n"
        "compute a0 16-20\n"
        "compute b0 28-28\n"
        "compute c0 28-28\n");
  CHECK(r.result.latency == 28_ns);
  CHECK(r.op(1) == OpTiming());  // the view
}

// First come first served: with a faster DRAM, b's long write comes before c's short reads.
TEST_CASE("14: more bandwidth, more time", "[models]") {
  const std::string graph =
      "input x 2\n"
      "a: elementwise(10) in=x out=10\n"
      "b: elementwise(2) in=x out=8\n"
      "c: elementwise(10) in=x,a out=16\n"
      "d: elementwise(21) in=c out=6\n";
  const std::map<std::string, MemoryId> placed = {{"a.out", kSram}, {"c.out", kSram}};
  CHECK(run(graph, placed).result.latency == 93_ns);
  Chip faster = toy_chip();
  faster.memories[kDram].read_bandwidth = Bandwidth(275'000'000);
  faster.memories[kDram].write_bandwidth = Bandwidth(275'000'000);
  CHECK(run(graph, placed, faster).result.latency == 112'458_ps);
}

// Positions are dealt out (law 2): chunks of 6 B, read again for the second block, blocks of 12 B,
// tiles of 27 ns that write 5, 5, 4 and 4 B. Two chunks fit the weights share, a third does not.
// dram    |w 12|w 12|--x 24--|--x 24--|    |w 12|y 10|  |w 12|y 10|  |y 8|          |y 8|
// compute                    |--- 27 ---|--- 27 ---|--- 27 ---|--- 27 ---|
//         0    12   24       48         75         102        129        156   164
TEST_CASE("15: the slowest memory in each engine", "[models]") {
  Chip chip = toy_chip();
  chip.engines.count = 2;
  chip.memories[kDram].scope = Scope::kEngine;
  const Run r =
      run("input x 24\n"
          "a: grid(positions=6,out=3,in=4,kernel=3) w=12 in=x out=18\n",
          {}, chip, {1, 2, 1});
  CHECK(r.text ==
        "dram weight a0 posted 0 served 0-12 arrived 12\n"
        "dram weight a1 posted 0 served 12-24 arrived 24\n"
        "dram input a0 posted 0 served 24-48 arrived 48\n"
        "dram input a2 posted 0 served 48-72 arrived 72\n"
        "dram weight a2 posted 75 served 75-87 arrived 87\n"
        "dram output a0 posted 75 served 87-97 arrived 97\n"
        "dram weight a3 posted 102 served 102-114 arrived 114\n"
        "dram output a1 posted 102 served 114-124 arrived 124\n"
        "dram output a2 posted 129 served 129-137 arrived 137\n"
        "dram output a3 posted 156 served 156-164 arrived 164\n"
        "compute a0 48-75\n"
        "compute a1 75-102\n"
        "compute a2 102-129\n"
        "compute a3 129-156\n");
  CHECK(r.result.latency == 164_ns);
}

// b's empty block takes a slot at 0, which is no request of b's. c waits for b.
// dram    |- x 16 -|   |- a 16 -|- b 16 -|- z 16 -|   |- c 16 -|
// compute          |a 4|b 4|                      |c 4|
//         0        16  20  24   36       52       68  72       88
TEST_CASE("16: an op that reads nothing", "[models]") {
  const Run r =
      run("input x 4\n"
          "a: elementwise(4) in=x out=4\n"
          "b: elementwise(4) out=4\n"
          "c: elementwise(4) in=b out=4\n",
          {});
  CHECK(r.result.latency == 88_ns);
  CHECK(r.op(0).start == 0_ns);
  CHECK(r.op(1).start == 20_ns);
  CHECK(r.op(1).end == 52_ns);
  CHECK(r.op(2).start == 52_ns);
}

// b's weights do not fit beside a's two chunks, so that b's empty block takes a slot at 0 and its
// first request, the weights, is posted when a's first tile has freed its chunk.
// dram    |- w 32 -|- w 32 -|x 4|
// compute                       |- a0 -|
TEST_CASE("16: an op that reads weights alone", "[models]") {
  const Run r =
      run("input x 1\n"
          "a: grid(out=2,in=8) w=16 in=x out=2\n"
          "b: elementwise(4) w=4 out=4\n",
          {});
  // Tile a0 has 8 of 16 multiply-accumulates; its operands are there at 68.
  CHECK(r.op(0).start == 0_ns);
  CHECK(r.op(1).start == 76_ns);
}

}  // namespace memplace::test
