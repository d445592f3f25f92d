// SPDX-License-Identifier: Apache-2.0
// The lowered network: what each sequencer does, independent of any mapping (law 2 of
// docs/model/timing.md). Both simulators run it and share nothing else but the types, the rates
// and the key.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/units.h"
#include "sim/chip/chip.h"
#include "sim/placement/problem.h"
#include "workloads/graph/graph.h"

namespace memplace {

// Which dimension of an op's work is dealt out over the engines of a stream.
enum class EngineSplit { kNone, kOutputChannels, kPositions, kBatch };
std::string_view name_of(EngineSplit split);

// A piece of an op's weights, read with one request and used by tiles [first_tile, last_tile].
struct WeightChunk {
  Bytes bytes;  // read from the weights' memory
  Bytes space;  // held of each engine's weights share
  std::uint32_t first_tile = 0;
  std::uint32_t last_tile = 0;
};

// A piece of an op's inputs: one request an operand, one input slot, used by tiles
// [first_tile, last_tile]. The bytes of operand i are Program::operand_bytes[first_operand + i].
struct InputBlock {
  std::uint32_t first_operand = 0;
  Bytes space;  // held of each engine's input slot
  std::uint32_t first_tile = 0;
  std::uint32_t last_tile = 0;
};

// A unit of compute. Chunks and blocks are indices into the program's vectors.
struct Tile {
  std::uint32_t chunk = 0;  // meaningful where the op has chunks
  std::uint32_t block = 0;  // meaningful where the op has blocks
  Picoseconds compute;
  Bytes output;        // written with one request to the outputs' memory
  Bytes output_space;  // held of each engine's output slot
};

// An op as the sequencers see it: half-open ranges into the program's vectors. Tiles, chunks and
// blocks are numbered through the whole program, in program order. A view has none of them.
struct LoweredOp {
  std::uint32_t first_tile = 0, end_tile = 0;
  std::uint32_t first_chunk = 0, end_chunk = 0;
  std::uint32_t first_block = 0, end_block = 0;
  // The tensors read, one an operand, as storages; and the storage of weights and outputs.
  std::vector<TensorId> operands;
  TensorId weights;  // meaningful where the op has chunks
  TensorId output;   // leader of what the op writes
  // The ops that must be completely written before this op's inputs are read; views are looked
  // through. In schedule order, each once.
  std::vector<std::uint32_t> producers;
  Picoseconds dispatch;
  EngineSplit split = EngineSplit::kNone;
  std::int64_t engines_used = 1;
  Cycles cycles;  // of the whole op on its engines
};

// A problem's network lowered for its chip in its mode, whatever its constraints. Immutable; shared
// between threads.
struct Program {
  explicit Program(Problem lowered) : problem(std::move(lowered)) {}

  const Graph& graph() const { return problem.graph(); }
  const Chip& chip() const { return problem.chip(); }
  const Mode& mode() const { return problem.mode(); }

  Problem problem;
  std::vector<LoweredOp> ops;  // by OpId
  std::vector<Tile> tiles;
  std::vector<WeightChunk> chunks;
  std::vector<InputBlock> blocks;
  std::vector<Bytes> operand_bytes;
};

// Throws Error where an op cannot be cut so that its tiles fit the staging buffer,
// or where simulated time could exceed 2^62 ps.
Program lower(Problem problem);

}  // namespace memplace
