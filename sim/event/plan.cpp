// SPDX-License-Identifier: Apache-2.0
#include "sim/event/plan.h"

#include <algorithm>
#include <span>
#include <unordered_map>

#include "base/rates.h"

namespace memplace::event {
namespace {

class SizeClasses {
 public:
  std::uint32_t of(Bytes bytes) {
    const auto [entry, is_new] =
        classes_.emplace(bytes.count(), static_cast<std::uint32_t>(sizes_.size()));
    if (is_new) {
      sizes_.push_back(bytes);
    }
    return entry->second;
  }
  const std::vector<Bytes>& sizes() const { return sizes_; }

 private:
  std::vector<Bytes> sizes_{Bytes(0)};
  std::unordered_map<std::int64_t, std::uint32_t> classes_{{0, 0}};
};

// Appends to a piece's run if it is like the last of its op's, else begins a new one.
template <class Run, class Same>
void append(std::vector<Run>& runs, std::size_t first_of_op, Run piece, const Same& same) {
  if (runs.size() > first_of_op && same(runs.back(), piece)) {
    ++runs.back().count;
    return;
  }
  piece.count = 1;
  runs.push_back(piece);
}

}  // namespace

Plan::Plan(const Program& lowered)
    : program(lowered),
      memories(lowered.chip().memories.size()),
      weights_share(lowered.chip().engines.staging.weights.count()) {
  SizeClasses classes;
  for (const Bytes bytes : program.operand_bytes) {
    operand_class.push_back(classes.of(bytes));
  }
  for (const Tile& tile : program.tiles) {
    output_class.push_back(classes.of(tile.output));
  }
  for (const WeightChunk& chunk : program.chunks) {
    chunk_class.push_back(classes.of(chunk.bytes));
  }
  const Bytes piece = program.chip().mover.piece;
  for (const Movable& movable : program.problem.movables().list()) {
    const Bytes bytes = program.graph().tensor(movable.tensor).bytes;
    last_piece_class.push_back(classes.of(bytes - (movable.pieces - 1) * piece));
  }
  if (!last_piece_class.empty()) {
    piece_class = classes.of(piece);
  }
  find_chunk_pieces(piece);
  class_bytes = classes.sizes();
  for (const LoweredOp& op : program.ops) {
    add_op(op);
  }
  next_computing.assign(ops.size() + 1, static_cast<std::uint32_t>(ops.size()));
  for (std::size_t i = ops.size(); i-- > 0;) {
    const bool computes = ops[i].tile_runs > 0;
    next_computing[i] = computes ? static_cast<std::uint32_t>(i) : next_computing[i + 1];
  }
  for (const Bytes bytes : class_bytes) {
    for (const Memory& memory : program.chip().memories) {
      const MemoryInstances view = instances_of(memory, program.mode());
      read.push_back(transfer_time(bytes, view.read_bandwidth).count());
      write.push_back(transfer_time(bytes, view.write_bandwidth).count());
    }
  }
  for (const Memory& memory : program.chip().memories) {
    latency.push_back(memory.latency.count());
  }
}

void Plan::find_chunk_pieces(Bytes piece) {
  chunk_pieces.resize(program.chunks.size());
  for (const LoweredOp& op : program.ops) {
    if (op.first_chunk == op.end_chunk) {
      continue;
    }
    const Bytes all = program.graph().tensor(op.weights).bytes;
    Bytes read_in_all;
    for (std::uint32_t i = op.first_chunk; i < op.end_chunk; ++i) {
      read_in_all += program.chunks[i].bytes;
    }
    const bool again = read_in_all > all;
    Bytes end;
    for (std::uint32_t i = op.first_chunk; i < op.end_chunk; ++i) {
      end += program.chunks[i].bytes;
      chunk_pieces[i] = static_cast<std::uint32_t>(
          std::min(ceil_div((again ? all : end).count(), piece.count()), kMostPieces + 1));
    }
  }
}

void Plan::add_op(const LoweredOp& lowered) {
  PlanOp op;
  op.end_tile = lowered.end_tile;
  op.has_weights = lowered.first_chunk != lowered.end_chunk;
  op.weights = lowered.weights;
  op.output = lowered.output;
  op.dispatch = lowered.dispatch.count();
  op.first_operand = static_cast<std::uint32_t>(operands.size());
  operands.insert(operands.end(), lowered.operands.begin(), lowered.operands.end());
  op.end_operand = static_cast<std::uint32_t>(operands.size());
  op.first_producer = static_cast<std::uint32_t>(producers.size());
  producers.insert(producers.end(), lowered.producers.begin(), lowered.producers.end());
  op.end_producer = static_cast<std::uint32_t>(producers.size());
  for (const std::uint32_t producer : lowered.producers) {
    op.producers_end = std::max(op.producers_end, program.ops[producer].end_tile);
  }

  const std::size_t first_tile_run = tile_runs.size();
  for (std::uint32_t i = lowered.first_tile; i < lowered.end_tile; ++i) {
    const Tile& tile = program.tiles[i];
    TileRun piece;
    piece.compute = tile.compute.count();
    piece.output_class = output_class[i];
    piece.ends_chunk = op.has_weights && program.chunks[tile.chunk].last_tile == i;
    piece.ends_block = program.blocks[tile.block].last_tile == i;
    append(tile_runs, first_tile_run, piece, [](const TileRun& a, const TileRun& b) {
      return a.compute == b.compute && a.output_class == b.output_class &&
             a.ends_chunk == b.ends_chunk && a.ends_block == b.ends_block;
    });
  }
  op.end_tile_run = static_cast<std::uint32_t>(tile_runs.size());
  op.tile_runs = static_cast<std::uint32_t>(tile_runs.size() - first_tile_run);

  const std::size_t first_chunk_run = chunk_runs.size();
  for (std::uint32_t i = lowered.first_chunk; i < lowered.end_chunk; ++i) {
    ChunkRun piece;
    piece.space = program.chunks[i].space.count();
    piece.first = i;
    piece.size_class = chunk_class[i];
    piece.op = static_cast<std::uint32_t>(ops.size());
    piece.tensor = lowered.weights;
    append(chunk_runs, first_chunk_run, piece, [](const ChunkRun& a, const ChunkRun& b) {
      return a.size_class == b.size_class && a.space == b.space;
    });
  }

  const std::size_t first_block_run = block_runs.size();
  const auto classes_of = [&](const BlockRun& run) {
    return std::span(operand_class).subspan(run.first_operand, lowered.operands.size());
  };
  for (std::uint32_t i = lowered.first_block; i < lowered.end_block; ++i) {
    BlockRun piece;
    piece.op = static_cast<std::uint32_t>(ops.size());
    piece.first_operand = program.blocks[i].first_operand;
    append(block_runs, first_block_run, piece, [&](const BlockRun& a, const BlockRun& b) {
      return std::ranges::equal(classes_of(a), classes_of(b));
    });
  }
  if (block_runs.size() > first_block_run) {
    block_runs.back().is_last = true;
  }
  ops.push_back(op);
}

}  // namespace memplace::event
