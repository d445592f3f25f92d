// SPDX-License-Identifier: Apache-2.0
// Law 2 of docs/timing-model.md, step by step: choose how the engines share an op, cut it into
// tiles that fit the staging buffer, and lay the tiles out in program order.
#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/int128.h"
#include "base/rates.h"
#include "sim/timing/program.h"

namespace memplace {
namespace {

constexpr std::int64_t kMaxTiles = std::int64_t{1} << 24;

// An op's operands with the number of engines each is dealt out over: 1 where every engine holds
// all of it (multicast), `engines` where each holds its part.
struct Operands {
  Bytes weights;
  std::int64_t weights_over = 1;
  std::vector<Bytes> inputs;
  std::vector<std::int64_t> inputs_over;
  Bytes output;
  std::int64_t output_over = 1;
};

// How an op is cut: `chunks` of weights times `blocks` of inputs, one tile for each pair.
struct Tiling {
  std::int64_t chunks = 1;
  std::int64_t blocks = 1;
  bool weights_outer = true;  // else every block of inputs meets all chunks in turn
  std::int64_t read_bytes = 0;

  std::int64_t tiles() const { return chunks * blocks; }
};

struct Plan {
  EngineSplit split = EngineSplit::kNone;
  std::int64_t engines = 1;
  Cycles cycles;
  Operands operands;
  Tiling tiling;
  // The longer of computing and of reading everything from the slowest memory: what lowering, which
  // knows no mapping, minimizes.
  Picoseconds estimate;

  // Less is better; the order of splits settles what is left.
  auto rank() const {
    return std::array<std::int64_t, 4>{estimate.count(), cycles.count(), tiling.tiles(),
                                       static_cast<std::int64_t>(split)};
  }
};

// Products of sizes, kept within what later sums can bear; simulated times that long are refused.
Cycles saturated(Uint128 cycles) {
  constexpr auto kMost = static_cast<Uint128>(std::numeric_limits<std::int64_t>::max());
  return Cycles(static_cast<std::int64_t>(std::min(cycles, kMost)));
}

std::int64_t passes(const Engines& engines, DType type) {
  switch (type) {
    case DType::kInt8:
      return engines.passes[0];
    case DType::kFp16:
      return engines.passes[1];
    default:
      return engines.passes[2];
  }
}

// Cycles of one engine's vector unit.
Cycles vector_cycles(const Engines& engines, VectorKind kind, std::int64_t elements, DType type) {
  const std::int64_t cost = engines.vector.cost[static_cast<std::size_t>(kind)];
  const auto bytes = static_cast<Uint128>(elements) * static_cast<Uint128>(cost) *
                     static_cast<Uint128>(size_of(type).count());
  const auto width = static_cast<Uint128>(engines.vector.width.count());
  return saturated(bytes / width + (bytes % width != 0 ? 1 : 0));
}

// Cycles of one engine for its part of a grid op: on the grid or, where that is quicker (depthwise
// convolutions leave almost all of the grid idle), on the vector unit.
Cycles grid_cycles(const Engines& engines, const GridWork& work, DType type) {
  const Grid& grid = engines.grid;
  Uint128 on_grid = 1;
  for (const std::int64_t factor :
       {work.batch, work.kernel, ceil_div(work.positions, grid.positions),
        ceil_div(work.out_channels, grid.output_channels),
        ceil_div(work.in_channels, grid.input_channels), passes(engines, type)}) {
    on_grid *= static_cast<Uint128>(factor);
  }
  return std::min(saturated(on_grid), vector_cycles(engines, VectorKind::kMac, work.macs(), type));
}

// The type an op computes in: that of what it writes.
DType compute_type(const Graph& graph, const Op& op) {
  return op.outputs.empty() ? DType::kInt8 : graph.tensor(op.outputs.front()).dtype;
}

Operands operands_of(const Graph& graph, const Op& op) {
  Operands result;
  if (op.weights) {
    result.weights = op.weights->bytes;
  }
  for (const Operand& input : op.inputs) {
    result.inputs.push_back(input.bytes);
  }
  result.inputs_over.assign(op.inputs.size(), 1);
  for (const TensorId output : op.outputs) {
    result.output += graph.tensor(output).bytes;
  }
  return result;
}

// Which operands a split deals out. Inputs of grid work are, in order: the left-hand side; the
// right-hand side where there are no weights; then what is fused into the output (residuals).
void deal_out(const Graph& graph, const Op& op, EngineSplit split, std::int64_t engines,
              Operands& operands) {
  operands.output_over = engines;
  operands.inputs_over.assign(op.inputs.size(), engines);
  const bool is_grid = std::holds_alternative<GridWork>(op.work);
  const bool gathers = op.weights && op.weights->bytes < graph.tensor(op.weights->tensor).bytes;
  operands.weights_over = split != EngineSplit::kPositions || gathers ? engines : 1;
  if (!is_grid || split == EngineSplit::kBatch || split == EngineSplit::kNone) {
    return;
  }
  const std::size_t replicated = split == EngineSplit::kOutputChannels ? 0 : 1;
  if (replicated < op.inputs.size() && (replicated == 0 || !op.weights)) {
    operands.inputs_over[replicated] = 1;
  }
}

// Whether one engine's part of a block, all operands together, fits its input slot.
bool block_fits(const Operands& operands, std::int64_t blocks, Bytes slot) {
  Bytes held;
  for (std::size_t i = 0; i < operands.inputs.size(); ++i) {
    held += Bytes(ceil_div(ceil_div(operands.inputs[i].count(), blocks), operands.inputs_over[i]));
  }
  return held <= slot;
}

// The least number of blocks whose parts fit the input slot; none where even single bytes do not.
std::optional<std::int64_t> least_blocks(const Operands& operands, Bytes slot) {
  std::int64_t most = 1;
  for (const Bytes bytes : operands.inputs) {
    most = std::max(most, bytes.count());
  }
  if (!block_fits(operands, most, slot)) {
    return std::nullopt;
  }
  std::int64_t least = 1;
  while (least < most) {
    const std::int64_t middle = least + (most - least) / 2;
    if (block_fits(operands, middle, slot)) {
      most = middle;
    } else {
      least = middle + 1;
    }
  }
  return least;
}

// Cuts the operands so that every part fits its share. A chunk takes at most half the weights
// share, so that the next can load while it is used.
std::optional<Tiling> cut(const Operands& operands, const Staging& staging) {
  const std::optional<std::int64_t> blocks = least_blocks(operands, staging.input_slot);
  if (!blocks) {
    return std::nullopt;
  }
  Tiling tiling;
  tiling.blocks = *blocks;
  const std::int64_t chunk_share = staging.weights.count() / 2 * operands.weights_over;
  tiling.chunks = std::max<std::int64_t>(1, ceil_div(operands.weights.count(), chunk_share));
  const std::int64_t for_output =
      ceil_div(operands.output.count(), staging.output_slot.count() * operands.output_over);
  if (for_output > tiling.tiles()) {
    if (tiling.blocks == 1 && tiling.chunks > 1) {
      tiling.chunks = for_output;
    } else {
      tiling.blocks = ceil_div(for_output, tiling.chunks);
    }
  }

  std::int64_t inputs = 0;
  for (const Bytes bytes : operands.inputs) {
    inputs += bytes.count();
  }
  const std::int64_t weights = operands.weights.count();
  const bool both = tiling.chunks > 1 && tiling.blocks > 1;
  const std::int64_t rereading_inputs = weights + inputs * (both ? tiling.chunks : 1);
  const std::int64_t rereading_weights = inputs + weights * (both ? tiling.blocks : 1);
  tiling.weights_outer = rereading_inputs <= rereading_weights;
  tiling.read_bytes = std::min(rereading_inputs, rereading_weights);
  return tiling;
}

// An op's work with one dimension dealt out over up to `engines`.
struct Share {
  std::int64_t engines;
  Cycles cycles;
};

Share share_of(const Engines& chip, const Op& op, DType type, EngineSplit split,
               std::int64_t engines) {
  if (const auto* vector = std::get_if<VectorWork>(&op.work)) {
    const std::int64_t used = std::clamp<std::int64_t>(vector->elements, 1, engines);
    return {used, vector_cycles(chip, vector->kind, ceil_div(vector->elements, used), type)};
  }
  GridWork part = std::get<GridWork>(op.work);
  std::int64_t& dimension = split == EngineSplit::kOutputChannels ? part.out_channels
                            : split == EngineSplit::kBatch        ? part.batch
                                                                  : part.positions;
  const std::int64_t used = std::clamp<std::int64_t>(dimension, 1, engines);
  dimension = ceil_div(dimension, used);
  return {used, grid_cycles(chip, part, type)};
}

Plan plan_op(const Graph& graph, const Op& op, const Chip& chip, std::int64_t engines) {
  const bool is_grid = std::holds_alternative<GridWork>(op.work);
  std::vector<EngineSplit> splits;
  if (engines == 1) {
    splits = {EngineSplit::kNone};
  } else if (is_grid) {
    splits = {EngineSplit::kOutputChannels, EngineSplit::kPositions, EngineSplit::kBatch};
  } else {
    splits = {EngineSplit::kPositions};
  }

  std::optional<Plan> best;
  const DType type = compute_type(graph, op);
  for (const EngineSplit split : splits) {
    Plan plan;
    plan.split = split;
    const Share share = share_of(chip.engines, op, type, split, engines);
    plan.engines = share.engines;
    plan.cycles = share.cycles;
    plan.operands = operands_of(graph, op);
    deal_out(graph, op, split, plan.engines, plan.operands);
    const std::optional<Tiling> tiling = cut(plan.operands, chip.engines.staging);
    if (!tiling) {
      continue;
    }
    plan.tiling = *tiling;
    plan.estimate = std::max(
        cycle_time(plan.cycles, chip.engines.clock),
        transfer_time(Bytes(tiling->read_bytes), chip.memories[chip.slowest()].read_bandwidth));
    if (!best || plan.rank() < best->rank()) {
      best = std::move(plan);
    }
  }
  if (!best) {
    throw Error(fmt::format(
        "{}: op \"{}\" reads {} inputs at once, and not even one byte of each fits the chip's "
        "input "
        "slot of {} B",
        graph.name(), op.name, op.inputs.size(), chip.engines.staging.input_slot.count()));
  }
  if (best->tiling.tiles() > kMaxTiles) {
    throw Error(
        fmt::format("{}: op \"{}\" would need {} tiles to fit the chip's staging buffer; at most "
                    "{} are allowed",
                    graph.name(), op.name, best->tiling.tiles(), kMaxTiles));
  }
  return *std::move(best);
}

// Appends the tiles, chunks and blocks of one op to the program.
class OpLayout {
 public:
  OpLayout(Program& program, LoweredOp& op, const Plan& plan)
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
                              program_.chip.engines.clock);
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
    const Operands& operands = plan_.operands;
    for (std::size_t i = 0; i < operands.inputs.size(); ++i) {
      const Bytes bytes(even_share(operands.inputs[i].count(), tiling_.blocks, block));
      added.space += Bytes(ceil_div(bytes.count(), operands.inputs_over[i]));
      program_.operand_bytes.push_back(bytes);
    }
    program_.blocks.push_back(added);
  }

  Program& program_;
  LoweredOp& op_;
  const Plan& plan_;
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
// the slowest channel, plus all computation.
void check_time_fits(const Program& program) {
  std::int64_t slowest = std::numeric_limits<std::int64_t>::max();
  std::int64_t latency = 0;
  std::int64_t burst = std::numeric_limits<std::int64_t>::max();
  for (const Memory& memory : program.chip.memories) {
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
  total += static_cast<Uint128>(program.chip.engines.dispatch_overhead.count()) *
           static_cast<Uint128>(program.ops.size());
  total *= static_cast<Uint128>(program.mode.streams * program.mode.inferences);
  if (total >> 62U != 0) {
    throw Error(
        fmt::format("{}: simulated time could exceed 53 days on chip \"{}\"; the sizes or rates "
                    "given cannot be "
                    "meant",
                    program.graph->name(), program.chip.name));
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

Program lower(std::shared_ptr<const Graph> graph, const Chip& chip, const Mode& mode) {
  Program program;
  program.graph = std::move(graph);
  program.chip = chip;
  program.mode = mode;
  const Graph& network = *program.graph;
  for (const OpId id : network.ops()) {
    const Op& op = network.op(id);
    LoweredOp lowered;
    lowered.first_tile = lowered.end_tile = static_cast<std::uint32_t>(program.tiles.size());
    lowered.first_chunk = lowered.end_chunk = static_cast<std::uint32_t>(program.chunks.size());
    lowered.first_block = lowered.end_block = static_cast<std::uint32_t>(program.blocks.size());
    if (!op.is_view()) {
      const Plan plan = plan_op(network, op, chip, mode.engines_per_stream);
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
        lowered.output = network.leader(op.outputs.front());
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
