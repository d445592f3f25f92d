// SPDX-License-Identifier: Apache-2.0
// Law 2 of docs/model/timing.md by hand, and what must hold for any program.
#include <algorithm>
#include <memory>
#include <string>

#include <catch2/catch.hpp>

#include "base/rates.h"
#include "sim/timing/program.h"
#include "tests/support/random_chip.h"
#include "tests/support/random_graph.h"
#include "tests/support/toy_chips.h"
#include "workloads/builtin/builtins.h"
#include "workloads/io/graph_text.h"

namespace memplace::test {
namespace {

Program lower_text(const std::string& text, const Chip& chip = toy_chip(),
                   const Mode& mode = {1, 1, 1}) {
  return lower(Problem(parse_graph_text(text), chip, mode));
}

// A chip with the grid and vector unit of NNP-I and room for everything, so that cycles show alone.
Chip wide_chip(std::int64_t engines) {
  Chip chip = toy_chip();
  chip.engines.count = engines;
  chip.engines.grid = {32, 32, 4};
  chip.engines.vector.width = 64_B;
  chip.engines.staging = {1_MiB, 1_MiB, 1_MiB};
  return chip;
}

LoweredOp lower_one(const std::string& work, std::int64_t engines) {
  return lower_text("input x 4096\na: " + work + " w=64 in=x out=64", wide_chip(engines),
                    {1, engines, 1})
      .ops.front();
}

}  // namespace

TEST_CASE("grid cycles are ceilings over the three unrolled dimensions", "[timing]") {
  // 2 x 2 x ceil(9/4) = 3: 12, times the kernel.
  CHECK(lower_one("grid(positions=9,out=33,in=64,kernel=9)", 1).cycles == Cycles(108));
  CHECK(lower_one("grid(positions=8,out=32,in=32)", 1).cycles == Cycles(2));
  CHECK(lower_one("grid(batch=3,positions=8,out=32,in=32)", 1).cycles == Cycles(6));
}

TEST_CASE("the better split over the engines is taken", "[timing]") {
  // positions: ceil(9/4) = 3 -> 1 step x 8 x 1; output channels: 3 steps x ceil(64/32) = 2 x 1.
  const LoweredOp by_channels = lower_one("grid(positions=9,out=256,in=32)", 4);
  CHECK(by_channels.split == EngineSplit::kOutputChannels);
  CHECK(by_channels.cycles == Cycles(6));
  CHECK(by_channels.engines_used == 4);

  const LoweredOp by_positions = lower_one("grid(positions=64,out=32,in=32)", 4);
  CHECK(by_positions.split == EngineSplit::kPositions);
  CHECK(by_positions.cycles == Cycles(4));

  const LoweredOp by_batch = lower_one("grid(batch=8,positions=4,out=32,in=32)", 4);
  CHECK(by_batch.split == EngineSplit::kBatch);
  CHECK(by_batch.cycles == Cycles(2));

  // Three positions keep three of four engines busy.
  CHECK(lower_one("grid(positions=3,out=1,in=3200)", 4).engines_used <= 4);
  CHECK(lower_one("grid(batch=3,positions=1,out=1,in=3200)", 4).engines_used == 3);
}

TEST_CASE("depthwise work goes to the vector unit where that is quicker", "[timing]") {
  // On the grid 64 channels x 9 x ceil(16/4) = 2,304 cycles; on the vector unit
  // 64 x 9 x 16 multiply-accumulates / 64 a cycle = 144.
  CHECK(lower_one("grid(batch=64,positions=16,kernel=9)", 1).cycles == Cycles(144));
}

TEST_CASE("vector cycles are elements times cost over the width", "[timing]") {
  Chip chip = wide_chip(1);
  chip.engines.vector.cost[static_cast<std::size_t>(VectorKind::kSoftmax)] = 8;
  const Program one = lower_text("input x 100\na: softmax(100) in=x out=100", chip);
  CHECK(one.ops.front().cycles == Cycles(13));  // ceil(800 / 64)
  chip.engines.count = 3;
  const Program three = lower_text("input x 100\na: softmax(100) in=x out=100", chip, {1, 3, 1});
  CHECK(three.ops.front().cycles == Cycles(5));  // ceil(34 x 8 / 64)
}

// Toy shares: chunks of at most 8 B, input and output slots of 8 B.
TEST_CASE("an op is cut into chunks and blocks that fit", "[timing]") {
  // 20 B of weights: 3 chunks of 7, 7, 6. 8 B in: one block. 3 tiles.
  const Program p = lower_text("input x 8\na: grid(out=20,in=1) w=20 in=x out=20");
  REQUIRE(p.chunks.size() == 3);
  CHECK(p.chunks[0].bytes == 7_B);
  CHECK(p.chunks[1].bytes == 7_B);
  CHECK(p.chunks[2].bytes == 6_B);
  REQUIRE(p.blocks.size() == 1);
  CHECK(p.blocks[0].last_tile == 2);
  REQUIRE(p.tiles.size() == 3);
  CHECK(p.tiles[0].compute == 7_ns);
  CHECK(p.tiles[2].compute == 6_ns);
  CHECK(p.tiles[2].output == 6_B);
}

TEST_CASE("large outputs make more tiles", "[timing]") {
  // 8 B in and no weights would be one tile; 33 B out need five.
  const Program vector = lower_text("input x 8\na: elementwise(33) in=x out=33");
  CHECK(vector.tiles.size() == 5);
  CHECK(vector.blocks.size() == 5);
  // With two chunks of weights and one block, chunks are added.
  const Program grid = lower_text("input x 8\na: grid(out=33,in=8) w=16 in=x out=33");
  CHECK(grid.tiles.size() == 5);
  CHECK(grid.chunks.size() == 5);
  CHECK(grid.blocks.size() == 1);
}

TEST_CASE("what is cheaper is read again", "[timing]") {
  // 2 chunks x 3 blocks. Inputs again: 16 + 2 x 24 = 64 B; weights again: 24 + 3 x 16 = 72 B.
  const Program inputs = lower_text("input x 24\na: grid(out=2,in=8,positions=3) w=16 in=x out=6");
  CHECK(inputs.chunks.size() == 2);
  CHECK(inputs.blocks.size() == 6);
  CHECK(inputs.chunks[0].last_tile == 2);
  // 3 chunks x 2 blocks: 24 + 3 x 16 = 72 B against 16 + 2 x 24 = 64 B.
  const Program weights = lower_text("input x 16\na: grid(out=3,in=8,positions=2) w=24 in=x out=6");
  CHECK(weights.chunks.size() == 6);
  CHECK(weights.blocks.size() == 2);
  CHECK(weights.blocks[0].last_tile == 2);
}

TEST_CASE("a split that would read weights again does not win by a little", "[timing]") {
  // Two engines, a grid of one: by output channels 2 x 3 x 8 = 48 cycles (3 = half of 5, up), by
  // positions 1 x 5 x 8 = 40. By positions the 40 B of weights are needed whole by both engines (5
  // chunks of 8) and each has one block: 56 B read. By channels each engine holds half the weights
  // (3 chunks of up to 16 B) and all 16 B of input in 2 blocks: 40 + 3 x 16 = 88 or 16 + 2 x 40
  // = 96.
  Chip chip = toy_chip();
  chip.engines.count = 2;
  const Program p =
      lower_text("input x 16\na: grid(out=5,in=8,positions=2) w=40 in=x out=10", chip, {1, 2, 1});
  CHECK(p.ops.front().split == EngineSplit::kPositions);
  CHECK(p.chunks.size() == 5);
  CHECK(p.blocks.size() == 1);
  CHECK(p.chunks.front().space == 8_B);  // every engine holds all of it
  CHECK(p.blocks.front().space == 8_B);  // and its half of the inputs
}

// By positions 3 x 3 x 4 x 3 = 108 cycles, two chunks and two blocks: 24 + 2 x 12 = 48 B read. By
// output channels 2 x 6 x 4 x 3 = 144 cycles and one chunk: 12 + 24 = 36 B. At 4 ns a byte
// max(108, 192) against max(144, 144) ns; where each of the two engines has such a memory, at 2 ns
// a byte, max(108, 96) against max(144, 72) ns.
TEST_CASE("the engines of a stream read together from a slowest memory in each", "[timing]") {
  const std::string text = "input x 24\na: grid(positions=6,out=3,in=4,kernel=3) w=12 in=x out=18";
  Chip chip = toy_chip();
  chip.engines.count = 2;
  CHECK(lower_text(text, chip, {1, 2, 1}).ops.front().split == EngineSplit::kOutputChannels);
  chip.memories[kDram].scope = Scope::kEngine;
  CHECK(lower_text(text, chip, {1, 2, 1}).ops.front().split == EngineSplit::kPositions);
}

TEST_CASE("producers look through views", "[timing]") {
  const Program p = lower_text(
      "input x 8\n"
      "a: elementwise(8) in=x out=8\n"
      "v: view in=a\n"
      "b: elementwise(8) in=v,x,a out=8\n");
  CHECK(p.ops[1].first_tile == p.ops[1].end_tile);
  CHECK(p.ops[2].producers == std::vector<std::uint32_t>{0});
  CHECK(p.ops[2].operands.size() == 3);
}

TEST_CASE("what cannot be lowered is refused", "[timing]") {
  CHECK_THROWS_WITH(
      lower_text("input x 1\ninput y 1\na: elementwise(1) in=x,y,x,y,x,y,x,y,x out=1"),
      "text: op \"a\" reads 9 inputs at once, and not even one byte of each fits the chip's input "
      "slot of 8 B");
  CHECK_THROWS_WITH(lower_text("input x 1000000000\na: elementwise(1) in=x out=1"),
                    "text: op \"a\" would need 125000000 tiles to fit the chip's staging buffer; "
                    "at most 16777216 are allowed");
  Chip slow = toy_chip();
  slow.memories[kDram].read_bandwidth = Bandwidth(1);
  slow.engines.staging.input_slot = 1_GiB;
  CHECK_THROWS_WITH(
      lower_text("input x 4000000\na: elementwise(1) in=x out=1", slow, {1, 1, 2}),
      "text: simulated time could exceed 53 days on chip \"toy\"; the sizes or rates given cannot "
      "be meant");
}

TEST_CASE("random programs keep the laws of lowering", "[timing]") {
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    CAPTURE(seed);
    Rng rng(seed);
    const auto graph = std::make_shared<const Graph>(random_graph(rng, {}));
    const Chip chip = random_chip(rng);
    const Mode mode = random_mode(rng, chip);
    const Program p = lower(Problem(*graph, chip, mode));
    const Staging& staging = chip.engines.staging;
    for (const WeightChunk& chunk : p.chunks) {
      REQUIRE(chunk.space * 2 <= staging.weights);
    }
    for (const InputBlock& block : p.blocks) {
      REQUIRE(block.space <= staging.input_slot);
    }
    for (const Tile& tile : p.tiles) {
      REQUIRE(tile.output_space <= staging.output_slot);
    }
    for (const OpId id : graph->ops()) {
      const LoweredOp& op = p.ops[id.index()];
      const Op& source = graph->op(id);
      REQUIRE((op.first_tile == op.end_tile) == source.is_view());
      if (source.is_view()) {
        continue;
      }
      Bytes written;
      Picoseconds compute;
      for (std::uint32_t t = op.first_tile; t < op.end_tile; ++t) {
        written += p.tiles[t].output;
        compute += p.tiles[t].compute;
        const InputBlock& block = p.blocks[p.tiles[t].block];
        REQUIRE((block.first_tile <= t && t <= block.last_tile));
      }
      Bytes outputs;
      for (const TensorId output : source.outputs) {
        outputs += graph->tensor(output).bytes;
      }
      REQUIRE(written == outputs);
      // Each tile's time is rounded up once.
      const Picoseconds whole = cycle_time(op.cycles, chip.engines.clock);
      REQUIRE(compute >= whole);
      REQUIRE(compute <= whole + Picoseconds(op.end_tile - op.first_tile));
      // Everything is read, a whole number of times.
      Bytes weights;
      for (std::uint32_t c = op.first_chunk; c < op.end_chunk; ++c) {
        weights += p.chunks[c].bytes;
      }
      if (source.weights && source.weights->bytes > 0_B) {
        REQUIRE(weights.count() % source.weights->bytes.count() == 0);
        REQUIRE(weights > 0_B);
      }
      Bytes inputs;
      for (std::uint32_t b = op.first_block; b < op.end_block; ++b) {
        for (std::size_t i = 0; i < source.inputs.size(); ++i) {
          inputs += p.operand_bytes[p.blocks[b].first_operand + i];
        }
      }
      Bytes once;
      for (const Operand& input : source.inputs) {
        once += input.bytes;
      }
      REQUIRE(inputs.count() % std::max<std::int64_t>(1, once.count()) == 0);
      REQUIRE(inputs >= once);
    }
  }
}

TEST_CASE("more engines never take more cycles, on the built-ins", "[timing]") {
  for (const std::string name : {"resnet50", "mobilenet-v2", "bert-base"}) {
    const auto graph = std::make_shared<const Graph>(make_builtin(name, DType::kInt8));
    Chip chip = wide_chip(12);
    const Program one = lower(Problem(*graph, chip, {1, 1, 1}));
    const Program twelve = lower(Problem(*graph, chip, {1, 12, 1}));
    for (const OpId id : graph->ops()) {
      CAPTURE(graph->op(id).name);
      CHECK(twelve.ops[id.index()].cycles <= one.ops[id.index()].cycles);
      CHECK(twelve.ops[id.index()].cycles.count() * 12 >= one.ops[id.index()].cycles.count());
    }
  }
}

}  // namespace memplace::test
