// SPDX-License-Identifier: Apache-2.0
#include "optimizer/heuristics/cost_model.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <variant>

#include "base/rates.h"

namespace memplace {
namespace {

// Index into Engines::passes; integers wider than a byte take as long as fp32.
std::size_t pass_index(DType type) {
  switch (type) {
    case DType::kInt8:
      return 0;
    case DType::kFp16:
      return 1;
    case DType::kFp32:
    case DType::kInt32:
    case DType::kInt64:
      break;
  }
  return 2;
}

DType compute_type(const Graph& graph, const Op& op) {
  if (op.weights.has_value()) {
    return graph.tensor(op.weights->tensor).dtype;
  }
  return graph.tensor(op.inputs.empty() ? op.outputs[0] : op.inputs[0].tensor).dtype;
}

Uint128 cycles_of(const Graph& graph, const Op& op, const Engines& engines,
                  std::int64_t used_engines) {
  if (const auto* grid = std::get_if<GridWork>(&op.work)) {
    const std::int64_t lanes = engines.grid.output_channels * engines.grid.input_channels *
                               engines.grid.positions * used_engines;
    return static_cast<Uint128>(ceil_div(grid->macs(), lanes)) *
           static_cast<Uint128>(engines.passes.at(pass_index(compute_type(graph, op))));
  }
  if (const auto* vector = std::get_if<VectorWork>(&op.work)) {
    const std::int64_t bytes = vector->elements *
                               engines.vector.cost.at(static_cast<std::size_t>(vector->kind)) *
                               size_of(compute_type(graph, op)).count();
    return static_cast<Uint128>(ceil_div(bytes, engines.vector.width.count() * used_engines));
  }
  return 0;
}

}  // namespace

CostModel::CostModel(const Problem& problem) : accesses_(problem.graph().tensors().size()) {
  const Graph& graph = problem.graph();
  const Chip& chip = problem.chip();
  const Mode& mode = problem.mode();
  for (const Memory& memory : chip.memories) {
    const MemoryInstances instance = instances_of(memory, mode);
    rates_.push_back({instance.read_bandwidth, instance.write_bandwidth,
                      memory.scope == Scope::kChip ? mode.streams : 1});
  }
  constexpr Uint128 kMostCycles = std::numeric_limits<std::int64_t>::max();
  for (const OpId id : graph.ops()) {
    const Uint128 cycles = std::min(
        cycles_of(graph, graph.op(id), chip.engines, mode.engines_per_stream), kMostCycles);
    const Picoseconds time =
        cycle_time(Cycles(static_cast<std::int64_t>(cycles)), chip.engines.clock);
    compute_.push_back(static_cast<Uint128>(time.count()));
    add_accesses(problem, id);
  }
}

void CostModel::add_accesses(const Problem& problem, OpId id) {
  const Graph& graph = problem.graph();
  const Op& op = graph.op(id);
  if (op.is_view()) {
    return;
  }
  const auto add = [&](TensorId tensor, bool write, Bytes bytes) {
    if (bytes > Bytes(0)) {
      accesses_[problem.decisions().leader(tensor)].push_back({id, write, bytes});
    }
  };
  for (const Operand& input : op.inputs) {
    add(input.tensor, false, input.bytes);
  }
  if (op.weights.has_value()) {
    add(op.weights->tensor, false, op.weights->bytes);
  }
  for (const TensorId output : op.outputs) {
    add(output, true, graph.tensor(output).bytes);
  }
}

Uint128 CostModel::transfer(const Access& access, MemoryId memory) const {
  const Rates& rates = rates_[memory];
  const Picoseconds time =
      transfer_time(access.bytes * rates.sharers, access.write ? rates.write : rates.read);
  return static_cast<Uint128>(time.count());
}

Uint128 CostModel::traffic(TensorId decision, MemoryId memory) const {
  Uint128 sum = 0;
  for (const Access& access : accesses_[decision]) {
    sum += transfer(access, memory);
  }
  return sum;
}

IdVector<OpId, Uint128> CostModel::moved(const Mapping& mapping) const {
  IdVector<OpId, Uint128> sums(compute_.size(), 0);
  for (const TensorId leader : accesses_.ids()) {
    for (const Access& access : accesses_[leader]) {
      sums[access.op] += transfer(access, mapping[leader]);
    }
  }
  return sums;
}

Uint128 CostModel::total(const Mapping& mapping) const {
  Uint128 sum = 0;
  const auto sums = moved(mapping);
  for (const OpId op : sums.ids()) {
    sum += std::max(compute_[op], sums[op]);
  }
  return sum;
}

}  // namespace memplace
