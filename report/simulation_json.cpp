// SPDX-License-Identifier: Apache-2.0
// A simulation's report for other programs: JSON with everything, CSV with one table.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "report/json_table.h"
#include "report/simulation_report.h"

namespace memplace {
namespace {

Json or_null(const std::optional<std::string>& name) { return name ? Json(*name) : Json(nullptr); }

Json to_json(const ReportedOp& op) {
  Json row{{"name", op.name},
           {"kind", op.kind},
           {"tiles", op.tiles},
           {"start_ps", op.timing.start},
           {"end_ps", op.timing.end},
           {"compute_ps", op.timing.compute},
           {"dispatch_ps", op.timing.dispatch},
           {"wait_weights_ps", op.timing.wait_weights},
           {"wait_inputs_ps", op.timing.wait_inputs},
           {"wait_move_ps", op.timing.wait_move},
           {"wait_output_slot_ps", op.timing.wait_output_slot},
           {"queued_ps", op.timing.queued},
           {"macs", op.macs},
           {"cycles", op.cycles},
           {"split", op.split},
           {"engines", op.engines}};
  add_origin(row, op.origin);
  return row;
}

// The ops with the names of their tensors, which have no column in CSV.
Json ops_with_tensors(const std::vector<ReportedOp>& ops) {
  Json array = Json::array();
  for (const ReportedOp& op : ops) {
    Json row = to_json(op);
    row["weights"] = or_null(op.weights);
    row["inputs"] = op.inputs;
    row["outputs"] = op.outputs;
    array.push_back(std::move(row));
  }
  return array;
}

Json to_json(const ReportedMemory& memory) {
  return {{"name", memory.name},
          {"instances", memory.instances},
          {"busy_ps", memory.busy},
          {"utilisation", memory.utilisation},
          {"read_bytes", memory.read},
          {"written_bytes", memory.written},
          {"moved_in_bytes", memory.moved_in},
          {"moved_out_bytes", memory.moved_out},
          {"bytes_per_second", memory.bytes_per_second},
          {"peak_bytes", memory.peak},
          {"final_bytes", memory.final_bytes},
          {"capacity_bytes", memory.capacity},
          {"energy_pj", memory.energy_pj}};
}

Json to_json(const ReportedTensor& tensor) {
  Json row{{"name", tensor.name},
           {"kind", tensor.kind},
           {"bytes", tensor.bytes},
           {"asked", tensor.asked},
           {"given", tensor.given},
           {"fetched_to", or_null(tensor.fetched_to)},
           {"storage", tensor.storage},
           {"begin_step", tensor.lifetime.begin},
           {"end_step", tensor.lifetime.end},
           {"read_bytes", tensor.read},
           {"written_bytes", tensor.written},
           {"transfer_ps", tensor.transfer}};
  add_origin(row, tensor.origin);
  return row;
}

Json to_json(const ReportedDemotion& demotion) {
  Json refusals = Json::array();
  for (const ReportedRefusal& refusal : demotion.refusals) {
    Json holders = Json::array();
    for (const auto& [tensor, bytes] : refusal.holders) {
      holders.push_back({{"tensor", tensor}, {"bytes", bytes}});
    }
    refusals.push_back({{"memory", refusal.memory},
                        {"reason", refusal.reason},
                        {"step", refusal.step},
                        {"op", refusal.op},
                        {"asked_bytes", refusal.asked},
                        {"free_bytes", refusal.free},
                        {"holders", std::move(holders)}});
  }
  return {{"tensor", demotion.tensor},
          {"bytes", demotion.bytes},
          {"asked", demotion.asked},
          {"given", demotion.given},
          {"refusals", std::move(refusals)}};
}

Json to_json(const ReportedMove& move) {
  return {{"tensor", move.tensor},
          {"from", move.from},
          {"to", move.to},
          {"bytes", move.bytes},
          {"after", or_null(move.after)},
          {"first_op", move.first_op},
          {"begin_ps", move.timing.begin},
          {"end_ps", move.timing.end},
          {"waited_ps", move.timing.waited}};
}

Json to_json(const Roofline& roofline) {
  return {{"name", roofline.name}, {"kind", roofline.kind}, {"bound_ps", roofline.bound}};
}

// The conversions above, for rows_to_json().
constexpr auto kReportedToJson = [](const auto& row) { return to_json(row); };

// The numbers that are in no table.
void add_summary(Json& json, const SimulationReport& report) {
  json["latency_ps"] = report.latency;
  json["makespan_ps"] = report.makespan;
  json["drain_ps"] = report.drain;
  json["first_inference_ps"] = report.first_inference;
  if (report.throughput_per_s) {
    json["throughput_per_s"] = *report.throughput_per_s;
  }
  json["feasible"] = report.feasible;
  json["epsilon"] = report.epsilon;
  json["load_bytes"] = report.load_bytes;
  json["load_ps"] = report.load;
}

}  // namespace

Json to_json(const SimulationReport& report) {
  Json json = begin_json(report.header);
  json["workload"] = report.workload;
  json["chip"] = report.chip;
  json["mode"] = to_json(report.mode);
  add_summary(json, report);
  json["rooflines"] = rows_to_json(report.rooflines, kReportedToJson);
  json["demoted"] = rows_to_json(report.demoted, kReportedToJson);
  json["ops"] = ops_with_tensors(report.ops);
  json["memories"] = rows_to_json(report.memories, kReportedToJson);
  json["tensors"] = rows_to_json(report.tensors, kReportedToJson);
  json["moves"] = rows_to_json(report.moves, kReportedToJson);
  if (report.details) {
    json["details"] = to_json(*report.details);
  }
  return json;
}

std::string to_csv(const SimulationReport& report, CsvTable table) {
  switch (table) {
    case CsvTable::kOps:
      return json_rows_to_csv(rows_to_json(report.ops, kReportedToJson));
    case CsvTable::kTensors:
      return json_rows_to_csv(rows_to_json(report.tensors, kReportedToJson));
    case CsvTable::kMemories:
      return json_rows_to_csv(rows_to_json(report.memories, kReportedToJson));
    case CsvTable::kMoves:
      return rows_to_csv(report.moves, kReportedToJson);
    case CsvTable::kSummary:
      break;
  }
  Json summary{{"workload", report.workload}, {"chip", report.chip}};
  summary.update(to_json(report.mode));
  add_summary(summary, report);
  return json_rows_to_csv(Json::array({std::move(summary)}));
}

}  // namespace memplace
