// SPDX-License-Identifier: Apache-2.0
// Law 2 of docs/model/timing.md: plan each op (op_plan.h), then lay its tiles out in program order.
#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/int128.h"
#include "base/rates.h"
#include "sim/timing/op_plan.h"
#include "sim/timing/program.h"

namespace memplace {
namespace {

// Appends the tiles, chunks and blocks of one op to the program.
class OpLayout {
 public:
  OpLayout(Program& program, LoweredOp& op, const OpPlan& plan)
      : program_(program), op_(op), plan_(plan), tiling_(plan.tiling) {}

  void append() {
    op_.first_tile = static_cast<std::uint32_t>(program_.tiles.size());
    op_.first_chunk = static_cast<std::uint32_t>(program_.chunks.size());
    op_.first_block = static_cast<std::uint32_t>(program_.blocks.size());
    const std::int64_t outer = tiling_.weights_outer ? tiling_.chunks : tiling_.blocks;
    const std::int64_t inner = tiling_.tiles() / outer;
    for (std::int64_t i = 0; i < outer; ++i) {
      for (std::int64_t j = 0; j < inner; ++j) {
        add_tile(tiling_.weights_outer ? i : j, tiling_.weights_outer ? j : i);
      }
    }
    op_.end_tile = static_cast<std::uint32_t>(program_.tiles.size());
    op_.end_chunk = static_cast<std::uint32_t>(program_.chunks.size());
    op_.end_block = static_cast<std::uint32_t>(program_.blocks.size());
  }

 private:
  void add_tile(std::int64_t chunk, std::int64_t block) {
    const auto number = static_cast<std::uint32_t>(program_.tiles.size());
    if (plan_.operands.weights > Bytes(0)) {
      use_chunk(chunk, number);
    }
    use_block(block, number);

    const std::int64_t tiles = tiling_.tiles();
    const std::int64_t index = number - op_.first_tile;
    Tile tile;
    tile.chunk = static_cast<std::uint32_t>(program_.chunks.size()) - 1;
    tile.block = static_cast<std::uint32_t>(program_.blocks.size()) - 1;
    tile.compute = cycle_time(Cycles(even_share(plan_.cycles.count(), tiles, index)),
                              program_.chip().engines.clock);
    tile.output = Bytes(even_share(plan_.operands.output.count(), tiles, index));
    tile.output_space = Bytes(ceil_div(tile.output.count(), plan_.operands.output_over));
    program_.tiles.push_back(tile);
  }

  // Consecutive tiles with the same chunk share one read of it; so do tiles of one block.
  void use_chunk(std::int64_t chunk, std::uint32_t tile) {
    if (current_chunk_ == chunk) {
      program_.chunks.back().last_tile = tile;
      return;
    }
    current_chunk_ = chunk;
    const Bytes bytes(even_share(plan_.operands.weights.count(), tiling_.chunks, chunk));
    const Bytes space(ceil_div(bytes.count(), plan_.operands.weights_over));
    program_.chunks.push_back({bytes, space, tile, tile});
  }

  void use_block(std::int64_t block, std::uint32_t tile) {
    if (current_block_ == block) {
      program_.blocks.back().last_tile = tile;
      return;
    }
    current_block_ = block;
    InputBlock added;
    added.first_operand = static_cast<std::uint32_t>(program_.operand_bytes.size());
    added.first_tile = added.last_tile = tile;
    const DealtOperands& operands = plan_.operands;
    for (std::size_t i = 0; i < operands.inputs.size(); ++i) {
      const Bytes bytes(even_share(operands.inputs[i].count(), tiling_.blocks, block));
      added.space += Bytes(ceil_div(bytes.count(), operands.inputs_over[i]));
      program_.operand_bytes.push_back(bytes);
    }
    program_.blocks.push_back(added);
  }

  Program& program_;
  LoweredOp& op_;
  const OpPlan& plan_;
  const Tiling& tiling_;
  std::int64_t current_chunk_ = -1;
  std::int64_t current_block_ = -1;
};

// The ops whose writes an op waits for: those that wrote its operands' storages.
std::vector<std::uint32_t> producers_of(const Graph& graph, const Op& op) {
  std::vector<std::uint32_t> result;
  for (const Operand& input : op.inputs) {
    if (const auto producer = graph.producer(graph.storage(input.tensor))) {
      result.push_back(static_cast<std::uint32_t>(producer->index()));
    }
  }
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

// Refuses programs whose makespan could pass 2^62 ps: every request served one after the other by
// the slowest channel, everything movable moved, plus all computation.
void check_time_fits(const Program& program) {
  std::int64_t slowest = std::numeric_limits<std::int64_t>::max();
  std::int64_t latency = 0;
  std::int64_t burst = std::numeric_limits<std::int64_t>::max();
  for (const Memory& memory : program.chip().memories) {
    slowest = std::min({slowest, memory.read_bandwidth.count(), memory.write_bandwidth.count()});
    latency = std::max(latency, memory.latency.count());
    burst = std::min(burst, memory.max_burst.value_or(Bytes(burst)).count());
  }
  Uint128 total = 0;
  const auto request = [&](Bytes bytes) {
    total += static_cast<Uint128>(transfer_time(bytes, Bandwidth(slowest)).count());
    total += static_cast<Uint128>(latency) + static_cast<Uint128>(bytes.count() / burst) + 1;
  };
  for (const WeightChunk& chunk : program.chunks) {
    request(chunk.bytes);
  }
  for (const Bytes bytes : program.operand_bytes) {
    request(bytes);
  }
  for (const Tile& tile : program.tiles) {
    request(tile.output);
    total += static_cast<Uint128>(tile.compute.count());
  }
  total += static_cast<Uint128>(program.chip().engines.dispatch_overhead.count()) *
           static_cast<Uint128>(program.ops.size());
  const Mover& mover = program.chip().mover;
  for (const Movable& movable : program.problem.movables().list()) {
    const auto pieces = static_cast<Uint128>(movable.pieces);
    request(program.graph().tensor(movable.tensor).bytes);  // read, and written
    request(program.graph().tensor(movable.tensor).bytes);
    // What is rounded up and waited for piece by piece.
    total += pieces * static_cast<Uint128>(mover.overhead.count() + 2 * (latency + 2));
  }
  total *= static_cast<Uint128>(program.mode().streams * program.mode().inferences);
  if (total >> 62U != 0) {
    throw Error(
        fmt::format("{}: simulated time could exceed 53 days on chip \"{}\"; the sizes or rates "
                    "given cannot be "
                    "meant",
                    program.graph().name(), program.chip().name));
  }
}

}  // namespace

std::string_view name_of(EngineSplit split) {
  switch (split) {
    case EngineSplit::kNone:
      return "none";
    case EngineSplit::kOutputChannels:
      return "output channels";
    case EngineSplit::kPositions:
      return "positions";
    case EngineSplit::kBatch:
      return "batch";
  }
  return "";
}

Program lower(Problem problem) {
  Program program(std::move(problem));
  const Graph& network = program.graph();
  const Chip& chip = program.chip();
  for (const OpId id : network.ops()) {
    const Op& op = network.op(id);
    LoweredOp lowered;
    lowered.first_tile = lowered.end_tile = static_cast<std::uint32_t>(program.tiles.size());
    lowered.first_chunk = lowered.end_chunk = static_cast<std::uint32_t>(program.chunks.size());
    lowered.first_block = lowered.end_block = static_cast<std::uint32_t>(program.blocks.size());
    if (!op.is_view()) {
      const OpPlan plan = plan_op(network, op, chip, program.mode());
      lowered.dispatch = chip.engines.dispatch_overhead;
      lowered.split = plan.split;
      lowered.engines_used = plan.engines;
      lowered.cycles = plan.cycles;
      lowered.producers = producers_of(network, op);
      for (const Operand& input : op.inputs) {
        lowered.operands.push_back(network.storage(input.tensor));
      }
      if (op.weights) {
        lowered.weights = network.storage(op.weights->tensor);
      }
      if (!op.outputs.empty()) {
        lowered.output = program.problem.decisions().leader(op.outputs.front());
      }
      OpLayout(program, lowered, plan).append();
      if (program.tiles.size() > static_cast<std::size_t>(kMaxTiles)) {
        throw Error(
            fmt::format("{}: more than {} tiles are needed to fit the chip's staging buffer",
                        network.name(), kMaxTiles));
      }
    }
    program.ops.push_back(std::move(lowered));
  }
  check_time_fits(program);
  return program;
}

}  // namespace memplace
