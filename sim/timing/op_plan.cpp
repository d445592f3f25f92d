// SPDX-License-Identifier: Apache-2.0
#include "sim/timing/op_plan.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "base/error.h"
#include "base/int128.h"
#include "base/rates.h"

namespace memplace {
namespace {

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

DealtOperands operands_of(const Graph& graph, const Op& op) {
  DealtOperands result;
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
              DealtOperands& operands) {
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
bool block_fits(const DealtOperands& operands, std::int64_t blocks, Bytes slot) {
  Bytes held;
  for (std::size_t i = 0; i < operands.inputs.size(); ++i) {
    held += Bytes(ceil_div(ceil_div(operands.inputs[i].count(), blocks), operands.inputs_over[i]));
  }
  return held <= slot;
}

// The least number of blocks whose parts fit the input slot; none where even single bytes do not.
std::optional<std::int64_t> least_blocks(const DealtOperands& operands, Bytes slot) {
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
std::optional<Tiling> cut(const DealtOperands& operands, const Staging& staging) {
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

}  // namespace

OpPlan plan_op(const Graph& graph, const Op& op, const Chip& chip, const Mode& mode) {
  const std::int64_t engines = mode.engines_per_stream;
  const Bandwidth slowest = instances_of(chip.memories[chip.slowest()], mode).read_bandwidth;
  const bool is_grid = std::holds_alternative<GridWork>(op.work);
  std::vector<EngineSplit> splits;
  if (engines == 1) {
    splits = {EngineSplit::kNone};
  } else if (is_grid) {
    splits = {EngineSplit::kOutputChannels, EngineSplit::kPositions, EngineSplit::kBatch};
  } else {
    splits = {EngineSplit::kPositions};
  }

  std::optional<OpPlan> best;
  const DType type = compute_type(graph, op);
  for (const EngineSplit split : splits) {
    OpPlan plan;
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
    plan.estimate = std::max(cycle_time(plan.cycles, chip.engines.clock),
                             transfer_time(Bytes(tiling->read_bytes), slowest));
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

}  // namespace memplace
