// SPDX-License-Identifier: Apache-2.0
#include "optimizer/bound/relaxed_program.h"

#include <algorithm>
#include <limits>

#include "base/rates.h"

namespace memplace::bound {

RelaxedProgram::RelaxedProgram(const Program& program)
    : program_(&program),
      decisions_(program.problem.decisions().size()),
      io_memory_(program.chip().io_memory.index()) {
  for (const Memory& memory : program.chip().memories) {
    latency_.push_back(memory.latency.count());
    in_order_.push_back(memory.max_burst.has_value() ? 0 : 1);
    numbers_.push_back(numbers_.size());
  }
  find_steps();
  find_times();
  find_releases();
}

void RelaxedProgram::find_steps() {
  const Graph& graph = program_->graph();
  IdVector<TensorId, DecisionIndex> index(graph.tensors().size(), kFixed);
  const Decisions& decisions = program_->problem.decisions();
  for (std::size_t i = 0; i < decisions.size(); ++i) {
    index[decisions.tensors()[i]] = static_cast<DecisionIndex>(i);
  }
  std::vector<std::uint32_t> step_of(program_->ops.size());
  for (std::size_t op = 0; op < program_->ops.size(); ++op) {
    const LoweredOp& lowered = program_->ops[op];
    step_of[op] = static_cast<std::uint32_t>(steps_.size());
    if (lowered.first_tile == lowered.end_tile) {
      continue;
    }
    Step step;
    step.op = static_cast<std::uint32_t>(op);
    step.first_tile = lowered.first_tile;
    step.end_tile = lowered.end_tile;
    step.first_chunk = lowered.first_chunk;
    step.end_chunk = lowered.end_chunk;
    step.first_block = lowered.first_block;
    step.end_block = lowered.end_block;
    step.first_operand = static_cast<std::uint32_t>(operand_decision_.size());
    step.operands = static_cast<std::uint32_t>(lowered.operands.size());
    for (const TensorId operand : lowered.operands) {
      operand_decision_.push_back(index[decisions.leader(operand)]);
    }
    step.first_producer = static_cast<std::uint32_t>(producer_.size());
    for (const std::uint32_t producer : lowered.producers) {
      const LoweredOp& before = program_->ops[producer];
      if (before.first_tile != before.end_tile) {
        producer_.push_back(step_of[producer]);
      }
    }
    step.producers = static_cast<std::uint32_t>(producer_.size()) - step.first_producer;
    if (step.has_weights()) {
      step.weights = index[decisions.leader(lowered.weights)];
    }
    step.output = index[lowered.output];
    step.dispatch = lowered.dispatch.count();
    for (std::size_t tile = step.first_tile; tile < step.end_tile; ++tile) {
      step.compute += program_->tiles[tile].compute.count();
    }
    steps_.push_back(step);
  }
}

void RelaxedProgram::find_times() {
  std::vector<MemoryInstances> instances;
  for (const Memory& memory : program_->chip().memories) {
    instances.push_back(instances_of(memory, program_->mode()));
  }
  const auto add_reads = [&](std::vector<Time>& times, Bytes bytes) {
    for (const MemoryInstances& memory : instances) {
      times.push_back(transfer_time(bytes, memory.read_bandwidth).count());
    }
  };
  for (const WeightChunk& chunk : program_->chunks) {
    add_reads(chunk_read_, chunk.bytes);
  }
  for (const Bytes bytes : program_->operand_bytes) {
    add_reads(operand_read_, bytes);
  }
  for (const Tile& tile : program_->tiles) {
    for (const MemoryInstances& memory : instances) {
      tile_write_.push_back(transfer_time(tile.output, memory.write_bandwidth).count());
    }
  }
}

// Chunks are posted and freed in order, so the one that has to be freed before a chunk finds space
// follows from their sizes alone.
void RelaxedProgram::find_releases() {
  const std::int64_t share = program_->chip().engines.staging.weights.count();
  const auto& chunks = program_->chunks;
  std::int64_t held = 0;
  std::size_t oldest = 0;
  for (const WeightChunk& chunk : chunks) {
    held += chunk.space.count();
    for (; held > share; ++oldest) {
      held -= chunks[oldest].space.count();
    }
    chunk_release_.push_back(oldest == 0 ? 0 : chunks[oldest - 1].last_tile + 1);
  }
}

std::uint32_t RelaxedProgram::ended_before_block(std::size_t step, std::size_t block) const {
  std::uint32_t ended = block < 2 ? 0 : block_last_tile(block - 2) + 1;
  for (const std::uint32_t producer : producers(steps_[step])) {
    ended = std::max(ended, steps_[producer].end_tile);
  }
  return ended;
}

}  // namespace memplace::bound
