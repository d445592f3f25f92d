// SPDX-License-Identifier: Apache-2.0
#include "optimizer/heuristics/flow_model.h"

#include <algorithm>

#include "base/rates.h"
#include "sim/feasible/alignment.h"
#include "sim/feasible/placer.h"

namespace memplace {

FlowModel::FlowModel(const Problem& problem) : program_(lower(problem)) {
  place_activations();
  find_times();
}

void FlowModel::place_activations() {
  const Problem& problem = program_.problem;
  const Chip& chip = problem.chip();
  base_ = uniform_mapping(problem, chip.slowest());
  Placer placer(problem);
  for (const TensorId id : problem.decisions().tensors()) {
    if (problem.graph().tensor(id).kind != TensorKind::kWeights) {
      base_[id] = placer.place_from(id, chip.fastest()).value_or(chip.slowest());
    }
  }
  settle(problem, base_);
  for (const MemoryId memory : chip.memories.ids()) {
    std::vector<Bytes> taken;
    for (std::size_t step = 0; step < placer.steps(); ++step) {
      taken.push_back(placer.taken(memory, step));
    }
    room_.push_back(placer.capacity(memory) - *std::max_element(taken.begin(), taken.end()));
    taken_.push_back(std::move(taken));
  }
}

Bytes FlowModel::resident_bytes(TensorId weights, MemoryId memory) const {
  const Problem& problem = program_.problem;
  return align_up(problem.graph().tensor(weights).bytes, problem.chip().memories[memory].alignment);
}

Bytes FlowModel::copy_bytes(TensorId tensor, MemoryId memory) const {
  const bool shared = program_.chip().memories[memory].scope == Scope::kChip;
  return resident_bytes(tensor, memory) * (shared ? program_.mode().streams : 1);
}

// Where streams share a memory each gets its part of the bandwidth.
Picoseconds FlowModel::transfer(Bytes bytes, MemoryId memory,
                                Bandwidth MemoryInstances::*bandwidth) const {
  const Memory& about = program_.chip().memories[memory];
  const std::int64_t sharers = about.scope == Scope::kChip ? program_.mode().streams : 1;
  return transfer_time(bytes * sharers, instances_of(about, program_.mode()).*bandwidth);
}

Picoseconds FlowModel::weights_time(OpId op, MemoryId memory) const {
  Bytes bytes;
  for (std::uint32_t i = lowered(op).first_chunk; i < lowered(op).end_chunk; ++i) {
    bytes += program_.chunks[i].bytes;
  }
  return read_time(bytes, memory);
}

Picoseconds FlowModel::fetch_time(TensorId tensor) const {
  return read_time(program_.graph().tensor(tensor).bytes, program_.chip().slowest());
}

// The longer of computing and of moving activations at each memory; and before it the first block
// to arrive, behind it the last output to be written, with which nothing of the op overlaps.
void FlowModel::find_times() {
  const Chip& chip = program_.chip();
  for (const OpId id : program_.graph().ops()) {
    const LoweredOp& op = lowered(id);
    Picoseconds compute = op.dispatch;
    Picoseconds ends;
    IdVector<MemoryId, Picoseconds> busy(chip.memories.size());
    for (std::uint32_t i = op.first_tile; i < op.end_tile; ++i) {
      compute += program_.tiles[i].compute;
      busy[base_[op.output]] += write_time(program_.tiles[i].output, base_[op.output]);
    }
    for (std::uint32_t i = op.first_block; i < op.end_block; ++i) {
      for (std::size_t k = 0; k < op.operands.size(); ++k) {
        const MemoryId memory = base_[op.operands[k]];
        const Bytes bytes = program_.operand_bytes[program_.blocks[i].first_operand + k];
        busy[memory] += read_time(bytes, memory);
        if (i == op.first_block && memory != chip.slowest()) {
          ends += read_time(bytes, memory) + chip.memories[memory].latency;
        }
      }
    }
    if (op.first_tile != op.end_tile && base_[op.output] != chip.slowest()) {
      ends += write_time(program_.tiles[op.end_tile - 1].output, base_[op.output]) +
              chip.memories[base_[op.output]].latency;
    }
    slow_times_.push_back(busy[chip.slowest()]);
    busy[chip.slowest()] = Picoseconds(0);
    times_.push_back(std::max(compute, *std::max_element(busy.begin(), busy.end())) + ends);
  }
}

}  // namespace memplace
