// SPDX-License-Identifier: Apache-2.0
#include "report/rooflines.h"

#include <algorithm>
#include <cstddef>

#include "base/rates.h"
#include "sim/chip/chip.h"
#include "workloads/graph/critical_path.h"

namespace memplace {
namespace {

Picoseconds tiles_time(const Program& program, const LoweredOp& op) {
  Picoseconds time;
  for (std::size_t tile = op.first_tile; tile < op.end_tile; ++tile) {
    time += program.tiles[tile].compute;
  }
  return time;
}

// From a request that finds its channel idle to its arrival.
Picoseconds request_time(Bytes bytes, Bandwidth rate, Picoseconds latency) {
  return bytes == Bytes(0) ? Picoseconds(0) : transfer_time(bytes, rate) + latency;
}

// From the moment the op's inputs may be read until it is completely written.
Picoseconds op_time(const Program& program, const Mapping& mapping, const LoweredOp& op) {
  const auto& memories = program.chip().memories;
  Picoseconds inputs;
  if (op.first_block < op.end_block) {
    const InputBlock& block = program.blocks[op.first_block];
    for (std::size_t i = 0; i < op.operands.size(); ++i) {
      const Memory& memory = memories[mapping[op.operands[i]]];
      const Bandwidth rate = instances_of(memory, program.mode()).read_bandwidth;
      inputs = std::max(inputs, request_time(program.operand_bytes[block.first_operand + i], rate,
                                             memory.latency));
    }
  }
  Picoseconds output;
  if (op.first_tile < op.end_tile) {
    const Memory& memory = memories[mapping[op.output]];
    const Bandwidth rate = instances_of(memory, program.mode()).write_bandwidth;
    output = request_time(program.tiles[op.end_tile - 1].output, rate, memory.latency);
  }
  return inputs + tiles_time(program, op) + output;
}

Picoseconds memory_time(const Program& program, const Placed& placed,
                        const IdVector<TensorId, TensorTraffic>& traffic, MemoryId id) {
  TensorTraffic sum;
  for (const TensorId tensor : traffic.ids()) {
    if (placed.near()[tensor] == id) {
      sum.read += traffic[tensor].read;
      sum.written += traffic[tensor].written;
    }
  }
  for (const Move& move : placed.moves()) {
    sum.read += move.from == id ? move.bytes : Bytes(0);
    sum.written += move.to == id ? move.bytes : Bytes(0);
  }
  const Memory& memory = program.chip().memories[id];
  const MemoryInstances instances = instances_of(memory, program.mode());
  const std::int64_t runs = program.mode().inferences * program.mode().streams /
                            static_cast<std::int64_t>(instances.instances);
  const Picoseconds reads = transfer_time(sum.read * runs, instances.read_bandwidth);
  const Picoseconds writes = transfer_time(sum.written * runs, instances.write_bandwidth);
  if (memory.channels == Channels::kSplit) {
    return std::max(reads, writes);
  }
  return reads + writes;
}

}  // namespace

IdVector<TensorId, TensorTraffic> tensor_traffic(const Program& program) {
  IdVector<TensorId, TensorTraffic> traffic(program.graph().tensors().size());
  for (const LoweredOp& op : program.ops) {
    for (std::size_t chunk = op.first_chunk; chunk < op.end_chunk; ++chunk) {
      traffic[op.weights].read += program.chunks[chunk].bytes;
    }
    for (std::size_t block = op.first_block; block < op.end_block; ++block) {
      for (std::size_t i = 0; i < op.operands.size(); ++i) {
        traffic[op.operands[i]].read +=
            program.operand_bytes[program.blocks[block].first_operand + i];
      }
    }
    for (std::size_t tile = op.first_tile; tile < op.end_tile; ++tile) {
      traffic[op.output].written += program.tiles[tile].output;
    }
  }
  return traffic;
}

std::vector<Roofline> rooflines(const Program& program, const Placed& placed) {
  const std::int64_t inferences = program.mode().inferences;
  Picoseconds compute;
  IdVector<OpId, Picoseconds> op_times;
  for (const LoweredOp& op : program.ops) {
    compute += tiles_time(program, op) + op.dispatch;
    op_times.push_back(op_time(program, placed.near(), op));
  }
  std::vector<Roofline> bounds{{"compute", "compute", compute * inferences}};
  const auto traffic = tensor_traffic(program);
  for (const MemoryId id : program.chip().memories.ids()) {
    bounds.push_back(
        {program.chip().memories[id].name, "memory", memory_time(program, placed, traffic, id)});
  }
  bounds.push_back({"dependencies", "path", heaviest_path(program.graph(), op_times) * inferences});
  return bounds;
}

}  // namespace memplace
