// SPDX-License-Identifier: Apache-2.0
// Whether two networks are the same to a simulator.
#pragma once

#include <cstddef>

#include <catch2/catch.hpp>

#include "sim/timing/program.h"

namespace memplace::onnx {

// What a simulator sees of two networks is the same, but for the numbers of tensors.
inline void check_same_work(const Program& a, const Program& b) {
  REQUIRE(a.operand_bytes == b.operand_bytes);
  REQUIRE(a.tiles.size() == b.tiles.size());
  for (std::size_t i = 0; i < a.tiles.size(); ++i) {
    const Tile& x = a.tiles[i];
    const Tile& y = b.tiles[i];
    REQUIRE((x.chunk == y.chunk && x.block == y.block && x.compute == y.compute &&
             x.output == y.output && x.output_space == y.output_space));
  }
  REQUIRE(a.chunks.size() == b.chunks.size());
  for (std::size_t i = 0; i < a.chunks.size(); ++i) {
    const WeightChunk& x = a.chunks[i];
    const WeightChunk& y = b.chunks[i];
    REQUIRE((x.bytes == y.bytes && x.space == y.space && x.first_tile == y.first_tile &&
             x.last_tile == y.last_tile));
  }
  REQUIRE(a.blocks.size() == b.blocks.size());
  for (std::size_t i = 0; i < a.blocks.size(); ++i) {
    const InputBlock& x = a.blocks[i];
    const InputBlock& y = b.blocks[i];
    REQUIRE((x.first_operand == y.first_operand && x.space == y.space &&
             x.first_tile == y.first_tile && x.last_tile == y.last_tile));
  }
  REQUIRE(a.ops.size() == b.ops.size());
  for (std::size_t i = 0; i < a.ops.size(); ++i) {
    CAPTURE(i);
    const LoweredOp& x = a.ops[i];
    const LoweredOp& y = b.ops[i];
    REQUIRE((x.first_tile == y.first_tile && x.end_tile == y.end_tile));
    REQUIRE((x.first_chunk == y.first_chunk && x.end_chunk == y.end_chunk));
    REQUIRE((x.first_block == y.first_block && x.end_block == y.end_block));
    REQUIRE(x.operands.size() == y.operands.size());
    REQUIRE(x.producers == y.producers);
    REQUIRE(x.dispatch == y.dispatch);
    REQUIRE(x.cycles == y.cycles);
    REQUIRE(x.split == y.split);
  }
}

}  // namespace memplace::onnx
