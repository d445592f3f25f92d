// SPDX-License-Identifier: Apache-2.0
// A program with all its divisions done and its parts laid out in the order they are walked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "base/units.h"
#include "sim/timing/program.h"

namespace memplace::event {

// Times as plain picoseconds: this is the inside of the fast model.
using Time = std::int64_t;

inline constexpr Time kUnknown = std::numeric_limits<Time>::max();

// Work between two looks for a stop (base/stopping.h), each well below a millisecond.
inline constexpr std::uint32_t kOpsBetweenLooks = 1024;
inline constexpr std::uint32_t kInstantsBetweenLooks = 1024;

// Pieces of equal size share a size class; class 0 is no bytes at all. Pieces of an op that follow
// each other and differ in nothing are a run: lowering deals out evenly, so runs are long.
struct TileRun {
  Time compute = 0;
  std::uint32_t count = 0;
  std::uint32_t output_class = 0;
  bool ends_chunk = false;  // each is the last tile that uses its chunk, or its block
  bool ends_block = false;
};

struct ChunkRun {
  std::int64_t space = 0;  // bytes each holds of an engine's weights share
  std::uint32_t count = 0;
  std::uint32_t first = 0;  // into Program::chunks
  std::uint32_t size_class = 0;
  std::uint32_t op = 0;
  TensorId tensor;
};

struct BlockRun {
  std::uint32_t count = 0;
  std::uint32_t op = 0;
  std::uint32_t first_operand = 0;  // of the first block, into Plan::operand_class
  bool is_last = false;             // of its op
};

struct PlanOp {
  std::uint32_t end_tile_run = 0;  // into Plan::tile_runs
  std::uint32_t tile_runs = 0;     // how many
  std::uint32_t end_tile = 0;
  std::uint32_t first_operand = 0, end_operand = 0;    // into Plan::operands
  std::uint32_t first_producer = 0, end_producer = 0;  // into Plan::producers
  std::uint32_t producers_end = 0;  // end_tile of the last producer, 0 where there is none
  TensorId weights;
  TensorId output;
  Time dispatch = 0;
  bool has_weights = false;
};

struct Plan {
  // Keeps a reference to the program.
  explicit Plan(const Program& lowered);

  Time read_time(std::uint32_t size_class, std::size_t memory) const {
    return read[size_class * memories + memory];
  }
  Time write_time(std::uint32_t size_class, std::size_t memory) const {
    return write[size_class * memories + memory];
  }

  const Program& program;
  std::size_t memories;
  std::int64_t weights_share;
  std::vector<PlanOp> ops;  // by OpId
  // By OpId and one more: the first op from here on that is no view.
  std::vector<std::uint32_t> next_computing;
  std::vector<TileRun> tile_runs;
  std::vector<ChunkRun> chunk_runs;
  std::vector<BlockRun> block_runs;
  std::vector<TensorId> operands;
  std::vector<std::uint32_t> producers;      // ops
  std::vector<std::uint32_t> chunk_class;    // of Program::chunks
  std::vector<std::uint32_t> operand_class;  // of Program::operand_bytes
  std::vector<std::uint32_t> output_class;   // of Program::tiles
  // Of moves: the piece up to whose end a chunk needs its weights written, and one more, for
  // Program::chunks; the class of a whole piece; and by number of Movables that of the last one.
  std::vector<std::uint32_t> chunk_pieces;
  std::uint32_t piece_class = 0;
  std::vector<std::uint32_t> last_piece_class;
  std::vector<Bytes> class_bytes;
  std::vector<Time> read, write;  // class x memory
  std::vector<Time> latency;      // by memory

 private:
  void find_chunk_pieces(Bytes piece);
  void add_op(const LoweredOp& lowered);
};

}  // namespace memplace::event
