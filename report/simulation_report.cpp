// SPDX-License-Identifier: Apache-2.0
#include "report/simulation_report.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/rates.h"
#include "sim/feasible/alignment.h"
#include "sim/metrics.h"

namespace memplace {
namespace {

// What a move takes of its two memories.
Picoseconds move_time(const Program& program, const Move& move) {
  const auto& memories = program.chip().memories;
  return transfer_time(move.bytes,
                       instances_of(memories[move.from], program.mode()).read_bandwidth) +
         transfer_time(move.bytes, instances_of(memories[move.to], program.mode()).write_bandwidth);
}

ReportedTensor report_tensor(const Program& program, const Placement& asked, const Placement& given,
                             const TensorTraffic& traffic, TensorId id) {
  const Graph& graph = program.graph();
  const auto& memories = program.chip().memories;
  const Tensor& tensor = graph.tensor(id);
  const MemoryInstances instance = instances_of(memories[given.near[id]], program.mode());
  ReportedTensor row;
  row.name = tensor.name;
  row.kind = name_of(tensor.kind);
  row.bytes = tensor.bytes;
  row.asked = memories[asked.homes[id]].name;
  row.given = memories[given.homes[id]].name;
  if (given.fetches(id)) {
    row.fetched_to = memories[given.near[id]].name;
  }
  row.storage = graph.tensor(graph.storage(id)).name;
  row.lifetime = graph.lifetime(id);
  row.read = traffic.read;
  row.written = traffic.written;
  row.transfer = transfer_time(row.read, instance.read_bandwidth) +
                 transfer_time(row.written, instance.write_bandwidth);
  row.origin = reported_origin(graph, id);
  return row;
}

std::vector<ReportedTensor> report_tensors(const Program& program, const Placement& asked,
                                           const RectifiedPlacement& rectified) {
  const Placement given(rectified.homes, rectified.plan.near);
  const auto traffic = tensor_traffic(program);
  std::vector<ReportedTensor> tensors;
  for (const TensorId id : program.graph().tensors()) {
    tensors.push_back(report_tensor(program, asked, given, traffic[id], id));
  }
  for (const Move& move : rectified.plan.moves) {
    tensors[move.tensor.index()].transfer += move_time(program, move);
  }
  return tensors;
}

std::vector<ReportedOp> report_ops(const Program& program, const SimResult& result) {
  std::vector<ReportedOp> ops;
  for (const OpId id : program.graph().ops()) {
    const Op& op = program.graph().op(id);
    const LoweredOp& lowered = program.ops[id.index()];
    ReportedOp row;
    row.name = op.name;
    row.kind = op.kind;
    row.tiles = lowered.end_tile - lowered.first_tile;
    row.split = name_of(lowered.split);
    row.engines = lowered.engines_used;
    row.macs = op.macs();
    row.cycles = lowered.cycles;
    row.timing = result.ops[id];
    row.origin = reported_origin(program.graph(), id);
    const auto name_of_tensor = [&](TensorId tensor) {
      return program.graph().tensor(tensor).name;
    };
    if (op.weights) {
      row.weights = name_of_tensor(op.weights->tensor);
    }
    for (const Operand& input : op.inputs) {
      row.inputs.push_back(name_of_tensor(input.tensor));
    }
    for (const TensorId output : op.outputs) {
      row.outputs.push_back(name_of_tensor(output));
    }
    ops.push_back(std::move(row));
  }
  return ops;
}

ReportedMemory report_memory(const Program& program, const SimResult& result, MemoryId id,
                             const MemoryOccupancy& occupied) {
  const MemoryActivity& activity = result.memories[id];
  ReportedMemory row;
  row.name = program.chip().memories[id].name;
  row.instances = occupied.instances;
  row.busy = activity.busy;
  row.read = activity.read;
  row.written = activity.written;
  if (result.makespan > Picoseconds(0)) {
    row.utilisation =
        static_cast<double>(activity.busy.count()) / static_cast<double>(result.makespan.count());
    const auto bytes = static_cast<Uint128>((activity.read + activity.written).count());
    row.bytes_per_second =
        static_cast<std::int64_t>(bytes * static_cast<Uint128>(kPicosecondsPerSecond) /
                                  static_cast<Uint128>(result.makespan.count()));
  }
  row.peak = occupied.peak;
  row.final_bytes = occupied.final_bytes;
  row.capacity = occupied.capacity;
  row.energy_pj =
      energy_picojoules(program.chip().memories[id], activity, result.makespan, occupied.instances);
  return row;
}

std::vector<ReportedMemory> report_memories(const Program& program, const Occupancy& filling,
                                            const MovePlan& plan, const SimResult& result) {
  std::vector<ReportedMemory> memories;
  for (const MemoryId id : program.chip().memories.ids()) {
    memories.push_back(report_memory(program, result, id, filling[id]));
  }
  const std::int64_t runs = program.mode().streams * program.mode().inferences;
  for (const Move& move : plan.moves) {
    memories[move.from.index()].moved_out += move.bytes * runs;
    memories[move.to.index()].moved_in += move.bytes * runs;
  }
  return memories;
}

std::vector<ReportedMove> report_moves(const Program& program, const MovePlan& plan,
                                       const SimResult& result) {
  const Graph& graph = program.graph();
  const auto& memories = program.chip().memories;
  std::vector<ReportedMove> rows;
  for (std::size_t i = 0; i < plan.moves.size(); ++i) {
    const Move& move = plan.moves[i];
    ReportedMove row{graph.tensor(move.tensor).name,
                     memories[move.from].name,
                     memories[move.to].name,
                     move.bytes,
                     std::nullopt,
                     graph.op(move.first_op).name,
                     result.moves[i]};
    if (move.after.has_value()) {
      row.after = graph.op(*move.after).name;
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

ReportedDemotion report_demotion(const Program& program, const Demotion& demotion) {
  const Graph& graph = program.graph();
  const auto& memories = program.chip().memories;
  const Tensor& tensor = graph.tensor(demotion.tensor);
  ReportedDemotion row{
      tensor.name, tensor.bytes, memories[demotion.asked].name, memories[demotion.given].name, {}};
  for (const Refusal& refusal : demotion.refusals) {
    ReportedRefusal why{memories[refusal.memory].name,
                        std::string(name_of(refusal.reason)),
                        refusal.step,
                        graph.op(OpId(refusal.step)).name,
                        refusal.bytes_asked,
                        refusal.bytes_free,
                        {}};
    for (const Holder& holder : refusal.holders) {
      why.holders.emplace_back(graph.tensor(holder.tensor).name, holder.bytes);
    }
    row.refusals.push_back(std::move(why));
  }
  return row;
}

// What is free is that of the step of the tensor's first op; the lack is one of time.
ReportedDemotion report_unfetched(const Program& program, const Placement& asked,
                                  const RectifiedPlacement& rectified, const Occupancy& filling,
                                  TensorId id) {
  const Graph& graph = program.graph();
  const Chip& chip = program.chip();
  const MemoryId to = asked.near[id];
  const Memory& memory = chip.memories[to];
  const OpId first = program.problem.movables()[id].first_op;
  const std::int64_t copies = memory.scope == Scope::kChip ? program.mode().streams : 1;
  const Bytes bytes = graph.tensor(id).bytes;
  ReportedRefusal why{memory.name,
                      std::string(name_of(RefusalReason::kTime)),
                      first.index(),
                      graph.op(first).name,
                      align_up(bytes, memory.alignment) * copies,
                      filling[to].capacity - filling[to].live[first.index()],
                      {}};
  return {graph.tensor(id).name,
          bytes,
          place_text(chip, asked.homes[id], to),
          chip.memories[rectified.homes[id]].name,
          {std::move(why)}};
}

std::vector<ReportedDemotion> report_demotions(const Program& program, const Placement& asked,
                                               const RectifiedPlacement& rectified,
                                               const Occupancy& filling) {
  std::vector<ReportedDemotion> rows;
  for (const Demotion& demotion : rectified.demotions) {
    rows.push_back(report_demotion(program, demotion));
  }
  for (const TensorId id : rectified.unfetched) {
    rows.push_back(report_unfetched(program, asked, rectified, filling, id));
  }
  return rows;
}

// Law 6: weights above the slowest memory, each once.
Bytes resident_weights(const Program& program, const Mapping& mapping) {
  Bytes sum;
  for (const TensorId id : program.graph().tensors()) {
    const Tensor& tensor = program.graph().tensor(id);
    if (tensor.kind == TensorKind::kWeights && mapping[id] != program.chip().slowest()) {
      sum += tensor.bytes;
    }
  }
  return sum;
}

}  // namespace

bool ReportedDemotion::unfetched() const {
  return !refusals.empty() && refusals.front().reason == name_of(RefusalReason::kTime);
}

std::string place_text(const std::string& home, const std::optional<std::string>& fetched_to) {
  return fetched_to ? home + " > " + *fetched_to : home;
}

SimulationReport make_simulation_report(RunHeader header, const Program& program,
                                        const Mapping& asked, const Rectified& rectified,
                                        const SimResult& result) {
  RectifiedPlacement stays;
  stays.homes = rectified.mapping;
  stays.plan.near = rectified.mapping;
  stays.epsilon = rectified.epsilon;
  stays.demotions = rectified.demotions;
  return make_simulation_report(std::move(header), program, Placement(asked), stays, result);
}

SimulationReport make_simulation_report(RunHeader header, const Program& program,
                                        const Placement& asked, const RectifiedPlacement& rectified,
                                        const SimResult& result) {
  const Occupancy filling = occupancy(program.problem, rectified.homes, rectified.plan);
  const Graph& graph = program.graph();
  const MemoryInstances slowest =
      instances_of(program.chip().memories[program.chip().slowest()], program.mode());
  SimulationReport report;
  report.header = std::move(header);
  report.workload = graph.name();
  report.chip = program.chip().name;
  report.mode = program.mode();
  report.latency = result.latency;
  report.makespan = result.makespan;
  report.drain = result.drain;
  report.first_inference = result.first_latency;
  report.feasible = rectified.feasible_as_asked();
  report.epsilon = rectified.epsilon.value();
  report.throughput_per_s = throughput_per_second(program.mode(), result);
  report.load_bytes = resident_weights(program, rectified.homes);
  report.load = transfer_time(report.load_bytes, slowest.read_bandwidth);
  report.rooflines = rooflines(program, rectified.plan);
  report.demoted = report_demotions(program, asked, rectified, filling);
  report.ops = report_ops(program, result);
  report.memories = report_memories(program, filling, rectified.plan, result);
  report.tensors = report_tensors(program, asked, rectified);
  report.moves = report_moves(program, rectified.plan, result);
  return report;
}

}  // namespace memplace
