// SPDX-License-Identifier: Apache-2.0
#include "report/simulation_report.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/rates.h"
#include "sim/metrics.h"

namespace memplace {
namespace {

std::vector<ReportedTensor> report_tensors(const Program& program, const Mapping& asked,
                                           const Mapping& given) {
  const Graph& graph = program.graph();
  const auto traffic = tensor_traffic(program);
  std::vector<ReportedTensor> tensors;
  for (const TensorId id : graph.tensors()) {
    const Tensor& tensor = graph.tensor(id);
    const Memory& memory = program.chip().memories[given[id]];
    const MemoryInstances instance = instances_of(memory, program.mode());
    ReportedTensor row;
    row.name = tensor.name;
    row.kind = name_of(tensor.kind);
    row.bytes = tensor.bytes;
    row.asked = program.chip().memories[asked[id]].name;
    row.given = memory.name;
    row.storage = graph.tensor(graph.storage(id)).name;
    row.lifetime = graph.lifetime(id);
    row.read = traffic[id].read;
    row.written = traffic[id].written;
    row.transfer = transfer_time(row.read, instance.read_bandwidth) +
                   transfer_time(row.written, instance.write_bandwidth);
    row.origin = reported_origin(graph, id);
    tensors.push_back(std::move(row));
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

std::vector<ReportedMemory> report_memories(const Program& program, const Mapping& mapping,
                                            const SimResult& result) {
  const Occupancy filling = occupancy(program.problem, mapping);
  std::vector<ReportedMemory> memories;
  for (const MemoryId id : program.chip().memories.ids()) {
    const MemoryActivity& activity = result.memories[id];
    const MemoryOccupancy& occupied = filling[id];
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
    row.energy_pj = energy_picojoules(program.chip().memories[id], activity, result.makespan,
                                      occupied.instances);
    memories.push_back(std::move(row));
  }
  return memories;
}

std::vector<ReportedDemotion> report_demotions(const Program& program, const Rectified& rectified) {
  const Graph& graph = program.graph();
  const auto& memories = program.chip().memories;
  std::vector<ReportedDemotion> rows;
  for (const Demotion& demotion : rectified.demotions) {
    const Tensor& tensor = graph.tensor(demotion.tensor);
    ReportedDemotion row{tensor.name,
                         tensor.bytes,
                         memories[demotion.asked].name,
                         memories[demotion.given].name,
                         {}};
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
    rows.push_back(std::move(row));
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

SimulationReport make_simulation_report(RunHeader header, const Program& program,
                                        const Mapping& asked, const Rectified& rectified,
                                        const SimResult& result) {
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
  report.load_bytes = resident_weights(program, rectified.mapping);
  report.load = transfer_time(report.load_bytes, slowest.read_bandwidth);
  report.rooflines = rooflines(program, rectified.mapping);
  report.demoted = report_demotions(program, rectified);
  report.ops = report_ops(program, result);
  report.memories = report_memories(program, rectified.mapping, result);
  report.tensors = report_tensors(program, asked, rectified.mapping);
  return report;
}

}  // namespace memplace
